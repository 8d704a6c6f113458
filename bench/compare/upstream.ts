import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

// The upstream as a process of its own: logs in, certifies everybody, and reads every certification. It also takes traces,
// and drops them. A message sets after how many milliseconds it answers.

export interface UpstreamMessage {
  readonly delayMs: number;
}

const TOKEN_LIFE_S = 1_800;
let delayMs = 0;

/** Of a size as in reality. */
function certification(impUid: string): object {
  return {
    imp_uid: impUid,
    merchant_uid: 'order_0001',
    pg_tid: 'tid_0001',
    pg_provider: 'danal',
    name: '홍길동',
    gender: 'male',
    birth: 631_119_600,
    birthday: '1990-01-01',
    foreigner: false,
    foreigner_v2: false,
    phone: '01012345678',
    carrier: 'SKT',
    certified: true,
    certified_at: Math.floor(Date.now() / 1_000),
    unique_key: 'A'.repeat(88),
    unique_in_site: 'B'.repeat(64),
    origin: 'https://shop.example.com/verify',
  };
}

function answerTo(path: string): object {
  if (path === '/v1/traces') return {};
  const now = Math.floor(Date.now() / 1_000);
  const response = path.startsWith('/users/')
    ? { access_token: 'token', now, expired_at: now + TOKEN_LIFE_S }
    : certification(path.slice(path.lastIndexOf('/') + 1));
  return { code: 0, message: null, response };
}

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    const send = (): void => {
      const body = JSON.stringify(answerTo(request.url!));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
      response.end(body);
    };
    if (delayMs === 0) send();
    else void delay(delayMs).then(send);
  });
});
server.keepAliveTimeout = 60_000;
// With node's own backlog of 511 some of 1,000 connections at once would wait for TCP's retries.
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () =>
  process.send!((server.address() as AddressInfo).port),
);

process.on('message', (message: UpstreamMessage) => {
  delayMs = message.delayMs;
  process.send!(delayMs);
});
process.once('disconnect', () => process.exit());
