import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { createHttp, type HttpOptions } from '../../src/iamport/http.ts';
import { until } from '../support/until.ts';

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const send = async (options: Omit<HttpOptions, 'connectTimeoutMs'>) => {
  const http = createHttp({ connectTimeoutMs: 10_000, ...options });
  closers.push(() => http.close());
  return http.send({ method: 'GET', path: '/x', signal: new AbortController().signal });
};

describe('the way to an upstream with TLS', () => {
  /** An upstream whose certificate only `ca` makes valid, and a proxy that counts the tunnels it opens. */
  async function upstreamAndProxy() {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    const seen: unknown[] = [];
    const upstream = createTlsServer({ key, cert }, ({ headers }, response) => {
      seen.push(headers['x-team']);
      response.end('{}');
    });
    const tunnels: unknown[] = [];
    const proxy = createServer();
    proxy.on('connect', ({ url }, client) => {
      tunnels.push(url);
      const target = connect(Number(url!.split(':')[1]), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        target.pipe(client).pipe(target);
      });
      for (const socket of [target, client]) socket.on('error', () => {});
      closers.push(() => target.destroy());
    });
    const port = await portOf(upstream);
    return {
      cert,
      seen,
      tunnels,
      baseUrl: `https://localhost:${port}`,
      proxy: `http://127.0.0.1:${await portOf(proxy)}`,
    };
  }

  test('leads through the proxy of the settings, and its certificate is checked', async () => {
    const { cert, baseUrl, proxy, tunnels } = await upstreamAndProxy();
    expect(await send({ baseUrl, httpsProxy: proxy, wire: { ca: cert } })).toMatchObject({ status: 200 });
    expect(tunnels).toEqual([new URL(baseUrl).host]);
    await expect(send({ baseUrl, httpsProxy: proxy })).rejects.toMatchObject({ fate: 'not-sent' });
  });

  test('leads past the proxy for the hosts that it is not for', async () => {
    const { cert, baseUrl, proxy, tunnels } = await upstreamAndProxy();
    const direct = { baseUrl, httpsProxy: proxy, noProxy: 'example.com,localhost', wire: { ca: cert } };
    expect(await send(direct)).toMatchObject({ status: 200 });
    expect(tunnels).toEqual([]);
  });

  test("leads through the proxy of a host program before that of the settings, with the host program's headers", async () => {
    const { cert, baseUrl, proxy, tunnels, seen } = await upstreamAndProxy();
    const wire = { proxy, ca: cert, headers: { 'x-team': 'identity' } };
    expect(await send({ baseUrl, httpsProxy: 'http://127.0.0.1:1', wire })).toMatchObject({ status: 200 });
    expect([tunnels.length, seen]).toEqual([1, ['identity']]);
  });
});

describe('a connection to the upstream', () => {
  test('is closed from here when it is idle, before the upstream may close it under a request', async () => {
    const server = createServer((_request, response) => response.end('{}'));
    server.keepAliveTimeout = 60_000;
    let closed = 0;
    server.on('connection', (socket) => socket.once('end', () => (closed += 1)));
    await send({ baseUrl: `http://127.0.0.1:${await portOf(server)}` });
    await until(() => closed === 1);
  });

  test('stays while its answer is due, however long that takes', async () => {
    let finish = (): void => {};
    const server = createServer((_request, response) => (finish = () => response.end('{}')));
    const answer = send({ baseUrl: `http://127.0.0.1:${await portOf(server)}` });
    await new Promise((resolve) => setTimeout(resolve, 700)); // longer than an idle connection is kept
    finish();
    expect(await answer).toMatchObject({ status: 200 });
  });
});
