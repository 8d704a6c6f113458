import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { Agent, createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { createHttp, type HttpOptions } from '../../src/upstream/http.ts';
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

const send = async (options: Pick<HttpOptions, 'baseUrl'> & Partial<HttpOptions>) => {
  const http = createHttp({ connectTimeoutMs: 10_000, ...options });
  closers.push(() => http.close());
  return http.send({ method: 'GET', path: '/x', signal: new AbortController().signal });
};

describe('the way to an upstream with TLS', () => {
  /** An upstream whose certificate only `ca` makes valid, and a proxy that counts the tunnels it opens. */
  async function upstreamAndProxy(answer = (response: ServerResponse): unknown => response.end('{}')) {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    const seen: unknown[] = [];
    const upstream = createTlsServer({ key, cert }, ({ headers }, response) => {
      seen.push(headers['x-team']);
      answer(response);
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

  /** An agent that hands a connection over while TLS is not spoken on it yet. */
  class Early extends Agent {
    override createConnection(
      { host, port }: { host?: string; port?: number | string },
      done?: (error: Error | null, stream: Duplex) => void,
    ): undefined {
      const socket = connect(Number(port), '127.0.0.1');
      socket.once('connect', () => done?.(null, connectTls({ ...this.options, socket, servername: host! })));
    }
  }

  test.each(['directly', 'through a proxy', 'by an agent of one’s own'])(
    'loses an answer, which is ambiguous once TLS is spoken, and not-sent before: %s',
    async (way) => {
      const { cert, baseUrl, proxy, seen } = await upstreamAndProxy((response) => response.socket!.destroy());
      const from = (ca?: string) => {
        const agent = new Early({ ...(ca !== undefined && { ca }) });
        closers.push(() => agent.destroy());
        return {
          baseUrl,
          ...(way === 'through a proxy' && { httpsProxy: proxy }),
          wire: { ...(ca !== undefined && { ca }), ...(way.startsWith('by an agent') && { agent }) },
        };
      };
      await expect(send(from(cert))).rejects.toMatchObject({ reason: 'cut', fate: 'ambiguous' });
      expect(seen).toHaveLength(1);
      await expect(send(from())).rejects.toMatchObject({ fate: 'not-sent' });
      expect(seen).toHaveLength(1);
    },
  );
});

describe('a connection to the upstream', () => {
  test("leads to where the host program's look-up says", async () => {
    const port = await portOf(createServer((_request, response) => response.end('{}')));
    const asked: string[] = [];
    const lookup: LookupFunction = (name, _options, found) => {
      asked.push(name);
      found(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    expect(await send({ baseUrl: `http://upstream.test:${port}`, wire: { lookup } })).toMatchObject({ status: 200 });
    expect(asked).toEqual(['upstream.test']);
  });

  test('is not given up for the time in which this process was too busy to notice that it stands', async () => {
    const port = await portOf(createServer((_request, response) => response.end('{}')));
    const lookup: LookupFunction = (_name, _options, found) => {
      setImmediate(() => {
        found(null, [{ address: '127.0.0.1', family: 4 }]);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200); // the kernel connects meanwhile
      });
    };
    const options = { baseUrl: `http://upstream.test:${port}`, connectTimeoutMs: 50, wire: { lookup } };
    expect(await send(options)).toMatchObject({ status: 200 });
  });

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
