import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '../../src/caller.ts';
import type { LimitsConfig } from '../../src/config.ts';
import { createFileStore } from '../../src/guard/file.ts';
import { createFileWindows } from '../../src/guard/file-windows.ts';
import { createRedisStore } from '../../src/guard/redis.ts';
import { connectRedis, type RedisLink } from '../../src/guard/redis-link.ts';
import { createRedisWindows } from '../../src/guard/redis-windows.ts';
import { createMemoryStore, StoreUnavailable, type AttemptStore } from '../../src/guard/store.ts';
import { createMemoryWindows, type WindowStore } from '../../src/guard/windows.ts';
import type { IdentityRequest } from '../../src/upstream/upstream.ts';
import type { Sent } from '../../src/verification/request.ts';
import { end, envelope, plain, refusal, startFaultyUpstream, type FaultyUpstream } from '../support/faulty-upstream.ts';
import { PERSON } from '../support/people.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { freshPath, opened } from '../support/store-file.ts';
import { waitForRedis } from '../support/timers.ts';
import { until } from '../support/until.ts';
import { verificationOn } from '../support/verification.ts';

const ALICE: Caller = { subject: 'alice', isAnonymous: false, scopes: new Set<never>(), ip: '192.0.2.1' };
const ONE_A_MINUTE = [{ points: 1, seconds: 60 }];

/** Each message is of another verification, whose codes are all wrong. */
function sendsMessages(upstream: FaultyUpstream): void {
  upstream.fault = (response, id, nth) =>
    id === 'request'
      ? envelope(200, { code: 0, message: null, response: { imp_uid: idOf(nth) } })(response, id, nth)
      : refusal(200, '[9013] 인증번호 불일치')(response, id, nth);
}

const idOf = (nth: number): string => `imp_${String(nth).padStart(12, '0')}`;

let upstream: FaultyUpstream;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  upstream = await startFaultyUpstream();
  sendsMessages(upstream);
  closers.push(() => upstream.close());
});
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

const messages = (): number => upstream.calls.filter((call) => call.endsWith('/otp/request')).length;

/** The next request for a code arrives, and is answered when the test says so. */
function held(): Promise<() => unknown> {
  const { fault } = upstream;
  return new Promise((resolve) => {
    upstream.fault = (response, id, nth) => resolve(() => fault!(response, id, nth));
  });
}

interface Stores {
  readonly store: AttemptStore;
  readonly windows: WindowStore;
}

/** Stores that replicas share, and a step of their clock. */
interface Shared {
  replica(): Promise<Stores>;
  pass(ms: number): unknown;
}

interface Options {
  readonly limits?: Partial<LimitsConfig>;
  readonly answerMs?: number;
}

function gatewayOn(stores: Stores, options: Options = {}) {
  const gateway = verificationOn(upstream.url, { ...stores, ...options });
  closers.push(() => gateway.close());
  return {
    ...gateway,
    ask: (changes: Partial<IdentityRequest> = {}, caller = ALICE) => gateway.request(caller, { ...PERSON, ...changes }),
  };
}

const inSeconds = (date: Date): number => Math.round((date.getTime() - Date.now()) / 1_000);

/** How long a RATE_LIMITED has to wait, or what else was answered. */
function waitOf(answer: object): unknown {
  if (!('code' in answer) || answer.code !== 'RATE_LIMITED' || !('retryAt' in answer)) return answer;
  return inSeconds(answer.retryAt as Date);
}

