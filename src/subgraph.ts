import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { IamportConfig } from './config.ts';
import { languageOf, type Context } from './context.ts';
import type { Resolvers } from './generated/resolvers.ts';
import { createIssued } from './guard/issued.ts';
import { createHttp, type GotOptions } from './http.ts';
import { createIamport } from './iamport/source.ts';
import { createLoaders } from './loaders.ts';
import type { Logger } from './log.ts';
import { createSchema, resolvers, typeDefs } from './schema.ts';

export interface IdentitySubgraphOptions {
  /** The upstream and its credentials. */
  readonly iamport: IamportConfig;
  /** Told when the upstream sends what is not known here; pino, or any logger of the same three methods. */
  readonly logger: Logger;
  /** Entity references that one request may resolve; default 100. */
  readonly maxRepresentations?: number;
  /** Your own options for the HTTP client: agents, certificates, headers, name look-up. */
  readonly got?: GotOptions;
}

/** Everything that mounts verification in a server of your own. */
export interface IdentitySubgraph {
  readonly typeDefs: DocumentNode;
  readonly resolvers: Resolvers;
  /** The two above as one executable schema, federation fields included. */
  readonly schema: GraphQLSchema;
  /** The part of a request's context that the resolvers need. Make one per request: it dedupes reads. */
  createContext(request: { readonly headers: RequestHeaders }): Context;
  /** Lets go of the connections to the upstream. */
  close(): void;
}

/** Headers as node, Fastify, Express or fetch give them. */
export type RequestHeaders = Headers | Readonly<Record<string, string | string[] | undefined>>;

/** Verification as a part of your own GraphQL server. Errors: none here. */
export function createIdentitySubgraph(options: IdentitySubgraphOptions): IdentitySubgraph {
  const { iamport: config, logger, maxRepresentations = 100, got } = options;
  const http = createHttp({ ...config, ...(got && { got }) });
  const onDrift = (field: string): void => logger.warn({ field }, 'the upstream sent something not known here');
  const iamport = createIamport({ ...config, http, onDrift });
  const issued = createIssued();
  return {
    typeDefs,
    resolvers,
    schema: createSchema(),
    createContext: ({ headers }) => ({
      identity: {
        iamport,
        issued,
        loaders: createLoaders(iamport, maxRepresentations),
        language: languageOf(header(headers, 'accept-language')),
      },
    }),
    close: () => http.close(),
  };
}

function header(headers: RequestHeaders, name: string): string | undefined {
  const value = headers instanceof Headers ? (headers.get(name) ?? undefined) : headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
