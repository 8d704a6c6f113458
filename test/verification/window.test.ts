import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '../../src/caller.ts';
import { createFileStore } from '../../src/guard/file.ts';
import { createRedisStore } from '../../src/guard/redis.ts';
import { connectRedis } from '../../src/guard/redis-link.ts';
import { createMemoryStore, StoreFull, StoreUnavailable, type AttemptStore } from '../../src/guard/store.ts';
import { WINDOW_MS } from '../../src/guard/window-rules.ts';
import type { Interval } from '../../src/interval.ts';
import { createCertificationClock } from '../../src/upstream/clock.ts';
import { newId } from '../../src/upstream/new-id.ts';
import type { IdentityUpstream } from '../../src/upstream/upstream.ts';
import { envelope, refusal, reset, startFaultyUpstream, type FaultyUpstream } from '../support/faulty-upstream.ts';
import { startGateway } from '../support/gateway.ts';
import { COMPLETE, OPEN } from '../support/person-window.ts';
import { callerHeaders, TOKENS } from '../support/tokens.ts';
import { PERSON } from '../support/people.ts';
import { hasRedis, startRedis } from '../support/redis.ts';
import { opened as openedFile } from '../support/store-file.ts';
import { waitForRedis } from '../support/timers.ts';
import { until } from '../support/until.ts';
import { verificationOn } from '../support/verification.ts';

const ALICE: Caller = { subject: 'alice', isAnonymous: false, scopes: new Set(), ip: null };
const MALLORY: Caller = { ...ALICE, subject: 'mallory' };
const IMP_UID = 'imp_123456789012';
const IMP_UID_TOO = 'imp_123456789013';
const MERCHANT_CODE = 'imp12345678';
const NOT_FOUND = { __typename: 'CertificationNotFoundError', code: 'NOT_FOUND' };
const NOT_COMPLETED = { __typename: 'OtpRejectedError', code: 'WINDOW_NOT_COMPLETED' };

let upstream: FaultyUpstream;
/** The merchantUid and the time of the certifications that the upstream has; without a time it is not certified. */
let records: Map<string, { merchantUid?: string | null; certifiedAt: number }>;
const closers: (() => unknown)[] = [];

const nowS = (): number => Math.floor(Date.now() / 1000);

beforeEach(async () => {
  upstream = await startFaultyUpstream();
  records = new Map();
  upstream.fault = serve;
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await upstream.close();
});

/** What the upstream answers to a read. */
const serve: NonNullable<FaultyUpstream['fault']> = (response, impUid, nth) => {
  const kept = records.get(impUid);
  if (!kept) return refusal(404, '인증결과가 존재하지 않습니다.')(response, impUid, nth);
  const isCertified = kept.certifiedAt > 0;
  const record = {
    imp_uid: impUid,
    merchant_uid: kept.merchantUid ?? null,
    pg_provider: 'danal',
    name: isCertified ? PERSON.name : null,
    foreigner: false,
    certified: isCertified,
    certified_at: kept.certifiedAt,
    birth: 0,
  };
  return envelope(200, { code: 0, message: null, response: record })(response, impUid, nth);
};

/** On PortOne V2 the id that was issued is the impUid. */
const withOwnIds = (iamport: IdentityUpstream): IdentityUpstream => ({
  ...iamport,
  newWindow: () => ({ impUid: newId(), merchantUid: null, merchantCode: null, storeId: 'store-1', channelKey: 'c' }),
  windowIdOf: ({ impUid }) => impUid,
});

function gateway(options: Parameters<typeof verificationOn>[1] = {}) {
  const own = verificationOn(upstream.url, { iamport: { merchantCode: MERCHANT_CODE }, ...options });
  closers.push(() => own.close());
  return own;
}

type Gateway = ReturnType<typeof gateway>;

/** The id that a page opens a new window of the caller's with. */
async function open(of: Gateway, caller = ALICE): Promise<string> {
  const window = await of.open(caller);
  if (!('expiresAt' in window)) throw new Error(`Expected a window, got ${window.code}`);
  return window.merchantUid ?? window.impUid;
}

