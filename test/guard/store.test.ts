import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { begin, finish, opened, type Attempt, type AttemptRecord, type Begin } from '../../src/guard/attempt-rules.ts';
import { createFileStore } from '../../src/guard/file.ts';
import { createRedisStore } from '../../src/guard/redis.ts';
import { connectRedis, type RedisLink } from '../../src/guard/redis-link.ts';
import { WINDOW_MS } from '../../src/guard/window-rules.ts';
import { createMemoryStore, StoreFull, StoreUnavailable, type AttemptStore } from '../../src/guard/store.ts';
import { readRecord, update } from '../../src/guard/update.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { freshPath, opened as openedFile } from '../support/store-file.ts';
import { hurryRedis, waitForRedis } from '../support/timers.ts';

const RULES = { leaseMs: 20_000, claims: true };
const read = async (store: AttemptStore, key: string): Promise<AttemptRecord | null> =>
  (await readRecord(store, key)).record;
async function write(store: AttemptStore, key: string, record = opened('owner', 'SMS')): Promise<void> {
  const { isKept } = await update(store, key, () => ({ record, reply: undefined }));
  if (!isKept) throw new StoreUnavailable('A write was not answered');
}
async function ask(store: AttemptStore, code: string): Promise<Begin> {
  return (await update(store, 'a', (found, now) => begin(found, attempt(code), now, RULES))).reply;
}

/** The owner's attempt with this code; no two have the same. */
const attempt = (code: string): Attempt => ({ lease: code, owner: 'owner', code, method: 'SMS' });

/** What any store must do. */
function contract(create: () => Promise<AttemptStore>): void {
  let store: AttemptStore;
  beforeEach(async () => {
    store = await create();
  });
  afterEach(() => store.close());

  test('keeps a record as it was written, and knows no other', async () => {
    const record: AttemptRecord = {
      owner: 'o',
      method: 'APP',
      phone: 'p',
      attempts: 3,
      state: 'IN_FLIGHT',
      lease: 'i',
      code: 'c',
      startedAt: 5,
      lost: { since: 4, until: 6 },
      failed: 'OUTCOME_UNKNOWN',
      wrong: ['b', 'c'],
    };
    await write(store, 'a', record);
    expect([await read(store, 'a'), await read(store, 'b')]).toEqual([record, null]);
  });

  test('lets one of 100 callers at once begin, and no other', async () => {
    const replies = await Promise.all(Array.from({ length: 100 }, (_, index) => ask(store, `${index}`)));
    expect(replies.filter(({ kind }) => kind === 'begun')).toHaveLength(1);
    expect(replies.filter((reply) => reply.kind === 'reject' && reply.code === 'IN_PROGRESS')).toHaveLength(99);
  });

  test('lets five of twenty callers begin who come one after another with wrong codes', async () => {
    let begun = 0;
    for (let index = 0; index < 20; index += 1) {
      const reply = await ask(store, `${index}`);
      if (reply.kind !== 'begun') continue;
      begun += 1;
      const next = finish(reply, { kind: 'rejected', code: 'WRONG_CODE' }, RULES.leaseMs);
      expect(await store.replace('a', JSON.stringify(reply.record), JSON.stringify(next))).toBe(true);
    }
    expect(begun).toBe(5);
  });
}

interface Clock {
  ms: number;
}

/** What a store on one machine must do besides, whose clock a test can move. */
function contractOnOneMachine(create: (clock: Clock, maxRecords?: number) => AttemptStore): void {
  const HOUR = 3_600_000;

  test('forgets a record an hour after it was written last', async () => {
    const clock = { ms: 0 };
    const store = create(clock);
    await write(store, 'a');
    clock.ms = HOUR - 1;
    expect(await read(store, 'a')).not.toBeNull();
    clock.ms = HOUR;
    expect(await read(store, 'a')).toBeNull();
    await write(store, 'a');
    clock.ms = 2 * HOUR - 1;
    expect(await read(store, 'a')).not.toBeNull();
  });

  test('is bounded, and refuses new records rather than forget what a code or a window still needs', async () => {
    const clock = { ms: 0 };
    const store = create(clock, 3);
    for (const key of ['a', 'b', 'c']) await write(store, key);
    await expect(write(store, 'd')).rejects.toBeInstanceOf(StoreFull);
    await expect(store.check()).rejects.toBeInstanceOf(StoreFull);
    clock.ms = 1;
    await write(store, 'a');
    expect(await read(store, 'b')).not.toBeNull();
    clock.ms = WINDOW_MS + 60_000 - 1;
    await expect(write(store, 'd')).rejects.toBeInstanceOf(StoreFull);
    clock.ms = WINDOW_MS + 60_000;
    await write(store, 'd');
    expect([await read(store, 'b'), await read(store, 'a')]).toEqual([null, opened('owner', 'SMS')]);
  });
}

