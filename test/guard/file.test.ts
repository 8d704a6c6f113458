import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from '@jest/globals';
import { readConfig, type Config } from '../../src/config.ts';
import { createFileStore } from '../../src/guard/file.ts';
import type { FileNews } from '../../src/guard/file-link.ts';
import { watchFileSecret } from '../../src/guard/file-secret.ts';
import { createFileWindows } from '../../src/guard/file-windows.ts';
import { createHmacs } from '../../src/guard/hmac.ts';
import { StoreUnavailable, type AttemptStore } from '../../src/guard/store.ts';
import type { Window } from '../../src/guard/windows.ts';
import { startGateway, testConfig, type TestGateway } from '../support/gateway.ts';
import { freshPath, opened } from '../support/store-file.ts';
import { until } from '../support/until.ts';

const HOUR = 3_600_000;
const ONE_AN_HOUR: Window = { name: 'one', key: 'a', points: 1, ms: HOUR };
const RIGHT = '123456';
const IMP_UID = 'imp_900200000001';

const closers: (() => unknown)[] = [];
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

const write = (store: AttemptStore, key: string): Promise<boolean> => store.replace(key, null, `text of ${key}`);
const textOf = async (store: AttemptStore, key: string): Promise<string | null> => (await store.read(key)).text;

/** What a start says of this file, which it refuses. */
function refusal(path: string): string {
  try {
    opened(path);
  } catch (error) {
    return String(error);
  }
  return 'none';
}

describe('a store file that is opened again', () => {
  /** One attempt and one call that is counted, at 1,000 ms of the machine's clock. */
  async function used(path: string): Promise<void> {
    const file = opened(path, { clock: { ms: 0 } });
    file.close();
    const again = opened(path, { clock: { ms: 1_000 } });
    await write(createFileStore(again), 'a');
    await createFileWindows(again).take([ONE_AN_HOUR]);
    again.close();
  }

  async function at(path: string, clock: { boot?: string; ms: number }) {
    const file = opened(path, { clock });
    const { text, now } = await createFileStore(file).read('a');
    const { waits } = await createFileWindows(file).take([ONE_AN_HOUR]);
    file.close();
    return { isKept: text !== null, now, waits };
  }

  test('has counted the time between, by the clock of the machine', async () => {
    const path = freshPath();
    await used(path);
    expect(await at(path, { ms: 61_000 })).toEqual({ isKept: true, now: 61_000, waits: [HOUR - 60_000] });
    expect(await at(path, { ms: 1_000 + HOUR })).toEqual({ isKept: false, now: 1_000 + HOUR, waits: [0] });
  });

  test.each([
    ['later', 100 * 24 * HOUR],
    ['earlier', 10],
  ])(
    'after the machine was started anew, or on another one whose clock is %s, has counted no time between',
    async (_name, ms) => {
      const path = freshPath();
      await used(path);
      expect(await at(path, { boot: 'another', ms })).toEqual({ isKept: true, now: 1_000, waits: [HOUR] });
      expect(await at(path, { boot: 'another', ms: ms + 5 })).toEqual({ isKept: true, now: 1_005, waits: [HOUR - 5] });
    },
  );

  test('never goes back in time, whatever the clock does', async () => {
    const path = freshPath();
    await used(path);
    expect(await at(path, { ms: 500 })).toEqual({ isKept: true, now: 1_000, waits: [HOUR] });
  });

  test('has the time of the other processes that use it', async () => {
    const path = freshPath();
    const [early, late] = [{ ms: 0 }, { ms: 0 }];
    const [one, two] = [early, late].map((clock) => createFileStore(opened(path, { clock })));
    late.ms = 5_000;
    await write(two!, 'a');
    expect((await one!.read('a')).now).toBe(5_000);
  });
});

