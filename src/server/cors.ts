import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { errorBody } from './error-answers.ts';

/** How long a browser may remember the answer to a preflight. */
const PREFLIGHT_S = 600;

/** Lets pages of the origins in the settings call from a browser, by the CORS protocol (https://fetch.spec.whatwg.org). */
export function registerCors(app: FastifyInstance, { corsOrigins, corsCredentials }: Config): void {
  if (Array.isArray(corsOrigins) && corsOrigins.length === 0) {
    app.options('/graphql', async (_request, reply) => {
      const message = 'Pages of other origins may not call: CORS_ORIGINS names none.';
      return reply.code(405).header('allow', 'POST').send(errorBody(message, 'METHOD_NOT_ALLOWED'));
    });
    return;
  }
  void app.register(cors, {
    origin: corsOrigins as string[] | RegExp,
    credentials: corsCredentials,
    methods: ['POST'],
    exposedHeaders: ['retry-after', 'x-request-id'],
    maxAge: PREFLIGHT_S,
    strictPreflight: false,
  });
}
