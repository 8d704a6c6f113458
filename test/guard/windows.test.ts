import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFileWindows } from '../../src/guard/file-windows.ts';
import { connectRedis, type RedisLink } from '../../src/guard/redis-link.ts';
import { createRedisWindows } from '../../src/guard/redis-windows.ts';
import { StoreUnavailable } from '../../src/guard/store.ts';
import { createMemoryWindows, type Taken, type Window, type WindowStore } from '../../src/guard/windows.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { freshPath, opened } from '../support/store-file.ts';

const HOUR = 3_600_000;

const window = (name: string, points: number, key = 'a', ms = HOUR): Window => ({ name, key, points, ms });

/** For each call, whether it was allowed. */
const allowed = (answers: readonly Taken[]): boolean[] => answers.map(isAllowed);
const isAllowed = ({ waits }: Taken): boolean => waits.every((wait) => wait === 0);

/** The decisions on these calls, one after another. */
async function decide(store: WindowStore, ...calls: readonly (readonly Window[])[]): Promise<boolean[]> {
  const answers: Taken[] = [];
  for (const call of calls) answers.push(await store.take(call));
  return allowed(answers);
}

/** What any store must do. */
function contract(create: () => WindowStore): void {
  let store: WindowStore;
  beforeEach(() => {
    store = create();
  });

  test('allows as many calls as a window has points, for each key and each name, and says how long it denies more', async () => {
    const minute = window('minute', 2, 'a', 60_000);
    expect(await decide(store, [minute], [minute])).toEqual([true, true]);
    const { waits, counted } = await store.take([minute]);
    expect([waits.length, counted]).toEqual([1, []]);
    expect(waits[0]).toBeGreaterThan(55_000);
    expect(waits[0]).toBeLessThanOrEqual(60_000);
    const others = [window('minute', 2, 'b', 60_000), window('hour', 2, 'a', HOUR)];
    expect(await decide(store, ...others.map((other) => [other]))).toEqual([true, true]);
  });

  test('counts a call in no window where any of them denies it, whichever stands first', async () => {
    const [one, two] = [window('one', 1), window('two', 2)];
    const calls = [[one, two], [one, two], [two, one], [two], [two]];
    expect(await decide(store, ...calls)).toEqual([true, false, false, true, false]);
  });

  test('says with each call for how long the next would be denied, by the window that denies it longest', async () => {
    const [minute, hour] = [window('minute', 2, 'a', 60_000), window('hour', 3)];
    const said: number[] = [];
    for (const windows of [[minute, hour], [minute, hour], [minute, hour], [hour], [minute, hour]])
      said.push((await store.take(windows)).nextInMs);
    // To the minute, of which a real clock may have used a moment.
    expect(said.map((ms) => Math.ceil(ms / 60_000) * 60_000)).toEqual([0, 60_000, 60_000, HOUR, HOUR]);
  });

  test('denies every call in a window without points', async () => {
    const { waits, counted } = await store.take([window('none', 0)]);
    expect([waits, counted]).toEqual([[HOUR], []]);
  });

  test('gives back where it is told to, and never more than was counted', async () => {
    const [one, two] = [window('one', 1), window('two', 1)];
    const { counted } = await store.take([one, two]);
    await store.giveBack(counted.slice(0, 1));
    await store.giveBack(counted.slice(0, 1));
    expect(await decide(store, [one], [one], [two])).toEqual([true, false, false]);
  });

  test('lets a hundred calls at once through as often as there are points', async () => {
    const [ten, many] = [window('ten', 10), window('many', 1_000)];
    const answers = await Promise.all(Array.from({ length: 100 }, () => store.take([many, ten])));
    expect(allowed(answers).filter(Boolean)).toHaveLength(10);
  });
}

interface Clock {
  ms: number;
}