const reads = (): number => upstream.calls.filter((call) => call.startsWith('GET /certifications/')).length;

describe('a window', () => {
  test('is opened with an id that nobody can guess and without a call to the provider, for 15 minutes', async () => {
    const own = gateway();
    const before = Date.now();
    const window = await own.open(ALICE);
    expect(window).toEqual({
      impUid: null,
      merchantUid: expect.stringMatching(/^[0-9a-f]{32}$/),
      merchantCode: MERCHANT_CODE,
      storeId: null,
      channelKey: null,
      expiresAt: expect.any(Date),
    });
    const { expiresAt } = window as { expiresAt: Date };
    expect(expiresAt.getTime()).toBeGreaterThanOrEqual(before + WINDOW_MS);
    expect(expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + WINDOW_MS);
    expect(await open(own)).not.toBe(await open(own));
    expect(upstream.calls).toEqual([]);
  });

  test('is over for its caller no later than for the store', async () => {
    const memory = createMemoryStore();
    let keptAt = 0;
    const store: AttemptStore = {
      ...memory,
      async replace(...write) {
        keptAt = Date.now();
        await until(() => Date.now() > keptAt);
        return memory.replace(...write);
      },
    };
    const { expiresAt } = (await gateway({ store }).open(ALICE)) as { expiresAt: Date };
    expect(expiresAt.getTime()).toBeLessThanOrEqual(keptAt + WINDOW_MS);
  });

  test('answers its certification once to the caller that opened it, who can read and delete it from then on', async () => {
    const own = gateway();
    const merchantUid = await open(own);
    records.set(IMP_UID, { merchantUid, certifiedAt: nowS() });
    expect(await own.read(ALICE, IMP_UID)).toMatchObject(NOT_FOUND);
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject({ impUid: IMP_UID, merchantUid, name: PERSON.name });
    expect(reads()).toBe(1);
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject(NOT_FOUND);
    expect(await own.read(ALICE, IMP_UID)).toMatchObject({ impUid: IMP_UID, name: PERSON.name });
    expect(await own.read(MALLORY, IMP_UID)).toMatchObject(NOT_FOUND);
    expect(await own.delete(MALLORY, IMP_UID)).toMatchObject(NOT_FOUND);
    expect(await own.delete(ALICE, IMP_UID)).toBe(IMP_UID);
  });

  test('that the person has not completed uses nothing up', async () => {
    const own = gateway();
    const merchantUid = await open(own);
    records.set(IMP_UID, { merchantUid, certifiedAt: 0 });
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject(NOT_COMPLETED);
    expect(await own.complete(MALLORY, IMP_UID)).toMatchObject(NOT_FOUND);
    records.set(IMP_UID, { merchantUid, certifiedAt: nowS() });
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject({ name: PERSON.name });
  });

  test('whose read is lost uses nothing up', async () => {
    const own = gateway();
    const merchantUid = await open(own);
    records.set(IMP_UID, { merchantUid, certifiedAt: nowS() });
    upstream.fault = reset;
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject({ __typename: 'UpstreamError' });
    upstream.fault = serve;
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject({ name: PERSON.name });
  });

  test('is one call and one answer for two taps of its caller', async () => {
    const own = gateway();
    const merchantUid = await open(own);
    records.set(IMP_UID, { merchantUid, certifiedAt: nowS() });
    const [first, second] = await Promise.all([own.complete(ALICE, IMP_UID), own.complete(ALICE, IMP_UID)]);
    expect(first).toMatchObject({ name: PERSON.name });
    expect(second).toEqual(first);
    expect(reads()).toBe(1);
  });

  test('is not completed for a stranger who asks at the same time', async () => {
    const own = gateway();
    records.set(IMP_UID, { merchantUid: await open(own), certifiedAt: nowS() });
    const [hers, his] = await Promise.all([own.complete(ALICE, IMP_UID), own.complete(MALLORY, IMP_UID)]);
    expect(hers).toMatchObject({ name: PERSON.name });
    expect(his).toMatchObject(NOT_FOUND);
  });

  test('of an anonymous caller can be completed by any anonymous caller, and by nobody else', async () => {
    const own = gateway();
    const anonymous: Caller = { ...ALICE, subject: 'anonymous', isAnonymous: true };
    records.set(IMP_UID, { merchantUid: await open(own, anonymous), certifiedAt: nowS() });
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject(NOT_FOUND);
    expect(await own.complete({ ...anonymous, ip: '203.0.113.7' }, IMP_UID)).toMatchObject({ name: PERSON.name });
  });
});