/** What holds wherever attempts and limits are kept. */
function contract(create: () => Promise<Shared>): void {
  let shared: Shared;
  beforeEach(async () => {
    shared = await create();
  });
  const replica = async (options: Options = {}) => gatewayOn(await shared.replica(), options);

  test('two taps at once in one process send one message, and get the same answer', async () => {
    const { ask } = await replica();
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers[0]).toEqual({ impUid: idOf(1), resendAt: expect.any(Date), expiresAt: expect.any(Date) });
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    expect(messages()).toBe(1);
  });

  test.each([
    ['refused', refusal(200, '입력하신 정보가 맞지 않습니다'), 'IDENTITY_MISMATCH'],
    ['lost', end, 'OUTCOME_UNKNOWN'],
  ])('two taps at once in one process get the same failure of one request that is %s', async (_name, fault, code) => {
    const { ask } = await replica({ limits: { requestsPerPhone: ONE_A_MINUTE } });
    upstream.fault = fault;
    expect(await Promise.all([ask(), ask()])).toMatchObject([{ code }, { code }]);
    expect(messages()).toBe(1);
  });

  test('two taps at once on two replicas send one message, are counted once, and get the same answer', async () => {
    const limits = { requestsPerPhone: ONE_A_MINUTE };
    const [one, stores] = [await replica({ limits }), await shared.replica()];
    let looks = 0;
    const read = (key: string) => ((looks += 1), stores.store.read(key));
    const two = gatewayOn({ ...stores, store: { ...stores.store, read } }, { limits });
    const arrived = held();
    const first = one.ask();
    const answer = await arrived;
    const second = two.ask();
    await until(() => looks >= 3); // it was told to wait, twice
    answer();
    const sent = await first;
    expect(sent).toMatchObject({ impUid: idOf(1) });
    expect(await second).toEqual(sent);
    expect(messages()).toBe(1);
  });

  test('a request whose answer was lost on the way to the client is repeated on every replica, and sends nothing', async () => {
    const [one, two] = [await replica(), await replica()];
    const sent = await one.ask();
    expect([await one.ask(), await two.ask(), await two.ask()]).toEqual([sent, sent, sent]);
    expect(messages()).toBe(1);
  });

  test('a repeat counts in no limit', async () => {
    const { ask } = await replica({
      limits: { requestsPerPhone: ONE_A_MINUTE, requestsPerCaller: [{ points: 2, seconds: 3_600 }] },
    });
    const sent = await ask();
    expect([await ask(), await ask(), await ask()]).toEqual([sent, sent, sent]);
    expect(await ask({ phone: '01012340001' })).toMatchObject({ impUid: idOf(2) });
    expect(await ask({ phone: '01012340002' })).toMatchObject({ code: 'RATE_LIMITED' });
    expect(messages()).toBe(2);
  });

  test('after the time to ask again a new message is sent, and repeated in its turn', async () => {
    const [one, two] = [await replica(), await replica()];
    const first = (await one.ask()) as Sent;
    await shared.pass(first.resendAt.getTime() - Date.now());
    const second = await one.ask();
    expect(second).toMatchObject({ impUid: idOf(2) });
    expect(await two.ask()).toEqual(second);
    expect(messages()).toBe(2);
  });

  test('a request whose answer from the upstream was lost is not sent again, on any replica, until its time', async () => {
    const [one, two] = [await replica(), await replica()];
    upstream.fault = end;
    expect(await one.ask()).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    sendsMessages(upstream);
    expect([waitOf(await one.ask()), waitOf(await two.ask())]).toEqual([60, 60]);
    expect(messages()).toBe(1);
    await shared.pass(60_000);
    expect(await two.ask()).toMatchObject({ impUid: idOf(2) });
  });

  test('a request that the upstream refused is not remembered, and is sent again where the limits allow it', async () => {
    const [one, two] = [await replica(), await replica()];
    upstream.fault = refusal(200, '입력하신 정보가 맞지 않습니다');
    expect(await one.ask()).toMatchObject({ code: 'IDENTITY_MISMATCH' });
    expect(await two.ask()).toMatchObject({ code: 'IDENTITY_MISMATCH' });
    sendsMessages(upstream);
    expect(await one.ask()).toMatchObject({ impUid: idOf(3) });
  });

  test('a process that ended before its answer keeps the same request from being sent again until its time', async () => {
    const [one, two] = [await replica(), await replica({ answerMs: 300 })];
    const arrived = held();
    void one.ask();
    const answer = await arrived;
    sendsMessages(upstream);
    expect(waitOf(await two.ask())).toBe(60); // after 300 ms, when the first has taken too long
    await shared.pass(20_000);
    expect(waitOf(await two.ask())).toBe(40);
    expect(messages()).toBe(1);
    await shared.pass(40_000);
    expect(await two.ask()).toMatchObject({ impUid: idOf(2) });
    answer();
  });
}

