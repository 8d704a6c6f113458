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

/** A call that the limits let through; `refund` uncounts it where it is not made. */
export interface Pass {
  /**
   * Uncounts a call that was not made, for the phone and in the global budget. It stays counted for the caller and the IP, or
   * an outage would be a time without limits. Errors: none; what cannot be uncounted stays counted.
   */
  refund(): Promise<void>;
}

/** RATE_LIMITED with the time at which the next call would be allowed; or UPSTREAM_UNAVAILABLE where calls cannot be counted. */
export type Denial = Failure<'RateLimitedError' | 'UpstreamError'>;

/**
 * The limits on how often calls are made. Anonymous callers are not counted as one caller, and an IP that is not known, or
 * cannot be read, is not counted.
 */
export interface Limits {
  request(by: Caller, phone: string): Promise<Outcome<Pass, Denial>>;
  confirm(by: Caller): Promise<Outcome<Pass, Denial>>;
}

export interface LimitsOptions {
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

const ALLOWED = ok<Pass>({ refund: async () => {} });

export function createLimits(options: LimitsOptions): Limits {
  const { config, hmac, logger } = options;
  const pass = createPass(options);
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

  return {
    request: (by, phone) =>
      pass(
        { limit: 'requests per phone', rates: config.requestsPerPhone, key: hmac('phone', phone), countsTries: false },
        { limit: 'requests per caller', rates: config.requestsPerCaller, key: callerKey(by), countsTries: true },
        { limit: 'requests per IP', rates: config.requestsPerIp, key: ipKey(by), countsTries: true },
        { limit: 'requests', rates: config.requests, key: ALL, countsTries: false },
      ),
    confirm: (by) =>
      pass(
        { limit: 'confirms per caller', rates: config.confirmsPerCaller, key: callerKey(by), countsTries: true },
        { limit: 'confirms per IP', rates: config.confirmsPerIp, key: ipKey(by), countsTries: true },
      ),
  };
}

/** Checks all limits of a call, then counts it in each. */
function createPass({ config: { shadow }, windows, onEvent, logger }: LimitsOptions) {
  async function take(asked: readonly Window[]): Promise<Taken | null> {
    try {
      return await spentInGuard(windows.take(asked));
    } catch (error) {
      if (error instanceof StoreUnavailable) return null;
      throw error;
    }
  }

  /** Refunds once, however often it is asked to. */
  function passFor(refundable: readonly Counted[]): Pass {
    let due = refundable;
    return {
      async refund() {
        const counted = due;
        due = [];
        if (counted.length > 0) await windows.giveBack(counted).catch(logLost);
      },
    };
  }

  function logLost(error: unknown): void {
    logger.error(describe(error), 'a call that was not made could not be uncounted');
  }

  return async (...checks: readonly Check[]): Promise<Outcome<Pass, Denial>> => {
    const asked = checks.flatMap((check) => windowsOf(check).map((window) => ({ check, window })));
    if (asked.length === 0) return ALLOWED; // no round trip for limits that are off
    const taken = await take(asked.map(({ window }) => window));
    if (!taken) return failed(failure('UPSTREAM_UNAVAILABLE'));
    const { waits, counted } = taken;
    const denying = asked.find((_, index) => waits[index]! > 0);
    if (denying) {
      const ms = Math.ceil(Math.max(...waits));
      onEvent({ kind: 'limit', limit: denying.check.limit, shadow, key: denying.window.key, ms });
      const retryAt = new Date(Date.now() + ms);
      return shadow ? ALLOWED : failed(failure('RATE_LIMITED', { retryAt }));
    }
    for (const limit of new Set(asked.map(({ check }) => check.limit))) onEvent({ kind: 'limit-allowed', limit });
    return ok(passFor(counted.filter((_, index) => !asked[index]!.check.countsTries)));
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