describe('a certification', () => {
  test.each([
    ['that was made a minute before its window', -60, 0],
    ['that is dated a minute ahead', 60, 0],
    ['of a window that is over by the clock of the store', 0, WINDOW_MS],
  ])('%s is not found', async (_, certifiedAfterS, passedMs) => {
    let passed = 0;
    const own = gateway({ store: createMemoryStore(() => performance.now() + passed) });
    const merchantUid = await open(own);
    passed = passedMs;
    records.set(IMP_UID, { merchantUid, certifiedAt: nowS() + certifiedAfterS });
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject(NOT_FOUND);
    expect(await own.read(ALICE, IMP_UID)).toMatchObject(NOT_FOUND);
  });

  test('of ten seconds after the opening of a window that the store calls 890 seconds old is found', async () => {
    let passed = 0;
    const own = gateway({ store: createMemoryStore(() => performance.now() + passed) });
    const merchantUid = await open(own);
    passed = WINDOW_MS - 10_000;
    records.set(IMP_UID, { merchantUid, certifiedAt: nowS() - 880 });
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject({ name: PERSON.name });
  });

  // A date is a whole second, and the clocks of two servers may differ by 1.5 more.
  const BORDERS: [agedMs: number, from: 'opening' | 'now', byMs: number, isFound: boolean][] = [
    0,
    WINDOW_MS - 60_000,
  ].flatMap((agedMs) => [
    [agedMs, 'opening', -2_500.5, false],
    [agedMs, 'opening', -2_499.5, true],
    [agedMs, 'now', 2_499.5, true],
    [agedMs, 'now', 2_500.5, false],
  ]);

  test.each(BORDERS)(
    'in a window of %i ms, dated from its %s by %f ms, is found: %s',
    async (agedMs, from, byMs, isFound) => {
      let passed = 0;
      let asked: Interval | null = null;
      /** Dates the read to the ms from which the certification is so far. */
      const dated = (real: IdentityUpstream): IdentityUpstream => ({
        ...real,
        certifiedIn({ certifiedAt }, interval) {
          asked = interval;
          const { since, until } = interval;
          const clock = createCertificationClock();
          const readMs = certifiedAt! * 1_000 - byMs + (from === 'now' ? 0 : until - since);
          clock.hearDate(readMs, { since: until, until });
          return clock.place(certifiedAt, interval);
        },
      });
      const own = gateway({ store: createMemoryStore(() => performance.now() + passed), as: dated });
      const merchantUid = await open(own);
      const openedBy = performance.now();
      passed = agedMs;
      records.set(IMP_UID, { merchantUid, certifiedAt: nowS() });
      const since = performance.now();
      expect('name' in (await own.complete(ALICE, IMP_UID))).toBe(isFound);
      expect(asked!.since).toBeLessThanOrEqual(openedBy - agedMs);
      expect(asked!.until).toBeGreaterThan(since);
    },
  );

  test.each([
    ['of somebody else’s window', 'theirs'],
    ['of an id that was never issued', newId()],
    ['without an id', null],
  ])('%s is not found, and its owner completes it all the same', async (_, id) => {
    const own = gateway();
    await open(own, MALLORY);
    const theirs = await open(own);
    records.set(IMP_UID, { merchantUid: id === 'theirs' ? theirs : id, certifiedAt: nowS() });
    expect(await own.complete(MALLORY, IMP_UID)).toMatchObject(NOT_FOUND);
    expect(await own.complete(MALLORY, 'imp_000000000000')).toMatchObject(NOT_FOUND);
    expect(await own.read(MALLORY, IMP_UID)).toMatchObject(NOT_FOUND);
    if (id === 'theirs') expect(await own.complete(ALICE, IMP_UID)).toMatchObject({ name: PERSON.name });
  });

  test('another of the same window is not found after the first, at the same time neither', async () => {
    const { store, meet } = meetingStore();
    const own = gateway({ store });
    const merchantUid = await open(own);
    for (const impUid of [IMP_UID, IMP_UID_TOO]) records.set(impUid, { merchantUid, certifiedAt: nowS() });
    meet();
    const answers = await Promise.all([own.complete(ALICE, IMP_UID), own.complete(ALICE, IMP_UID_TOO)]);
    expect(answers.filter((answer) => 'name' in answer)).toHaveLength(1);
    expect(answers.filter((answer) => 'code' in answer)).toMatchObject([NOT_FOUND]);
    const loser = 'code' in answers[0] ? IMP_UID : IMP_UID_TOO;
    expect(await own.read(ALICE, loser)).toMatchObject(NOT_FOUND);
  });

  test('that a stranger has claimed is its owner’s, and no longer the stranger’s', async () => {
    const own = gateway();
    const merchantUid = await open(own);
    upstream.fault = refusal(200, '[9013] 인증번호 불일치');
    expect(await own.confirm(MALLORY, IMP_UID, '000000')).toMatchObject({ code: 'WRONG_CODE' });
    upstream.fault = serve;
    records.set(IMP_UID, { merchantUid, certifiedAt: nowS() });
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject({ name: PERSON.name });
    const calls = upstream.calls.length;
    expect(await own.confirm(MALLORY, IMP_UID, '000001')).toMatchObject({ code: 'NOT_FOUND' });
    expect(upstream.calls).toHaveLength(calls);
  });

  test('that a stranger has claimed by a code without an answer is its owner’s alone', async () => {
    const own = gateway();
    const merchantUid = await open(own);
    upstream.fault = reset;
    expect(await own.confirm(MALLORY, IMP_UID, '000000')).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    upstream.fault = serve;
    records.set(IMP_UID, { merchantUid, certifiedAt: nowS() });
    expect(await own.read(MALLORY, IMP_UID)).toMatchObject(NOT_FOUND);
    upstream.fault = (...call) =>
      (upstream.calls.at(-1)!.startsWith('POST') ? refusal(400, '이미 끝났습니다.') : serve)(...call);
    expect(await own.confirm(MALLORY, IMP_UID, '000000')).toMatchObject({ code: 'ALREADY_CERTIFIED' });
    upstream.fault = serve;
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject({ name: PERSON.name });
  });

  test('that somebody else requested by SMS is not the caller’s, whose window has lent them its id', async () => {
    const own = gateway();
    const merchantUid = await open(own, MALLORY);
    upstream.fault = envelope(200, { code: 0, message: null, response: { imp_uid: IMP_UID } });
    expect(await own.request(ALICE, { ...PERSON, merchantUid })).toMatchObject({ impUid: IMP_UID });
    upstream.fault = serve;
    records.set(IMP_UID, { merchantUid, certifiedAt: nowS() });
    expect(await own.complete(MALLORY, IMP_UID)).toMatchObject(NOT_FOUND);
    expect(await own.read(MALLORY, IMP_UID)).toMatchObject(NOT_FOUND);
  });
});