/** A clock that goes on, and that a test moves besides. */
function clocked() {
  let movedMs = 0;
  const clock = {
    get ms() {
      return performance.now() + movedMs;
    },
  };
  return { clock, pass: (ms: number) => void (movedMs += ms) };
}

describe('a request in memory that is made again', () => {
  contract(async () => {
    const { clock, pass } = clocked();
    const stores = { store: createMemoryStore(() => clock.ms), windows: createMemoryWindows(() => clock.ms) };
    return { replica: async () => stores, pass };
  });
});

describe('a request on a store file that is made again', () => {
  contract(async () => {
    const { clock, pass } = clocked();
    const path = freshPath();
    const replica = async () => {
      const file = opened(path, { clock });
      return { store: createFileStore(file), windows: createFileWindows(file) };
    };
    return { replica, pass };
  });
});

(hasRedis ? describe : describe.skip)('a request in Redis that is made again (needs redis-server on the PATH)', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  async function connect() {
    const link = connectRedis(server.url);
    closers.push(() => link.client.disconnect());
    await once(link.client, 'ready');
    return link;
  }

  contract(async () => {
    waitForRedis();
    const { client } = await connect();
    await client.flushall();
    const replica = async () => {
      const link = await connect();
      return { store: createRedisStore(link), windows: createRedisWindows(link) };
    };
    return { replica, pass: (ms) => moveBack(client, ms) };
  });

  test('keeps neither the person nor the impUid there, but for one who asks the same', async () => {
    waitForRedis();
    const link = await connect();
    await link.client.flushall();
    const { ask } = gatewayOn({ store: createRedisStore(link), windows: createRedisWindows(link) });
    const sent = (await ask()) as Sent;
    const keys = (await link.client.keys('identity:*')).toSorted();
    const texts = await link.client.mget(keys);
    const [key, text] = keys.map((name, index) => [name, texts[index]!]).find((pair) => pair[1]!.includes('until'))!;
    expect(key).toMatch(/^identity:v2:attempt:[\w-]{22}$/);
    expect(JSON.parse(text!)).toEqual({
      sealed: expect.stringMatching(/^[\w-]+$/),
      resendAt: sent.resendAt.getTime(),
      expiresAt: sent.expiresAt.getTime(),
      until: expect.any(Number),
    });
    const everything = [...keys, ...texts].join('\n');
    for (const secret of [sent.impUid, ...Object.values(PERSON).filter((value) => value && value.length > 3)])
      expect(everything).not.toContain(secret);
    expect(await ask()).toEqual(sent);
  });
});

/** As if so much time had passed: Redis' own clock stays, and what is kept moves. */
async function moveBack(client: RedisLink['client'], ms: number): Promise<void> {
  for (const key of await client.keys('identity:*')) {
    const text = (await client.get(key))!;
    const [, used, endsAt] = /^(\d+) (\d+)$/.exec(text) ?? [];
    const moved = text.startsWith('{"sealed"') ? { ...JSON.parse(text), until: JSON.parse(text).until - ms } : null;
    if (used !== undefined) await client.set(key, `${used} ${Number(endsAt) - ms}`, 'KEEPTTL');
    else if (moved) await client.set(key, JSON.stringify(moved), 'KEEPTTL');
  }
}

/** One gateway on stores in memory, and their clock. */
function inMemory(options: Options = {}, maxRecords = 1_000) {
  const { clock, pass } = clocked();
  const store = createMemoryStore(() => clock.ms, maxRecords);
  const windows = createMemoryWindows(() => clock.ms);
  return { pass, store, windows, ...gatewayOn({ store, windows }, options) };
}

