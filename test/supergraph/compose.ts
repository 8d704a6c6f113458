import { composeServices as composeByApollo } from '@apollo/composition';
import { composeServices as composeByTheGuild } from '@theguild/federation-composition';
import { parse, type GraphQLError } from 'graphql';

export interface Service {
  readonly name: string;
  readonly url: string;
  /** What it needs to tell its schema, such as the router's secret. */
  readonly headers?: Record<string, string>;
}

export interface Composition {
  readonly supergraphSdl: string;
  /** What composes, but not as somebody may expect. The Guild's library gives none. */
  readonly hints: readonly string[];
}

/** Errors: one that lists all of the library's. */
export async function composeWithGuild(services: readonly Service[]): Promise<Composition> {
  const { supergraphSdl, errors } = composeByTheGuild(await fetchAll(services));
  if (errors) throw compositionError(errors);
  return { supergraphSdl, hints: [] };
}

/** Errors: one that lists all of the library's. */
export async function composeWithApollo(services: readonly Service[]): Promise<Composition> {
  const { supergraphSdl, errors, hints } = composeByApollo(await fetchAll(services));
  if (errors) throw compositionError(errors);
  return { supergraphSdl, hints: hints.map(String) };
}

function fetchAll(services: readonly Service[]) {
  return Promise.all(
    services.map(async ({ name, url, headers }) => ({ name, url, typeDefs: parse(await fetchSdl(url, headers)) })),
  );
}

/** The schema as the running subgraph tells it, which is all that a registry ever sees of it. */
async function fetchSdl(url: string, headers?: Record<string, string>): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  });
  const { data } = (await response.json()) as { data: { _service: { sdl: string } } };
  return data._service.sdl;
}

function compositionError(errors: readonly GraphQLError[]): Error {
  return new Error(`The subgraphs do not compose:\n${errors.join('\n')}`);
}