describe('a store file', () => {
  test('is bounded: records that have ended are deleted by those that come, and their room is used again', async () => {
    const path = freshPath();
    const clock = { ms: 0 };
    const file = opened(path, { clock });
    const [store, windows] = [createFileStore(file), createFileWindows(file)];
    const db = new DatabaseSync(path, { readOnly: true });
    closers.push(() => db.close());
    const rows = () =>
      db
        .prepare('SELECT kind, records FROM kind ORDER BY kind')
        .all()
        .map(({ kind, records }) => ({ kind, records }));
    for (let index = 0; index < 20; index += 1) {
      await write(store, `a${index}`);
      await windows.take([{ ...ONE_AN_HOUR, key: `a${index}` }]);
    }
    expect(rows()).toEqual([
      { kind: 'attempt', records: 20 },
      { kind: 'limit:one', records: 20 },
    ]);
    clock.ms = HOUR;
    for (let index = 0; index < 10; index += 1) {
      await write(store, `b${index}`);
      await windows.take([{ ...ONE_AN_HOUR, key: `b${index}` }]);
    }
    expect(rows()).toEqual([
      { kind: 'attempt', records: 10 },
      { kind: 'limit:one', records: 10 },
    ]);
    expect({ ...db.prepare('SELECT count(*) AS records FROM record').get() }).toEqual({ records: 20 });
  });

  test('empties while it is only asked whether it can be written', async () => {
    const path = freshPath();
    const clock = { ms: 0 };
    const store = createFileStore(opened(path, { clock }));
    for (const key of ['a', 'b', 'c']) await write(store, key);
    clock.ms = HOUR;
    await store.check();
    const db = new DatabaseSync(path, { readOnly: true });
    closers.push(() => db.close());
    expect({ ...db.prepare('SELECT count(*) AS records FROM record').get() }).toEqual({ records: 0 });
  });

  test('and the two beside it can be read by this user alone, also where the file was open to others', async () => {
    const path = freshPath();
    const files = [path, `${path}-wal`, `${path}-shm`];
    const rights = () => files.map((file) => (statSync(file).mode & 0o777).toString(8));
    opened(path);
    expect(rights()).toEqual(['600', '600', '600']);
    for (const file of files) chmodSync(file, 0o664);
    opened(path);
    expect(rights()).toEqual(['600', '600', '600']);
  });

  test('answers that it is unavailable after it was closed', async () => {
    const file = opened();
    const store = createFileStore(file);
    await store.close();
    await store.close();
    await expect(store.read('a')).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.check()).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

describe('a start is refused with the reason', () => {
  test.each<[string, (path: string) => string, string]>([
    ['a directory that does not exist', (path) => `${path}/attempts.db`, 'is in a directory that does not exist'],
    ['a directory', (path) => dirname(path), 'is a directory: name a file in it'],
  ])('where the path is in or is %s', (_name, pathFor, reason) => {
    expect(refusal(pathFor(freshPath()))).toContain(`STORE_FILE ${reason}`);
  });

  test('where the file is a text, which is left as it was', () => {
    const path = freshPath();
    writeFileSync(path, 'canary '.repeat(1_000), { mode: 0o644 });
    expect(refusal(path)).toMatch(/^ConfigError.*\n.*STORE_FILE is damaged or no store of this gateway/);
    expect(refusal(path)).not.toContain('canary');
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['canary '.repeat(1_000), 0o644]);
  });

  test('where the file is of another program, which is left as it was', () => {
    const path = freshPath();
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE theirs (name TEXT)');
    db.close();
    const before = readFileSync(path);
    expect(refusal(path)).toContain('STORE_FILE is a file of another program');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('where the file is of another version', () => {
    const path = freshPath();
    opened(path).close();
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 2');
    db.close();
    expect(refusal(path)).toContain('STORE_FILE is of another version of this gateway');
  });

  test('where the file is damaged', async () => {
    const path = freshPath();
    const file = opened(path);
    const store = createFileStore(file);
    for (let index = 0; index < 200; index += 1) await write(store, `key ${index}`);
    file.close();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x7f, 4_096));
    expect(refusal(path)).toContain('STORE_FILE is damaged');
  });

  test('by the whole gateway, which then has opened no port', async () => {
    const path = freshPath();
    mkdirSync(path);
    await expect(startGateway({ config: on(path) })).rejects.toThrow('STORE_FILE is a directory');
  });
});

/** Keeps the lock of a file until it is told to let go. */
function lock(path: string): () => void {
  const db = new DatabaseSync(path);
  db.exec('BEGIN IMMEDIATE');
  closers.push(() => db.close());
  return () => db.exec('ROLLBACK');
}

describe('while another program holds the lock', () => {
  test('a write is unavailable and never made, a read is answered, and that is told once, as is its end', async () => {
    const told: string[] = [];
    const tell = (news: FileNews) => void told.push(news.kind === 'lost' ? news.reason : news.kind);
    const path = freshPath();
    const store = createFileStore(opened(path, { tell }));
    await write(store, 'a');
    const release = lock(path);
    for (const key of ['b', 'c']) await expect(write(store, key)).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.check()).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await textOf(store, 'a')).toBe('text of a');
    expect(told).toEqual(['LOCKED']);
    release();
    expect(await textOf(store, 'b')).toBeNull();
    await store.check();
    await store.check();
    expect(told).toEqual(['LOCKED', 'back']);
  });

  test('for a moment, a write waits for it, and this process goes on meanwhile', async () => {
    const path = freshPath();
    const store = createFileStore(opened(path));
    const release = lock(path);
    const written = write(store, 'a');
    await new Promise(setImmediate); // the write has been tried, and is not in the way of this
    release();
    expect(await written).toBe(true);
  });
});