describe('another request', () => {
  test.each<Partial<IdentityRequest>>([
    { name: '홍길순' },
    { phone: '01012345679' },
    { birthday: '1990-01-02' },
    { genderDigit: '2' },
    { carrier: 'SKT_MVNO' },
    { merchantUid: 'try-2' },
    { company: '다른 회사' },
    { method: 'APP' },
    { device: 'MOBILE' },
  ])('%j is sent under the limits, and is no repeat', async (changes) => {
    const { ask } = inMemory();
    const first = await ask();
    expect(await ask(changes)).toMatchObject({ impUid: idOf(2) });
    expect(await ask()).toEqual(first);
    expect(messages()).toBe(2);
  });

  test('about another person on the same phone is denied by the limit of the phone', async () => {
    const { ask } = inMemory({ limits: { requestsPerPhone: ONE_A_MINUTE } });
    await ask();
    expect(waitOf(await ask({ name: '홍길순' }))).toBe(60);
    expect(messages()).toBe(1);
  });

  test('of another caller is denied by the limit of the phone, and where there is none gets a verification of its own', async () => {
    const mallory = { ...ALICE, subject: 'mallory' };
    const limited = inMemory({ limits: { requestsPerPhone: ONE_A_MINUTE } });
    await limited.ask();
    expect(waitOf(await limited.ask({}, mallory))).toBe(60);
    const free = inMemory();
    expect([await free.ask(), await free.ask({}, mallory)]).toMatchObject([{ impUid: idOf(2) }, { impUid: idOf(3) }]);
  });

  test('of an anonymous caller is never a repeat, since it may be of somebody else', async () => {
    const anonymous = { ...ALICE, subject: 'anonymous', isAnonymous: true };
    const free = inMemory();
    const answers = await Promise.all([free.ask({}, anonymous), free.ask({}, anonymous)]);
    expect(answers.map((answer) => (answer as Sent).impUid).toSorted()).toEqual([idOf(1), idOf(2)]);
    const limited = inMemory({ limits: { requestsPerPhone: ONE_A_MINUTE } });
    expect(await limited.ask({}, anonymous)).toMatchObject({ impUid: idOf(3) });
    expect(waitOf(await limited.ask({}, anonymous))).toBe(60);
  });

  test.each([plain(429, ''), plain(401, '')])('is sent again after one that was not processed', async (fault) => {
    const { ask } = inMemory();
    upstream.fault = fault;
    expect(await ask()).toMatchObject({ __typename: 'UpstreamError' });
    const before = messages();
    sendsMessages(upstream);
    expect(await ask()).toMatchObject({ impUid: idOf(before + 1) });
  });

  test('that never left is given back, so that it can be made at once', async () => {
    const { ask } = inMemory({ limits: { requestsPerPhone: ONE_A_MINUTE } });
    upstream.loginFault = plain(500, '');
    expect([await ask(), await ask()]).toMatchObject([
      { code: 'UPSTREAM_UNAVAILABLE' },
      { code: 'UPSTREAM_UNAVAILABLE' },
    ]);
    expect(messages()).toBe(0);
    upstream.loginFault = null;
    expect(await ask()).toMatchObject({ impUid: idOf(1) });
  });

  test('after an answer of something else is not sent: a message may be on its way', async () => {
    const { ask } = inMemory();
    upstream.fault = plain(302, '');
    expect(await ask()).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' });
    sendsMessages(upstream);
    expect(waitOf(await ask())).toBe(60);
    expect(messages()).toBe(1);
  });
});

describe('a verification', () => {
  test('is repeated after a wrong code, and no more once no code can be right', async () => {
    const { ask, confirm } = inMemory();
    const sent = (await ask()) as Sent;
    for (const otp of ['000000', '000001', '000002', '000003']) await confirm(ALICE, sent.impUid, otp);
    expect(await ask()).toEqual(sent);
    expect(await confirm(ALICE, sent.impUid, '000004')).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 0 });
    expect(await ask()).toMatchObject({ code: 'RATE_LIMITED', retryAt: sent.resendAt });
    expect(messages()).toBe(1);
  });

  test('whose code is probably too old is not repeated, though no limit allows another', async () => {
    const { ask, pass } = inMemory({ limits: { requestsPerPhone: [{ points: 1, seconds: 3_600 }] } });
    const sent = (await ask()) as Sent;
    expect([inSeconds(sent.expiresAt), inSeconds(sent.resendAt)]).toEqual([180, 3_600]);
    pass(179_000);
    expect(await ask()).toEqual(sent);
    pass(1_000);
    expect(waitOf(await ask())).toBe(3_420);
    expect(messages()).toBe(1);
  });
});

