import { network } from '../address.ts';
import type { LimitsConfig, Rate } from '../config.ts';
import type { OnEvent } from '../events.ts';
import type { Logger } from '../log.ts';
import type { Caller } from '../caller.ts';
import type { Hmac } from './hmac.ts';
import type { Window, WindowStore } from './windows.ts';

/** What limits say to one call. */
export interface Pass {
  /** Null for a call that is allowed; for one that is denied, when the next one would be allowed. */
  readonly retryAt: Date | null;
  /**
   * Uncounts a call that was not made, for the phone and in the global budget. It stays counted for the caller and the IP, or
   * an outage would be a time without limits.
   */
  giveBack(): Promise<void>;
}

/**
 * The limits on how often calls are made. Anonymous callers are not counted as one caller, and an IP that is not known, or
 * cannot be read, is not counted.
 * Errors: `StoreUnavailable` where Redis does not answer: a call that cannot be counted is denied.
 */
export interface Limits {
  request(by: Caller, phone: string): Promise<Pass>;
  confirm(by: Caller): Promise<Pass>;
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
  readonly limit: string;
  readonly rates: readonly Rate[];
  /** The HMAC of the phone, caller or network that it counts; null counts nowhere. */
  readonly key: string | null;
  /** Whether a call that was not made counts all the same. */
  readonly countsTries: boolean;
}

/** The one key of the global budget. */
const ALL = 'all';

const ALLOWED: Pass = { retryAt: null, giveBack: async () => {} };

export function createLimits({ config, windows, hmac, onEvent, logger }: LimitsOptions): Limits {
  const { shadow } = config;
  let hasToldOfAddress = false;

  async function pass(...checks: readonly Check[]): Promise<Pass> {
    const asked = checks.flatMap((check) => windowsOf(check).map((window) => ({ check, window })));
    if (asked.length === 0) return ALLOWED; // no round trip for limits that are off
    const { waits, counted } = await windows.take(asked.map(({ window }) => window));
    const denying = asked.find((_, index) => waits[index]! > 0);
    if (denying) {
      onEvent({ kind: 'limit', limit: denying.check.limit, shadow });
      return shadow ? ALLOWED : { ...ALLOWED, retryAt: new Date(Date.now() + Math.ceil(Math.max(...waits))) };
    }
    let toGiveBack = counted.filter((_, index) => !asked[index]!.check.countsTries);
    return {
      retryAt: null,
      async giveBack() {
        const due = toGiveBack;
        toGiveBack = [];
        if (due.length > 0) await windows.giveBack(due);
      },
    };
  }

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
