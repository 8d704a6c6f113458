import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHmacs } from '../../src/guard/hmac.ts';
import type { GatewayEvent } from '../../src/events.ts';
import type { LimitsConfig, Rate } from '../../src/config.ts';
import type { Caller } from '../../src/caller.ts';
import { createLimits, type Denial, type Pass } from '../../src/guard/limits.ts';
import { connectRedis, type RedisLink } from '../../src/guard/redis-link.ts';
import { createRedisWindows } from '../../src/guard/redis-windows.ts';
import { StoreUnavailable } from '../../src/guard/store.ts';
import { createMemoryWindows, type Window, type WindowStore } from '../../src/guard/windows.ts';
import type { Outcome } from '../../src/outcome.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { hurryRedis, waitForRedis } from '../support/timers.ts';

const OFF: LimitsConfig = {
  requestsPerPhone: [],
  requestsPerCaller: [],
  requestsPerIp: [],
  requests: [],
  confirmsPerCaller: [],
  confirmsPerIp: [],
  shadow: false,
};
const ONE_A_MINUTE: readonly Rate[] = [{ points: 1, seconds: 60 }];
const TWO_A_MINUTE: readonly Rate[] = [{ points: 2, seconds: 60 }];
const TWO_WINDOWS: readonly Rate[] = [...ONE_A_MINUTE, { points: 2, seconds: 3_600 }];
const somebody = { subject: 'user-1', isAnonymous: false, scopes: new Set<never>(), ip: '192.0.2.1' };

const PHONE = '01012345678';

/** Limits with a clock, what they told, and what they logged. */
function limits(config: Partial<LimitsConfig>) {
  const told: GatewayEvent[] = [];
  const logged: unknown[] = [];
  const clock = { ms: 0 };
  const windows = createMemoryWindows(() => clock.ms);
  return { clock, told, logged, limits: create(windows, config, told, logged) };
}

/** What limits say to one call: null and null where they allow it. */
interface Said {
  readonly code: string | null;
  readonly retryAt: Date | null;
  refund(): Promise<void>;
}

async function said(pass: Promise<Outcome<unknown, Denial>>): Promise<Said> {
  const outcome = await pass;
  if (outcome.ok) return { code: null, retryAt: null, refund: () => (outcome.value as Pass).refund() };
  const { code, retryAt } = outcome.failure;
  return { code, retryAt, refund: () => Promise.reject(new Error('A denied call has nothing to refund')) };
}

function create(
  windows: WindowStore,
  config: Partial<LimitsConfig>,
  told: GatewayEvent[] = [],
  logged: unknown[] = [],
) {
  const log = (...line: unknown[]): void => void logged.push(line);
  const limits = createLimits({
    config: { ...OFF, ...config },
    windows,
    hmac: createHmacs('secret'),
    onEvent: (event) => told.push(event),
    logger: { info: log, warn: log, error: log },
  });
  return {
    request: (by: Caller, phone: string) => said(limits.request(by, { digits: phone })),
    /** A request for one phone, and itself counted in `same`. */
    counted: async (by: Caller, same: Window | null) => {
      const outcome = await limits.request(by, { digits: PHONE }, same);
      return outcome.ok ? outcome.value : outcome.failure;
    },
    confirm: (by: Caller) => said(limits.confirm(by)),
  };
}

/** When the next will be allowed, null for those that are. */
const refusals = async (...passes: Promise<Said>[]): Promise<(Date | null)[]> =>
  (await Promise.all(passes)).map(({ retryAt }) => retryAt);

const isAllowed = async (pass: Promise<Said>): Promise<boolean> => (await pass).retryAt === null;

/** In seconds from now, null for one that is allowed. */
const waitOf = async (pass: Promise<Said>): Promise<number | null> => {
  const { retryAt } = await pass;
  return retryAt && Math.round((retryAt.getTime() - Date.now()) / 1_000);
};

