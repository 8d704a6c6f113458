import { describe, expect, test } from '@jest/globals';
import { createHmacs } from '../../src/guard/hmac.ts';
import type { LimitsConfig } from '../../src/config.ts';
import { createLimits, network } from '../../src/guard/limits.ts';

const OFF: LimitsConfig = {
  requestsPerPhone: [],
  requestsPerCaller: [],
  requestsPerIp: [],
  requests: [],
  confirmsPerCaller: [],
  confirmsPerIp: [],
  shadow: false,
};
const once = [{ points: 1, seconds: 60 }];
const somebody = { subject: 'user-1', isAnonymous: false, scopes: new Set<never>(), ip: '192.0.2.1' };

function limits(config: Partial<LimitsConfig>) {
  const logged: string[] = [];
  return {
    logged,
    limits: createLimits(
      { ...OFF, ...config },
      createHmacs('secret'),
      (event) => logged.push(JSON.stringify(event)),
      null,
    ),
  };
}

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
    const { limits: own } = limits({ [name]: once });
    expect(await own.request(somebody, '01012345678')).toBeNull();
    const until = await own.request({ ...somebody, ...change }, phone);
    expect(until !== null).toBe(isRefused);
    if (until) expect(Math.abs(until.getTime() - Date.now() - 60_000)).toBeLessThan(1_000);
  });

  test.each([
    ['confirmsPerCaller', { ip: '198.51.100.1' }, true],
    ['confirmsPerIp', { subject: 'other' }, true],
    ['confirmsPerIp', { ip: '198.51.100.1' }, false],
  ] as const)('%s: a second confirm by %j is refused: %s', async (name, change, isRefused) => {
    const { limits: own } = limits({ [name]: once });
    expect(await own.confirm(somebody)).toBeNull();
    expect((await own.confirm({ ...somebody, ...change })) !== null).toBe(isRefused);
  });

  test('do not count the many people behind "anonymous" as one caller', async () => {
    const { limits: own } = limits({ requestsPerCaller: once, confirmsPerCaller: once });
    const anonymous = { ...somebody, subject: 'anonymous', isAnonymous: true };
    await Promise.all([own.request(anonymous, '1'), own.confirm(anonymous)]);
    expect(await Promise.all([own.request(anonymous, '2'), own.confirm(anonymous)])).toEqual([null, null]);
  });

  test('in shadow mode let everything through and tell what they would have refused, without a name or a number', async () => {
    const { limits: own, logged } = limits({ requestsPerPhone: once, shadow: true });
    expect([await own.request(somebody, '01012345678'), await own.request(somebody, '01012345678')]).toEqual([
      null,
      null,
    ]);
    expect(logged).toEqual([JSON.stringify({ kind: 'limit', limit: 'requests per phone', shadow: true })]);
  });

  test('do not count a refused call in the longer windows', async () => {
    const { limits: own } = limits({ requestsPerPhone: [...once, { points: 2, seconds: 3600 }] });
    for (let index = 0; index < 5; index += 1) await own.request(somebody, '01012345678');
    const until = await own.request(somebody, '01012345678');
    expect(until!.getTime() - Date.now()).toBeLessThan(61_000);
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
