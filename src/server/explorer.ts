import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { SandboxSms } from '../sandbox/sandbox.ts';

/** What `npm run explorer:build` writes; the same address from src/ and from dist/. */
const BUILT = new URL('../../dist/explorer/', import.meta.url);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ttf': 'font/ttf',
};

/** Workers take theirs from their own script's answer, so it goes on every file. */
const SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'", // the editor sets its theme and the place of every line this way
  'img-src data:',
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * GraphiQL for a browser that opens /graphql; every other request passes by.
 * In the sandbox its tabs have variables that work.
 */
export function registerExplorer(app: FastifyInstance, { isSandbox }: { isSandbox: boolean }): void {
  const files = readBuilt();
  const page = files.get('index.html')?.toString().replace('{isSandbox}', String(isSandbox));

  // A hook, because the route is taken: GET /graphql answers 405 to everything else.
  app.addHook('onRequest', async (request, reply) => {
    const isPage = request.method === 'GET' && request.routeOptions.url === '/graphql';
    if (!isPage || !request.headers.accept?.includes('text/html')) return;
    if (page === undefined) {
      return reply.code(503).type('text/plain').send('The explorer is not built: run `npm run explorer:build`.\n');
    }
    return reply.header('content-security-policy', SECURITY_POLICY).type('text/html; charset=utf-8').send(page);
  });

  app.get<{ Params: { file: string } }>('/graphql/explorer/:file', async (request, reply) => {
    const { file } = request.params;
    const type = CONTENT_TYPES[extname(file)];
    const body = files.get(file);
    if (type === undefined || body === undefined) return reply.callNotFound();
    return reply.header('content-security-policy', SECURITY_POLICY).type(type).send(body);
  });
}

const SHOWN_MESSAGES = 20;

/**
 * The newest messages of the embedded sandbox, for the explorer's own page. They are without the phone, and a browser gets
 * them for no page of another origin, also where that origin may call GraphQL.
 */
export function registerInbox(app: FastifyInstance, inbox: readonly SandboxSms[]): void {
  app.get('/graphql/explorer/inbox', async ({ headers }, reply) => {
    const { 'sec-fetch-site': site = 'same-origin' } = headers;
    if (site !== 'same-origin') return reply.callNotFound();
    const newest = inbox.slice(-SHOWN_MESSAGES).toReversed();
    return reply.send(newest.map(({ impUid, code, sentAt }) => ({ impUid, code, sentAt })));
  });
}

/** Every file at once: only what was there at the start is ever served. */
function readBuilt(): Map<string, Buffer> {
  try {
    return new Map(readdirSync(BUILT).map((name) => [name, readFileSync(new URL(name, BUILT))]));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}
