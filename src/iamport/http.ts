import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import got, { type ExtendOptions, type RequestFunction } from 'got';
import { UpstreamFault } from './errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Starts with a slash and needs no escaping. */
  readonly path: string;
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
  readonly body: string;
}

export interface Http {
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
  readonly got?: GotOptions;
}

/** What an operator can set of `got`: how to reach the upstream, and nothing that could repeat a call. */
export type GotOptions = Pick<
  ExtendOptions,
  'agent' | 'https' | 'headers' | 'dnsLookup' | 'dnsLookupIpVersion' | 'localAddress'
>;

/** A certification is 2 kB; a `data:` URL as its origin makes it larger. Counted after decoding, against gzip bombs. */
const MAX_BODY_BYTES = 256 * 1024;

const SAFE = {
  retry: { limit: 0 },
  followRedirect: false,
  throwHttpErrors: false,
  headers: { 'user-agent': 'iamport-identity-gateway', accept: 'application/json' },
} as const satisfies ExtendOptions;

export function createHttp({ baseUrl, connectTimeoutMs, got: custom }: HttpOptions): Http {
  const base = new URL(baseUrl);
  const isTls = base.protocol === 'https:';
  const agent = isTls ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const basePath = base.pathname.replace(/\/$/, '');
  const client = got.extend(custom ?? {}, SAFE);
  const timeout = { lookup: connectTimeoutMs, connect: connectTimeoutMs, secureConnect: connectTimeoutMs };

  async function send({ method, path, headers = {}, json, signal }: HttpRequest): Promise<HttpAnswer> {
    const url = new URL(basePath + path, base);
    // A path that changes when parsed ("..", "?", "//") would reach another endpoint with our token.
    if (url.pathname !== basePath + path || url.host !== base.host)
      throw new TypeError('A path must not need escaping');

    const wire: Wire = { stage: 'connect' };
    const stream = client.stream(url, {
      method,
      headers: { ...headers, ...(json && { 'content-type': 'application/json' }) },
      ...(json && { body: JSON.stringify(json) }),
      signal,
      timeout,
      request: nodeRequest(url, { isTls, agent, isSlim: !custom }, wire),
    });
    if (method === 'DELETE') stream.end(); // it could have a body, so got waits for one
    stream.on('error', ignore); // got may report again after the reader below has left
    try {
      const body = await readCapped(stream);
      const { statusCode, headers: answered } = stream.response!;
      const dateMs = Date.parse(answered.date ?? '');
      return { status: statusCode, retryAfter: answered['retry-after'], dateMs, body };
    } catch (error) {
      throw faultOf(error, wire.stage, signal);
    } finally {
      stream.destroy();
    }
  }

  return { send, close: () => agent.destroy() };
}

/**
 * Hands node only what it needs: most of what a got request costs beyond node's own is copying its other options.
 * Options of the operator's own need them all.
 */
function nodeRequest(
  url: URL,
  { isTls, agent, isSlim }: { isTls: boolean; agent: HttpAgent; isSlim: boolean },
  wire: Wire,
): RequestFunction {
  return (_url, options) => {
    const { method, headers } = options;
    const target = { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port, path: url.pathname, method, headers };
    const slim: RequestOptions = { ...target, agent };
    const full: RequestOptions = { ...options, ...target, agent: options.agent ?? agent };
    const request = (isTls ? httpsRequest : httpRequest)(isSlim ? slim : full);
    watchConnection(request, isTls, wire);
    return request;
  };
}

/** How far an exchange has come. Until the connection stands nothing can have been sent; from then on anything may have been. */
interface Wire {
  stage: 'connect' | 'tls' | 'sent';
}

function watchConnection(request: ClientRequest, isTls: boolean, wire: Wire): void {
  const reach = (stage: Wire['stage']) => (): void => void (wire.stage = stage);
  request.once('socket', (socket) => {
    // An agent can hand over a connection that stands, without a word: a freed one, or one through a proxy.
    const isSecuring = isTls && (socket as TLSSocket & { secureConnecting?: boolean }).secureConnecting === true;
    const stands = !socket.destroyed && !socket.connecting && !isSecuring;
    if (request.reusedSocket || stands) return reach('sent')();
    socket.once('connect', reach(isTls ? 'tls' : 'sent'));
    if (isTls) socket.once('secureConnect', reach('sent'));
  });
}

class TooLarge extends Error {}

async function readCapped(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}

function faultOf(error: unknown, stage: Wire['stage'], signal: AbortSignal): UpstreamFault {
  if (signal.reason instanceof UpstreamFault) return signal.reason;
  if (stage !== 'sent') return new UpstreamFault(stage);
  if (error instanceof TooLarge) return new UpstreamFault('too-large');
  return new UpstreamFault(signal.aborted ? 'timeout' : 'cut');
}

function ignore(): void {}
