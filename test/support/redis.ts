import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { until } from './until.ts';

export interface TestRedis {
  readonly url: string;
  readonly pid: number;
  /** Stops it from answering, though its connections stand; until `thaw`. */
  freeze(): Promise<void>;
  thaw(): void;
  stop(): Promise<void>;
}

export const hasRedis = ((): boolean => {
  try {
    execFileSync('redis-server', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

async function freePort(max = 65_535): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port <= max ? port : freePort(max);
}

/** A real redis-server that keeps nothing for the next one. */
export function startRedis(port?: number, options: readonly string[] = []): Promise<TestRedis> {
  return inDirectory((directory) =>
    spawnRedis(port, ['--save', '', '--appendonly', 'no', '--dir', directory, ...options]),
  );
}

/** Three masters that share the slots; `url` is of one. */
export async function startCluster(): Promise<readonly TestRedis[]> {
  const nodes = await Promise.all(
    [1, 2, 3].map(async () => {
      // The cluster bus is at the port and 10,000.
      return startRedis(await freePort(55_535), ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000']);
    }),
  );
  const admins = nodes.map(({ url }) => new Redis(url));
  await Promise.all(
    admins.map(async (admin, index) => {
      const [first, last] = [Math.ceil((index * 16_384) / 3), Math.ceil(((index + 1) * 16_384) / 3)];
      await admin.cluster('SET-CONFIG-EPOCH', index + 1);
      await admin.cluster('ADDSLOTS', ...Array.from({ length: last - first }, (_, at) => first + at));
    }),
  );
  const ports = nodes.map(({ url }) => Number(new URL(url).port));
  for (const admin of admins) await Promise.all(ports.map((port) => admin.cluster('MEET', '127.0.0.1', port)));
  for (const admin of admins) {
    await until(
      () => admin.cluster('INFO'),
      (info) => info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3'),
    );
    admin.disconnect();
  }
  return nodes;
}

/** A sentinel that watches one master under the name `identity`. */
export async function startSentinel(master: TestRedis): Promise<TestRedis> {
  return inDirectory(async (directory) => {
    const file = join(directory, 'sentinel.conf');
    writeFileSync(file, `sentinel monitor identity 127.0.0.1 ${new URL(master.url).port} 1\ndir ${directory}\n`);
    return spawnRedis(undefined, ['--sentinel'], file);
  });
}

/** For what a replica, a cluster and a sentinel cannot help writing. */
async function inDirectory(startIn: (directory: string) => Promise<TestRedis>): Promise<TestRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'identity-redis-'));
  const server = await startIn(directory);
  return {
    ...server,
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function spawnRedis(port: number | undefined, options: readonly string[], file?: string): Promise<TestRedis> {
  const chosen = port ?? (await freePort());
  const child = spawn(
    'redis-server',
    [...(file === undefined ? [] : [file]), '--port', String(chosen), '--bind', '127.0.0.1', ...options],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    output += chunk;
    if (/Ready to accept connections|Sentinel ID is/.test(output)) break;
  }
  child.stdout.resume();
  return {
    url: `redis://127.0.0.1:${chosen}`,
    pid: child.pid!,
    async freeze() {
      child.kill('SIGSTOP');
      // The signal takes a moment, in which a command could still be answered. Only Linux tells when it has arrived.
      while (existsSync('/proc/self/stat') && !readFileSync(`/proc/${child.pid}/stat`, 'utf8').includes(') T '))
        await setImmediate();
    },
    thaw: () => void child.kill('SIGCONT'),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
