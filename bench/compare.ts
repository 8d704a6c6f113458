/**
 * What does a confirm cost here, and what in a server that a user would write instead?
 *
 *   npm run bench                                     minutes, see bench/README.md
 *   BENCH_ROUNDS=1 BENCH_CONFIRMS=500 npm run bench   a short look
 *   BENCH_SERVERS=ours,yoga npm run bench             only servers with one of these in their names
 *
 * All servers answer the same mutation from the same upstream, one at a time and in another order each round.
 */
import { execFileSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasRedis, startRedis } from '../test/support/redis.ts';
import { ask, end, next, serversFor, startChild, startServer, type RunningServer } from './compare/servers.ts';
import { ENTITIES, FAST, MANY, PACED, ROUNDS, SLOW, title, type Case, type Sample } from './compare/cases.ts';
import { median, report } from './compare/report.ts';
import type { Job, Load } from './compare/load.ts';
import type { RequestForm } from './compare/requests.ts';

const SERVERS = (process.env['BENCH_SERVERS'] ?? '').toLowerCase().split(',');
const STARTS = 3;

/** By case and server, one for each round. */
const samples = new Map<Case, Map<RunningServer, Sample[]>>();
const closers: (() => unknown)[] = [];
let serial = 0;
let closing: Promise<void> | null = null;

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void close().then(() => process.exit(1)));
try {
  await main();
} finally {
  await close();
}
process.exit();

/** Once: a signal during a measurement also ends that with an error, and neither way may cut the other short. */
function close(): Promise<void> {
  return (closing ??= closeAll());
}

async function closeAll(): Promise<void> {
  for (const closeOne of closers.toReversed()) await closeOne();
}

async function main(): Promise<void> {
  installPeers();
  const began = performance.now();
  const directory = mkdtempSync(join(tmpdir(), 'identity-bench-'));
  closers.push(() => rmSync(directory, { recursive: true }));
  const redis = hasRedis ? await startRedis() : null;
  if (redis) closers.push(() => redis.stop());
  const upstream = helper('upstream.ts');
  const port = await next<number>(upstream);
  const load = helper('load.ts');

  const servers = serversFor(`http://127.0.0.1:${port}`, directory, redis && redis.url).filter(({ name }) =>
    SERVERS.some((part) => name.toLowerCase().includes(part)),
  );
  const running: RunningServer[] = [];
  const starts = new Map<RunningServer, number>();
  for (const server of servers) {
    progress(`starts ${server.name}`);
    const times: number[] = [];
    for (let start = 1; start <= STARTS; start += 1) {
      const started = await startServer(server, directory, () => serial++);
      times.push(started.firstAnswerMs);
      if (start < STARTS) await started.end();
      else {
        closers.push(() => started.end());
        running.push(started);
        starts.set(started, median(times));
        const fast = [FAST, ...ENTITIES].filter((one) => one.delayMs === 0 && one.takesPart(started));
        for (const one of fast) await measure(one, started, load); // warms up
      }
    }
  }

  for (const one of [FAST, SLOW, MANY, PACED, ...ENTITIES]) {
    const taking = running.filter((server) => one.takesPart(server));
    samples.set(one, new Map(taking.map((server) => [server, []])));
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [one, ofServers] of samples) {
      progress(`round ${round + 1} of ${ROUNDS}: ${title(one)}`);
      await ask(upstream, { delayMs: one.delayMs });
      for (const [server, list] of ordered([...ofServers], round)) list.push(await measure(one, server, load));
    }
  }
  print(report(samples, starts));
  progress(`took ${((performance.now() - began) / 60_000).toFixed(1)} minutes`);
}

/** The peers are dependencies of the benchmark alone. */
function installPeers(): void {
  const folder = join(import.meta.dirname, 'peers');
  const changed = (file: string): number => statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (changed('node_modules/.package-lock.json') >= changed('package-lock.json')) return;
  execFileSync('npm', ['--prefix', folder, 'ci'], { stdio: ['ignore', 2, 2] });
}

function helper(file: string): ChildProcess {
  const child = startChild([`bench/compare/${file}`], {}, 'ignore');
  closers.push(() => end(child));
  return child;
}

/** CPU of the server alone, over requests on connections that are open when it counts. */
async function measure(one: Case, running: RunningServer, load: ChildProcess): Promise<Sample> {
  const { server, url } = running;
  const { references } = one;
  const first = serial;
  const job = (form: RequestForm, opens: boolean, requests: number): Job => {
    const from = form.kind === 'confirm' ? serial : first;
    if (form.kind === 'confirm') serial += requests;
    // Before entities can be read, each is confirmed: many at a time.
    const connections = form.kind === 'confirm' && references ? references : one.connections;
    return { url, form, connections, perSecond: null, serial: from, opens, requests };
  };
  const confirm: RequestForm = { kind: 'confirm', callers: references ? 'one' : server.callers, references: 0 };
  await ask<Load>(load, job(confirm, true, references ?? one.connections));
  const form: RequestForm = references ? { kind: 'entities', callers: 'one', references } : confirm;
  const before = await running.usage();
  const perSecond = one.pace === null ? null : one.pace * lastRate(running);
  const result = await ask<Load>(load, { ...job(form, false, one.requests), perSecond });
  const { cpuUs, rssBytes } = await running.usage();
  return { ...result, cpuUs: (cpuUs - before.cpuUs) / one.requests, rssBytes };
}

/** Confirms in a second, with 1,000 connections, in this round. */
function lastRate(running: RunningServer): number {
  return MANY.requests / samples.get(MANY)!.get(running)!.at(-1)!.seconds;
}

/** Another one first each round, and every other round backwards. */
function ordered<T>(list: readonly T[], round: number): T[] {
  const from = Math.floor((round * list.length) / ROUNDS);
  const rotated = [...list.slice(from), ...list.slice(0, from)];
  return round % 2 === 0 ? rotated : rotated.toReversed();
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