test('what is not the caller’s to complete has one answer, to the byte, and one more call for each', async () => {
  let passed = 0;
  const own = await startGateway({
    config: { auth: TOKENS },
    iamport: { baseUrl: upstream.url, merchantCode: MERCHANT_CODE },
    store: createMemoryStore(() => performance.now() + passed),
  });
  closers.push(() => own.close());
  const [alice, mallory] = [await callerHeaders('alice'), await callerHeaders('mallory')];
  const complete = (impUid: string) =>
    own.post({ query: COMPLETE, variables: { impUid } }, { ...alice, 'x-request-id': 'one-of-many' });
  const openFor = async (caller: Record<string, string>) => (await own.run(OPEN, {}, caller))['merchantUid'] as string;
  const foreign = await openFor(mallory);
  const expired = await openFor(alice);
  passed = WINDOW_MS;
  const [used, mine] = [await openFor(alice), await openFor(alice)];
  const cases = {
    imp_foreign: { merchantUid: foreign, certifiedAt: nowS() },
    imp_foreign_open: { merchantUid: foreign, certifiedAt: 0 },
    imp_expired: { merchantUid: expired, certifiedAt: nowS() },
    imp_used: { merchantUid: used, certifiedAt: nowS() },
    imp_older: { merchantUid: mine, certifiedAt: nowS() - 60 },
    imp_never_issued: { merchantUid: newId(), certifiedAt: nowS() },
    imp_of_an_otp: { merchantUid: 'order-1', certifiedAt: nowS() },
    imp_without: { merchantUid: null, certifiedAt: nowS() },
  };
  for (const [impUid, record] of Object.entries(cases)) records.set(impUid, record);
  expect((await complete('imp_used')).body.data).toMatchObject({ completeIdentityWindow: { name: PERSON.name } });
  const before = reads();
  const unknown = await complete('imp_unknown');
  expect(unknown.body.data).toMatchObject({ completeIdentityWindow: NOT_FOUND });
  for (const impUid of Object.keys(cases))
    expect([impUid, (await complete(impUid)).text]).toEqual([impUid, unknown.text]);
  expect(reads()).toBe(before + 9);
});