/** Callers may read what is theirs and nothing else; a limit that is never reached is kept in the same file. */
function on(storeFile: string): Partial<Config> {
  const base = testConfig('http://127.0.0.1');
  return {
    guard: { redisUrl: null, storeFile, secret: 'the same after every restart, 32 characters', claims: true },
    auth: { ...base.auth, anonymousScopes: new Set(['certification:ci']) },
    limits: { ...base.limits, confirmsPerIp: [{ points: 1_000_000, seconds: 3_600 }] },
  };
}

async function start(config: Partial<Config>): Promise<TestGateway> {
  const gateway = await startGateway({ config });
  closers.push(() => gateway.close());
  return gateway;
}

const readyz = async ({ adminUrl }: TestGateway): Promise<number> => (await fetch(`${adminUrl}/readyz`)).status;

test('a gateway whose store file is locked denies confirms and sends none, says so in the log once, and goes on afterwards', async () => {
  const path = freshPath();
  const gateway = await start(on(path));
  expect(await gateway.confirm(IMP_UID, '000000')).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 4 });
  const release = lock(path);
  const answers = await Promise.all([RIGHT, '000001', '000002'].map((otp) => gateway.confirm(IMP_UID, otp)));
  expect(answers.map(({ code }) => code)).toEqual(Array(3).fill('UPSTREAM_UNAVAILABLE'));
  expect([await readyz(gateway), gateway.calls('/confirm/')]).toEqual([503, [expect.any(String)]]);
  release();
  expect(await readyz(gateway)).toBe(200);
  expect(await gateway.confirm(IMP_UID, '000003')).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 3 });
  expect(gateway.calls('/confirm/')).toHaveLength(2);
  expect(gateway.log().match(/"msg":"the store file is [^"]*"/g)).toEqual([
    '"msg":"the store file is lost: another program holds its lock; nothing is confirmed until it is back"',
    '"msg":"the store file is back"',
  ]);
});

