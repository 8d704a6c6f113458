import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** What `npm run pages:build` writes; the same address from src/ and from dist/. */
const BUILT = new URL('../../dist/', import.meta.url);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ttf': 'font/ttf',
};

type Files = ReadonlyMap<string, Buffer>;

/** The files of a built page, read into memory at start, so that no path reaches another file; empty where it is not built. */
export function readBuilt(page: 'explorer' | 'demo'): Files {
  const folder = new URL(`${page}/`, BUILT);
  try {
    return new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder))]));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

export function sendPage(reply: FastifyReply, page: string | undefined, policy: string): FastifyReply {
  if (page === undefined) {
    return reply.code(503).type('text/plain').send('This page is not built: run `npm run pages:build`.\n');
  }
  return reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(page);
}

/** The scripts, styles and fonts of a page. */
export function registerFiles(app: FastifyInstance, path: string, files: Files, policy: string): void {
  app.get<{ Params: { file: string } }>(`${path}/:file`, async (request, reply) => {
    const { file } = request.params;
    const type = CONTENT_TYPES[extname(file)];
    const body = files.get(file);
    if (type === undefined || body === undefined) return reply.callNotFound();
    return reply.header('content-security-policy', policy).type(type).send(body);
  });
}