/** A memory of which the next two reads are answered at the same time. */
function meetingStore() {
  const memory = createMemoryStore();
  let waiting: (() => void)[] | null = null;
  const store: AttemptStore = {
    ...memory,
    async read(key) {
      const found = await memory.read(key);
      if (!waiting) return found;
      const met = Promise.withResolvers<void>();
      waiting.push(met.resolve);
      if (waiting.length === 2) {
        for (const go of waiting) go();
        waiting = null;
      }
      await met.promise;
      return found;
    },
  };
  return { store, meet: () => void (waiting = []) };
}

/** Keeps reads back until so many have come. */
function holdReads(count: number): Promise<void> {
  const all = Promise.withResolvers<void>();
  const waiting: (() => unknown)[] = [];
  upstream.fault = (response, impUid, nth) => {
    waiting.push(() => serve(response, impUid, nth));
    if (waiting.length < count) return;
    upstream.fault = serve;
    for (const answer of waiting) answer();
    all.resolve();
  };
  return all.promise;
}

const STORES: [name: string, make: () => Promise<() => AttemptStore>][] = [
  [
    'one file',
    async () => {
      const file = openedFile();
      return () => createFileStore(file);
    },
  ],
];
if (hasRedis)
  STORES.push([
    'one Redis',
    async () => {
      waitForRedis();
      const redis = await startRedis();
      closers.push(() => redis.stop());
      return () => {
        const link = connectRedis(redis.url, () => {});
        closers.push(() => link.client.disconnect());
        return createRedisStore(link);
      };
    },
  ]);

