import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, deliver, json } from './answers.ts';
import { crashed, notFound, tooLarge, unauthorized } from './refusals.ts';
import { type Body, type SandboxSms, type Upstream, createUpstream } from './upstream.ts';

export { SANDBOX_KEY, SANDBOX_SECRET, type SandboxSms } from './upstream.ts';

export interface SandboxOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Milliseconds of wall clock, by which tokens and codes expire; default `Date.now`. */
  now?: () => number;
  /** Called for every message "sent". */
  onSms?: (sms: SandboxSms) => void;
}

/** One call as it arrived. `status` is null until the status line is sent, and stays so where none is. */
export interface SandboxRequest {
  method: string;
  path: string;
  status: number | null;
}

export interface Sandbox {
  readonly url: string;
  /** Every call in order of arrival; the oldest are dropped beyond 100,000. */
  readonly requests: readonly SandboxRequest[];
  /** Messages "sent", oldest first; the oldest are dropped beyond 1,000. */
  readonly inbox: readonly SandboxSms[];
  /** Destroys every connection; can be called again. */
  close(): Promise<void>;
}

interface Route {
  readonly method: string;
  /** Its group, where it has one, is the impUid. */
  readonly path: RegExp;
  readonly needsToken: boolean;
  readonly answer: (body: Body, impUid: string) => Answer;
}

const MAX_BODY_BYTES = 64 * 1024;
const MAX_REQUESTS = 100_000;
const MAX_INBOX = 1_000;

/**
 * A stand-in for the upstream's certification API, listening when the promise resolves.
 * Errors: those of `listen`, such as EADDRINUSE.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', now = Date.now, onSms } = options;
  const requests: SandboxRequest[] = [];
  const inbox: SandboxSms[] = [];
  const upstream = createUpstream(now, (sms) => {
    pushBounded(inbox, sms, MAX_INBOX);
    onSms?.(sms);
  });
  const routes = createRoutes(upstream, inbox);

  const server = createServer((request, response) => {
    const entry: SandboxRequest = { method: request.method ?? '', path: pathOf(request), status: null };
    pushBounded(requests, entry, MAX_REQUESTS);
    // A caller that hangs up is no fault of the sandbox.
    response.on('error', () => response.destroy());
    response.setHeader('date', new Date(now()).toUTCString()); // a server has one clock
    readBody(request, (body) => {
      deliver(answerTo(routes, upstream, request, body), response, (status) => {
        entry.status = status;
      });
    });
  });
  server.listen(port, host);
  await once(server, 'listening');

  const { address, family, port: actualPort } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${actualPort}`,
    requests,
    inbox,
    close: () =>
      (closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      })),
  };
}

function createRoutes(upstream: Upstream, inbox: readonly SandboxSms[]): readonly Route[] {
  const certification = /^\/certifications\/([^/]+)$/;
  const confirmation = /^\/certifications\/otp\/confirm\/([^/]+)$/;
  const open = { needsToken: false };
  const guarded = { needsToken: true };
  return [
    { method: 'POST', path: /^\/users\/getToken$/, ...open, answer: upstream.getToken },
    { method: 'POST', path: /^\/certifications\/otp\/request$/, ...guarded, answer: upstream.request },
    { method: 'POST', path: confirmation, ...guarded, answer: (body, impUid) => upstream.confirm(impUid, body) },
    { method: 'GET', path: certification, ...guarded, answer: (_, impUid) => upstream.read(impUid) },
    { method: 'DELETE', path: certification, ...guarded, answer: (_, impUid) => upstream.remove(impUid) },
    { method: 'GET', path: /^\/sandbox\/inbox$/, ...open, answer: () => json(200, inbox.toReversed()) },
  ];
}

function answerTo(
  routes: readonly Route[],
  upstream: Upstream,
  request: IncomingMessage,
  body: string | undefined,
): Answer {
  const path = pathOf(request);
  const route = routes.find((route) => route.method === request.method && route.path.test(path));
  if (route === undefined) return notFound();
  if (body === undefined) return tooLarge();
  if (route.needsToken && !tokensOf(request.headers).some(upstream.isValidToken)) return unauthorized();
  try {
    return route.answer(parseBody(body), route.path.exec(path)?.[1] ?? '');
  } catch {
    return crashed();
  }
}

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?')[0] ?? '';
}

/** Clients of the upstream send the token in three ways, and it accepts them all. */
function tokensOf({ authorization = '', 'x-imptokenheader': own = '' }: IncomingHttpHeaders): string[] {
  return [authorization.replace(/^Bearer +/i, ''), ...[own].flat()];
}

/** The whole body as text, or undefined where it is over the limit: then it is drained, not kept. */
function readBody(request: IncomingMessage, done: (body: string | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  });
  request.on('end', () => done(size <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString() : undefined));
}

/** JSON if it is, else a form: the content types of real clients do not tell. */
function parseBody(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    const fields = Object.entries(Object(value)).filter(([, field]) => field !== null && typeof field !== 'object');
    return new Map(fields.map(([name, field]) => [name, String(field)]));
  } catch {
    return new Map(new URLSearchParams(text));
  }
}

/** Drops a tenth at a time, so that a long run does not move the whole list on every call. */
function pushBounded<T>(list: T[], item: T, limit: number): void {
  if (list.length >= limit) list.splice(0, Math.ceil(limit / 10));
  list.push(item);
}