describe('the memory store', () => {
  contract(async () => createMemoryStore());
  contractOnOneMachine((clock, maxRecords) => createMemoryStore(() => clock.ms, maxRecords));
});

describe('the store in a file', () => {
  contract(async () => createFileStore(openedFile()));
  contractOnOneMachine((clock, maxRecords) => createFileStore(openedFile(freshPath(), { clock }), maxRecords));
});

const describeRedis = hasRedis ? describe : describe.skip;

describeRedis('the Redis store', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  async function connected(url = server.url): Promise<RedisLink> {
    const link = connectRedis(url);
    await once(link.client, 'ready');
    return link;
  }

  describe('on one connection', () => {
    let serial = 0;
    beforeEach(waitForRedis);
    contract(async () => createRedisStore(await connected(), `test:${(serial += 1)}:`));
  });

  test('is as atomic across connections', async () => {
    waitForRedis();
    const stores = await Promise.all(
      Array.from({ length: 4 }, async () => createRedisStore(await connected(), 'across:')),
    );
    const replies = await Promise.all(Array.from({ length: 80 }, (_, index) => ask(stores[index % 4]!, `${index}`)));
    expect(replies.filter(({ kind }) => kind === 'begun')).toHaveLength(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  test('writes nothing when the time for it is over', async () => {
    waitForRedis();
    const redis = await connected();
    const store = createRedisStore(redis, 'late:');
    const { now } = await store.read('a');
    await expect(store.replace('a', null, 'late', now - 1)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await store.read('a')).toMatchObject({ text: null });
    expect(await store.replace('a', null, 'in time', now + 60_000)).toBe(true);
    redis.client.disconnect();
  });

  test('is not taken for silent while this process is too busy to hear it', async () => {
    const redis = await connected();
    const written = write(createRedisStore(redis, 'busy:'), 'a');
    const busyUntil = performance.now() + 400;
    while (performance.now() < busyUntil);
    await expect(written).resolves.toBeUndefined();
    redis.client.disconnect();
  });

  test('gives every key a time to live', async () => {
    waitForRedis();
    const redis = await connected();
    await write(createRedisStore(redis, 'ttl:'), 'a');
    const ttl = await redis.client.pttl('ttl:a');
    expect(ttl).toBeGreaterThan(3_600_000 - 60_000);
    expect(ttl).toBeLessThanOrEqual(3_600_000);
    redis.client.disconnect();
  });

  test.each<
    [
      string,
      (own: TestRedis, admin: RedisLink['client']) => unknown,
      (own: TestRedis, admin: RedisLink['client']) => unknown,
    ]
  >([
    ['frozen', (own) => process.kill(own.pid, 'SIGSTOP'), (own) => process.kill(own.pid, 'SIGCONT')],
    [
      'out of memory',
      (_own, admin) => admin.config('SET', 'maxmemory', '1'),
      (_own, admin) => admin.config('SET', 'maxmemory', '0'),
    ],
    ['read-only', (_own, admin) => admin.replicaof('127.0.0.1', '1'), (_own, admin) => admin.replicaof('NO', 'ONE')],
  ])('says that it is unavailable when it is %s, and recovers by itself', async (_name, spoil, mend) => {
    const own = await startRedis();
    const [redis, { client: admin }] = [await connected(own.url), await connected(own.url)];
    const store = createRedisStore(redis, 'trouble:');
    waitForRedis();
    await write(store, 'a');
    hurryRedis();
    await spoil(own, admin);
    await expect(write(store, 'b')).rejects.toBeInstanceOf(StoreUnavailable);
    await mend(own, admin);
    await eventually(() => write(store, 'b'));
    await store.close();
    admin.disconnect();
    await own.stop();
  });

  test('lets go of its connection', async () => {
    const redis = await connected();
    const ended = once(redis.client, 'end');
    await createRedisStore(redis).close();
    await ended;
  });

  test('says that it is unavailable when it is dead, and finds it again on the same address', async () => {
    const own = await startRedis();
    const store = createRedisStore(await connected(own.url), 'trouble:');
    await own.stop();
    await expect(write(store, 'a')).rejects.toBeInstanceOf(StoreUnavailable);
    const again = await startRedis(Number(new URL(own.url).port));
    await eventually(() => write(store, 'a'));
    await store.close();
    await again.stop();
  });
});

/** Tries until it works; the test's own time limit ends it. */
async function eventually(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch {
      await delay(10);
    }
  }
}
