import { isIPv6 } from 'node:net';
import type { Redis } from 'ioredis';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterAbstract,
  type RateLimiterRes,
} from 'rate-limiter-flexible';
import type { LimitsConfig, Rate } from '../config.ts';
import type { OnEvent } from '../events.ts';
import type { Caller } from './caller.ts';
import type { Hmac } from './hmac.ts';
import { heard } from './redis.ts';

/** What limits say to one call. */
export interface Pass {
  /** Null for one that is let through, or when the next will be. */
  readonly retryAt: Date | null;
  /**
   * The call was not made: it counts no more for the phone, nor for everybody. It counts for whoever tried, or an outage would
   * be a time without limits.
   */
  giveBack(): Promise<void>;
}

/**
 * The many people behind "anonymous" are not one caller, and an IP that is not known is not counted.
 * Errors: `StoreUnavailable` where Redis does not answer: what cannot be counted is not let through.
 */
export interface Limits {
  request(by: Caller, phone: string): Promise<Pass>;
  confirm(by: Caller): Promise<Pass>;
}

/** Keys that one window in memory takes up in its time; whoever is new beyond waits until they expire. */
const MAX_KEYS = 50_000;

/** Nothing is given back so shortly before a window ends: in the next it would be a credit. */
const EDGE_MS = 500;

/** Where everything counts together. */
const ALL = 'all';

/** So many per key in so many seconds; in memory, of so many keys. */
interface Window {
  readonly limiter: RateLimiterAbstract;
  readonly keys: RateLimiterMemory | null;
}

/** One limit: its name, its windows, and whose it is; null counts for nobody. */
interface Check {
  readonly limit: string;
  readonly windows: readonly Window[];
  readonly key: string | null;
  /** Whether a call that was not made counts all the same. */
  readonly countsTries: boolean;
}

export function createLimits(
  config: LimitsConfig,
  hmac: Hmac,
  onEvent: OnEvent,
  redis: Redis | null,
  maxKeys = MAX_KEYS,
): Limits {
  const limiters = (name: string, rates: readonly Rate[]): Window[] =>
    rates.map(({ points, seconds }) => {
      const options = { keyPrefix: `identity:limit:${name}:${seconds}`, points, duration: seconds };
      if (redis) return { limiter: new RateLimiterRedis({ ...options, storeClient: redis }), keys: null };
      return { limiter: new RateLimiterMemory(options), keys: new RateLimiterMemory({ ...options, points: maxKeys }) };
    });
  const answered = redis ? heard : <T>(answer: Promise<T>): Promise<T> => answer;
  const perPhone = limiters('request:phone', config.requestsPerPhone);
  const requestPerCaller = limiters('request:caller', config.requestsPerCaller);
  const requestPerIp = limiters('request:ip', config.requestsPerIp);
  const all = limiters('request', config.requests);
  const confirmPerCaller = limiters('confirm:caller', config.confirmsPerCaller);
  const confirmPerIp = limiters('confirm:ip', config.confirmsPerIp);

  /**
   * Looks at all before it counts any, and what was counted all the same before a refusal is taken back: who is refused by
   * one limit must not use up another, least of all somebody else's.
   */
  async function pass(checks: readonly Check[]): Promise<Pass> {
    const counted: { readonly check: Check; readonly undo: () => Promise<unknown> }[] = [];
    const takeBack = async (isTaken: (check: Check) => boolean): Promise<void> => {
      const taken = counted.splice(0).filter(({ check }) => isTaken(check));
      await Promise.all(taken.map(({ undo }) => undo()));
    };
    const count = (check: Check, window: Window, key: string) =>
      consume(window, key, (undo) => counted.push({ check, undo }));

    const used = await firstRefusal(checks, 'look', (_check, window, key) => isUsedUp(window, key));
    if (used) return { retryAt: used, giveBack: async () => {} };
    try {
      const retryAt = await firstRefusal(checks, 'count', count);
      if (retryAt) await takeBack(() => true);
      return { retryAt, giveBack: () => takeBack(({ countsTries }) => !countsTries) };
    } catch (error) {
      void takeBack(() => true).catch(ignore); // some may have been counted, or be counted yet
      throw error;
    }
  }

  async function firstRefusal(
    checks: readonly Check[],
    step: 'look' | 'count',
    ask: (check: Check, window: Window, key: string) => Promise<RateLimiterRes | null>,
  ): Promise<Date | null> {
    const asked = checks.flatMap((check) => {
      const { limit, windows, key } = check;
      return key === null ? [] : windows.map(async (window) => ({ limit, refused: await ask(check, window, key) }));
    });
    for (const { limit, refused } of await Promise.all(asked)) {
      if (!refused) continue;
      if (!config.shadow || step === 'count') onEvent({ kind: 'limit', limit, shadow: config.shadow });
      if (!config.shadow) return new Date(Date.now() + refused.msBeforeNext);
    }
    return null;
  }

  async function consume(
    window: Window,
    key: string,
    canUndo: (undo: () => Promise<unknown>) => void,
  ): Promise<RateLimiterRes | null> {
    const { limiter, keys } = window;
    const refused = keys && (await isUsedUp(window, key)); // looking again costs nothing here, and makes no key beyond the room
    if (refused) return refused;
    const askedAt = performance.now();
    const counting = limiter.penalty(key);
    canUndo(async () => {
      const { msBeforeNext } = await counting;
      const isSameWindow = performance.now() < askedAt + msBeforeNext - EDGE_MS;
      return isSameWindow && answered(limiter.reward(key));
    });
    const counted = await answered(counting);
    if (counted.isFirstInDuration) await keys?.penalty(ALL);
    return counted.consumedPoints > limiter.points ? counted : null;
  }

  async function isUsedUp({ limiter, keys }: Window, key: string): Promise<RateLimiterRes | null> {
    const used = (await answered(limiter.get(key))) ?? (await keys?.get(ALL));
    return used && used.remainingPoints <= 0 ? used : null;
  }

  const caller = ({ subject, isAnonymous }: Caller): string | null => (isAnonymous ? null : hmac('caller', subject));
  const address = ({ ip }: Caller): string | null => (ip === null ? null : hmac('ip', network(ip)));

  return {
    request: (by, phone) =>
      pass([
        { limit: 'requests per phone', windows: perPhone, key: hmac('phone', phone), countsTries: false },
        { limit: 'requests per caller', windows: requestPerCaller, key: caller(by), countsTries: true },
        { limit: 'requests per IP', windows: requestPerIp, key: address(by), countsTries: true },
        { limit: 'requests', windows: all, key: ALL, countsTries: false },
      ]),
    confirm: (by) =>
      pass([
        { limit: 'confirms per caller', windows: confirmPerCaller, key: caller(by), countsTries: true },
        { limit: 'confirms per IP', windows: confirmPerIp, key: address(by), countsTries: true },
      ]),
  };
}

function ignore(): void {}

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
