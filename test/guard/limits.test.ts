import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { createHmacs } from '../../src/guard/hmac.ts';
import type { LimitsConfig } from '../../src/config.ts';
import { createLimits, network, type Pass } from '../../src/guard/limits.ts';
import { connectRedis } from '../../src/guard/redis.ts';
import { StoreUnavailable } from '../../src/guard/store.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';

const OFF: LimitsConfig = {
  requestsPerPhone: [],
  requestsPerCaller: [],
  requestsPerIp: [],
  requests: [],
  confirmsPerCaller: [],
  confirmsPerIp: [],
  shadow: false,
};
const ONE_A_MINUTE = [{ points: 1, seconds: 60 }];
const somebody = { subject: 'user-1', isAnonymous: false, scopes: new Set<never>(), ip: '192.0.2.1' };

function limits(config: Partial<LimitsConfig>, maxKeys?: number) {
  const logged: string[] = [];
  return {
    logged,
    limits: createLimits(
      { ...OFF, ...config },
      createHmacs('secret'),
      (event) => logged.push(JSON.stringify(event)),
      null,
      maxKeys,
    ),
  };
}

/** When the next will be let through, null for those that are. */
const refusals = async (...passes: Promise<Pass>[]): Promise<(Date | null)[]> =>
  (await Promise.all(passes)).map(({ retryAt }) => retryAt);

