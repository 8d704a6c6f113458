import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AUTH_SECRET, isComplete, write, type RequestForm } from './requests.ts';

export interface Server {
  readonly name: string;
  /** The file that starts it, from the root of the repository. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  readonly callers: RequestForm['callers'];
  /** Measured with a slow upstream as well. */
  readonly isWhole: boolean;
}

export interface Usage {
  readonly cpuUs: number;
  readonly rssBytes: number;
}

export interface RunningServer {
  readonly server: Server;
  readonly url: string;
  readonly firstAnswerMs: number;
  usage(): Promise<Usage>;
  end(): Promise<void>;
}

const ROOT = join(import.meta.dirname, '../..');
const PROBE = join(import.meta.dirname, 'probe.js');
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 5;

/** Windows that are never full: every confirm is counted in each, and none is denied. */
const LIMITS = { LIMIT_CONFIRMS_PER_CALLER: '999999999/1h', LIMIT_CONFIRMS_PER_IP: '999999999/1h' };
const NO_LIMITS = { LIMIT_CONFIRMS_PER_CALLER: 'off', LIMIT_CONFIRMS_PER_IP: 'off' };
const NO_LOG = { LOG_LEVEL: 'silent' };

export function serversFor(upstream: string, directory: string, redisUrl: string | null): Server[] {
  const settings = {
    ...LIMITS,
    ADMIN_PORT: '0',
    ALLOW_OTHER_UPSTREAM: 'true',
    IAMPORT_API_KEY: 'key',
    IAMPORT_API_SECRET: 'secret',
    IAMPORT_BASE_URL: upstream,
    AUTH_SECRET,
    GUARD_SECRET: 'another-secret-of-at-least-32-characters',
    UPSTREAM_PARALLEL: '1000', // for the 1,000 connections
  };
  const ours = (name: string, env: Record<string, string>, rest: Partial<Server> = {}): Server => ({
    name: name ? `ours, ${name}` : 'ours',
    file: 'src/main.ts',
    env: { ...settings, ...env },
    callers: 'new',
    isWhole: false,
    ...rest,
  });
  const peer = (name: string, file: string): Server => ({
    name,
    file: `bench/peers/${file}`,
    env: { UPSTREAM: upstream },
    callers: 'new',
    isWhole: true,
  });
  return [
    ours('', {}, { isWhole: true }),
    ours('callers known', {}, { callers: 'known' }),
    ours('no limits', NO_LIMITS),
    ours('no log', NO_LOG),
    ours('callers known, no limits, no log', { ...NO_LIMITS, ...NO_LOG }, { callers: 'known' }),
    ours('traces', { OTEL_EXPORTER_OTLP_ENDPOINT: upstream }),
    ...(redisUrl ? [ours('guard in Redis', { REDIS_URL: redisUrl }, { isWhole: true })] : []),
    ours('guard in a file', { STORE_FILE: join(directory, 'guard.db') }),
    peer('GraphQL Yoga, fetch', 'yoga.ts'),
    peer('Apollo Server, datasource-rest', 'apollo.ts'),
    peer('Mercurius, undici', 'mercurius-undici.ts'),
    peer('Mercurius, got', 'mercurius-got.ts'),
    peer('no GraphQL: node:http', 'floor-http.ts'),
    peer('no GraphQL: node:http, got', 'floor-got.ts'),
  ];
}

/** Answers once the server has confirmed; it is asked again and again, each time with the next number. */
export async function startServer(server: Server, directory: string, serial: () => number): Promise<RunningServer> {
  const port = await freePort();
  const log = openSync(join(directory, `${port}.log`), 'w');
  const began = performance.now();
  const child = startChild([`--import=${PROBE}`, server.file], { ...server.env, PORT: String(port) }, log);
  closeSync(log);
  const url = `http://127.0.0.1:${port}/graphql`;
  while (!(await answers(url, write({ kind: 'confirm', callers: server.callers, references: 0 }, serial())))) {
    if (child.exitCode !== null || performance.now() - began > START_TIMEOUT_MS)
      throw new Error(`${server.name} did not start`);
    await delay(POLL_MS);
  }
  return {
    server,
    url,
    firstAnswerMs: performance.now() - began,
    usage: () => ask<Usage>(child, {}),
    end: () => end(child),
  };
}

/** A node process with a channel for messages; its output goes to the file. It never outlives this one. */
export function startChild(
  args: readonly string[],
  env: Record<string, string>,
  output: number | 'ignore',
): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: ROOT,
    // Servers take settings from the environment: what is not here is not set.
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
    stdio: ['ignore', output, 'inherit', 'ipc'],
  });
}

/** Sends one message and answers the next. */
export async function ask<Answer>(child: ChildProcess, message: object): Promise<Answer> {
  const answer = next<Answer>(child);
  child.send(message);
  return answer;
}

/** The next message. Errors: the one that the child answers, and its end. */
export async function next<Answer>(child: ChildProcess): Promise<Answer> {
  const stopped = new AbortController();
  const { signal } = stopped;
  try {
    const [answer] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => Promise.reject(new Error(`${child.spawnargs.at(-1)} has ended`))),
    ]);
    const { error } = answer as { error?: string };
    if (error !== undefined) throw new Error(error);
    return answer as Answer;
  } finally {
    stopped.abort();
  }
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function answers(url: string, { body, headers }: { body: string; headers: Record<string, string> }) {
  return fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(1_000) }).then(
    async (response) => isComplete(await response.text()),
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
