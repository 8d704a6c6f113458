import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** An address in front of a Redis, which can be slow with writes or stand for another Redis later. */
export interface TcpRelay {
  readonly url: string;
  /** Where connections go that are made from now on; those that stand stay where they are. */
  pointTo(url: string): void;
  /** Keeps back what is sent and contains this text, or lets it through and keeps back what is answered from then on. */
  hold(what: 'requests' | 'answers', text: string): void;
  /** Sends what was kept back, and keeps nothing back any more. */
  release(): void;
  close(): void;
}

export async function createTcpRelay(url: string): Promise<TcpRelay> {
  let target = new URL(url);
  let watched: { readonly what: 'requests' | 'answers'; readonly text: string } | null = null;
  let holdsAnswers = false;
  const held: (() => void)[] = [];
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    client.on('data', (data) => {
      const isWatched = watched !== null && data.includes(watched.text);
      if (isWatched && watched?.what === 'requests') return void held.push(() => upstream.write(data));
      if (isWatched) holdsAnswers = true;
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (holdsAnswers) held.push(() => client.write(data));
      else client.write(data);
    });
    for (const [socket, peer] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        peer.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pointTo(url) {
      target = new URL(url);
    },
    hold(what, text) {
      watched = { what, text };
    },
    release() {
      watched = null;
      holdsAnswers = false;
      for (const send of held.splice(0)) send();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