/** What windows on one machine must do besides, whose clock a test can move. */
function contractOnOneMachine(create: (clock: Clock, maxKeys?: number) => WindowStore): void {
  const clocked = (maxKeys?: number) => {
    const clock = { ms: 0.5 };
    return { clock, store: create(clock, maxKeys) };
  };

  test('begin with the first call and end after their length, each on its own', async () => {
    const { clock, store } = clocked();
    const [minute, hour] = [window('minute', 1, 'a', 60_000), window('hour', 2)];
    expect((await store.take([minute, hour])).waits).toEqual([0, 0]);
    clock.ms += 59_999;
    expect((await store.take([minute, hour])).waits).toEqual([1, 0]);
    clock.ms += 1;
    expect((await store.take([minute, hour])).waits).toEqual([0, 0]);
    expect((await store.take([minute, hour])).waits).toEqual([60_000, HOUR - 60_000]);
  });

  test('give nothing back in the next window of the same key, nor in one that has ended', async () => {
    const { clock, store } = clocked();
    const two = window('two', 2, 'a', 60_000);
    const early = [await store.take([two]), await store.take([two])];
    clock.ms += 60_000;
    await store.giveBack(early[0]!.counted);
    expect(await decide(store, [two], [two])).toEqual([true, true]);
    for (const { counted } of early) await store.giveBack(counted);
    expect(await decide(store, [two])).toEqual([false]);
  });

  test('forget the oldest key for a new one beyond the room there is, and deny no new key', async () => {
    const { clock, store } = clocked(3);
    const of = (key: string) => [window('one', 1, key)];
    for (const key of ['a', 'b', 'c']) {
      expect(await decide(store, of(key))).toEqual([true]);
      clock.ms += 1;
    }
    expect(await decide(store, of('d'), of('b'), of('c'), of('d'), of('a'))).toEqual([true, false, false, false, true]);
  });

  test('forget keys in the order in which their windows began, however often the keys come back', async () => {
    const { clock, store } = clocked(3);
    const of = (key: string) => [window('one', 1, key, 100)];
    await decide(store, of('a'), of('b'));
    clock.ms += 100;
    expect(await decide(store, of('a'), of('c'), of('d'), of('a'))).toEqual([true, true, true, false]);
    expect(await decide(store, of('e'), of('c'), of('d'), of('a'))).toEqual([true, false, false, true]);
  });
}

describe('windows in memory', () => {
  contract(() => createMemoryWindows());
  contractOnOneMachine((clock, maxKeys) => createMemoryWindows(() => clock.ms, maxKeys));

  test('decide the same whether denied calls were made or not, and let a call through when they said they would', async () => {
    const call = fc.record({
      kind: fc.constant('take' as const),
      windows: fc.uniqueArray(fc.constantFrom(...WINDOWS), { minLength: 1 }),
    });
    const step = fc.oneof(
      { weight: 5, arbitrary: call },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('give back' as const), index: fc.nat(30) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = { ms: 0 };
        const [store, twin] = [1, 2].map(() => createMemoryWindows(() => clock.ms)) as [WindowStore, WindowStore];
        const made: [Taken, Taken][] = [];
        for (const next of steps) {
          if (next.kind === 'wait') clock.ms += next.ms;
          if (next.kind === 'give back') {
            const [ours, theirs] = made.splice(next.index, 1)[0] ?? [];
            if (ours && theirs) await Promise.all([store.giveBack(ours.counted), twin.giveBack(theirs.counted)]);
          }
          if (next.kind !== 'take') continue;
          const answer = await store.take(next.windows);
          if (isAllowed(answer)) {
            const same = await twin.take(next.windows);
            expect(same).toEqual(answer);
            made.push([answer, same]);
            if (answer.nextInMs > 0) expect((await store.take(next.windows)).nextInMs).toBe(answer.nextInMs);
          } else {
            const now = clock.ms;
            expect(answer.nextInMs).toBe(Math.max(...answer.waits));
            clock.ms += Math.max(...answer.waits) - 0.5;
            expect(isAllowed(await store.take(next.windows))).toBe(false);
            clock.ms = now + Math.max(...answer.waits);
            const later = await store.take(next.windows);
            expect(isAllowed(later)).toBe(true);
            made.push([later, await twin.take(next.windows)]);
          }
        }
      }),
    );
  });
});

describe('windows in a file', () => {
  contract(() => createFileWindows(opened()));
  contractOnOneMachine((clock, maxKeys) => createFileWindows(opened(freshPath(), { clock }), maxKeys));

  test('say the same as those in memory, to the ms', async () => {
    const call = fc.record({
      windows: fc.uniqueArray(fc.constantFrom(...WINDOWS), { minLength: 1 }),
      waitMs: fc.nat(40),
      isGivenBack: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 30 }), async (calls) => {
        const clock = { ms: 0 };
        const path = freshPath();
        opened(path, { clock }).close(); // the clock of a new file begins with 0
        const memory = createMemoryWindows(() => clock.ms);
        for (const { windows, waitMs, isGivenBack } of calls) {
          clock.ms += waitMs;
          const file = opened(path, { clock }); // a process of its own for each call
          const store = createFileWindows(file);
          const [ours, theirs] = [await store.take(windows), await memory.take(windows)];
          expect(ours).toEqual(theirs);
          if (isGivenBack) await Promise.all([store.giveBack(ours.counted), memory.giveBack(theirs.counted)]);
          file.close();
        }
      }),
      { numRuns: 20 },
    );
  });
});

/** Some share a name, some a key, and none all. */
const WINDOWS = [
  window('short', 1, 'a', 10),
  window('short', 1, 'b', 10),
  window('middle', 3, 'a', 50),
  window('long', 5, 'all', 100),
];

