import type { FastifyInstance, FastifyReply } from 'fastify';
import { languageOf } from '../graphql/context.ts';
import { readBuilt, registerFiles, sendPage } from './pages.ts';

const SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'", // without its script the form must not put what was typed into an address
  "frame-ancestors 'none'",
].join('; ');

/** The demo of the embedded sandbox, a form of a shop: in Korean or English, as the browser prefers. */
export function registerDemo(app: FastifyInstance, sandboxUrl: string): void {
  const files = readBuilt('demo');
  const page = files.get('index.html')?.toString();
  app.get('/demo', async ({ headers }, reply) => {
    const language = languageOf(headers['accept-language']);
    return sendPage(reply, page?.replace('{language}', language), SECURITY_POLICY);
  });
  app.get('/', async (_request, reply) => reply.redirect('/demo'));
  registerFiles(app, '/demo', files, SECURITY_POLICY);
  registerWindow(app, sandboxUrl);
}

const WINDOW_FILES = ['/v1/iamport.js', '/v2/browser-sdk.js', '/window', '/window/page.js', '/window/page.css'];
const WINDOW_CALLS = ['/window/open', '/window/result'];

/**
 * The provider's window of the sandbox, under the demo's own address: a browser that reaches the gateway, from a phone or out of a
 * container, need not reach the port of the sandbox, and the page takes nothing from another origin.
 */
function registerWindow(app: FastifyInstance, sandboxUrl: string): void {
  for (const path of WINDOW_FILES) {
    app.get(`/demo${path}`, async (_request, reply) => relay(reply, await fetch(new URL(path, sandboxUrl))));
  }
  for (const path of WINDOW_CALLS) {
    app.post<{ Body: string }>(`/demo${path}`, async ({ body }, reply) =>
      relay(reply, await fetch(new URL(path, sandboxUrl), { method: 'POST', body })),
    );
  }
}

async function relay(reply: FastifyReply, answer: Response): Promise<FastifyReply> {
  for (const name of ['content-type', 'content-security-policy']) {
    const value = answer.headers.get(name);
    if (value !== null) void reply.header(name, value);
  }
  return reply.code(answer.status).send(await answer.text());
}
