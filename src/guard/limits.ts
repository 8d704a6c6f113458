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

  async function consume(
    limit: string,
    windows: readonly RateLimiterAbstract[],
    key: string | null,
  ): Promise<Date | null> {
    if (key === null) return null;
    for (const window of windows) {
      const refused = await window.consume(key).then(() => null, asRefusal);
      if (!refused) continue;
      onEvent({ kind: 'limit', limit, shadow: config.shadow });
      if (!config.shadow) return new Date(Date.now() + refused.msBeforeNext);
    }
    return null;
  }

  const caller = ({ subject, isAnonymous }: Caller): string | null => (isAnonymous ? null : hmac('caller', subject));
  const address = ({ ip }: Caller): string | null => (ip === null ? null : hmac('ip', network(ip)));

  return {
    async request(by, phone) {
      return (
        (await consume('requests per phone', perPhone, hmac('phone', phone))) ??
        (await consume('requests per caller', requestPerCaller, caller(by))) ??
        (await consume('requests per IP', requestPerIp, address(by))) ??
        (await consume('requests', all, 'all'))
      );
    },
    async confirm(by) {
      return (
        (await consume('confirms per caller', confirmPerCaller, caller(by))) ??
        (await consume('confirms per IP', confirmPerIp, address(by)))
      );
    },
  };
}

function asRefusal(reason: unknown): RateLimiterRes {
  if (reason instanceof RateLimiterRes) return reason;
  throw reason;
}

/** Whoever has one IPv6 address has the other 2^64 of its network. */
export function network(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped) return mapped[1]!;
  if (!isIPv6(ip)) return ip;
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
