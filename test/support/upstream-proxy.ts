import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Between gateways and the sandbox: it knows which gateway calls, sees what overlaps, and can keep answers back. */
export interface UpstreamProxy {
  /** The upstream's address for the gateway of this name. */
  urlFor(gateway: string): string;
  /** Keeps the answer of this impUid's next confirm back, once the upstream has given it. */
  holdConfirm(impUid: string): Promise<HeldAnswer>;
  /** The same of the next request for a code. */
  holdRequest(): Promise<HeldAnswer>;
  /** The most confirms of this impUid that were ever on their way at the same time. */
  mostAtOnce(impUid: string): number;
  close(): Promise<void>;
}

export interface HeldAnswer {
  /** Whose call it is. */
  readonly gateway: string;
  /** Lets the answer go; to a gateway that is dead it goes nowhere. */
  release(): void;
}

const REQUEST = '/certifications/otp/request';
const CONFIRM = /^\/certifications\/otp\/confirm\/([^/]+)$/;

/** Each answer of a confirm is kept back for `confirmMs`, as a carrier would. */
export async function createUpstreamProxy(upstreamUrl: string, { confirmMs = 0 } = {}): Promise<UpstreamProxy> {
  const holds = new Map<string, (held: HeldAnswer) => void>();
  const counts = new Map<string, { now: number; most: number }>();

  /** From the arrival of a confirm until its caller has the answer, or is gone. */
  function count(impUid: string, response: ServerResponse): void {
    const confirms = counts.get(impUid) ?? { now: 0, most: 0 };
    counts.set(impUid, confirms);
    confirms.now += 1;
    confirms.most = Math.max(confirms.most, confirms.now);
    response.once('close', () => (confirms.now -= 1));
  }

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, gateway = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(request.url!) ?? [];
    const impUid = CONFIRM.exec(path)?.[1];
    if (impUid !== undefined) count(impUid, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const answer = await fetch(upstreamUrl + path, {
      method: request.method!,
      headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
      ...(body.length > 0 && { body }),
    });
    const text = await answer.text();
    if (impUid !== undefined && confirmMs > 0) await delay(confirmMs);
    const release = (): void => void response.writeHead(answer.status).end(text);
    const name = impUid ?? path;
    const hold = holds.get(name);
    if (!hold) return release();
    holds.delete(name);
    hold({ gateway, release });
  }

  const server = createServer((request, response) => {
    forward(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    urlFor: (gateway) => `http://127.0.0.1:${port}/${gateway}`,
    holdConfirm: (impUid) => new Promise((resolve) => holds.set(impUid, resolve)),
    holdRequest: () => new Promise((resolve) => holds.set(REQUEST, resolve)),
    mostAtOnce: (impUid) => counts.get(impUid)?.most ?? 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
