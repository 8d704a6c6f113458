import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { readConfig, type Config, type IamportConfig, type PortoneConfig } from '../../src/config.ts';
import { checkCallers } from '../../src/commands/checks/callers.ts';
import { checkFiles } from '../../src/commands/checks/files.ts';
import { checkProofs } from '../../src/commands/checks/proofs.ts';
import { checkStore } from '../../src/commands/checks/store.ts';
import { checkUpstream } from '../../src/commands/checks/upstream.ts';
import type { Finding } from '../../src/commands/checks/finding.ts';
import { createHmacs } from '../../src/guard/hmac.ts';
import { openFile } from '../../src/guard/file-link.ts';
import { watchFileSecret } from '../../src/guard/file-secret.ts';
import { connectRedis } from '../../src/guard/redis-link.ts';
import { watchSecret } from '../../src/guard/redis-secret.ts';
import {
  createSandbox,
  SANDBOX_PORTONE_SECRET,
  SANDBOX_STORE_ID,
  type SandboxOptions,
} from '../../src/sandbox/sandbox.ts';
import {
  envelope,
  errorV2,
  hang,
  plain,
  refusal,
  reset,
  startFaultyUpstream,
  type Fault,
  type FaultyUpstream,
} from '../support/faulty-upstream.ts';
import { portoneConfig, testConfig } from '../support/config.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { TOKENS } from '../support/tokens.ts';
import { until } from '../support/until.ts';

const describeRedis = hasRedis ? describe : describe.skip;
const closers: (() => unknown)[] = [];
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

/** As `check` prints them. */
const linesOf = (findings: readonly Finding[]): string[] =>
  findings.map(({ state, name, text }) => `${state} ${name} ${text}`);

