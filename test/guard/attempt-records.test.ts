import { beforeEach, describe, expect, test } from '@jest/globals';
import { createAttempts } from '../../src/guard/attempt-records.ts';
import type { Begun } from '../../src/guard/attempt-rules.ts';
import { createHmacs } from '../../src/guard/hmac.ts';
import { createMemoryStore, StoreFull, StoreUnavailable, type AttemptStore } from '../../src/guard/store.ts';
import type { Interval } from '../../src/interval.ts';
import { until } from '../support/until.ts';
import { plain } from '../support/verification.ts';

const ALICE = { subject: 'alice', isAnonymous: false, scopes: new Set<never>(), ip: null };
const MALLORY = { ...ALICE, subject: 'mallory' };
const IMP_UID = 'imp_123456789012';
const LEASE_MS = 25_000;
/** The store's clock is another machine's. */
const AHEAD_MS = 5_000_000;
const UNAVAILABLE = { code: 'UPSTREAM_UNAVAILABLE' };
const SILENT = new StoreUnavailable('silent');

/** How the next calls of the store fail: it is silent, though it may have written, or full. */
interface Trouble {
  read?: Error;
  /** For so many writes. */
  writes?: number;
  isWritten?: boolean;
  error?: Error;
}

/** Each test has its own: a write that is tried again can outlive its test. */
interface Own {
  trouble: Trouble;
  readonly told: unknown[];
  readonly logged: unknown[][];
  writes: number;
  /** Of the writes. */
  readonly keys: string[];
  clockMs: () => number;
}
let own: Own;

beforeEach(() => {
  own = { trouble: {}, told: [], logged: [], writes: 0, keys: [], clockMs: () => performance.now() + AHEAD_MS };
});

function attemptsOn() {
  const at = own;
  const memory = createMemoryStore(() => at.clockMs());
  const store: AttemptStore = {
    ...memory,
    async read(key) {
      if (at.trouble.read) throw at.trouble.read;
      return memory.read(key);
    },
    async replace(key, expected, next) {
      at.writes += 1;
      at.keys.push(key);
      if (!at.trouble.writes) return memory.replace(key, expected, next);
      at.trouble.writes -= 1;
      if (at.trouble.isWritten) await memory.replace(key, expected, next);
      throw at.trouble.error ?? SILENT;
    },
    async check() {
      if (at.trouble.error) throw at.trouble.error;
    },
  };
  const log = (...line: unknown[]): void => void at.logged.push(line);
  return createAttempts({
    store,
    hmac: createHmacs('secret'),
    rules: { leaseMs: LEASE_MS, claims: true },
    logger: { info: log, warn: log, error: log },
    onEvent: (event) => at.told.push(event),
  });
}

type Attempts = ReturnType<typeof attemptsOn>;
const by = (attempts: Attempts, otp: string, caller = ALICE, impUid = IMP_UID) =>
  attempts.attempt(caller, impUid, 'SMS', otp);

/** The attempt that may go ahead. */
async function begun(attempts: Attempts, otp: string): Promise<Begun<Interval>> {
  const begin = await plain(attempts.begin(by(attempts, otp)));
  if (!('kind' in begin) || begin.kind !== 'begun') throw new Error('The attempt did not begin');
  return begin;
}

