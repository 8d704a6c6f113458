import type { FastifyInstance } from 'fastify';
import type { SandboxSms } from '../sandbox/sandbox.ts';
import { readBuilt, registerFiles, sendPage } from './pages.ts';

/** Content-Security-Policy of the page and of each file: a worker takes its policy from the answer with its script. */
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
  const files = readBuilt('explorer');
  const page = files.get('index.html')?.toString().replace('{isSandbox}', String(isSandbox));

  // A hook, because the route is taken: GET /graphql answers 405 to everything else.
  app.addHook('onRequest', async (request, reply) => {
    const isPage = request.method === 'GET' && request.routeOptions.url === '/graphql';
    if (!isPage || !request.headers.accept?.includes('text/html')) return;
    return sendPage(reply, page, SECURITY_POLICY);
  });
  registerFiles(app, '/graphql/explorer', files, SECURITY_POLICY);
}

const SHOWN_MESSAGES = 20;

/**
 * The newest messages of the embedded sandbox, for the explorer and the demo. They are without the phone, and a browser
 * gets them for no page of another origin, also where that origin may call GraphQL.
 */
export function registerInbox(app: FastifyInstance, inbox: readonly SandboxSms[]): void {
  app.get('/graphql/explorer/inbox', async ({ headers }, reply) => {
    const { 'sec-fetch-site': site = 'same-origin' } = headers;
    if (site !== 'same-origin') return reply.callNotFound();
    const newest = inbox.slice(-SHOWN_MESSAGES).toReversed();
    return reply.send(newest.map(({ impUid, code, sentAt }) => ({ impUid, code, sentAt })));
  });
}
