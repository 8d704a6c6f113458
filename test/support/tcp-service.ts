import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One address for several, chosen in turns for each connection and kept for as long as it lasts, as a Kubernetes Service does. */
export interface TcpService {
  readonly url: string;
  close(): void;
}

/** `targets` answers those that may get new connections. */
export async function createTcpService(targets: () => readonly { readonly url: string }[]): Promise<TcpService> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    const all = targets();
    const { port, hostname } = new URL(all[(turn += 1) % all.length]!.url);
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {}).pipe(to);
      from.once('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