describe('an attempt', () => {
  test('has a lease of its own, and the same owner, key and code for the same caller, id and code', () => {
    const attempts = attemptsOn();
    const [one, again] = [by(attempts, '123456'), by(attempts, '123456', ALICE, IMP_UID)];
    expect({ ...again, lease: one.lease }).toEqual(one);
    expect(again.lease).not.toBe(one.lease);
    for (const text of [one.lease, one.owner, one.key, one.code]) expect(text).toMatch(/^[\w-]{12,36}$/);
    const others = [
      by(attempts, '123457'),
      by(attempts, '123456', MALLORY),
      by(attempts, '123456', ALICE, 'imp_other'),
    ];
    expect(others.map(({ key, owner, code }) => [key === one.key, owner === one.owner, code === one.code])).toEqual([
      [true, true, false],
      [true, false, true],
      [false, true, false],
    ]);
    expect(by(attempts, '123456', ALICE, IMP_UID.toUpperCase()).key).toBe(one.key);
    expect(attempts.attempt(ALICE, IMP_UID, 'APP', '').method).toBe('APP');
  });

  test('whose answer was lost leaves a window on the clock of this process, from its begin to the end of its lease', async () => {
    const attempts = attemptsOn();
    const before = performance.now();
    const begin = await begun(attempts, '123456');
    const after = performance.now();
    await attempts.finish(by(attempts, '123456'), begin, { kind: 'unknown' });
    const right = await plain(attempts.readRight(ALICE, IMP_UID));
    expect(right).toMatchObject({ kind: 'window' });
    const { lost } = await begun(attempts, '123456');
    own.clockMs = () => performance.now() + AHEAD_MS + LEASE_MS; // so that the second attempt has lost its process
    const end = await plain(attempts.otherEnd(by(attempts, '123456')));
    const ofSecond = 'right' in end && 'window' in end.right ? end.right.window : null;
    const windows = [
      'window' in right ? right.window : null,
      lost,
      ofSecond && { ...ofSecond, since: ofSecond.since + LEASE_MS }, // by which the store's clock has stepped
    ];
    for (const window of windows) {
      expect(window!.since).toBeLessThanOrEqual(after);
      expect(window!.since).toBeGreaterThan(before - 5_000);
    }
    for (const window of windows.slice(0, 2)) {
      expect(window!.until).toBeGreaterThanOrEqual(before + LEASE_MS);
      expect(window!.until).toBeLessThan(performance.now() + LEASE_MS);
    }
  });

  test('that was right may be read by its caller, and one in flight is waited for', async () => {
    const attempts = attemptsOn();
    const begin = await begun(attempts, '123456');
    expect(await plain(attempts.otherEnd(by(attempts, '123456')))).toEqual({ kind: 'in-flight' });
    await attempts.finish(by(attempts, '123456'), begin, { kind: 'certified' });
    expect(await plain(attempts.readRight(ALICE, IMP_UID))).toEqual({ kind: 'any' });
    expect(await plain(attempts.readRight(MALLORY, IMP_UID))).toEqual({ kind: 'none' });
    expect(await plain(attempts.otherEnd(by(attempts, '123456')))).toEqual({ kind: 'read', right: { kind: 'any' } });
    expect([
      await plain(attempts.mayDelete(ALICE, IMP_UID)),
      await plain(attempts.mayDelete(MALLORY, IMP_UID)),
    ]).toEqual([true, false]);
  });

  test.each([true, false])(
    'that is denied because its write was not answered is given back, written or not: %s',
    async (isWritten) => {
      const attempts = attemptsOn();
      own.trouble = { writes: 3, isWritten };
      expect(await plain(attempts.begin(by(attempts, '000000')))).toMatchObject(UNAVAILABLE);
      await until(() => own.writes === (isWritten ? 4 : 5)); // what was not written cannot be given back, and is tried again
      own.trouble = {};
      const { record } = await begun(attempts, '000001');
      expect(record).toMatchObject({ attempts: 1, code: by(attempts, '000001').code });
    },
  );

  test('whose end is not heard is kept by a later write, and that is logged once, without the caller or the code', async () => {
    const attempts = attemptsOn();
    const begin = await begun(attempts, '123456');
    own.trouble = { writes: 2 };
    await attempts.finish(by(attempts, '123456'), begin, { kind: 'certified' });
    await until(() => own.writes === 4);
    expect(await plain(attempts.readRight(ALICE, IMP_UID))).toEqual({ kind: 'any' });
    expect(own.logged).toEqual([[{ error: 'StoreUnavailable', frames: expect.anything() }, expect.any(String)]]);
    expect(JSON.stringify(own.logged)).not.toMatch(/alice|123456/);
  });

  test('whose end is heard is written once, though it has lost its lease and changes nothing', async () => {
    const attempts = attemptsOn();
    const first = await begun(attempts, '000000');
    own.clockMs = () => performance.now() + AHEAD_MS + LEASE_MS;
    const second = await begun(attempts, '000001');
    await attempts.finish(by(attempts, '000000'), first, { kind: 'certified' });
    expect([own.writes, own.logged]).toEqual([3, []]);
    await attempts.finish(by(attempts, '000001'), second, { kind: 'rejected', code: 'WRONG_CODE' });
    expect(await plain(attempts.mayDelete(ALICE, IMP_UID))).toBe(false);
  });
});

