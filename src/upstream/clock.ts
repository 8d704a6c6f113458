import type { Interval } from '../interval.ts';

/** Whether a certification was made in an interval; `unsure` where the upstream's clock has stepped meanwhile, or was never heard. */
export type Placement = 'inside' | 'outside' | 'unsure';

export interface UpstreamClock {
  /** Takes the upstream's time, in unix ms cut to whole seconds, from an answer to a call of this interval. */
  readonly hear: (upstreamMs: number, call: Interval) => void;
  /** Whether what the upstream dates to this unix second happened in an interval; null where the clock was never heard. */
  place(unixSeconds: number, interval: Interval): Placement | null;
}

/** For two servers whose clocks differ a little, and for a step so small that the bounds of fast calls do not show it. */
const TOLERANCE_MS = 1_500;

/** Times come in whole seconds, so that each may be as much later. */
const RESOLUTION_MS = 1_000;

/** Steps remembered; older ones are of no attempt that could still be open. */
const MAX_EPOCHS = 8;

/** Between two steps the upstream's clock and this process' differ by a constant, known to lie between `low` and `high`. */
interface Epoch {
  low: number;
  high: number;
  /** The bounds of the answer heard last, which a step that it did not show lies within. */
  last: { readonly low: number; readonly high: number };
  readonly heardFirst: number;
  heardLast: number;
}

/**
 * The upstream's clock, placed on this process' monotonic one, so that a step of this machine's wall clock changes nothing.
 * Each answer bounds the difference of the two clocks: its time was written between the sending and the receipt. Bounds that
 * exclude each other show that the upstream's clock has stepped; what happened around a step is placed by both differences.
 */
export function createUpstreamClock(): UpstreamClock {
  const epochs: Epoch[] = [];

  return {
    hear(upstreamMs, { since, until }) {
      if (!Number.isFinite(upstreamMs)) return;
      const low = upstreamMs - until;
      const high = upstreamMs + RESOLUTION_MS - since;
      const latest = epochs.at(-1);
      if (latest && low <= latest.high && high >= latest.low) {
        latest.low = Math.max(latest.low, low);
        latest.high = Math.min(latest.high, high);
        latest.last = { low, high };
        latest.heardLast = until;
        return;
      }
      epochs.push({ low, high, last: { low, high }, heardFirst: until, heardLast: until });
      if (epochs.length > MAX_EPOCHS) epochs.shift();
    },

    place(unixSeconds, interval) {
      if (epochs.length === 0) return null;
      const at = unixSeconds * 1000;
      // An epoch may have begun as soon as the one before was last heard, and ended when the next was heard first.
      const possible = epochs.filter((_epoch, index) => {
        const begins = epochs[index - 1]?.heardLast ?? Number.NEGATIVE_INFINITY;
        const ends = epochs[index + 1]?.heardFirst ?? Number.POSITIVE_INFINITY;
        return begins <= interval.until && ends >= interval.since;
      });
      const isWithin = ({ low, high }: { low: number; high: number }): boolean =>
        at + RESOLUTION_MS - low + TOLERANCE_MS >= interval.since && at - high - TOLERANCE_MS <= interval.until;
      if (possible.some(isWithin)) return 'inside';
      return possible.length === 1 && !isWithin(possible[0]!.last) ? 'outside' : 'unsure';
    },
  };
}

/** The upstream's two clocks. A log-in's `now` is rare, and by the clock of `certified_at`; a `Date` is frequent, and can be a proxy's. */
interface CertificationClock {
  readonly hearLogin: UpstreamClock['hear'];
  readonly hearDate: UpstreamClock['hear'];
  /** Whether something that the upstream dates to this unix second happened in an interval; `unsure` without a date. */
  place(unixSeconds: number | null, interval: Interval): Placement;
}

export function createCertificationClock(): CertificationClock {
  const login = createUpstreamClock();
  const date = createUpstreamClock();
  return {
    hearLogin: login.hear,
    hearDate: date.hear,
    place(unixSeconds, interval) {
      if (unixSeconds === null) return 'unsure';
      const placed = new Set([login, date].map((clock) => clock.place(unixSeconds, interval)));
      if (placed.has('inside')) return 'inside';
      return placed.has('outside') && !placed.has('unsure') ? 'outside' : 'unsure';
    },
  };
}