test.each(STORES)('two gateways on %s answer one certification of a window, once', async (_, make) => {
  const storeOf = await make();
  const [one, two] = [storeOf(), storeOf()].map((store) => gateway({ store })) as [Gateway, Gateway];
  await until(
    async () => (await one.open(ALICE)) as object,
    (window) => 'expiresAt' in window,
  );
  await until(
    async () => (await two.open(ALICE)) as object,
    (window) => 'expiresAt' in window,
  );
  const merchantUid = await open(one);
  records.set(IMP_UID, { merchantUid, certifiedAt: nowS() });
  const held = holdReads(2);
  const both = Promise.all([one.complete(ALICE, IMP_UID), two.complete(ALICE, IMP_UID)]);
  await held;
  const answers = await both;
  expect(answers.filter((answer) => 'name' in answer)).toHaveLength(1);
  expect(answers.filter((answer) => 'code' in answer)).toMatchObject([NOT_FOUND]);
  for (const replica of [one, two]) {
    expect(await replica.complete(ALICE, IMP_UID)).toMatchObject(NOT_FOUND);
    expect(await replica.read(ALICE, IMP_UID)).toMatchObject({ name: PERSON.name });
    expect(await replica.read(MALLORY, IMP_UID)).toMatchObject(NOT_FOUND);
  }
});

describe('a window whose id is the impUid', () => {
  test('is looked for before the provider is asked', async () => {
    const own = gateway({ as: withOwnIds });
    const impUid = await open(own);
    records.set(impUid, { certifiedAt: nowS() });
    expect(await own.complete(MALLORY, impUid)).toMatchObject(NOT_FOUND);
    expect(await own.complete(ALICE, newId())).toMatchObject(NOT_FOUND);
    expect(upstream.calls).toEqual([]);
    expect(await own.complete(ALICE, impUid)).toMatchObject({ impUid, name: PERSON.name });
    expect(await own.complete(ALICE, impUid)).toMatchObject(NOT_FOUND);
    expect(reads()).toBe(1);
    expect(await own.read(ALICE, impUid)).toMatchObject({ name: PERSON.name });
    expect(await own.read(MALLORY, impUid)).toMatchObject(NOT_FOUND);
  });

  test('is not completed before its page has opened it', async () => {
    const own = gateway({ as: withOwnIds });
    const impUid = await open(own);
    expect(await own.complete(ALICE, impUid)).toMatchObject(NOT_COMPLETED);
    records.set(impUid, { certifiedAt: 0 });
    expect(await own.complete(ALICE, impUid)).toMatchObject(NOT_COMPLETED);
    records.set(impUid, { certifiedAt: nowS() });
    expect(await own.complete(ALICE, impUid)).toMatchObject({ name: PERSON.name });
  });

  test('is never confirmed with a code or an approval, and its certification is nobody’s before it is completed', async () => {
    const own = gateway({ as: withOwnIds });
    const impUid = await open(own);
    const byWindow = { code: 'INVALID_INPUT', fields: [{ name: 'impUid', rule: 'BY_WINDOW' }] };
    expect(await own.confirm(ALICE, impUid, '123456')).toMatchObject(byWindow);
    expect(await own.approve(ALICE, impUid)).toMatchObject(byWindow);
    expect(await own.confirm(MALLORY, impUid, '123456')).toMatchObject({ code: 'NOT_FOUND' });
    expect(upstream.calls).toEqual([]);
    records.set(impUid, { certifiedAt: nowS() });
    expect(await own.read(ALICE, impUid)).toMatchObject(NOT_FOUND);
  });
});

describe('without the merchant’s code', () => {
  test('no window is opened and nothing is asked; one that was opened before is completed all the same', async () => {
    const store = createMemoryStore();
    const merchantUid = await open(gateway({ store }));
    const own = gateway({ store, iamport: { merchantCode: null } });
    expect(await own.open(ALICE)).toMatchObject({ __typename: 'UpstreamError', code: 'UPSTREAM_MISCONFIGURED' });
    expect(upstream.calls).toEqual([]);
    records.set(IMP_UID, { merchantUid, certifiedAt: nowS() });
    expect(await own.complete(MALLORY, IMP_UID)).toMatchObject(NOT_FOUND);
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject({ name: PERSON.name });
  });
});