test('a write that was answered is not made again, nor one that was made again with success', async () => {
  const attempts = attemptsOn();
  const ids = ['imp_heard', 'imp_in_flight', 'imp_unheard', 'imp_unheard_later'];
  const all = ids.map((impUid) => by(attempts, '123456', ALICE, impUid));
  const begins: Begun<Interval>[] = [];
  for (const attempt of all) begins.push((await plain(attempts.begin(attempt))) as Begun<Interval>);
  const writesOf = (index: number): number => own.keys.filter((key) => key === all[index]!.key).length;
  await attempts.finish(all[0]!, begins[0]!, { kind: 'certified' });
  for (const unheard of [2, 3]) {
    own.trouble = { writes: 1 };
    await attempts.finish(all[unheard]!, begins[unheard]!, { kind: 'certified' });
    await until(() => writesOf(unheard) === 3); // by now what was written before it would have been written again
  }
  expect([0, 1, 2, 3].map(writesOf)).toEqual([2, 1, 3, 3]);
});

describe('an owner', () => {
  test('is kept with the method, and may delete what was requested', async () => {
    const attempts = attemptsOn();
    await attempts.open(ALICE, IMP_UID, { method: 'APP', phone: '01012345678' });
    expect(await plain(attempts.begin(by(attempts, '123456')))).toEqual({ kind: 'other-method', method: 'APP' });
    expect(await plain(attempts.mayDelete(ALICE, IMP_UID))).toBe(true);
    expect([own.writes, own.logged]).toEqual([1, []]);
  });

  test.each([
    ['does not answer', SILENT],
    ['is full', new StoreFull()],
  ])('that cannot be kept because the store %s is logged, and fails nothing', async (_how, error) => {
    const attempts = attemptsOn();
    own.trouble = { writes: 1, error };
    await attempts.open(ALICE, IMP_UID, { method: 'SMS', phone: '01012345678' });
    expect(own.logged).toEqual([[{ error: 'StoreUnavailable', frames: expect.anything() }, expect.any(String)]]);
    expect(JSON.stringify(own.logged)).not.toContain('alice');
  });
});

describe('a store that fails', () => {
  const ask: [string, (attempts: Attempts) => Promise<unknown>][] = [
    ['begin', (attempts) => plain(attempts.begin(by(attempts, '123456')))],
    ['otherEnd', (attempts) => plain(attempts.otherEnd(by(attempts, '123456')))],
    ['readRight', (attempts) => plain(attempts.readRight(ALICE, IMP_UID))],
    ['mayDelete', (attempts) => plain(attempts.mayDelete(ALICE, IMP_UID))],
  ];

  test.each(ask)('denies what it cannot tell, and a defect is no answer: %s', async (_what, asked) => {
    own.trouble = { read: SILENT };
    expect(await asked(attemptsOn())).toMatchObject(UNAVAILABLE);
    own.trouble = { read: new TypeError('a defect') };
    await expect(asked(attemptsOn())).rejects.toThrow('a defect');
    expect(own.told).toEqual([]);
  });

  test('is OVERLOADED where it is full, which is told', async () => {
    const attempts = attemptsOn();
    expect(await plain(attempts.check())).toBeUndefined();
    own.trouble = { writes: 1, error: new StoreFull() };
    expect(await plain(attempts.check())).toMatchObject({ code: 'OVERLOADED' });
    expect(await plain(attempts.begin(by(attempts, '123456')))).toMatchObject({ code: 'OVERLOADED' });
    expect(own.told).toEqual([{ kind: 'store-full' }, { kind: 'store-full' }]);
  });
});