describe('the check of the upstream', () => {
  const LOGIN = 'POST /users/getToken';
  const READ = 'GET /certifications/imp_000000000000';

  function check(baseUrl: string, iamport: Partial<IamportConfig> = {}, limitMs?: number): Promise<string[]> {
    const config = { ...testConfig(baseUrl, iamport), isSandbox: false };
    return checkUpstream(config, limitMs).then(linesOf);
  }

  async function sandboxAt(options: SandboxOptions = {}) {
    const sandbox = await createSandbox(options);
    closers.push(() => sandbox.close());
    return sandbox;
  }

  async function faulty(faults: Partial<Pick<FaultyUpstream, 'fault' | 'loginFault'>>): Promise<FaultyUpstream> {
    const upstream = Object.assign(await startFaultyUpstream(), faults);
    closers.push(() => upstream.close());
    return upstream;
  }

  test('logs in and reads a verification that is nobody’s, and sends nothing else', async () => {
    const sandbox = await sandboxAt();
    expect(await check(sandbox.url)).toEqual([
      expect.stringMatching(/^ok upstream 127\.0\.0\.1:\d+ accepts the log-in; that and a read took \d+ ms$/),
      'ok clock this machine and the upstream agree',
    ]);
    expect(sandbox.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([LOGIN, READ]);
    expect(sandbox.inbox).toEqual([]);
  });

  test('says that a wrong secret is refused, after one log-in', async () => {
    const sandbox = await sandboxAt();
    const [line, ...others] = await check(sandbox.url, { apiSecret: 'canary-secret' });
    expect(line).toMatch(/^problem upstream .* refuses the log-in: compare IAMPORT_API_KEY and IAMPORT_API_SECRET/);
    expect(others).toEqual([]);
    expect(line).not.toContain('canary');
    expect(sandbox.requests).toHaveLength(1);
  });

  test('says that nothing listens there', async () => {
    const upstream = await faulty({});
    await upstream.close();
    expect(await check(upstream.url)).toEqual([
      expect.stringMatching(/^problem upstream .* cannot be reached: check IAMPORT_BASE_URL/),
    ]);
  });

  test('says that TLS fails where the upstream has none', async () => {
    const upstream = await faulty({});
    expect(await check(upstream.url.replace('http:', 'https:'))).toEqual([
      expect.stringMatching(/^problem upstream .* TLS fails/),
    ]);
    expect(upstream.calls).toEqual([]);
  });

  test.each<[string, Fault, RegExp]>([
    ['cuts the connection', reset, /cuts the connection before it answers/],
    ['limits calls', plain(429, ''), /answers that there are too many calls: try again in some minutes/],
    ['is another server', plain(200, '<html>'), /answers with status 200, and not as the iamport API does/],
    ['is down', plain(502, '<html>'), /answers with status 502: it, or a proxy in between, is down/],
    ['is closed', refusal(500, '시스템 점검 중입니다'), /answers with status 500: it, or a proxy in between, is down/],
    [
      'has no token',
      envelope(200, { code: 0, response: {} }),
      /accepts the log-in, and then answers with status 200, and not/,
    ],
  ])('says of a log-in where the upstream %s what to do', async (_name, loginFault, text) => {
    const upstream = await faulty({ loginFault });
    const [line] = await check(upstream.url);
    expect(line).toMatch(new RegExp(`^problem upstream 127.0.0.1:\\d+ ${text.source}`));
    expect(upstream.calls).toEqual([LOGIN]);
  });

  test('says that the token is refused where only the log-in is accepted', async () => {
    const upstream = await faulty({ fault: plain(401, '') });
    const [line] = await check(upstream.url);
    expect(line).toMatch(/^problem upstream .* accepts the log-in and refuses its token: look for a list of allowed/);
    expect(upstream.calls).toEqual([LOGIN, READ, LOGIN, READ]);
  });

  test('warns where the read is refused', async () => {
    const upstream = await faulty({ fault: refusal(500, '[0000] 일시적인 오류') });
    const [line] = await check(upstream.url);
    expect(line).toMatch(/^warning upstream .* accepts the log-in and refuses a read with status 500/);
  });

  test.each(['loginFault', 'fault'] as const)(
    'ends in its own time where the upstream hangs (%s), and leaves no connection',
    async (what) => {
      const upstream = await faulty({ [what]: hang });
      const [line] = await check(upstream.url, { readTimeoutMs: 60_000 }, 1_000);
      expect(line).toMatch(/^problem upstream .* does not answer in time: try again/);
      await until(
        () => upstream.connections(),
        (open) => open === 0,
      );
    },
  );

  test.each([
    [600_000, 'warning clock this machine is 600 s behind the upstream: set its clock by NTP'],
    [-600_000, 'warning clock this machine is 600 s ahead of the upstream: set its clock by NTP'],
  ])('warns of a clock that is %d ms ahead', async (skewMs, line) => {
    const sandbox = await sandboxAt({ now: () => Date.now() + skewMs });
    const [, clock] = await check(sandbox.url);
    expect(clock!.replace(/(599|601) s/, '600 s')).toContain(line);
  });

  test('says that the embedded sandbox answers where there are no credentials, on a port of its own', async () => {
    const taken = await sandboxAt();
    const config = testConfig('http://127.0.0.1', {});
    expect(linesOf(await checkUpstream({ ...config, sandboxPort: Number(new URL(taken.url).port) }))).toEqual([
      expect.stringMatching(/^ok upstream the embedded sandbox answers in \d+ ms: nothing real was tried$/),
    ]);
    expect(taken.requests).toEqual([]);
  });
});

describe('the check of PortOne V2', () => {
  const READ = 'GET /identity-verifications/imp_000000000000';

  function check(baseUrl: string, portone: Partial<PortoneConfig> = {}, limitMs?: number): Promise<string[]> {
    const config = { ...testConfig(baseUrl), isSandbox: false, portone: portoneConfig(baseUrl, portone) };
    return checkUpstream(config, limitMs).then(linesOf);
  }

  async function before(fault: Fault | null) {
    const upstream = Object.assign(await startFaultyUpstream(), { fault });
    closers.push(() => upstream.close());
    return upstream;
  }

  test('reads a verification that is nobody’s under the secret, and asks iamport nothing where that has no key', async () => {
    const sandbox = await createSandbox();
    closers.push(() => sandbox.close());
    const portone = { apiSecret: SANDBOX_PORTONE_SECRET, storeId: SANDBOX_STORE_ID };
    expect(await check(sandbox.url, portone)).toEqual([
      expect.stringMatching(/^ok upstream 127\.0\.0\.1:\d+ accepts the secret; a read took \d+ ms$/),
      'ok clock this machine and the upstream agree',
    ]);
    expect(sandbox.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([READ]);
  });

  test('says that the store is another than that of the secret', async () => {
    const sandbox = await createSandbox();
    closers.push(() => sandbox.close());
    expect(await check(sandbox.url, { apiSecret: SANDBOX_PORTONE_SECRET })).toEqual([
      expect.stringMatching(
        /^problem upstream .* accepts the secret and refuses a read with status 403: compare PORTONE_STORE_ID/,
      ),
      'ok clock this machine and the upstream agree',
    ]);
  });

  test('tries both upstreams where both are served, and one that is well says nothing of the other', async () => {
    const sandbox = await createSandbox();
    closers.push(() => sandbox.close());
    const [portone, iamport, ...others] = await check(sandbox.url, { apiSecret: 'canary-secret', isAlone: false });
    expect(portone).toMatch(/^problem upstream .* refuses the secret: compare PORTONE_API_SECRET with/);
    expect(portone).not.toContain('canary');
    expect(iamport).toMatch(/^ok upstream .* accepts the log-in; that and a read took \d+ ms$/);
    expect(others).toEqual(['ok clock this machine and the upstream agree']);
    expect(sandbox.requests).toHaveLength(3);
  });

  test.each<[string, Fault, RegExp]>([
    ['cuts the connection', reset, /problem .* cuts the connection before it answers: check PORTONE_BASE_URL/],
    [
      'is another server',
      plain(200, '<html>'),
      /problem .* status 200, and not as the PortOne V2 API does: check PORTONE_/,
    ],
    ['is down', plain(502, '<html>'), /problem .* answers with status 502: it, or a proxy in between, is down/],
    ['limits calls', plain(429, ''), /problem .* answers that there are too many calls/],
    ['forbids the read', errorV2(403, 'FORBIDDEN'), /problem .* accepts the secret and refuses a read with status 403/],
  ])('says of one that %s what to do', async (_name, fault, line) => {
    const upstream = await before(fault);
    expect((await check(upstream.url))[0]).toMatch(line);
    expect(upstream.calls).toEqual([READ]);
  });

  test('says that nothing listens there, and ends in its own time where it hangs', async () => {
    const upstream = await before(hang);
    expect((await check(upstream.url, {}, 500))[0]).toMatch(/^problem upstream .* does not answer in time/);
    await upstream.close();
    expect(await check(upstream.url)).toEqual([
      expect.stringMatching(/^problem upstream .* cannot be reached: check PORTONE_BASE_URL/),
    ]);
  });
});

describe('the check of the proof settings', () => {
  const pem = (): string =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const env = {
    IAMPORT_API_KEY: 'k',
    IAMPORT_API_SECRET: 's',
    AUTH_SECRET: 'canary of at least 32 characters',
    PERSON_ID_KEY: 'canary-canary-canary-canary-canary',
    PROOF_ISSUER: 'https://identity.example.com',
  };
  const check = (own: Record<string, string>): string[] => linesOf(checkProofs(readConfig(own)));

  test('says which fields are on, the issuer and how many keys there are, and none of the keys', () => {
    expect(check({ ...env, PROOF_PRIVATE_KEY: pem() })).toEqual([
      'ok personId on',
      'ok proof on: one key, and the issuer https://identity.example.com',
    ]);
    expect(check({ ...env, PROOF_PRIVATE_KEY: pem() + pem() })[1]).toMatch(/on: 2 keys, of which the first signs, /);
  });

  test('says which setting the fields that are off lack, and that the sandbox lacks none', () => {
    expect(check({ ...env, PERSON_ID_KEY: '', PROOF_ISSUER: '' })).toEqual([
      'ok personId off, since PERSON_ID_KEY is not set: the field is null',
      'ok proof off, since PROOF_PRIVATE_KEY is not set: the field is null',
    ]);
    expect(check({})).toEqual(['ok proofs personId and proof are on, with random keys where none are set']);
  });
});

describe('the check of the store without Redis', () => {
  const base = testConfig('http://127.0.0.1');
  const check = (storeFile: string | null): Promise<string[]> =>
    checkStore({ ...base, guard: { ...base.guard, storeFile } }).then(linesOf);

  test('names the two ways to keep attempts over a restart', async () => {
    expect(await check(null)).toEqual([expect.stringMatching(/^ok store .* memory .* STORE_FILE or REDIS_URL /)]);
  });

  test('says whether GUARD_SECRET is the one under which the file is used, and changes nothing', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'identity-check-'));
    closers.push(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'attempts.db');
    const file = openFile(path);
    closers.push(() => file.close());
    const told: boolean[] = [];
    const watch = (secret: string) =>
      closers.push(watchFileSecret(file, createHmacs(secret), ({ isShared }) => void told.push(isShared)));
    const secretOf = async (secret: string) => {
      const found = await checkStore({ ...base, guard: { ...base.guard, storeFile: path, secret } });
      return linesOf(found)[1];
    };
    watch('one');
    expect(await secretOf('one')).toBe('ok secret GUARD_SECRET is the one under which the file is used');
    for (const _time of [1, 2])
      expect(await secretOf('canary')).toMatch(/^problem secret GUARD_SECRET is not the one .* keep that one/);
    watch('one');
    await file.read(() => {});
    expect(told).toEqual([]);
  });

  test('writes to the file, and says why one cannot be used', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'identity-check-'));
    closers.push(() => rmSync(directory, { recursive: true }));
    expect(await check(join(directory, 'attempts.db'))).toEqual([
      expect.stringMatching(/^ok store .* file /),
      expect.stringMatching(/^ok secret nothing has used this file lately/),
    ]);
    expect(await check(directory)).toEqual([
      expect.stringMatching(/^problem store STORE_FILE .*: nothing is confirmed/),
    ]);
  });
});

