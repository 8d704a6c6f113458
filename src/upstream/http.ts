import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type OutgoingHttpHeaders,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import got, { type ExtendOptions, type RequestFunction } from 'got';
import type { Interval } from '../interval.ts';
import { UpstreamFault } from './errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Starts with a slash and needs no escaping. */
  readonly path: string;
  /** The path with `{imp_uid}` in place of the id; without it the path has none. */
  readonly template?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: Readonly<Record<string, unknown>>;
  /** Ends the whole exchange, body included; with an `UpstreamFault` as its reason, that is what is thrown. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The upstream's clock, in unix ms of a whole second; NaN where the answer has no date. */
  readonly dateMs: number;
  /** From the sending to the end of the answer. */
  readonly call: Interval;
  readonly body: string;
}

export interface Http {
  /** The address of the upstream. */
  readonly base: URL;
  /**
   * One exchange: never repeated, never redirected, whatever the status.
   * Errors: `UpstreamFault` with a fate, and nothing else: what `got` throws holds the token and the body.
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

export interface HttpOptions {
  readonly baseUrl: string;
  /** For each of name look-up, connection and TLS handshake. */
  readonly connectTimeoutMs: number;
  /** An HTTP proxy for an upstream with TLS, and the hosts that it is not for, as in the usual variables of environments. */
  readonly httpsProxy?: string | null;
  readonly noProxy?: string | null;
  readonly wire?: WireOptions;
}

