import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

export interface Replica {
  readonly url: string;
  readonly adminUrl: string;
}

/** A load balancer in turns. It polls `/readyz` as deploy/haproxy.cfg does, keeps connections, and sends nothing twice. */
export interface Balancer {
  readonly url: string;
  /** Requests that went to a replica and were not answered; the client gets 502. */
  readonly lost: readonly string[];
  /** Resolves once the replica is ready. */
  add(replica: Replica): Promise<void>;
  remove(replica: Replica): void;
  close(): Promise<void>;
}

const POLL_MS = 500;
const POLL_TIMEOUT_MS = 5_000;

export async function startBalancer(port = 0): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  const ready = new Set<Replica>();
  const known = new Set<Replica>();
  const lost: string[] = [];
  let turn = 0;

  async function poll(replica: Replica): Promise<void> {
    const signal = AbortSignal.timeout(POLL_TIMEOUT_MS);
    const isReady = await fetch(`${replica.adminUrl}/readyz`, { signal }).then(
      async (answer) => (await answer.arrayBuffer(), answer.ok),
      () => false,
    );
    if (isReady && known.has(replica)) ready.add(replica);
    else ready.delete(replica);
  }

  async function watch(replica: Replica): Promise<void> {
    while (known.has(replica)) {
      await poll(replica);
      await delay(POLL_MS);
    }
  }

  function forward(asked: IncomingMessage, answered: ServerResponse): void {
    const replicas = [...ready];
    const replica = replicas[(turn += 1) % replicas.length];
    if (!replica) return void answered.writeHead(503).end();
    const lose = (error: NodeJS.ErrnoException): void => {
      lost.push(error.code ?? error.message);
      if (answered.headersSent) answered.destroy();
      else answered.writeHead(502).end();
    };
    const { connection: _, ...headers } = asked.headers;
    const sent = request(new URL(asked.url!, replica.url), { method: asked.method!, headers, agent });
    sent.once('error', lose);
    sent.once('response', (answer) => {
      const { connection: _, ...headers } = answer.headers;
      answered.writeHead(answer.statusCode!, headers);
      pipeline(answer, answered, (error) => error && lose(error));
    });
    asked.pipe(sent);
  }

  const server = createServer(forward).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    lost,
    async add(replica) {
      known.add(replica);
      while (!ready.has(replica) && known.has(replica)) await poll(replica);
      void watch(replica);
    },
    remove(replica) {
      known.delete(replica);
      ready.delete(replica);
    },
    async close() {
      known.clear();
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, 'close');
    },
  };
}
