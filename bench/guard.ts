import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, type GuardConfig } from '../src/config.ts';
import { createHttp } from '../src/upstream/http.ts';
import { createIamport } from '../src/iamport/source.ts';
import { createIdentitySubgraph } from '../src/subgraph.ts';
import type { Verification } from '../src/verification/verification.ts';
import { hasRedis, startRedis } from '../test/support/redis.ts';

// What does the guard cost? CPU of this process per confirm: attempts in memory, in a file, in Redis, and without a guard. The
// sandbox and redis-server are other processes on loopback, so that their work does not count.

const CONFIRMS = 500;
const ROUNDS = 31;
/** As many at a time, so that the sandbox is never idle and never far behind. */
const PARALLEL = 8;

/** Every window that stands in front of a confirm by default, and none that is ever full. */
const LIMITS = { LIMIT_CONFIRMS_PER_CALLER: '999999999/1h', LIMIT_CONFIRMS_PER_IP: '999999999/1h' };

type Confirm = (serial: number) => Promise<{ readonly ok: boolean }>;

const sandbox = await startSandbox();
const config = readConfig(LIMITS);
const iamport = { ...config.iamport, baseUrl: sandbox.url };
const redis = hasRedis ? await startRedis() : null;
const directory = mkdtempSync(join(tmpdir(), 'identity-bench-'));
// However it ends: none outlives the question.
process.once('exit', () => {
  rmSync(directory, { recursive: true });
  sandbox.process.kill();
  if (redis) process.kill(redis.pid);
});

const http = createHttp(iamport);
const source = createIamport({ ...iamport, http, onEvent: ignore });
const inMemory = subgraphOn({});
const inFile = subgraphOn({ storeFile: join(directory, 'attempts.db') });
const inRedis = redis && subgraphOn({ redisUrl: redis.url });

const variants = new Map<string, Confirm>(
  Object.entries({
    off: (serial) => source.confirm(impUid(serial), '123456'),
    memory: guarded((await inMemory.createContext({ headers: {} })).identity.verification),
    file: guarded((await inFile.createContext({ headers: {} })).identity.verification),
    ...(inRedis && { redis: guarded((await inRedis.createContext({ headers: {} })).identity.verification) }),
  }),
);
const names = [...variants.keys()];
const samples = new Map<string, number[]>(names.map((name) => [name, []]));
let serial = 0;

for (let round = 0; round <= ROUNDS; round += 1) {
  for (const name of rotated(names, round)) {
    const spent = await measure(variants.get(name)!);
    if (round > 0) samples.get(name)!.push(spent); // the first is for warming up
  }
}

print(
  `node ${process.version}, ${ROUNDS} rounds of ${CONFIRMS} confirms, ${PARALLEL} at a time; medians (middle half)`,
);
const off = samples.get('off') ?? [];
for (const [name, values] of samples) {
  // Round by round: what else the machine does changes from one to the next, and hits neighbours alike.
  const ratios = values.map((value, round) => value / off[round]!);
  print(`${name.padEnd(7)} ${spread(values, 0)} µs CPU   ${spread(ratios, 2)} x off`);
}
if (!redis) print('redis    not measured: there is no redis-server on PATH');

process.exit();

function subgraphOn(guard: Partial<GuardConfig>) {
  const logger = { info: ignore, warn: ignore, error: ignore };
  return createIdentitySubgraph({ ...config, iamport, guard: { ...config.guard, ...guard }, logger });
}

/** Everybody confirms once: as many callers, addresses and records as confirms. */
function guarded(verification: Verification): Confirm {
  return async (serial) => {
    const ip = `10.${(serial >> 16) & 255}.${(serial >> 8) & 255}.${serial & 255}`;
    const caller = { subject: `user-${serial}`, isAnonymous: false, scopes: new Set<never>(), ip };
    return verification.confirm(caller, impUid(serial), { method: 'SMS', otp: '123456' });
  };
}

/** Microseconds of this process's CPU per confirm. Errors: a confirm that certified nobody. */
async function measure(confirm: Confirm): Promise<number> {
  const until = serial + CONFIRMS;
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      while (serial < until) {
        serial += 1;
        if (!(await confirm(serial)).ok) throw new Error('A confirm certified nobody');
      }
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CONFIRMS;
}

/** A fresh one that works with 123456. */
function impUid(serial: number): string {
  return `imp_900200${String(serial).padStart(6, '0')}`;
}

async function startSandbox(): Promise<{ url: string; process: ChildProcess }> {
  const child = spawn(process.execPath, [new URL('../src/sandbox/main.ts', import.meta.url).pathname], {
    env: { ...process.env, SANDBOX_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [firstLine] = await once(child.stdout, 'data');
  const url = /http:\S+/.exec(String(firstLine))?.[0];
  if (!url) throw new Error('The sandbox did not start');
  child.stdout.resume();
  return { url, process: child };
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const from = by % list.length;
  return [...list.slice(from), ...list.slice(0, from)];
}

function spread(values: readonly number[], digits: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, middle, high] = [1, 2, 3].map((quarter) =>
    sorted[Math.floor((sorted.length * quarter) / 4)]!.toFixed(digits),
  );
  return `${middle} (${low} to ${high})`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function ignore(): void {}