describe('limits', () => {
  const TWO = [{ points: 2, seconds: 3_600 }];

  test('count a window as a request of its caller, whatever the phone', async () => {
    const own = gateway({ limits: { requestsPerCaller: TWO, requestsPerPhone: [{ points: 1, seconds: 3_600 }] } });
    await open(own);
    await open(own);
    expect(await own.open(ALICE)).toMatchObject({ code: 'RATE_LIMITED', retryAt: expect.any(Date) });
    expect(await own.request(ALICE, PERSON)).toMatchObject({ code: 'RATE_LIMITED' });
    await open(own, MALLORY);
    expect(upstream.calls).toEqual([]);
  });

  test('count a completion as a confirm of its caller, so that few impUids can be guessed', async () => {
    const own = gateway({ limits: { confirmsPerCaller: TWO } });
    const codes: string[] = [];
    for (let guess = 0; guess < 9; guess += 1) {
      const answer = await own.complete(MALLORY, `imp_12345678900${guess}`);
      codes.push('code' in answer ? answer.code : 'OK');
    }
    expect(codes).toEqual([...Array(2).fill('NOT_FOUND'), ...Array(7).fill('RATE_LIMITED')]);
    expect(reads()).toBe(2);
  });
});

describe('a store in trouble', () => {
  /** A memory of which so many writes fail from now on, which may have happened all the same. */
  function failing() {
    const memory = createMemoryStore();
    const trouble = { writes: [] as (Error | null)[], isWritten: false };
    const store: AttemptStore = {
      ...memory,
      async replace(...write) {
        const error = trouble.writes.shift() ?? null;
        if (!error || trouble.isWritten) await memory.replace(...write);
        if (error) throw error;
        return true;
      },
    };
    return { store, trouble };
  }
  const SILENT = new StoreUnavailable('silent');

  test.each([
    ['UPSTREAM_UNAVAILABLE', [SILENT]],
    ['OVERLOADED', [new StoreFull('full')]],
  ])('opens no window and answers %s, which counts in no limit of all', async (code, writes) => {
    for (const as of [undefined, withOwnIds]) {
      const { store, trouble } = failing();
      const own = gateway({ store, limits: { requests: [{ points: 1, seconds: 3_600 }] }, ...(as && { as }) });
      trouble.writes = [...writes];
      expect(await own.open(ALICE)).toMatchObject({ __typename: 'UpstreamError', code });
      await open(own);
    }
  });

  test.each([
    ['the use of a window was not kept', [SILENT], false],
    ['the use of a window was kept without an answer', [SILENT], true],
    ['the new owner was not kept', [null, SILENT], false],
    ['the new owner was kept without an answer', [null, SILENT], true],
    ['giving back was not kept at first', [null, SILENT, SILENT], false],
  ])('answers no certification where %s, and does once it can', async (_, writes, isWritten) => {
    const { store, trouble } = failing();
    const own = gateway({ store });
    records.set(IMP_UID, { merchantUid: await open(own), certifiedAt: nowS() });
    Object.assign(trouble, { writes: [...writes], isWritten });
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    await until(
      () => own.complete(ALICE, IMP_UID),
      (answer) => 'name' in answer,
    );
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject(NOT_FOUND);
  });

  test('gives back a use that it wrote only after it was asked to give it back', async () => {
    const memory = createMemoryStore();
    let late: Parameters<AttemptStore['replace']> | null = null;
    let fails = false;
    const store: AttemptStore = {
      ...memory,
      async read(key) {
        const found = await memory.read(key);
        if (late) await memory.replace(...late);
        late = null;
        return found;
      },
      async replace(...write) {
        if (!fails) return memory.replace(...write);
        [late, fails] = [write, false];
        throw SILENT;
      },
    };
    const own = gateway({ store });
    records.set(IMP_UID, { merchantUid: await open(own), certifiedAt: nowS() });
    fails = true;
    expect(await own.complete(ALICE, IMP_UID)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    await until(() => late === null);
    await until(
      () => own.complete(ALICE, IMP_UID),
      (answer) => 'name' in answer,
    );
  });
});
