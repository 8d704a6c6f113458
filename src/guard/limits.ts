import { isIPv6 } from 'node:net';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { LimitsConfig, Rate } from '../config.ts';
import type { OnEvent } from '../events.ts';
import type { Caller } from './caller.ts';
import type { Hmac } from './hmac.ts';

/**
 * Each answers null, or when the next call will be let through. The many people behind "anonymous" are not one caller, and
 * an IP that is not known is not counted. A limit whose store is down counts on this machine alone.
 */
export interface Limits {
  request(by: Caller, phone: string): Promise<Date | null>;
  confirm(by: Caller): Promise<Date | null>;
}

export function createLimits(config: LimitsConfig, hmac: Hmac, onEvent: OnEvent, redis: Redis | null): Limits {
  const limiters = (name: string, rates: readonly Rate[]): RateLimiterAbstract[] =>
    rates.map(({ points, seconds }) => {
      const options = { keyPrefix: `identity:limit:${name}:${seconds}`, points, duration: seconds };
      const memory = new RateLimiterMemory(options);
      return redis ? new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter: memory }) : memory;
    });
  const perPhone = limiters('request:phone', config.requestsPerPhone);
  const requestPerCaller = limiters('request:caller', config.requestsPerCaller);
  const requestPerIp = limiters('request:ip', config.requestsPerIp);
  const all = limiters('request', config.requests);
  const confirmPerCaller = limiters('confirm:caller', config.confirmsPerCaller);
  const confirmPerIp = limiters('confirm:ip', config.confirmsPerIp);

  /** One limit: its name, its windows, and whose it is; null counts for nobody. */
  type Check = readonly [limit: string, windows: readonly RateLimiterAbstract[], key: string | null];

  /** Looks at all before it counts any: who is refused by one limit must not use up another, least of all somebody else's. */
  async function passes(checks: readonly Check[]): Promise<Date | null> {
    return (await firstRefusal(checks, isUsedUp)) ?? firstRefusal(checks, consume);
  }

  async function firstRefusal(checks: readonly Check[], ask: typeof consume): Promise<Date | null> {
    const asked = checks.flatMap(([limit, windows, key]) =>
      key === null ? [] : windows.map(async (window) => ({ limit, refused: await ask(window, key) })),
    );
    for (const { limit, refused } of await Promise.all(asked)) {
      if (!refused) continue;
      if (!config.shadow || ask === consume) onEvent({ kind: 'limit', limit, shadow: config.shadow });
      if (!config.shadow) return new Date(Date.now() + refused.msBeforeNext);
    }
    return null;
  }

  const caller = ({ subject, isAnonymous }: Caller): string | null => (isAnonymous ? null : hmac('caller', subject));
  const address = ({ ip }: Caller): string | null => (ip === null ? null : hmac('ip', network(ip)));

  return {
    request: (by, phone) =>
      passes([
        ['requests per phone', perPhone, hmac('phone', phone)],
        ['requests per caller', requestPerCaller, caller(by)],
        ['requests per IP', requestPerIp, address(by)],
        ['requests', all, 'all'],
      ]),
    confirm: (by) =>
      passes([
        ['confirms per caller', confirmPerCaller, caller(by)],
        ['confirms per IP', confirmPerIp, address(by)],
      ]),
  };
}

async function consume(window: RateLimiterAbstract, key: string): Promise<RateLimiterRes | null> {
  return window.consume(key).then(() => null, asRefusal);
}

async function isUsedUp(window: RateLimiterAbstract, key: string): Promise<RateLimiterRes | null> {
  const used = await window.get(key);
  return used && used.consumedPoints >= window.points ? used : null;
}

function asRefusal(reason: unknown): RateLimiterRes {
  if (reason instanceof RateLimiterRes) return reason;
  throw reason;
}

/** Whoever has one IPv6 address has the other 2^64 of its network. */
export function network(ip: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)(?::\d+)?$/i.exec(ip); // some proxies add the port
  if (v4) return v4[1]!;
  if (!isIPv6(ip)) return 'unknown';
  const [head = '', tail] = ip.split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
