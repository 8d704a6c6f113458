import { spawn, spawnSync, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, test } from '@jest/globals';
import { DockerfileParser, type Copy, type Instruction, type JSONInstruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { readConfig } from '../../src/config.ts';

const DOCKERFILE = readFileSync('deploy/Dockerfile', 'utf8');
const instructions = DockerfileParser.parse(DOCKERFILE).getInstructions();
const lastFrom = instructions.findLastIndex((instruction) => instruction.getKeyword() === 'FROM');

/** The arguments of each instruction of this kind in the stage that builds, or in the one that runs. */
const inBuild = (keyword: string) => argumentsOf(instructions.slice(0, lastFrom), keyword);
const inImage = (keyword: string) => argumentsOf(instructions.slice(lastFrom), keyword);

function argumentsOf(from: readonly Instruction[], keyword: string): string[][] {
  return from
    .filter((instruction) => instruction.getKeyword() === keyword)
    .map((instruction) => instruction.getArguments().map(String));
}

function exec(keyword: 'CMD' | 'HEALTHCHECK'): string[] {
  const instruction = instructions.findLast((one) => one.getKeyword() === keyword) as JSONInstruction;
  return JSON.parse(instruction.getArgumentsContent()!.replace(/^CMD /, '')) as string[];
}

const environment = Object.fromEntries(inImage('ENV')[0]!.map((pair) => pair.split('=')));

/** Whom the image runs as; a process that is not root can start others only as itself. */
const user = process.getuid!() === 0 ? { uid: 1000, gid: 1000 } : {};

const folder = mkdtempSync(join(tmpdir(), 'identity-image-'));
afterAll(() => {
  spawnSync('chmod', ['-R', 'u+w', folder]);
  rmSync(folder, { recursive: true, force: true });
});

describe('deploy/Dockerfile', () => {
  test('has nothing that the linter warns of', () => {
    expect(validate(DOCKERFILE)).toEqual([]);
  });

  test('opens the standard ports on all addresses, in production, for the process itself under a number that is not root', () => {
    const { port, adminPort } = readConfig({});
    expect(inImage('EXPOSE')).toEqual([[String(port), String(adminPort)]]);
    expect(environment).toEqual({ NODE_ENV: 'production', HOST: '0.0.0.0' });
    expect(inImage('USER')).toEqual([[expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]]);
    expect(inBuild('USER')).toEqual(inImage('USER'));
    expect(exec('CMD')[0]).toBe('node');
    expect(exec('HEALTHCHECK').join(' ')).toContain(`process.env.ADMIN_PORT || ${adminPort}) + '/livez'`);
  });

  test('copies from the context what .dockerignore lets through, which lets nothing else through', () => {
    const [first, ...rest] = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    const copied = inBuild('COPY').flatMap((paths) => paths.slice(0, -1));
    expect(first).toBe('*');
    expect(rest.toSorted()).toEqual(copied.map((path) => `!${path}`).toSorted());
  });

  test('holds all that the gateway needs to serve, without a right to write it, and ends on SIGTERM', async () => {
    const image = imageIn(folder);
    const options: SpawnOptions = {
      cwd: image,
      env: {
        ...environment,
        HOST: '127.0.0.1',
        PORT: '0',
        ADMIN_PORT: '0',
        IAMPORT_API_KEY: 'k',
        IAMPORT_API_SECRET: 's',
        ALLOW_ANONYMOUS: 'true',
        DRAIN_DELAY_MS: '0',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
      ...user,
    };
    const gateway = spawn(process.execPath, exec('CMD').slice(1), options);
    const ended = once(gateway, 'close');
    const { url, adminUrl } = await listening(gateway.stdout!);
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
    expect(healthOf(adminUrl)).toBe(0);
    gateway.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(healthOf(adminUrl)).toBe(1);
  }, 180_000);
});

/** The folder that the last stage copies together; `npm ci` and `npm prune` are replaced by the list of the lockfile. */
function imageIn(root: string): string {
  const [build, image] = [join(root, 'build'), join(root, 'image')];
  for (const paths of inBuild('COPY')) copy(paths, '.', build);
  symlinkSync(join(process.cwd(), 'node_modules'), join(build, 'node_modules'));
  const compiled = spawnSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { cwd: build, encoding: 'utf8' });
  expect(compiled.stdout).toBe('');

  const copies = instructions.slice(lastFrom).filter((one) => one.getKeyword() === 'COPY') as Copy[];
  expect(copies.map((one) => one.getFromFlag()?.getValue())).toEqual(copies.map(() => 'build'));
  for (const one of copies) {
    const [from = '', to = ''] = one.getArguments().map((path) => String(path).replace(/^\/app\//, ''));
    if (from === 'node_modules') for (const path of productionPackages()) copy([path, path], '.', image);
    else copy([from, to], build, image);
  }
  // Another user may pass and read, and in the end nobody may write.
  chmodSync(root, 0o755);
  spawnSync('chmod', ['-R', 'a+rX', image]);
  compileIn(image);
  spawnSync('chmod', ['-R', 'a-w', image]);
  return image;
}

/** The last RUN, which leaves compiled modules for the user of the image. */
function compileIn(image: string): void {
  const cache = join(image, 'node_modules/.cache');
  mkdirSync(cache);
  if (user.uid) chownSync(cache, user.uid, user.gid);
  const run = instructions.findLast((one) => one.getKeyword() === 'RUN')!.getArgumentsContent()!;
  const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;
  const compiled = spawnSync('sh', ['-c', run], { cwd: image, env: { PATH }, encoding: 'utf8', ...user });
  expect(compiled).toMatchObject({ status: 0, stdout: '', stderr: '' });
  const uid = user.uid ?? process.getuid!();
  expect(readdirSync(join(cache, 'compiled'))).toEqual([expect.stringMatching(new RegExp(`-${uid}$`))]);
}

/** As COPY does: into a folder where the target ends with a slash, and of a folder its contents. */
function copy(paths: string[], from: string, into: string): void {
  const to = paths.at(-1)!;
  for (const path of paths.slice(0, -1)) {
    const target = join(into, to.endsWith('/') ? join(to, basename(path)) : to);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(from, path), target, { recursive: true });
  }
}

/** The addresses in the log of a start. */
async function listening(output: NodeJS.ReadableStream): Promise<{ url: string; adminUrl: string }> {
  for await (const line of createInterface({ input: output })) {
    if (line.includes('"msg":"listening"')) return JSON.parse(line) as { url: string; adminUrl: string };
  }
  throw new Error('The gateway ended before it listened');
}

/** The exit code of the health check. */
function healthOf(adminUrl: string): number | null {
  return spawnSync(process.execPath, exec('HEALTHCHECK').slice(1), { env: { ADMIN_PORT: new URL(adminUrl).port } })
    .status;
}

function productionPackages(): string[] {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: true; optional?: true }>;
  };
  return Object.entries(packages)
    .filter(([path, { dev, optional }]) => /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path) && !dev && !optional)
    .map(([path]) => path);
}