describe('the time to ask again', () => {
  const both = [
    { points: 1, seconds: 60 },
    { points: 2, seconds: 3_600 },
  ];

  test.each<[string, Partial<LimitsConfig>]>([
    ['the phone', { requestsPerPhone: both }],
    ['the caller', { requestsPerCaller: both }],
    ['the IP', { requestsPerIp: both }],
    ['all', { requests: both }],
  ])(
    'is what the limit of %s keeps: then, and not before, another request of this phone is sent',
    async (_name, limits) => {
      const { ask, pass } = inMemory({ limits });
      const first = (await ask()) as Sent;
      expect(inSeconds(first.resendAt)).toBe(60);
      pass(first.resendAt.getTime() - Date.now());
      const second = (await ask({ merchantUid: 'try-2' })) as Sent;
      expect(inSeconds(second.resendAt)).toBe(3_540);
      const minute = 60_000;
      pass(second.resendAt.getTime() - Date.now() - minute);
      expect(waitOf(await ask({ merchantUid: 'try-3' }))).toBe(60);
      pass(minute);
      expect(await ask({ merchantUid: 'try-3' })).toMatchObject({ impUid: idOf(3) });
      expect(messages()).toBe(3);
    },
  );

  test.each<[string, Partial<LimitsConfig>]>([
    ['without limits', {}],
    ['with limits that would allow more', { requestsPerPhone: [{ points: 2, seconds: 3_600 }] }],
    ['in shadow mode', { requestsPerPhone: [{ points: 1, seconds: 3_600 }], shadow: true }],
  ])('is a minute %s', async (_name, limits) => {
    const { ask } = inMemory({ limits });
    expect(inSeconds(((await ask()) as Sent).resendAt)).toBe(60);
  });

  test('holds in shadow mode for the same request alone, also where a limit would deny it', async () => {
    const { ask } = inMemory({ limits: { requestsPerPhone: ONE_A_MINUTE, shadow: true } });
    await ask();
    const second = await ask({ merchantUid: 'try-2' });
    expect(second).toMatchObject({ impUid: idOf(2) });
    expect(await ask({ merchantUid: 'try-2' })).toEqual(second);
    expect(messages()).toBe(2);
  });
});

describe('a store in trouble', () => {
  const fails = () => Promise.reject(new StoreUnavailable('silent'));

  test.each(['read', 'take'] as const)('that cannot %s lets nothing be sent', async (command) => {
    const { store, windows } = inMemory();
    const { ask } = gatewayOn(
      command === 'read'
        ? { store: { ...store, read: fails }, windows }
        : { store, windows: { ...windows, take: fails } },
    );
    expect(await ask()).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(messages()).toBe(0);
  });

  test('that fails after a message was sent keeps no answer back, and sends no second one', async () => {
    const { store, windows, pass } = inMemory();
    const { ask } = gatewayOn({ store: { ...store, replace: fails }, windows }, { answerMs: 300 });
    expect(await ask()).toMatchObject({ impUid: idOf(1) });
    expect(waitOf(await ask())).toBe(60);
    expect(messages()).toBe(1);
    pass(60_000);
    expect(await ask()).toMatchObject({ impUid: idOf(2) });
  });

  test('that is full repeats what it has, and sends nothing new', async () => {
    const { ask } = inMemory({}, 2); // the verification and its request
    const sent = await ask();
    expect(await ask({ name: '홍길순' })).toMatchObject({ code: 'OVERLOADED' });
    expect(await ask()).toEqual(sent);
    expect(messages()).toBe(1);
  });

  test('with room for one keeps the owner, and sends no second message', async () => {
    const { ask, store } = inMemory({ answerMs: 300 }, 1);
    const sent = (await ask()) as Sent;
    expect(sent).toMatchObject({ impUid: idOf(1) });
    await expect(store.check()).rejects.toMatchObject({ name: 'StoreFull' });
    expect(waitOf(await ask())).toBe(60);
    expect(messages()).toBe(1);
  });

  test('has no record of a request that a limit denied, so that no caller can fill it with them', async () => {
    const { ask } = inMemory({ limits: { requestsPerPhone: ONE_A_MINUTE } }, 3);
    await ask();
    for (let index = 0; index < 10; index += 1)
      expect(await ask({ merchantUid: `try-${index}` })).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await ask({ phone: '01012340001' })).toMatchObject({ impUid: idOf(2) });
  });
});
