import { once } from 'node:events';
import { Agent, createServer, type RequestListener } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type NetConnectOpts, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { UpstreamFault } from '../../src/upstream/errors.ts';
import { createHttp, type Http } from '../../src/upstream/http.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (thing) => thing.close()));
});

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function httpTo(baseUrl: string): Http {
  const http = createHttp({ baseUrl, connectTimeoutMs: 10_000 });
  opened.push(http);
  return http;
}

const upstream = async (listener: RequestListener): Promise<Http> => httpTo(await listening(createServer(listener)));
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const signal = (): AbortSignal => new AbortController().signal;
const request = {
  method: 'POST',
  path: '/x',
  headers: { authorization: 'Bearer canary' },
  json: { otp: '271828' },
} as const;

describe('http', () => {
  test('sends method, path, headers and JSON as given, and answers any status with its body', async () => {
    const seen: unknown[] = [];
    const http = await upstream((incoming, response) => {
      incoming.setEncoding('utf8').on('data', (body: string) => {
        const { authorization, 'content-type': type, 'content-length': length } = incoming.headers;
        seen.push([incoming.method, incoming.url, authorization, type, length, body]);
        response.writeHead(500, { 'retry-after': '7', date: 'Thu, 26 Nov 2026 00:00:00 GMT' }).end('{"a":"홍길동"}');
      });
    });
    expect(await http.send({ ...request, signal: signal() })).toEqual({
      status: 500,
      retryAfter: '7',
      dateMs: Date.UTC(2026, 10, 26),
      call: { since: expect.any(Number), until: expect.any(Number) },
      body: '{"a":"홍길동"}',
    });
    expect(seen).toEqual([['POST', '/x', 'Bearer canary', 'application/json', '16', '{"otp":"271828"}']]);
  });

  test('keeps the path of the base URL and one connection for one call after another', async () => {
    const sockets = new Set<unknown>();
    const paths: unknown[] = [];
    const server = createServer((incoming, response) => {
      sockets.add(incoming.socket);
      paths.push(incoming.url);
      response.end('{}');
    });
    const http = httpTo(`${await listening(server)}/proxy/`);
    for (const path of ['/a', '/b', '/c']) await http.send({ method: 'GET', path, signal: signal() });
    expect(paths).toEqual(['/proxy/a', '/proxy/b', '/proxy/c']);
    expect(sockets.size).toBe(1);
  });

  test('sends a deletion without a body, and lets its caller wait for nothing', async () => {
    const http = await upstream((incoming, response) => {
      const { 'content-length': length, 'transfer-encoding': encoding, accept } = incoming.headers;
      response.end(JSON.stringify([incoming.method, length ?? encoding ?? null, accept]));
    });
    const { body } = await http.send({ method: 'DELETE', path: '/x', signal: signal() });
    expect(JSON.parse(body)).toEqual(['DELETE', null, 'application/json']);
  });

  (hasIpv6 ? test : test.skip)('reaches an upstream that has an IPv6 address', async () => {
    const server = createServer((_incoming, response) => response.end('six')).listen(0, '::1');
    await once(server, 'listening');
    opened.push(server);
    const http = httpTo(`http://[::1]:${(server.address() as AddressInfo).port}`);
    expect(await http.send({ ...request, signal: signal() })).toMatchObject({
      body: 'six',
      dateMs: expect.any(Number),
    });
  });

  test('reads 256 kB, in parts that split a letter', async () => {
    const text = `x${'가'.repeat(87_381)}`; // 256 kB
    const http = await upstream((_incoming, response) => {
      const bytes = Buffer.from(text);
      response.write(bytes.subarray(0, 2), () => response.end(bytes.subarray(2)));
    });
    expect((await http.send({ ...request, signal: signal() })).body === text).toBe(true);
  });

  test('answers no time where the upstream tells none', async () => {
    const http = await upstream((_incoming, response) => {
      response.sendDate = false;
      response.end();
    });
    const { dateMs, call } = await http.send({ ...request, signal: signal() });
    expect([dateMs, call.until >= call.since]).toEqual([Number.NaN, true]);
  });

  test('neither follows a redirect nor repeats a 503', async () => {
    let calls = 0;
    const http = await upstream((_incoming, response) => {
      calls += 1;
      response.writeHead(calls === 1 ? 302 : 503, { location: '/elsewhere', 'retry-after': '0' }).end();
    });
    expect((await http.send({ ...request, signal: signal() })).status).toBe(302);
    expect((await http.send({ method: 'GET', path: '/x', signal: signal() })).status).toBe(503);
    expect(calls).toBe(2);
  });

  test.each([
    '/../users',
    '/a?b',
    '//evil.example',
    '//evil.example//evil.example',
    '/\\evil.example',
    'http://evil.example/x',
    '',
    '/a b',
    '/%2e%2e/x',
    '/a#b',
    '/홍',
  ])('refuses the path %s before anything is sent', async (path) => {
    let calls = 0;
    const http = await upstream((_incoming, response) => {
      calls += 1;
      response.end();
    });
    await expect(http.send({ method: 'GET', path, signal: signal() })).rejects.toThrow('must not need escaping');
    expect(calls).toBe(0);
  });
});