test('a gateway that starts on a store file with another GUARD_SECRET says so in the log and the metrics, and the first one goes on', async () => {
  const path = freshPath();
  const config = on(path);
  const shared = async ({ adminUrl }: TestGateway): Promise<string> =>
    /identity_guard_secret_shared (\d)/.exec(await (await fetch(`${adminUrl}/metrics`)).text())![1]!;
  const same = await start(config);
  const changed = await start({ ...config, guard: { ...config.guard!, secret: 'canary of at least 32 characters' } });
  await until(() => changed.log().includes('GUARD_SECRET'));
  expect(changed.log()).toMatch(/"level":50,.*"msg":"GUARD_SECRET is not the one under which the store file was used/);
  expect(changed.log()).not.toContain('canary');
  const next = await start(config);
  expect(await next.confirm(IMP_UID, '000000')).toMatchObject({ code: 'WRONG_CODE' });
  expect([await shared(same), await shared(changed), await shared(next)]).toEqual(['1', '0', '1']);
  expect([same.log(), next.log()].join('')).not.toContain('GUARD_SECRET');
});

test('a GUARD_SECRET of a store file is accepted once the one before has not been used for its time', async () => {
  const file = opened(freshPath());
  const told: boolean[] = [];
  const tell = ({ isShared }: { readonly isShared: boolean }): void => void told.push(isShared);
  const end = watchFileSecret(file, createHmacs('one'), tell, 100);
  const endOther = watchFileSecret(file, createHmacs('two'), tell, 100);
  closers.push(end, endOther);
  expect(
    await until(
      () => told,
      ({ length }) => length > 0,
    ),
  ).toEqual([false]);
  end();
  expect(
    await until(
      () => told,
      ({ length }) => length > 1,
    ),
  ).toEqual([false, true]);
});

test('a store file has no code, no phone, no caller and no impUid in it', async () => {
  const path = freshPath();
  const gateway = await start({ ...on(path), limits: readConfig({}).limits });
  const input = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
  await gateway.run('mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { __typename } }', {
    input,
  });
  await gateway.confirm(IMP_UID, '918273');
  await gateway.confirm(IMP_UID, RIGHT);
  const files = [path, `${path}-wal`].filter((file) => existsSync(file));
  const bytes = Buffer.concat(files.map((file) => readFileSync(file))).toString('latin1');
  expect(bytes).toContain('CERTIFIED');
  const canaries = ['홍길동', '1234-5678', '12345678', '1990', '918273', IMP_UID, 'imp_', 'anonymous', '127.0.0.1'];
  const latin = canaries.map((canary) => Buffer.from(canary).toString('latin1'));
  expect(latin.filter((canary) => bytes.includes(canary))).toEqual([]);
});

const describeLinux = existsSync('/proc/self/stat') ? describe : describe.skip;

describeLinux('where the disk has no room (needs prlimit)', () => {
  /** A process that writes the keys that it reads from its input, one a line. */
  const WRITER = `
    import { createInterface } from 'node:readline';
    import { openFile } from './src/guard/file-link.ts';
    import { createFileStore } from './src/guard/file.ts';
    process.on('SIGXFSZ', () => {});
    const say = (line) => process.stdout.write(line + '\\n');
    const store = createFileStore(openFile(process.argv[1], (news) => say(news.kind + ' ' + (news.reason ?? ''))));
    say('open');
    for await (const key of createInterface(process.stdin))
      say(await store.replace(key, null, key.repeat(2000)).then(() => 'kept', (error) => error.name));`;

  test('a write is unavailable and told once, what was kept stays, and it goes on once there is room', async () => {
    const path = freshPath();
    const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    closers.push(() => child.kill('SIGKILL'));
    const lines: string[] = [];
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop()!;
      lines.push(...parts);
    });
    const said = async (count: number): Promise<string[]> => {
      while (lines.length < count) await once(child.stdout, 'data');
      return lines.slice(0, count);
    };
    const limit = async (bytes: string): Promise<void> => {
      await once(spawn('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:unlimited`]), 'exit');
    };
    expect(await said(1)).toEqual(['open']);
    child.stdin.write('a\n');
    expect(await said(2)).toEqual(['open', 'kept']);
    await limit(String(statSync(`${path}-wal`).size));
    child.stdin.write('b\nc\n');
    expect((await said(5)).slice(2)).toEqual(['lost IOERR', 'StoreUnavailable', 'StoreUnavailable']);
    await limit('unlimited');
    child.stdin.write('d\n');
    expect((await said(7)).slice(5)).toEqual(['back ', 'kept']);
    const store = createFileStore(opened(path));
    const found = await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await textOf(store, key))?.[0] ?? null));
    expect(found).toEqual(['a', null, null, 'd']);
  });
});
