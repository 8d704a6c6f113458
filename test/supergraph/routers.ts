import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

export interface Router {
  readonly url: string;
  close(): Promise<void>;
}

/** Port 0, the default, takes any free one. */
export type StartRouter = (supergraphSdl: string, port?: number, env?: Record<string, string>) => Promise<Router>;

const START_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 50;

/** Hive Gateway in a process of its own, as it is deployed. It does not poll a supergraph that is a file. */
export const startHive: StartRouter = (supergraphSdl, port = 0, env = {}) =>
  startRouter(supergraphSdl, port, env, (file, port) => [
    fileHere('node_modules/.bin/hive-gateway'),
    'supergraph',
    file,
    '--host=127.0.0.1',
    `--port=${port}`,
    `--config-path=${fileHere('../../deploy/router/gateway.config.mjs')}`,
  ]);

/** Apollo Gateway in a process of its own. */
export const startApollo: StartRouter = (supergraphSdl, port = 0, env = {}) =>
  startRouter(supergraphSdl, port, env, (file, port) => [fileHere('apollo-gateway.ts'), file, port]);

async function startRouter(
  supergraphSdl: string,
  wantedPort: number,
  env: Record<string, string>,
  script: (file: string, port: string) => string[],
): Promise<Router> {
  const folder = await mkdtemp(path.join(tmpdir(), 'supergraph-'));
  const file = path.join(folder, 'supergraph.graphql');
  await writeFile(file, supergraphSdl);

  const port = wantedPort || (await freePort());
  const child = spawn(process.execPath, script(file, String(port)), {
    cwd: folder,
    // Routers take settings from the environment, telemetry among them: what is not here is off.
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const exited = once(child, 'exit');
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill); // never outlive whoever started it

  const router = {
    url: `http://127.0.0.1:${port}/graphql`,
    async close() {
      child.kill();
      await exited;
      process.off('exit', kill);
      await rm(folder, { recursive: true });
    },
  };
  if (await answers(router.url, child)) return router;
  await router.close();
  throw new Error(`The router did not start:\n${(await output).join('')}`);
}

function fileHere(name: string): string {
  return path.join(import.meta.dirname, name);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Asks until there is an answer; false where the process has ended or time is up. */
async function answers(url: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    const isUp = await fetch(`${url}?query={__typename}`, {
      headers: { 'apollo-require-preflight': 'true' },
      signal: AbortSignal.timeout(1_000),
    }).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return true;
    await delay(POLL_INTERVAL_MS);
  }
  return false;
}
