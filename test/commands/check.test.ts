import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import type { Finding } from '../../src/commands/checks/finding.ts';
import { lineOf, sumOf } from '../../src/commands/checks/print.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { hasRedis, startRedis } from '../support/redis.ts';

const testRedis = hasRedis ? test : test.skip;
const closers: (() => unknown)[] = [];
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

/** `check` as a process of its own: its exit code, and what it printed, line by line. */
async function check(
  env: Record<string, string>,
  ...flags: string[]
): Promise<{ code: number | null; lines: string[] }> {
  const child = spawn(process.execPath, ['src/main.ts', 'check', ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  closers.push(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return { code: child.exitCode, lines: output.trimEnd().split('\n') };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function issuer(): Promise<string> {
  const { publicKey } = await generateKeyPair('ES256');
  const body = JSON.stringify({ keys: [await exportJWK(publicKey)] });
  return `http://${await listening(createHttpServer((_request, response) => response.end(body)))}/canary`;
}

/** Real credentials at a sandbox with this clock. */
async function upstream(now?: () => number): Promise<Record<string, string>> {
  const sandbox = await createSandbox(now && { now });
  closers.push(() => sandbox.close());
  return {
    IAMPORT_API_KEY: 'sandbox_key',
    IAMPORT_API_SECRET: 'sandbox_secret',
    IAMPORT_BASE_URL: sandbox.url,
    AUTH_SECRET: 'canary of at least 32 characters',
  };
}

describe('check', () => {
  testRedis('prints one line for each part, below each other, and ends with 0 where all is well', async () => {
    const redis = await startRedis();
    closers.push(() => redis.stop());
    const { code, lines } = await check({
      ...(await upstream()),
      AUTH_SECRET: '',
      AUTH_JWKS_URL: await issuer(),
      REDIS_URL: redis.url,
      GUARD_SECRET: 'canary of at least 32 characters',
    });
    expect(lines).toEqual([
      '  ok        settings  all are valid, and NODE_ENV is not production',
      expect.stringMatching(/^ {2}ok {8}upstream {2}127\.0\.0\.1:\d+ accepts the log-in; that and a read took \d+ ms$/),
      expect.stringMatching(/^ {2}ok {8}clock {5}this machine and the upstream /),
      expect.stringMatching(
        /^ {2}ok {8}callers {3}127\.0\.0\.1:\d+ answers in \d+ ms; of its 1 keys 1 can verify tokens$/,
      ),
      expect.stringMatching(/^ {2}(ok {8}|warning {3})store {5}Redis can be written, and answers in [\d.]+ ms/),
      '  ok        eviction  maxmemory-policy is noeviction',
      expect.stringMatching(/^ {2}ok {8}secret {4}no replica runs on this Redis/),
      '  ok        personId  off, since PERSON_ID_KEY is not set: the field is null',
      '  ok        proof     off, since PROOF_PRIVATE_KEY is not set: the field is null',
      '',
      expect.stringMatching(/^(All is well|1 warning)\.$/),
    ]);
    expect(code).toBe(0);
    expect(lines.join()).not.toMatch(/canary|sandbox_/);
  });

  testRedis('ends with 1 where there are problems, names all of them, and repeats no secret', async () => {
    const redis = await startRedis(undefined, ['--requirepass', 'canary-right']);
    closers.push(() => redis.stop());
    const { code, lines } = await check({
      ...(await upstream()),
      IAMPORT_API_SECRET: 'canary',
      AUTH_SECRET: '',
      AUTH_JWKS_URL: 'http://canary:canary@127.0.0.1:1/canary',
      REDIS_URL: redis.url.replace('//', '//:canary-wrong@'),
      GUARD_SECRET: 'canary of at least 32 characters',
      REFUSALS_FILE: '/canary',
    });
    expect(lines.flatMap((line) => /^ {2}problem {3}(\w+)/.exec(line)?.[1] ?? [])).toEqual([
      'upstream',
      'callers',
      'store',
      'refusals',
    ]);
    expect(lines.at(-1)).toBe('4 problems.');
    expect(code).toBe(1);
    expect(lines.join()).not.toMatch(/canary|sandbox_/);
  });

  test('ends with 0 where there are warnings alone, such as a clock that is skewed', async () => {
    const { code, lines } = await check(await upstream(() => Date.now() - 3_600_000));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}warning {3}clock {5}this machine is 3\d{3} s ahead/));
    expect([code, lines.at(-1)]).toEqual([0, '1 warning.']);
  });

  test('says each problem of the settings, and tries nothing', async () => {
    const { code, lines } = await check({ PORT: 'x', TRUST_PROXYS: 'canary', IAMPORT_API_KEY: 'k' }, '--host', 'h');
    expect(lines).toEqual([
      '  problem   settings  PORT must be a whole number from 0 to 65535',
      '  problem   settings  IAMPORT_API_SECRET must be set together with IAMPORT_API_KEY',
      expect.stringMatching(/^ {2}problem {3}settings {2}one of AUTH_JWKS_URL/),
      '  warning   settings  TRUST_PROXYS is not a setting and has no effect: is TRUST_PROXY meant?',
      '',
      '3 problems and 1 warning.',
    ]);
    expect(code).toBe(1);
  });

  test.each([
    ['without credentials', {}, []],
    ['with --sandbox', { IAMPORT_API_KEY: 'canary', IAMPORT_API_SECRET: 'canary' }, ['--sandbox']],
  ])('%s says that the embedded sandbox answers, and that nothing real was tried', async (_name, env, flags) => {
    const { code, lines } = await check(env, ...flags);
    expect(lines[1]).toMatch(/^ {2}ok {8}upstream {2}the embedded sandbox answers in \d+ ms: nothing real was tried$/);
    expect([code, lines.at(-1)]).toEqual([0, 'All is well.']);
  });

  test('ends though every host takes the connection and is silent', async () => {
    const silent = await listening(createServer((socket) => void socket.on('error', () => {}).resume()));
    const { code, lines } = await check({
      ...(await upstream()),
      IAMPORT_BASE_URL: `https://${silent}`,
      CONNECT_TIMEOUT_MS: '60000',
      READ_TIMEOUT_MS: '60000',
      AUTH_SECRET: '',
      AUTH_JWKS_URL: `http://${silent}`,
      REDIS_URL: `redis://${silent}`,
      GUARD_SECRET: 'canary of at least 32 characters',
    });
    expect(lines).toEqual([
      expect.stringMatching(/^ {2}ok {8}settings/),
      expect.stringMatching(/^ {2}problem {3}upstream .*/),
      expect.stringMatching(/^ {2}problem {3}callers .*does not answer within 5 s/),
      expect.stringMatching(/^ {2}problem {3}store .*does not answer within 3 s/),
      '  ok        personId  off, since PERSON_ID_KEY is not set: the field is null',
      '  ok        proof     off, since PROOF_PRIVATE_KEY is not set: the field is null',
      '',
      '3 problems.',
    ]);
    expect(code).toBe(1);
  });
});

describe('a line of a check', () => {
  const finding = { state: 'ok', name: 'clock', text: 'one two three' } as const;

  test('is as wide as the terminal, and goes on below its text', () => {
    expect(lineOf(finding, 30)).toBe(`  ok        clock     one two\n${' '.repeat(22)}three`);
    expect(lineOf(finding, 35)).toBe('  ok        clock     one two three');
    expect(lineOf(finding, undefined)).toBe('  ok        clock     one two three');
  });

  test('is summed up', () => {
    const warned: Finding = { ...finding, state: 'warning' };
    expect(sumOf([finding, { ...finding, state: 'problem' }, warned, warned])).toBe('1 problem and 2 warnings.');
    expect(sumOf([finding])).toBe('All is well.');
  });
});