describeRedis('the check of the store (needs redis-server on the PATH)', () => {
  const SECRET = 'the same on every replica, 32 characters';
  const base = testConfig('http://127.0.0.1');
  const check = (redisUrl: string, secret = SECRET): Promise<string[]> =>
    checkStore({ ...base, guard: { ...base.guard, redisUrl, secret } }).then(linesOf);

  async function start(...options: string[]): Promise<TestRedis> {
    const redis = await startRedis(undefined, options);
    closers.push(() => redis.stop());
    return redis;
  }

  async function operator(redis: TestRedis): Promise<Redis> {
    const client = new Redis(redis.url);
    closers.push(() => client.disconnect());
    return client;
  }

  /** A replica that has agreed on its secret. */
  async function replica(redis: TestRedis): Promise<void> {
    const link = connectRedis(redis.url);
    closers.push(
      () => link.client.disconnect(),
      watchSecret(link, createHmacs(SECRET), () => {}),
    );
    await until(async () => (await operator(redis)).exists('identity:v2:secret'));
  }

  test('says that all is well, and leaves no connection and no secret of its own', async () => {
    const redis = await start();
    expect(await check(redis.url)).toEqual([
      expect.stringMatching(/^(ok|warning) store Redis can be written, and answers in [\d.]+ ms \(median of 7\)/),
      'ok eviction maxmemory-policy is noeviction',
      expect.stringMatching(/^ok secret no replica runs/),
    ]);
    const admin = await operator(redis);
    expect(await admin.keys('*')).toEqual(['identity:v2:attempt:check']);
    await until(
      () => admin.client('LIST') as Promise<string>,
      (list) => list.trim().split('\n').length === 1,
    );
  });

  test('warns of a policy that evicts, and knows where it is not told', async () => {
    const redis = await start('--maxmemory-policy', 'allkeys-lru');
    expect((await check(redis.url))[1]).toMatch(
      /^warning eviction .* set its maxmemory-policy, allkeys-lru now, to noeviction$/,
    );
    await (await operator(redis)).acl('SETUSER', 'default', '-config');
    expect((await check(redis.url))[1]).toMatch(/^ok eviction Redis does not tell its maxmemory-policy/);
  });

  test('says whether GUARD_SECRET is the one of the replicas, and changes nothing for them', async () => {
    const redis = await start();
    await replica(redis);
    expect((await check(redis.url))[2]).toBe('ok secret GUARD_SECRET is the one of the other replicas');
    expect((await check(redis.url, 'canary-secret of at least 32 characters'))[2]).toMatch(
      /^problem secret GUARD_SECRET is not the one of the replicas on this Redis: use one everywhere/,
    );
    expect((await check(redis.url))[2]).toMatch(/^ok secret/);
  });

  test.each([
    ['a wrong password', ':canary-wrong@', 'it refuses the user name or the password of REDIS_URL'],
    ['no password', '', 'it requires a password, and REDIS_URL has none'],
  ])('says that Redis refuses %s, without it', async (_name, credentials, reason) => {
    const redis = await start('--requirepass', 'canary-right');
    expect(await check(redis.url.replace('//', `//${credentials}`))).toEqual([
      `problem store Redis cannot be used, since ${reason}: nothing is confirmed without it`,
    ]);
  });

  test('says that nothing listens there', async () => {
    const redis = await start();
    await redis.stop();
    expect(await check(redis.url)).toEqual([expect.stringMatching(/^problem store .* nothing listens at the address/)]);
  });

  test('says that a permission is missing, or that it is a replica', async () => {
    const redis = await start();
    const admin = await operator(redis);
    await admin.acl('SETUSER', 'default', '-eval');
    expect(await check(redis.url)).toEqual([expect.stringMatching(/^problem store .* lacks a permission/)]);
    await admin.acl('SETUSER', 'default', '+eval');
    await admin.replicaof('127.0.0.1', '1');
    expect(await check(redis.url)).toEqual([expect.stringMatching(/^problem store .* it is a replica/)]);
  });

  test('ends where Redis is silent from the start', async () => {
    const silent = createTcpServer((socket) => void socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    closers.push(() => silent.close());
    expect(await check(`redis://127.0.0.1:${(silent.address() as AddressInfo).port}`)).toEqual([
      'problem store Redis cannot be used, since it does not answer within 3 s: nothing is confirmed without it',
    ]);
  });

  test('ends where Redis falls silent later', async () => {
    const redis = await start();
    const admin = await operator(redis);
    await admin.client('PAUSE', 30_000, 'WRITE');
    expect(await check(redis.url)).toEqual([expect.stringMatching(/^problem store .* does not answer within 2 s/)]);
  });
});

describe('the check of callers', () => {
  const base = testConfig('http://127.0.0.1');
  const check = (auth: Partial<Config['auth']>): Promise<string[]> =>
    checkCallers({ ...base, isSandbox: false, auth: { ...TOKENS, secret: null, ...auth } }).then(linesOf);

  async function issuer(answer: RequestListener): Promise<string> {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys?canary`;
  }

  const publishing = (...keys: object[]): Promise<string> =>
    issuer((_request, response) => response.end(JSON.stringify({ keys })));

  const jwkOf = (key: KeyObject, more: object = {}): object => ({ ...key.export({ format: 'jwk' }), ...more });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey;
  const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey;
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed = generateKeyPairSync('ed25519').publicKey;
  const x = generateKeyPairSync('x25519').publicKey;

  test('counts the keys that can verify a token', async () => {
    const jwksUrl = await publishing(
      jwkOf(rsa, { alg: 'RS256', use: 'sig' }),
      jwkOf(ec.publicKey),
      jwkOf(ed, { key_ops: ['verify'] }),
      jwkOf(rsa, { use: 'enc' }),
      jwkOf(rsa, { alg: 'RSA-OAEP' }),
      jwkOf(rsa, { key_ops: ['encrypt'] }),
      jwkOf(ec.privateKey),
      jwkOf(weak),
      jwkOf(x),
      { kty: 'oct', k: 'AAAA' },
    );
    expect(await check({ jwksUrl })).toEqual([
      expect.stringMatching(/^ok callers 127\.0\.0\.1:\d+ answers in \d+ ms; of its 10 keys 3 can verify tokens$/),
    ]);
  });

  test('says that there is none', async () => {
    for (const jwksUrl of [await publishing(), await publishing(jwkOf(weak))])
      expect(await check({ jwksUrl })).toEqual([
        expect.stringMatching(/^problem callers \S+ publishes no key that can verify a token: it must be RSA of 2048/),
      ]);
  });

  test('says that the address answers something else', async () => {
    for (const status of [404, 200]) {
      const jwksUrl = await issuer((_request, response) => response.writeHead(status).end('<html>'));
      const [line] = await check({ jwksUrl });
      expect(line).toMatch(/^problem callers \S+ answers no key set: check the path of AUTH_JWKS_URL$/);
      expect(line).not.toContain('canary');
    }
  });

  test('says that nothing listens there', async () => {
    expect(await check({ jwksUrl: 'http://127.0.0.1:1/canary' })).toEqual([
      expect.stringMatching(/^problem callers 127\.0\.0\.1:1 cannot be reached( \(\w+\))?: check AUTH_JWKS_URL/),
    ]);
  });

  test('ends where the issuer hangs', async () => {
    expect(await check({ jwksUrl: await issuer(() => {}) })).toEqual([
      expect.stringMatching(/^problem callers \S+ does not answer within 5 s/),
    ]);
  });

  test('tells a public key that can verify from one that cannot', async () => {
    const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }) as string;
    expect(await check({ publicKey: pem(ec.publicKey) })).toEqual([
      'ok callers their tokens are verified with AUTH_PUBLIC_KEY',
    ]);
    for (const key of [weak, x])
      expect(await check({ publicKey: pem(key) })).toEqual([
        expect.stringMatching(/^problem callers AUTH_PUBLIC_KEY can verify no token/),
      ]);
  });

  test('warns where anybody may call, and names a shared secret without it', async () => {
    expect(await check({})).toEqual([expect.stringMatching(/^warning callers anybody may call without a token/)]);
    expect(await check({ routerSecret: 'canary' })).toEqual([
      expect.stringMatching(/^warning callers whatever the router lets through may call/),
    ]);
    expect(await check({ secret: 'canary' })).toEqual(['ok callers their tokens are verified with AUTH_SECRET']);
  });
});

describe('the check of files', () => {
  const base = testConfig('http://127.0.0.1');

  function check(refusals: string, documents: string): Promise<string[]> {
    const directory = mkdtempSync(join(tmpdir(), 'identity-check-'));
    closers.push(() => rmSync(directory, { recursive: true }));
    const [refusalsFile, trustedDocuments] = [join(directory, 'refusals.json'), join(directory, 'documents.json')];
    writeFileSync(refusalsFile, refusals);
    writeFileSync(trustedDocuments, documents);
    return checkFiles({ ...base, trustedDocuments, iamport: { ...base.iamport, refusalsFile } }).then(linesOf);
  }

  test('counts what is in them, and says nothing where none is named', async () => {
    expect(await check('[{"code":"1234","means":"WRONG_OTP"}]', '{"a":"{ __typename }"}')).toEqual([
      'ok refusals entries: 1',
      'ok documents trusted: 1',
    ]);
    expect(await checkFiles(base)).toEqual([]);
  });

  test('says of test identities how many there are, until when, and what is wrong', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'identity-check-'));
    closers.push(() => rmSync(directory, { recursive: true }));
    const testIdentitiesFile = join(directory, 'identities.json');
    const entry = { name: '홍길동', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT', code: '314159' };
    const checkPhone = async (phone: string) => {
      writeFileSync(testIdentitiesFile, JSON.stringify({ until: '2026-01-31', identities: [{ ...entry, phone }] }));
      return linesOf(await checkFiles({ ...base, iamport: { ...base.iamport, testIdentitiesFile } }));
    };
    expect(await checkPhone('010-1234-5678')).toEqual(['ok identities for tests: 1, until 2026-01-31']);
    const problem = expect.stringMatching(/^problem identities TEST_IDENTITIES_FILE identity 1 must have a phone/);
    expect(await checkPhone('010-2000-0000')).toEqual([problem]);
  });

  test('says what is wrong with each', async () => {
    expect(await check('[{}, 1]', 'no JSON')).toEqual([
      expect.stringMatching(/^problem refusals REFUSALS_FILE entry 1 must/),
      expect.stringMatching(/^problem refusals REFUSALS_FILE entry 2 must/),
      expect.stringMatching(/^problem documents TRUSTED_DOCUMENTS must name a JSON file/),
    ]);
  });
});
