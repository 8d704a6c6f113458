import type { FastifyInstance } from 'fastify';
import { languageOf } from '../graphql/context.ts';
import { readBuilt, registerFiles, sendPage } from './pages.ts';

const SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'", // without its script the form must not put what was typed into an address
  "frame-ancestors 'none'",
].join('; ');

/** The demo of the embedded sandbox, a form of a shop: in Korean or English, as the browser prefers. */
export function registerDemo(app: FastifyInstance): void {
  const files = readBuilt('demo');
  const page = files.get('index.html')?.toString();
  app.get('/demo', async ({ headers }, reply) => {
    const language = languageOf(headers['accept-language']);
    return sendPage(reply, page?.replace('{language}', language), SECURITY_POLICY);
  });
  registerFiles(app, '/demo', files, SECURITY_POLICY);
}
