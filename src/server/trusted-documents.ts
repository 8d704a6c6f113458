import { readFileSync } from 'node:fs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ConfigError } from '../config.ts';

const Manifest = z.record(z.string(), z.string());

/** The parts of a body that can name a document. */
const Body = z.looseObject({
  query: z.string().optional(),
  documentId: z.string().optional(),
  extensions: z.looseObject({ persistedQuery: z.looseObject({ sha256Hash: z.string() }).optional() }).optional(),
});

/**
 * A step before GraphQL that lets only listed documents through, named by id or sent whole.
 * `file` is JSON with ids as keys and documents as values, as code generators write it.
 * Errors: `ConfigError` where the file is none.
 */
export function trustedOnly(file: string): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const documents = readManifest(file);
  const texts = new Set(documents.values());

  return async (request, reply) => {
    const { data: body } = Body.safeParse(request.body);
    const id = body?.documentId ?? body?.extensions?.persistedQuery?.sha256Hash;
    const text = body?.query ?? (id === undefined ? undefined : documents.get(id));
    if (text === undefined || !texts.has(text)) {
      const error = { message: 'Only trusted documents run here.', extensions: { code: 'UNTRUSTED_DOCUMENT' } };
      return reply.code(400).send({ errors: [error] });
    }
    const { documentId: _id, extensions: _extensions, ...rest } = body!;
    request.body = { ...rest, query: text };
    return undefined;
  };
}

function readManifest(file: string): Map<string, string> {
  try {
    return new Map(Object.entries(Manifest.parse(JSON.parse(readFileSync(file, 'utf8')))));
  } catch {
    throw new ConfigError(['TRUSTED_DOCUMENTS must name a JSON file with ids as keys and documents as values']);
  }
}
