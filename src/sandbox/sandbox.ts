import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, deliver, json } from './answers.ts';
import type { SandboxSms, SendSms } from './inbox.ts';
import { createUpstream } from './upstream.ts';
import { V1 } from './v1/answers.ts';
import { createV1Routes } from './v1/routes.ts';
import { V2 } from './v2/answers.ts';
import { createV2Routes } from './v2/routes.ts';
import type { Route } from './version.ts';
import { createWindowRoutes } from './window/routes.ts';

export type { SandboxSms } from './inbox.ts';
export { SANDBOX_KEY, SANDBOX_SECRET } from './v1/tokens.ts';
export { SANDBOX_CHANNEL_KEY } from './v2/record.ts';
export { SANDBOX_PORTONE_SECRET, SANDBOX_STORE_ID } from './v2/routes.ts';
export { SANDBOX_MERCHANT_CODE } from './window/requests.ts';

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
  /** The header `Idempotency-Key` as it came, where there is one. */
  idempotencyKey?: string;
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

const MAX_BODY_BYTES = 64 * 1024;
const MAX_REQUESTS = 100_000;
const MAX_INBOX = 1_000;

/**
 * A stand-in for the certification APIs of the upstream, V1 and V2, listening when the promise resolves.
 * Errors: those of `listen`, such as EADDRINUSE.
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', now = Date.now, onSms } = options;
  const requests: SandboxRequest[] = [];
  const inbox: SandboxSms[] = [];
  const routes = createRoutes(now, inbox, (sms) => {
    pushBounded(inbox, sms, MAX_INBOX);
    onSms?.(sms);
  });

  const server = createServer((request, response) => {
    const entry: SandboxRequest = { method: request.method ?? '', path: pathOf(request), status: null };
    const [key] = [request.headers['idempotency-key']].flat();
    if (key !== undefined) entry.idempotencyKey = key;
    pushBounded(requests, entry, MAX_REQUESTS);
    // A caller that hangs up is no fault of the sandbox.
    response.on('error', () => response.destroy());
    response.setHeader('date', new Date(now()).toUTCString()); // a server has one clock
    readBody(request, (body) => {
      deliver(answerTo(routes, request, body), response, (status) => {
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

function createRoutes(now: () => number, inbox: readonly SandboxSms[], send: SendSms): readonly Route[] {
  const [v1, v2] = [createUpstream(V1, now), createUpstream(V2, now)];
  return [
    ...createV1Routes(v1, now, send),
    ...createV2Routes(v2, now, send),
    ...createWindowRoutes(v1, v2, now),
    { method: 'GET', path: /^\/sandbox\/inbox$/, version: V1, answer: () => json(200, inbox.toReversed()) },
  ];
}

function answerTo(routes: readonly Route[], request: IncomingMessage, body: string | undefined): Answer {
  const path = pathOf(request);
  const route = routes.find((route) => route.method === request.method && route.path.test(path));
  if (route === undefined) return V1.notFound();
  if (body === undefined) return route.version.tooLarge();
  const query = new URLSearchParams(request.url?.split('?')[1]);
  try {
    return route.answer({ id: route.path.exec(path)?.[1] ?? '', query, headers: request.headers, body });
  } catch {
    return route.version.crashed();
  }
}

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?')[0] ?? '';
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

/** Drops a tenth at a time, so that a long run does not move the whole list on every call. */
function pushBounded<T>(list: T[], item: T, limit: number): void {
  if (list.length >= limit) list.splice(0, Math.ceil(limit / 10));
  list.push(item);
}
