import { network } from '../address.ts';
import type { LimitsConfig, Rate } from '../config.ts';
import type { LimitName, OnEvent } from '../events.ts';
import { failure, type Failure } from '../failure.ts';
import { describe, type Logger } from '../log.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import { spentInGuard } from '../spending.ts';
import type { Caller } from '../caller.ts';
import type { Hmac } from './hmac.ts';
import { StoreUnavailable } from './store.ts';
import type { Counted, Taken, Window, WindowStore } from './windows.ts';

/** A call that the limits let through. One of the two is called at most. Errors: none; what cannot be uncounted stays counted. */
export interface Pass {
  readonly kind: 'counted';
  /** When the limits would allow the next request of this caller for this phone, as far as is known. */
  readonly nextAt: Date;
  /**
   * Uncounts a call that was not made, for the phone and in the global budget. It stays counted for the caller and the IP, or
   * an outage would be a time without limits.
   */
  refund(): Promise<void>;
  /** Lets the same request be made again, within the limits. */
  release(): Promise<void>;
}

/** The same request was counted before, and not released: it is under way, or its end is not known. */
interface CountedBefore {
  readonly kind: 'counted-before';
  readonly ageMs: number;
  /** When it may be made again. */
  readonly retryAt: Date;
}

/** RATE_LIMITED with the time at which the next call would be allowed; or UPSTREAM_UNAVAILABLE where calls cannot be counted. */
export type Denial = Failure<'RateLimitedError' | 'UpstreamError'>;

/** By its digits, or by the HMAC that the record of an earlier message to it has. */
type Phone = { readonly digits: string } | { readonly hmac: string };

/**
 * The limits on how often calls are made. Anonymous callers are not counted as one caller, and an IP that is not known, or
 * cannot be read, is not counted.
 */
export interface Limits {
  /** A message, the first or one more. The phone is null for a window of the provider, which asks for it there. */
  request(by: Caller, phone: Phone | null): Promise<Outcome<Pass, Denial>>;
  /** `same` counts this very request, once: whatever the limits say, and in one step with them. Null where it may be made twice. */
  request(by: Caller, phone: Phone, same: Window | null): Promise<Outcome<Pass | CountedBefore, Denial>>;
  confirm(by: Caller): Promise<Outcome<unknown, Denial>>;
}

interface LimitsOptions {
  readonly config: LimitsConfig;
  readonly windows: WindowStore;
  readonly hmac: Hmac;
  readonly onEvent: OnEvent;
  readonly logger: Logger;
}

/** One limit of one call. */
interface Check {
  /** Its name, for events and in the names of windows. */
  readonly limit: LimitName;
  readonly rates: readonly Rate[];
  /** The HMAC of the phone, caller or network that it counts; null counts nowhere. */
  readonly key: string | null;
  /** Whether a call that was not made counts all the same. */
  readonly countsTries: boolean;
}

/** The one key of the global budget. */
const ALL = 'all';

export function createLimits(options: LimitsOptions): Limits {
  const { config, hmac, logger } = options;
  const count = createCount(options);
  let hasToldOfAddress = false;

  const callerKey = ({ subject, isAnonymous }: Caller): string | null => (isAnonymous ? null : hmac('caller', subject));

  function ipKey({ ip }: Caller): string | null {
    if (ip === null) return null;
    const from = network(ip);
    if (from !== null) return hmac('ip', from);
    if (!hasToldOfAddress) logger.warn({}, 'the address of a caller cannot be read: such callers have no limit per IP');
    hasToldOfAddress = true;
    return null;
  }

  function request(by: Caller, phone: Phone | null): Promise<Outcome<Pass, Denial>>;
  function request(by: Caller, phone: Phone, same: Window | null): Promise<Outcome<Pass | CountedBefore, Denial>>;
  async function request(by: Caller, phone: Phone | null, same: Window | null = null) {
    const key = phone && ('hmac' in phone ? phone.hmac : hmac('phone', phone.digits));
    const checks: Check[] = [
      { limit: 'requests per phone', rates: config.requestsPerPhone, key, countsTries: false },
      { limit: 'requests per caller', rates: config.requestsPerCaller, key: callerKey(by), countsTries: true },
      { limit: 'requests per IP', rates: config.requestsPerIp, key: ipKey(by), countsTries: true },
      { limit: 'requests', rates: config.requests, key: ALL, countsTries: false },
    ];
    return count(checks, same);
  }

  return {
    request,
    confirm: (by) =>
      count(
        [
          { limit: 'confirms per caller', rates: config.confirmsPerCaller, key: callerKey(by), countsTries: true },
          { limit: 'confirms per IP', rates: config.confirmsPerIp, key: ipKey(by), countsTries: true },
        ],
        null,
      ),
  };
}

