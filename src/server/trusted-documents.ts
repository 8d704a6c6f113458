import { readFileSync } from 'node:fs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parse } from 'graphql';
import { z } from 'zod';
import { ConfigError } from '../config.ts';
import { errorBody } from './error-answers.ts';

/** Ids as keys and documents as values, as the client preset of GraphQL Code Generator and Relay write them. */
const IdsToDocuments = z.record(z.string(), z.string().refine(isDocument));

/** Source: https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#manifest-format */
const ApolloManifest = z
  .looseObject({
    format: z.literal('apollo-persisted-query-manifest'),
    version: z.literal(1),
    operations: z.array(z.looseObject({ id: z.string(), body: z.string().refine(isDocument) })),
  })
  .transform(({ operations }) => Object.fromEntries(operations.map(({ id, body }) => [id, body])));

/**
 * The parts of a body that can name a document: its text, or its id as Apollo Client (`extensions`), urql and GraphQL Code
 * Generator (`documentId`), Relay (`doc_id`) and others (`id`) send it. By the specification of GraphQL over HTTP null is absent.
 */
const Body = z.looseObject({
  query: z.string().nullish(),
  documentId: z.string().nullish(),
  doc_id: z.string().nullish(),
  id: z.string().nullish(),
  extensions: z
    .looseObject({ persistedQuery: z.looseObject({ sha256Hash: z.string().nullish() }).nullish() })
    .nullish(),
});

/**
 * A step before GraphQL that lets only listed documents through, named by id or sent whole.
 * `file` is JSON in one of the formats above.
 * Errors: `ConfigError` where the file is none of them.
 */
export function trustedOnly(file: string): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const documents = readManifest(file);
  const texts = new Set(documents.values());

  return async (request, reply) => {
    const { data: body } = Body.safeParse(request.body);
    const text = body && (body.query ?? documents.get(idIn(body) ?? ''));
    if (typeof text !== 'string' || !texts.has(text)) {
      return reply.code(400).send(errorBody('Only trusted documents run here.', 'UNTRUSTED_DOCUMENT'));
    }
    const { documentId: _documentId, doc_id: _docId, id: _id, extensions: _extensions, ...rest } = body!;
    request.body = { ...rest, query: text };
    return undefined;
  };
}

function idIn({ documentId, doc_id, id, extensions }: z.infer<typeof Body>): string | null | undefined {
  return documentId ?? extensions?.persistedQuery?.sha256Hash ?? doc_id ?? id;
}

/** Whether a text is GraphQL: another kind of file can have texts by name as well. */
function isDocument(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The documents in a file by their ids. Errors: `ConfigError` where it has none of the formats above. */
export function readManifest(file: string): Map<string, string> {
  try {
    const manifest = z.union([ApolloManifest, IdsToDocuments]).parse(JSON.parse(readFileSync(file, 'utf8')));
    return new Map(Object.entries(manifest));
  } catch {
    throw new ConfigError([
      "TRUSTED_DOCUMENTS must name a JSON file: ids as keys and documents as values, or Apollo's persisted query manifest",
    ]);
  }
}