describe('what went wrong on the wire', () => {
  test('is not-sent when the connection is refused', async () => {
    // Port 1 stays closed, while a port that is closed for the test can be opened by another.
    await expect(httpTo('http://127.0.0.1:1').send({ ...request, signal: signal() })).rejects.toMatchObject({
      reason: 'connect',
      code: 'UPSTREAM_UNAVAILABLE',
      fate: 'not-sent',
    });
  });

  test('is not-sent when the name cannot be resolved', async () => {
    await expect(httpTo('http://host.invalid').send({ ...request, signal: signal() })).rejects.toMatchObject({
      fate: 'not-sent',
    });
  });

  test('is not-sent when TLS fails before a byte of the request left', async () => {
    const url = await listening(createTcpServer((socket) => socket.on('error', () => {}).end('this is no TLS\r\n')));
    await expect(httpTo(url.replace('http:', 'https:')).send({ ...request, signal: signal() })).rejects.toMatchObject({
      reason: 'tls',
      code: 'UPSTREAM_UNAVAILABLE',
      fate: 'not-sent',
    });
  });

  test.each([
    ['a name is looked up', 'connect', 'http://upstream.test', { lookup: () => {} }],
    ['TLS is spoken', 'tls', 'https://127.0.0.1', {}],
  ])('is not-sent when the time for it ends while %s', async (_what, reason, origin, wire) => {
    const silent = createTcpServer((socket) => void opened.push({ close: () => socket.destroy() }));
    const { port } = new URL(await listening(silent));
    const http = createHttp({ baseUrl: `${origin}:${port}`, connectTimeoutMs: 50, wire });
    opened.push(http);
    await expect(http.send({ ...request, signal: signal() })).rejects.toMatchObject({ reason, fate: 'not-sent' });
  });

  test.each<[string, RequestListener, string?]>([
    ['a reset', (incoming) => incoming.resume().on('end', () => incoming.socket.resetAndDestroy())],
    ['an early end', (incoming) => incoming.resume().on('end', () => incoming.socket.destroy())],
    [
      'a body shorter than promised',
      (_incoming, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{');
        response.socket!.end();
      },
    ],
    ['more than 256 kB', (_incoming, response) => response.end('x'.repeat(256 * 1024 + 1)), 'too-large'],
    [
      'a body that is not the gzip it says',
      (_incoming, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('{"code":0}'),
    ],
  ])('is ambiguous after %s', async (_name, listener, reason = 'cut') => {
    const http = await upstream(listener);
    await expect(http.send({ ...request, signal: signal() })).rejects.toMatchObject({
      reason,
      code: 'UPSTREAM_BAD_RESPONSE',
      fate: 'ambiguous',
    });
  });

  class Connected extends Agent {
    override createConnection(options: object, done?: (error: Error | null, stream: Duplex) => void): undefined {
      const socket = connect(options as NetConnectOpts);
      socket.once('connect', () => done?.(null, socket));
    }
  }

  test.each([
    ['keeps one and hands it on', () => new Agent({ keepAlive: true, maxSockets: 1 })],
    ['connects before it hands one over', () => new Connected() as Agent],
  ])('is ambiguous after a reset on a connection of an agent of one’s own that %s', async (_name, createAgent) => {
    const server = createServer((incoming, response) => {
      if (incoming.url === '/x') incoming.resume().on('end', () => incoming.socket.resetAndDestroy());
      else setImmediate(() => response.end('{}'));
    });
    const agent = createAgent();
    const http = createHttp({
      baseUrl: await listening(server),
      connectTimeoutMs: 10_000,
      wire: { agent },
    });
    opened.push(http, { close: () => agent.destroy() });
    const before = http.send({ method: 'GET', path: '/before', signal: signal() });
    await expect(http.send({ ...request, signal: signal() })).rejects.toMatchObject({ fate: 'ambiguous' });
    await before;
  });

  test.each<[string, (answered: () => void) => RequestListener]>([
    ['no answer', (answered) => () => answered()],
    [
      'half an answer',
      (answered) => (_incoming, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{', answered);
      },
    ],
  ])('is an ambiguous timeout after %s by the deadline', async (_name, listener) => {
    const deadline = new AbortController();
    const server = createServer(listener(() => deadline.abort()));
    const http = httpTo(await listening(server));
    await expect(http.send({ ...request, signal: deadline.signal })).rejects.toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
      fate: 'ambiguous',
    });
    server.closeAllConnections();
  });

  test('is the reason for which the exchange was ended, where that is a fault', async () => {
    const leaving = new AbortController();
    const gone = new UpstreamFault('gone');
    const http = await upstream(() => leaving.abort(gone));
    await expect(http.send({ ...request, signal: leaving.signal })).rejects.toBe(gone);
  });

  test('is told in our own error, which holds nothing of the request', async () => {
    const http = await upstream((incoming) => incoming.socket.destroy());
    const error: Error = await http.send({ ...request, signal: signal() }).then(
      () => {
        throw new Error('answered');
      },
      (thrown: Error) => thrown,
    );
    expect(error.name).toBe('UpstreamFault');
    expect(error.cause).toBeUndefined();
    expect(JSON.stringify([error, error.message, error.stack])).not.toMatch(/canary|271828/);
  });
});