/** Checks all limits of a call, then counts it in each. */
function createCount({ config: { shadow }, windows, onEvent, logger }: LimitsOptions) {
  const after = (ms: number): Date => new Date(Date.now() + Math.ceil(ms));

  async function take(asked: readonly Window[]): Promise<Taken | null> {
    if (asked.length === 0) return { waits: [], counted: [], nextInMs: 0 }; // no round trip for limits that are off
    try {
      return await spentInGuard(windows.take(asked));
    } catch (error) {
      if (error instanceof StoreUnavailable) return null;
      throw error;
    }
  }

  /** Gives back once, however often it is asked to. */
  function returning(counted: readonly Counted[]): () => Promise<void> {
    let due = counted;
    return async () => {
      const now = due;
      due = [];
      if (now.length > 0) await windows.giveBack(now).catch(logLost);
    };
  }

  function logLost(error: unknown): void {
    logger.error(describe(error), 'a call that was not made could not be uncounted');
  }

  return async function count(
    checks: readonly Check[],
    same: Window | null,
  ): Promise<Outcome<Pass | CountedBefore, Denial>> {
    const asked = checks.flatMap((check) => windowsOf(check).map((window) => ({ check, window })));
    const taken = await take([...asked.map(({ window }) => window), ...(same ? [same] : [])]);
    if (!taken) return failed(failure('UPSTREAM_UNAVAILABLE'));
    const { waits, counted, nextInMs } = taken;
    const sameWait = (same && waits[asked.length]) ?? 0;
    if (same && sameWait > 0) {
      const retryAt = after(shadow ? sameWait : nextInMs);
      return ok({ kind: 'counted-before', ageMs: same.ms - sameWait, retryAt });
    }
    const denying = asked.find((_, index) => waits[index]! > 0);
    if (denying) {
      onEvent({ kind: 'limit', limit: denying.check.limit, shadow, key: denying.window.key, ms: Math.ceil(nextInMs) });
      // In shadow mode it is counted nowhere, but for this very request.
      return shadow ? count([], same) : failed(failure('RATE_LIMITED', { retryAt: after(nextInMs) }));
    }
    for (const limit of new Set(asked.map(({ check }) => check.limit))) onEvent({ kind: 'limit-allowed', limit });
    const isRefundable = (index: number): boolean => !asked[index]?.check.countsTries;
    return ok({
      kind: 'counted',
      nextAt: after(shadow ? 0 : nextInMs + 1), // `Date.now()` is rounded down, and a promise must hold
      refund: returning(counted.filter((_, index) => isRefundable(index))),
      release: returning(counted.slice(asked.length)),
    });
  };
}

/** Two rates of the same length share a window, where the smaller one holds. */
function windowsOf({ limit, rates, key }: Check): Window[] {
  if (key === null) return [];
  const points = new Map<number, number>();
  for (const rate of rates) points.set(rate.seconds, Math.min(rate.points, points.get(rate.seconds) ?? rate.points));
  return [...points].map(([seconds, most]) => ({
    name: `${limit.replaceAll(' ', '-')}:${seconds}`,
    key,
    points: most,
    ms: seconds * 1_000,
  }));
}