(hasRedis ? describe : describe.skip)('windows in Redis (needs redis-server on the PATH)', () => {
  let server: TestRedis;
  let link: RedisLink;
  let redis: RedisLink['client'];

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    link = connectRedis(server.url);
    redis = link.client;
    await once(redis, 'ready');
    await redis.flushall();
  });
  afterEach(() => redis.disconnect());

  describe('keep the contract of a window store', () => contract(() => createRedisWindows(link)));

  const keyOf = async (): Promise<string> => (await redis.keys('*'))[0]!;
  const evals = async (): Promise<string | undefined> =>
    /^cmdstat_eval:calls=(\d+)/m.exec(await redis.info('commandstats'))?.[1];

  test('are one command for a call, however many they are', async () => {
    await redis.config('RESETSTAT');
    const store = createRedisWindows(link);
    await store.take(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => window(name, 1)));
    expect(await evals()).toBe('1');
  });

  test('have keys of one Cluster slot, which Redis forgets when they end', async () => {
    await createRedisWindows(link).take([window('one', 1, 'a', 5_000), window('two', 1, 'b', HOUR)]);
    const keys = (await redis.keys('*')).toSorted();
    expect(keys).toEqual(['identity:v2:{limit}:one:a', 'identity:v2:{limit}:two:b']);
    const left = await Promise.all(keys.map((key) => redis.pttl(key)));
    expect(left.map((ms) => Math.ceil(ms / 5_000) * 5_000)).toEqual([5_000, HOUR]);
  });

  test('keep their end while they count on, and begin anew after it', async () => {
    const store = createRedisWindows(link);
    const two = window('two', 2);
    const ends = [await store.take([two]), await store.take([two])].map(({ counted }) => counted[0]!.endsAt);
    expect(ends[1]).toBe(ends[0]);
    await redis.set(await keyOf(), `2 ${Date.now() - 1}`);
    const next = await store.take([two]);
    expect(next.waits).toEqual([0]);
    expect(next.counted[0]!.endsAt).toBeGreaterThanOrEqual(ends[0]!);
    expect(await redis.get(await keyOf())).toBe(`1 ${next.counted[0]!.endsAt}`);
    await redis.set(await keyOf(), `1 ${Date.now() + 5_000}`);
    const { counted } = await store.take([two]);
    expect(await redis.pttl(await keyOf())).toBeLessThanOrEqual(5_000);
    await store.giveBack(counted);
    expect(await redis.pttl(await keyOf())).toBeLessThanOrEqual(5_000);
  });

  test('give nothing back in the next window of the same key, nor where none is left', async () => {
    const store = createRedisWindows(link);
    const { counted } = await store.take([window('one', 1)]);
    const key = await keyOf();
    const next = `1 ${counted[0]!.endsAt + HOUR}`;
    await redis.set(key, next);
    await store.giveBack(counted);
    expect(await redis.get(key)).toBe(next);
    const none = `0 ${counted[0]!.endsAt}`;
    await redis.set(key, none);
    await store.giveBack(counted);
    expect(await redis.get(key)).toBe(none);
    await redis.del(key);
    await store.giveBack(counted);
    expect(await redis.get(key)).toBeNull();
  });

  test('decide as those in memory do', async () => {
    const calls = fc.array(fc.uniqueArray(fc.constantFrom(...LONG), { minLength: 1 }), { maxLength: 20 });
    const given = fc.array(fc.nat(19), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(calls, given, async (asked, givenBack) => {
        await redis.flushall();
        const both = [createMemoryWindows(() => 0), createRedisWindows(link)];
        const decisions = await Promise.all(
          both.map(async (store) => {
            const waits: number[][] = [];
            for (const [index, windows] of asked.entries()) {
              const answer = await store.take(windows);
              // To the minute, since the clock of Redis goes on.
              waits.push([...answer.waits, answer.nextInMs].map((ms) => Math.ceil(ms / 60_000)));
              if (givenBack.includes(index)) await store.giveBack(answer.counted.slice(0, 2));
            }
            return waits;
          }),
        );
        expect(decisions[1]).toEqual(decisions[0]);
      }),
      { numRuns: 50 },
    );
  });

  test('give back a call whose answer came too late to let it through', async () => {
    const store = createRedisWindows(link);
    await redis.config('RESETSTAT');
    await store.take([window('two', 2), window('nine', 9)]);
    const key = 'identity:v2:{limit}:nine:a';
    await server.freeze();
    await expect(store.take([window('two', 2), window('nine', 9)])).rejects.toBeInstanceOf(StoreUnavailable);
    server.thaw();
    while ((await evals()) !== '3');
    expect(await redis.get(key)).toMatch(/^1 /);
    expect(await decide(store, [window('two', 2)], [window('two', 2)])).toEqual([true, false]);
  });
});

const LONG = [window('one', 1), window('one', 1, 'b'), window('three', 3), window('five', 5, 'all'), window('none', 0)];
