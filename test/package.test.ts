import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

/** The files that a process has loaded after it imported these modules. */
function loadedBy(...modules: string[]): string {
  const script = `
    const { registerHooks } = await import('node:module');
    const urls = [];
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
    for (const name of ${JSON.stringify(modules)}) await import(name);
    process.stdout.write(urls.join('\\n'));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return stdout;
}

const SDK = /node_modules\/@opentelemetry\/(?!api\/)|\/inlineTrace\//;

test('the module for a host program loads no HTTP server, no metrics, no sandbox and nothing that sends traces', () => {
  const loaded = loadedBy('./src/index.ts');
  expect(loaded).toMatch(/\/src\/subgraph\.ts/);
  expect(loaded).toMatch(/node_modules\/@opentelemetry\/api\//);
  expect(loaded).not.toMatch(/node_modules\/(fastify|@prometheus-io|pino)\/|\/src\/(server|sandbox)\//);
  expect(loaded).not.toMatch(SDK);
});

test('the server loads the sandbox, the client of Redis, and what sends traces, only where it starts them', () => {
  const loaded = loadedBy('./src/server/server.ts');
  expect(loaded).toMatch(/node_modules\/fastify\//);
  expect(loaded).not.toMatch(/node_modules\/(ioredis|jose\/dist\/webapi\/jwe)\//);
  expect(loaded).not.toMatch(/\/src\/sandbox\//);
  expect(loaded).not.toMatch(SDK);
});

test('a command loads no other one', () => {
  const table = loadedBy('./src/commands/arguments.ts');
  expect(table).not.toMatch(/node_modules|\/src\/(?!commands\/|config\/lookalikes\.ts)/);
  const serving = loadedBy('./src/commands/arguments.ts', './src/commands/serve.ts');
  expect(serving).toMatch(/\/src\/server\/server\.ts/);
  expect(serving).not.toMatch(/\/src\/(sandbox\/|commands\/(check|help))/);
});