/** How a host program reaches the upstream; nothing here can repeat a call. */
export interface WireOptions {
  /** An agent of the host's own, for the protocol of the upstream's URL; `proxy` is then the agent's to know. */
  readonly agent?: HttpAgent;
  /** The URL of an HTTP proxy, which is asked for a tunnel where the upstream speaks TLS; else that of the settings. */
  readonly proxy?: string;
  /** Certificate authorities to trust in place of node's, PEM. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[];
  /** The name look-up, as of `node:dns`. */
  readonly lookup?: LookupFunction;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A certification is 2 kB; a `data:` URL as its origin makes it larger. Counted after decoding, against gzip bombs. */
const MAX_BODY_BYTES = 256 * 1024;

const SAFE = {
  retry: { limit: 0 },
  followRedirect: false,
  throwHttpErrors: false,
} as const satisfies ExtendOptions;

const HEADERS = { 'user-agent': 'iamport-identity-gateway', accept: 'application/json' };

export function createHttp(options: HttpOptions): Http {
  const { baseUrl, connectTimeoutMs, wire = {} } = options;
  const base = new URL(baseUrl);
  const isTls = base.protocol === 'https:';
  const ownAgent = createAgent(isTls, options);
  const connection = {
    host: base.hostname.replace(/^\[|\]$/g, ''),
    port: base.port,
    agent: wire.agent ?? ownAgent,
    ...(wire.lookup && { lookup: wire.lookup }),
    ...(wire.ca && { ca: wire.ca as string[] }),
  };
  const basePath = base.pathname.replace(/\/$/, '');
  const client = got.extend(SAFE);

  async function send({ method, path, query = {}, headers = {}, json, signal }: HttpRequest): Promise<HttpAnswer> {
    const url = new URL(basePath + path, base);
    // A path that changes when parsed ("..", "?", "//" and a host) would reach another endpoint with our token.
    if (url.pathname !== basePath + path) throw new TypeError('A path must not need escaping');
    url.search = new URLSearchParams(query).toString();

    const progress: Progress = { stage: 'connect', request: null };
    const sent: Sent = {
      headers: { ...wire.headers, ...HEADERS, ...headers, ...(json && { 'content-type': 'application/json' }) },
      body: json && JSON.stringify(json),
    };
    const since = performance.now();
    const stream = client.stream(url, {
      method,
      request: nodeRequest(isTls, connection, progress, connectTimeoutMs, sent),
    });
    const abort = (): void => void stream.destroy(new Error('aborted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    if (method !== 'GET') stream.end(); // it could have a body, so got waits for one
    try {
      const body = await readCapped(stream);
      const { statusCode, headers: answered } = stream.response!;
      const dateMs = Date.parse(answered.date ?? '');
      const call = { since, until: performance.now() };
      return { status: statusCode, retryAfter: answered['retry-after'], dateMs, call, body };
    } catch (error) {
      stream.destroy();
      progress.request?.destroy();
      throw faultOf(error, progress.stage, signal);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  return { base, send, close: () => ownAgent.destroy() };
}

/**
 * How long an idle connection is kept. The upstream closes idle ones after a time that is not documented, and a request that
 * meets the closing has an unknown outcome: a new connection costs less.
 */
const IDLE_MS = 500;

function createAgent(isTls: boolean, { httpsProxy, noProxy, wire: { proxy } = {} }: HttpOptions): HttpAgent {
  const proxyEnv = {
    ...(httpsProxy && { HTTPS_PROXY: httpsProxy }),
    ...(noProxy && { NO_PROXY: noProxy }),
    ...(proxy && { HTTP_PROXY: proxy, HTTPS_PROXY: proxy }),
  };
  const options = { keepAlive: true, timeout: IDLE_MS, proxyEnv };
  return isTls ? new HttpsAgent(options) : new HttpAgent(options);
}

/** What a request sends. */
interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/**
 * Hands got the answer and node the request, of which got need not know: to copy and check its headers, and to follow its
 * stages, costs as much as to send it. Written by got, the body would also be a packet of its own.
 */
function nodeRequest(
  isTls: boolean,
  connection: RequestOptions,
  progress: Progress,
  connectTimeoutMs: number,
  { headers: own, body }: Sent,
): RequestFunction {
  return (url, { method, headers }) =>
    new Promise((resolve, reject) => {
      const all = { ...(headers as OutgoingHttpHeaders), ...own };
      const options = { ...connection, path: url.pathname + url.search, method, headers: all };
      const request = (isTls ? httpsRequest : httpRequest)(options);
      watchConnection(request, isTls, progress, connectTimeoutMs);
      progress.request = request;
      request.once('response', resolve).on('error', reject).end(body);
    });
}

/** How far an exchange has come. Until the connection stands nothing can have been sent; from then on anything may have been. */
interface Progress {
  stage: 'connect' | 'tls' | 'sent';
  request: ClientRequest | null;
}

/** Follows the stages of a new connection, and gives each of name look-up, connection and TLS handshake its time. */
function watchConnection(request: ClientRequest, isTls: boolean, progress: Progress, timeoutMs: number): void {
  const reach = (stage: Progress['stage']) => (): void => void (progress.stage = stage);
  request.once('socket', (socket) => {
    // An agent can hand over a connection that stands, without a word: a freed one, or one through a proxy.
    const isSecuring = isTls && (socket as TLSSocket & { secureConnecting?: boolean }).secureConnecting === true;
    const stands = !socket.destroyed && !socket.connecting && !isSecuring;
    if (request.reusedSocket || stands) return reach('sent')();
    const { refresh, end } = createTimer(() => request.destroy(new ConnectTimeout()), timeoutMs);
    socket.once('lookup', refresh);
    socket.once('connect', reach(isTls ? 'tls' : 'sent'));
    socket.once('connect', isTls ? refresh : end);
    if (isTls) socket.once('secureConnect', reach('sent')).once('secureConnect', end);
    socket.once('close', end);
  });
}

/**
 * A timer whose work waits until events that have come are heard. After a long turn of the event loop timers come first, and a
 * connection that stands would be given up, for the time in which this process was too busy to notice.
 */
function createTimer(work: () => void, timeoutMs: number): { readonly refresh: () => void; readonly end: () => void } {
  let due: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => (due = setImmediate(work)), timeoutMs);
  return {
    refresh() {
      clearImmediate(due);
      timer.refresh();
    },
    end() {
      clearImmediate(due);
      clearTimeout(timer);
    },
  };
}

class ConnectTimeout extends Error {}
class TooLarge extends Error {}

/** By events, which cost less than to iterate. Errors: what the stream says, even again after it was heard; `TooLarge`. */
function readCapped(stream: Readable): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) reject(new TooLarge());
    else chunks.push(chunk);
  });
  stream.once('end', () => resolve(Buffer.concat(chunks, size).toString('utf8')));
  stream.on('error', reject);
  stream.once('close', () => reject(new Error('closed'))); // without an end
  return promise;
}

function faultOf(error: unknown, stage: Progress['stage'], signal: AbortSignal): UpstreamFault {
  if (signal.reason instanceof UpstreamFault) return signal.reason;
  if (stage !== 'sent') return new UpstreamFault(stage);
  if (error instanceof TooLarge) return new UpstreamFault('too-large');
  return new UpstreamFault(signal.aborted ? 'timeout' : 'cut');
}