describe('limits', () => {
  test.each([
    ['requestsPerPhone', { subject: 'other', ip: '198.51.100.1' }, '01012345678', true],
    ['requestsPerPhone', {}, '01000000000', false],
    ['requestsPerCaller', { ip: '198.51.100.1' }, '01000000000', true],
    ['requestsPerCaller', { subject: 'other' }, '01012345678', false],
    ['requestsPerIp', { subject: 'other' }, '01000000000', true],
    ['requestsPerIp', { ip: '198.51.100.1' }, '01012345678', false],
    ['requestsPerIp', { ip: '[::ffff:192.0.2.1]:443' }, '01000000000', true],
    ['requestsPerIp', { ip: null }, '01012345678', false],
    ['requests', { subject: 'other', ip: '198.51.100.1' }, '01000000000', true],
  ] as const)('%s: a second request by %j for %s is refused: %s', async (name, change, phone, isRefused) => {
    const { limits: own } = limits({ [name]: ONE_A_MINUTE });
    const before = Date.now();
    expect(await own.request(somebody, '01012345678')).toMatchObject({ retryAt: null });
    const [retryAt] = await refusals(own.request({ ...somebody, ...change }, phone));
    expect(retryAt !== null).toBe(isRefused);
    if (!retryAt) return;
    expect(retryAt.getTime()).toBeGreaterThanOrEqual(before + 60_000);
    expect(retryAt.getTime()).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  test.each([
    ['confirmsPerCaller', { ip: '198.51.100.1' }, true],
    ['confirmsPerIp', { subject: 'other' }, true],
    ['confirmsPerIp', { subject: 'other', ip: '::ffff:c000:201' }, true],
    ['confirmsPerIp', { ip: '198.51.100.1' }, false],
  ] as const)('%s: a second confirm by %j is refused: %s', async (name, change, isRefused) => {
    const { limits: own } = limits({ [name]: ONE_A_MINUTE });
    expect(await own.confirm(somebody)).toMatchObject({ retryAt: null });
    const { retryAt } = await own.confirm({ ...somebody, ...change });
    expect(retryAt !== null).toBe(isRefused);
  });

  test('do not count the many people behind "anonymous" as one caller', async () => {
    const { limits: own } = limits({ requestsPerCaller: ONE_A_MINUTE, confirmsPerCaller: ONE_A_MINUTE });
    const anonymous = { ...somebody, subject: 'anonymous', isAnonymous: true };
    await Promise.all([own.request(anonymous, '1'), own.confirm(anonymous)]);
    expect(await refusals(own.request(anonymous, '2'), own.confirm(anonymous))).toEqual([null, null]);
  });

  test('count callers behind one unreadable address as nobody, and log that once, without the address', async () => {
    const { limits: own, logged } = limits({ requestsPerIp: ONE_A_MINUTE, confirmsPerIp: ONE_A_MINUTE });
    const hidden = { ...somebody, ip: '_hidden' };
    expect(await refusals(own.confirm(hidden), own.confirm(hidden), own.request(hidden, PHONE))).toEqual([
      null,
      null,
      null,
    ]);
    expect(await refusals(own.confirm({ ...somebody, ip: null }))).toEqual([null]);
    expect(logged).toEqual([[{}, expect.stringContaining('address')]]);
    expect(JSON.stringify(logged)).not.toContain('hidden');
  });

  test('in shadow mode allow everything and tell, once for each call, what they would have denied, without a name or a number', async () => {
    const { limits: own, told } = limits({ requestsPerPhone: ONE_A_MINUTE, requests: ONE_A_MINUTE, shadow: true });
    const passes = [await own.request(somebody, PHONE), await own.request(somebody, PHONE)];
    expect(passes.map(({ retryAt }) => retryAt)).toEqual([null, null]);
    const hmacs = { key: expect.stringMatching(/^[\w-]{22}$/), ms: expect.any(Number) };
    expect(told).toEqual([
      { kind: 'limit-allowed', limit: 'requests per phone' },
      { kind: 'limit-allowed', limit: 'requests' },
      { kind: 'limit', limit: 'requests per phone', shadow: true, ...hmacs },
    ]);
  });

  test('in shadow mode give back a call that they would have denied as little as they counted it', async () => {
    const { limits: own, told } = limits({ requestsPerPhone: ONE_A_MINUTE, shadow: true });
    await own.request(somebody, PHONE);
    await (await own.request(somebody, PHONE)).refund();
    await own.request(somebody, PHONE);
    expect(told.map(({ kind }) => kind)).toEqual(['limit-allowed', 'limit', 'limit']);
  });

  test('tell of each allowed call once for each limit, and of each denied call once, by the first limit that denies it', async () => {
    const { limits: own, told } = limits({ requestsPerCaller: TWO_WINDOWS, requests: ONE_A_MINUTE });
    for (let index = 0; index < 3; index += 1) await own.request(somebody, PHONE);
    await own.request({ ...somebody, subject: 'other' }, PHONE);
    expect(told.slice(0, 2)).toEqual([
      { kind: 'limit-allowed', limit: 'requests per caller' },
      { kind: 'limit-allowed', limit: 'requests' },
    ]);
    expect(told.slice(2)).toEqual(
      ['requests per caller', 'requests per caller', 'requests'].map((limit) => ({
        kind: 'limit',
        limit,
        shadow: false,
        key: expect.stringMatching(/^([\w-]{22}|all)$/),
        ms: expect.any(Number),
      })),
    );
  });

  test('count a call that one limit denies in no other limit', async () => {
    const two = [{ points: 2, seconds: 60 }];
    const { limits: own } = limits({
      requestsPerPhone: ONE_A_MINUTE,
      requestsPerCaller: two,
      requestsPerIp: two,
      requests: two,
    });
    expect(await isAllowed(own.request(somebody, PHONE))).toBe(true);
    for (let index = 0; index < 5; index += 1) expect(await isAllowed(own.request(somebody, PHONE))).toBe(false);
    expect(await isAllowed(own.request(somebody, '01000000000'))).toBe(true);
    // Now the caller is denied, which must not use up the phone.
    expect(await isAllowed(own.request(somebody, '01000000001'))).toBe(false);
  });

  test("leave a phone's limit alone where the caller's denies", async () => {
    const { limits: own } = limits({ requestsPerPhone: ONE_A_MINUTE, requestsPerCaller: ONE_A_MINUTE });
    await own.request(somebody, '01000000000');
    expect(await isAllowed(own.request(somebody, PHONE))).toBe(false);
    expect(await isAllowed(own.request({ ...somebody, subject: 'other' }, PHONE))).toBe(true);
  });

  test.each([
    ['shortest first', TWO_WINDOWS],
    ['longest first', TWO_WINDOWS.toReversed()],
    ['with a looser rate of the same length', [{ points: 9, seconds: 60 }, ...TWO_WINDOWS, { points: 9, seconds: 60 }]],
  ])('say when all windows of a limit would allow a call, given %s', async (_name, requestsPerPhone) => {
    const { clock, limits: own } = limits({ requestsPerPhone });
    const waits: (number | null)[] = [];
    for (const seconds of [0, 20, 40, 0, 50, 3_490, 0]) {
      clock.ms += seconds * 1_000;
      waits.push(await waitOf(own.request(somebody, PHONE)));
    }
    // At 0, 20, 60, 60, 110, 3600 and 3600 s: two an hour are used up at 60 s.
    expect(waits).toEqual([null, 40, null, 3_540, 3_490, null, 60]);
  });

  test.each([
    ['the phone', { requestsPerPhone: TWO_WINDOWS }, [60, 3_540]],
    ['the caller', { requestsPerCaller: TWO_WINDOWS }, [60, 3_540]],
    ['the IP', { requestsPerIp: TWO_WINDOWS }, [60, 3_540]],
    ['all', { requests: TWO_WINDOWS }, [60, 3_540]],
    [
      'several, by the one that denies it longest',
      { requestsPerPhone: ONE_A_MINUTE, requests: [{ points: 2, seconds: 3_600 }] },
      [60, 3_540],
    ],
    ['none that would deny it', { requestsPerPhone: [{ points: 9, seconds: 60 }] }, [0, 0]],
    ['none, in shadow mode', { requestsPerPhone: ONE_A_MINUTE, shadow: true }, [0, 0]],
  ])('say with a request when the next would be allowed, by the limit of %s', async (_name, config, expected) => {
    const { clock, limits: own } = limits(config);
    const waits: unknown[] = [];
    for (let index = 0; index < 2; index += 1) {
      const counted = await own.counted(somebody, null);
      waits.push('nextAt' in counted ? Math.round((counted.nextAt.getTime() - Date.now()) / 1_000) : counted);
      clock.ms += 60_000;
    }
    expect(waits).toEqual(expected);
  });

  describe.each([
    ['beside other limits', {}],
    ['where limits are off', { requestsPerPhone: [] }],
    ['in shadow mode', { shadow: true }],
    ['in shadow mode, where another request would be denied', { shadow: true, isUsed: true }],
  ])(
    'of one very request, %s,',
    (_name, { isUsed = false, ...config }: Partial<LimitsConfig> & { isUsed?: boolean }) => {
      const SAME: Window = { name: 'same', key: 'a', points: 1, ms: 60_000 };

      async function start() {
        const own = limits({ requestsPerPhone: ONE_A_MINUTE, ...config });
        if (isUsed) await own.limits.request(somebody, PHONE);
        own.told.length = 0;
        return own;
      }

      test('count it once, and say how long ago, without a word to the operator', async () => {
        const { clock, told, limits: own } = await start();
        expect(await own.counted(somebody, SAME)).toMatchObject({ kind: 'counted' });
        told.length = 0;
        clock.ms += 20_000;
        const again = await own.counted(somebody, SAME);
        expect(again).toEqual({ kind: 'counted-before', ageMs: 20_000, retryAt: expect.any(Date) });
        expect(Math.round((('retryAt' in again && again.retryAt) as Date).getTime() / 1_000 - Date.now() / 1_000)).toBe(
          40,
        );
        expect(told).toEqual([]);
        clock.ms += 40_000;
        expect(await own.counted(somebody, SAME)).toMatchObject({ kind: 'counted' });
      });

      test('let it be made again when it is released or refunded, and released alone within the limits', async () => {
        const { limits: own } = await start();
        const refunded = await own.counted(somebody, SAME);
        if ('refund' in refunded) await refunded.refund();
        const released = await own.counted(somebody, SAME);
        expect(released).toMatchObject({ kind: 'counted' });
        if ('release' in released) await released.release();
        const isLimited = !config.shadow && !config.requestsPerPhone;
        expect(await own.counted(somebody, SAME)).toMatchObject(
          isLimited ? { code: 'RATE_LIMITED' } : { kind: 'counted' },
        );
      });
    },
  );

  test.each(['requestsPerCaller', 'requestsPerIp', 'confirmsPerCaller', 'confirmsPerIp'] as const)(
    'keep what is given back counted for the caller and the IP: %s',
    async (name) => {
      const { limits: own } = limits({ [name]: ONE_A_MINUTE });
      const ask = () => (name.startsWith('confirms') ? own.confirm(somebody) : own.request(somebody, PHONE));
      await (await ask()).refund();
      expect(await isAllowed(ask())).toBe(false);
    },
  );

  test.each(['requestsPerPhone', 'requests'] as const)(
    'count no more what is given back, once, and give no credit in a window that has begun since: %s',
    async (name) => {
      const { clock, limits: own } = limits({ [name]: [...TWO_A_MINUTE, { points: 9, seconds: 60 }] });
      const ask = () => own.request(somebody, PHONE);
      const [early] = [await ask(), await ask()];
      await early.refund();
      await early.refund();
      expect(await refusals(ask(), ask())).toEqual([null, expect.any(Date)]);
      clock.ms += 60_000;
      const late = [await ask(), await ask()];
      clock.ms += 60_000;
      await late[0]!.refund();
      expect(await refusals(ask(), ask(), ask())).toEqual([null, null, expect.any(Date)]);
      await late[1]!.refund();
      expect(await refusals(ask())).toEqual([expect.any(Date)]);
    },
  );
});

describe('the store of a call’s windows', () => {
  const ALL = Object.fromEntries(Object.keys(OFF).map((name) => [name, ONE_A_MINUTE]));
  const EVERY = { ...ALL, shadow: false };

  /** Windows that write down what they are asked, and can fail. */
  function watched(failure: { take?: Error; giveBack?: Error } = {}) {
    const asked: string[][] = [];
    const givenBack: unknown[] = [];
    const windows = createMemoryWindows(() => 0);
    const store: WindowStore = {
      async take(all) {
        asked.push(all.map(({ name }) => name));
        if (failure.take) throw failure.take;
        return windows.take(all);
      },
      async giveBack(counted) {
        givenBack.push(counted);
        if (failure.giveBack) throw failure.giveBack;
      },
    };
    return { asked, givenBack, store };
  }

  test('is asked once for a call, for the limits that concern it, and not where there are none', async () => {
    const { asked, store } = watched();
    const unknown = { ...somebody, isAnonymous: true, ip: null };
    await create(store, {}).request(somebody, PHONE);
    await create(store, EVERY).confirm(unknown);
    expect(asked).toEqual([]);
    await create(store, EVERY).request(unknown, PHONE);
    await create(store, EVERY).confirm(somebody);
    expect(asked).toEqual([
      ['requests-per-phone:60', 'requests:60'],
      ['confirms-per-caller:60', 'confirms-per-IP:60'],
    ]);
  });

  test('is told once what a call gives back, and nothing where that is nothing', async () => {
    const { givenBack, store } = watched();
    const pass = await create(store, EVERY).request(somebody, PHONE);
    await Promise.all([pass.refund(), pass.refund()]);
    await (await create(store, EVERY).confirm(somebody)).refund();
    const names = ['requests-per-phone:60', 'requests:60'];
    expect(givenBack).toMatchObject([names.map((name) => ({ window: { name } }))]);
  });

  test('denies a call while it does not answer, and a defect is no answer', async () => {
    const silent = create(watched({ take: new StoreUnavailable('silent') }).store, EVERY);
    expect(await silent.confirm(somebody)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAt: null });
    const defect = new TypeError('a defect');
    await expect(create(watched({ take: defect }).store, EVERY).confirm(somebody)).rejects.toBe(defect);
  });

  test('can fail to give back, which is logged and fails nothing', async () => {
    const logged: unknown[] = [];
    const own = create(watched({ giveBack: new StoreUnavailable('silent') }).store, EVERY, [], logged);
    await (await own.request(somebody, PHONE)).refund();
    expect(logged).toEqual([[expect.anything(), expect.stringContaining('could not be uncounted')]]);
    expect(JSON.stringify(logged)).not.toMatch(/user-1|5678|192/);
  });
});

const describeRedis = hasRedis ? describe : describe.skip;

describeRedis('limits in Redis (needs redis-server on the PATH)', () => {
  const fifty: LimitsConfig = { ...OFF, confirmsPerIp: [{ points: 50, seconds: 60 }] };
  const on = (redis: RedisLink, config = fifty) => create(createRedisWindows(redis), config);
  let server: TestRedis;
  let connections: RedisLink[];

  beforeEach(async () => {
    server = await startRedis();
    connections = [1, 2, 3].map(() => connectRedis(server.url));
    await Promise.all(connections.map(({ client }) => once(client, 'ready')));
    waitForRedis();
  });
  afterEach(async () => {
    for (const { client } of connections) client.disconnect();
    await server.stop();
  });

  test('let fifty of three hundred at once through, whichever of three gateways they come to', async () => {
    const gateways = connections.map((redis) => on(redis));
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) => gateways[index % 3]!.confirm(somebody)),
    );
    expect(answers.filter(({ retryAt }) => retryAt === null)).toHaveLength(50);
  });

  test('let nobody through while Redis is silent, and count on once it answers', async () => {
    const own = on(connections[0]!);
    expect(await own.confirm(somebody)).toMatchObject({ retryAt: null });
    hurryRedis();
    await server.freeze();
    const silent = await Promise.all([1, 2, 3].map(() => own.confirm(somebody)));
    expect(silent.map(({ code }) => code)).toEqual(Array(3).fill('UPSTREAM_UNAVAILABLE'));
    server.thaw();
    waitForRedis();
    const answers = await Promise.all(Array.from({ length: 60 }, () => own.confirm(somebody)));
    expect(answers.filter(({ retryAt }) => retryAt === null).length).toBeLessThanOrEqual(49);
  });

  // Otherwise a dozen taps at once keep somebody from every message of the day, for one that is sent.
  test('count one of a dozen at once in every window, where one refuses all others', async () => {
    const windows = [...ONE_A_MINUTE, { points: 5, seconds: 3_600 }, { points: 10, seconds: 86_400 }];
    const own = on(connections[0]!, { ...OFF, requestsPerPhone: windows });
    const passes = await Promise.all(Array.from({ length: 12 }, () => own.request(somebody, '01012345678')));
    expect(passes.filter(({ retryAt }) => retryAt === null)).toHaveLength(1);
    const { client: redis } = connections[1]!;
    const values = await redis.mget(await redis.keys('*'));
    expect(values.map((value) => value!.split(' ')[0])).toEqual(['1', '1', '1']);
  });

  test('keep nothing readable: limits, lengths, HMACs, counts and times', async () => {
    const all = Object.fromEntries(Object.keys(OFF).map((name) => [name, ONE_A_MINUTE]));
    const own = on(connections[0]!, { ...OFF, ...all, shadow: false });
    await Promise.all([own.request(somebody, PHONE), own.confirm(somebody)]);
    const { client: redis } = connections[1]!;
    const keys = await redis.keys('*');
    expect(keys).toHaveLength(6);
    for (const key of keys) expect(key).toMatch(/^identity:v2:\{limit\}:[a-zIP-]+:60:(all|[\w-]{22})$/);
    for (const value of await redis.mget(keys)) expect(value).toMatch(/^1 \d{13}$/);
  });
});