describe('limits', () => {
  test.each([
    ['requestsPerPhone', { subject: 'other', ip: '198.51.100.1' }, '01012345678', true],
    ['requestsPerPhone', {}, '01000000000', false],
    ['requestsPerCaller', { ip: '198.51.100.1' }, '01000000000', true],
    ['requestsPerCaller', { subject: 'other' }, '01012345678', false],
    ['requestsPerIp', { subject: 'other' }, '01000000000', true],
    ['requestsPerIp', { ip: '198.51.100.1' }, '01012345678', false],
    ['requestsPerIp', { ip: null }, '01012345678', false],
    ['requests', { subject: 'other', ip: '198.51.100.1' }, '01000000000', true],
  ] as const)('%s: a second request by %j for %s is refused: %s', async (name, change, phone, isRefused) => {
    const { limits: own } = limits({ [name]: ONE_A_MINUTE });
    expect(await own.request(somebody, '01012345678')).toMatchObject({ retryAt: null });
    const [until] = await refusals(own.request({ ...somebody, ...change }, phone));
    expect(until !== null).toBe(isRefused);
    if (until) expect(Math.abs(until.getTime() - Date.now() - 60_000)).toBeLessThan(1_000);
  });

  test.each([
    ['confirmsPerCaller', { ip: '198.51.100.1' }, true],
    ['confirmsPerIp', { subject: 'other' }, true],
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

  test('in shadow mode let everything through and tell what they would have refused, without a name or a number', async () => {
    const { limits: own, logged } = limits({ requestsPerPhone: ONE_A_MINUTE, shadow: true });
    for (let index = 0; index < 2; index += 1)
      expect(await refusals(own.request(somebody, '01012345678'))).toEqual([null]);
    expect(logged).toEqual([JSON.stringify({ kind: 'limit', limit: 'requests per phone', shadow: true })]);
  });

  test('do not count a refused call in the longer windows', async () => {
    const { limits: own } = limits({ requestsPerPhone: [...ONE_A_MINUTE, { points: 2, seconds: 3600 }] });
    for (let index = 0; index < 5; index += 1) await own.request(somebody, '01012345678');
    const { retryAt } = await own.request(somebody, '01012345678');
    expect(retryAt!.getTime() - Date.now()).toBeLessThan(61_000);
  });

  test.each([false, true])('take up so many keys in memory and no more, in shadow mode too: %s', async (shadow) => {
    const { limits: own, logged } = limits({ confirmsPerIp: [{ points: 2, seconds: 60 }], shadow }, 3);
    const from = (last: number) => own.confirm({ ...somebody, ip: `192.0.2.${last}` });
    const refused: boolean[] = [];
    for (const last of [1, 2, 3, 4, 5, 1]) refused.push((await from(last)).retryAt !== null);
    expect(refused).toEqual([false, false, false, !shadow, !shadow, false]);
    expect(logged).toHaveLength(2);
  });

  test.each(['requestsPerCaller', 'requestsPerIp'] as const)(
    'count what is given back all the same for whoever tried: %s',
    async (name) => {
      const { limits: own } = limits({ [name]: ONE_A_MINUTE });
      const pass = await own.request(somebody, '01012345678');
      await pass.giveBack();
      expect(await refusals(own.request(somebody, '01012345678'))).toEqual([expect.any(Date)]);
    },
  );

  test('count no more what is given back, once, and give no credit in a window that has begun since', async () => {
    jest.useFakeTimers();
    try {
      const { limits: own } = limits({ requestsPerPhone: [{ points: 2, seconds: 60 }] });
      const ask = () => own.request(somebody, '01012345678');
      const early = await ask();
      await early.giveBack();
      await early.giveBack();
      expect(await refusals(ask(), ask(), ask())).toEqual([null, null, expect.any(Date)]);
      jest.advanceTimersByTime(60_000);
      const late = [await ask(), await ask()];
      jest.advanceTimersByTime(60_000);
      await Promise.all(late.map((pass) => pass.giveBack()));
      expect(await refusals(ask(), ask(), ask())).toEqual([null, null, expect.any(Date)]);
    } finally {
      jest.useRealTimers();
    }
  });
});

const describeRedis = hasRedis ? describe : describe.skip;

describeRedis('limits in Redis (needs redis-server on the PATH)', () => {
  const fifty: LimitsConfig = { ...OFF, confirmsPerIp: [{ points: 50, seconds: 60 }] };
  const create = (redis: Redis, config = fifty) => createLimits(config, createHmacs('secret'), () => {}, redis);
  let server: TestRedis;
  let connections: Redis[];

  beforeEach(async () => {
    server = await startRedis();
    connections = [1, 2, 3].map(() => connectRedis(server.url));
    await Promise.all(connections.map((redis) => once(redis, 'ready')));
  });
  afterEach(async () => {
    for (const redis of connections) redis.disconnect();
    await server.stop();
  });

  test('let fifty of three hundred at once through, whichever of three gateways they come to', async () => {
    const gateways = connections.map((redis) => create(redis));
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) => gateways[index % 3]!.confirm(somebody)),
    );
    expect(answers.filter(({ retryAt }) => retryAt === null)).toHaveLength(50);
  });

  test('let nobody through while Redis is silent, and count on once it answers', async () => {
    const own = create(connections[0]!);
    expect(await own.confirm(somebody)).toMatchObject({ retryAt: null });
    await server.freeze();
    await Promise.all([1, 2, 3].map(() => expect(own.confirm(somebody)).rejects.toBeInstanceOf(StoreUnavailable)));
    server.thaw();
    const answers = await Promise.all(Array.from({ length: 60 }, () => own.confirm(somebody)));
    expect(answers.filter(({ retryAt }) => retryAt === null).length).toBeLessThanOrEqual(49);
  });

  // Otherwise a dozen taps at once keep somebody from every message of the day, for one that is sent.
  test('count one of a dozen at once in every window, where one refuses all others', async () => {
    const windows = [...ONE_A_MINUTE, { points: 5, seconds: 3_600 }, { points: 10, seconds: 86_400 }];
    const own = create(connections[0]!, { ...OFF, requestsPerPhone: windows });
    const passes = await Promise.all(Array.from({ length: 12 }, () => own.request(somebody, '01012345678')));
    expect(passes.filter(({ retryAt }) => retryAt === null)).toHaveLength(1);
    const redis = connections[1]!;
    expect(await redis.mget(await redis.keys('identity:limit:*'))).toEqual(['1', '1', '1']);
  });
});

describe('the network of an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::9', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is %s', (ip, expected) => {
    expect(network(ip)).toBe(expected);
  });
});
