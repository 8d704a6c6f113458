/**
 * Is anything lost, doubled or leaked when connections break all the time?
 *
 *   npm run soak                              ten minutes
 *   SOAK_CONFIRMS=10000 npm run soak          so many confirms, however long they take
 *
 * Each call has a connection of its own, through a proxy that cuts one in twenty at a random point. Whoever does not know how theirs
 * ended sends the same code again, as a person would. At the end the sandbox says what really happened.
 */
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { readConfig } from '../src/config.ts';
import { createSandbox } from '../src/sandbox/sandbox.ts';
import { createIdentitySubgraph } from '../src/subgraph.ts';

const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 600);
const CONFIRMS = Number(process.env['SOAK_CONFIRMS'] ?? Number.POSITIVE_INFINITY);
const PARALLEL = 50;
const CUT_SHARE = 0.05;
const MAX_TRIES = 8;
/** What a confirm and its answer come to. */
const EXCHANGE_BYTES = 1_500;

/** Scenarios in turn: mostly ordinary ones, wrong codes in three forms, and the upstream's own troubles. */
const MIX = [200, 200, 200, 200, 200, 200, 201, 202, 212, 500, 503, 601, 602, 613, 614];

const sandbox = await createSandbox();
const proxy = createServer((client) => {
  const upstream = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
  if (Math.random() < CUT_SHARE) cutAfter(client, upstream, Math.floor(Math.random() * EXCHANGE_BYTES));
  client.on('error', () => upstream.destroy()).pipe(upstream);
  upstream.on('error', () => client.destroy()).pipe(client);
});
proxy.listen(0, '127.0.0.1');
await once(proxy, 'listening');

let cuts = 0;

/** Ends both halves once so many bytes have passed in either direction. */
function cutAfter(client: Socket, upstream: Socket, bytes: number): void {
  let left = bytes;
  for (const socket of [client, upstream]) {
    socket.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left > 0) return;
      cuts += 1;
      left = Number.POSITIVE_INFINITY;
      [client, upstream].forEach((half) => half.resetAndDestroy());
    });
  }
}

const config = readConfig({ LOG_LEVEL: 'silent', LIMIT_CONFIRMS_PER_IP: 'off', BREAKER_MIN_RPS: '10000' });
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const baseUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const subgraph = createIdentitySubgraph({
  ...config,
  iamport: { ...config.iamport, baseUrl },
  got: { agent: { http: new Agent() } },
  logger: silent,
});

const outcomes = new Map<string, number>();
const wrongs = { sentTwice: 0, certifiedReportedFailed: 0, reportedCertifiedIsNot: 0, neverReconciled: 0 };
let started = 0;
let retried = 0;
const heaps: number[] = [];
const endsAt = Date.now() + SECONDS * 1_000;

async function person(): Promise<void> {
  while (started < CONFIRMS && (CONFIRMS < Number.POSITIVE_INFINITY || Date.now() < endsAt)) {
    const serial = started++;
    const scenario = CONFIRMS < Number.POSITIVE_INFINITY ? 200 : MIX[serial % MIX.length];
    await verify(`imp_900${scenario}${String(serial % 1_000_000).padStart(6, '0')}`);
    if (serial % 1_000 === 0) heaps.push(process.memoryUsage().heapUsed);
  }
}

async function verify(impUid: string): Promise<void> {
  const before = sandbox.requests.length;
  let code = 'OUTCOME_UNKNOWN';
  let tries = 0;
  while (code === 'OUTCOME_UNKNOWN' && tries < MAX_TRIES) {
    tries += 1;
    if (tries > 1) retried += 1;
    const { guard, caller } = (await subgraph.createContext({ headers: {} })).identity;
    const outcome = await guard.confirm(caller!, impUid, '123456');
    code = 'code' in outcome ? outcome.code : 'CERTIFIED';
  }
  outcomes.set(code, (outcomes.get(code) ?? 0) + 1);

  const posts = sandbox.requests
    .slice(before)
    .filter(({ method, path }) => method === 'POST' && path.endsWith(impUid)).length;
  const isCertified = await certifiedAtSandbox(impUid);
  if (posts > tries) wrongs.sentTwice += 1;
  if (isCertified && code !== 'CERTIFIED' && code !== 'OUTCOME_UNKNOWN') wrongs.certifiedReportedFailed += 1;
  if (!isCertified && code === 'CERTIFIED') wrongs.reportedCertifiedIsNot += 1;
  if (isCertified && code === 'OUTCOME_UNKNOWN') wrongs.neverReconciled += 1;
}

const login = await fetch(`${sandbox.url}/users/getToken`, {
  method: 'POST',
  body: 'imp_key=sandbox_key&imp_secret=sandbox_secret',
});
const { response } = (await login.json()) as { response: { access_token: string } };

async function certifiedAtSandbox(impUid: string): Promise<boolean> {
  const answer = await fetch(`${sandbox.url}/certifications/${impUid}`, {
    headers: { authorization: response.access_token },
  }).catch(() => null);
  const body = (await answer?.json().catch(() => null)) as { response?: { certified?: boolean } } | null;
  return body?.response?.certified === true;
}

const began = performance.now();
await Promise.all(Array.from({ length: PARALLEL }, person));
const took = (performance.now() - began) / 1_000;

const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;
const lines = [
  `${started} verifications in ${took.toFixed(0)} s, ${cuts} connections cut, ${retried} confirms repeated by hand`,
  ...[...outcomes].toSorted(([, a], [, b]) => b - a).map(([code, count]) => `  ${code}  ${count}`),
  `  sent twice  ${wrongs.sentTwice}`,
  `  certified, and reported as failed  ${wrongs.certifiedReportedFailed}`,
  `  reported as certified, and not  ${wrongs.reportedCertifiedIsNot}`,
  `  certified, and never known  ${wrongs.neverReconciled}`,
  `heap ${mb(heaps[0]!)} at first, ${mb(Math.max(...heaps))} at most, ${mb(heaps.at(-1)!)} at last`,
];
process.stdout.write(`${lines.join('\n')}\n`);
await subgraph.close();
proxy.close();
await sandbox.close();
process.exit(Object.values(wrongs).every((count) => count === 0) ? 0 : 1);
