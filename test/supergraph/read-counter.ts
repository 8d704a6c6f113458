import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReadCounter {
  readonly url: string;
  /** Holds the reads from now on until so many are under way at once, then lets all through. */
  hold(until: number): void;
  /** The most reads that were under way at once since then. */
  readonly most: () => number;
  close(): Promise<void>;
}

/** Stands before the upstream and sees how many reads are under way at once, without a clock. */
export async function startReadCounter(upstream: () => string): Promise<ReadCounter> {
  let underWay = 0;
  let most = 0;
  let wanted = 0;
  let gate = Promise.withResolvers<void>();

  const server = createServer((request, response) => {
    void (async () => {
      const isRead = request.method === 'GET';
      if (isRead) {
        underWay += 1;
        most = Math.max(most, underWay);
        if (underWay >= wanted) gate.resolve();
        await gate.promise;
      }
      const answer = await forward(request, upstream());
      const body = await answer.text();
      if (isRead) underWay -= 1; // before the answer leaves: the next read can be here as soon as it has
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(until) {
      wanted = until;
      most = 0;
      gate = Promise.withResolvers();
    },
    most: () => most,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function forward(request: IncomingMessage, upstream: string): Promise<Response> {
  const { method = '', url = '', headers } = request;
  const { 'idempotency-key': key } = headers;
  return fetch(new URL(url, upstream), {
    method,
    headers: { authorization: headers.authorization ?? '', ...(typeof key === 'string' && { 'idempotency-key': key }) },
    ...(method === 'POST' && { body: await text(request) }),
  });
}
