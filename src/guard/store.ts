import { WINDOW_MS } from './window-rules.ts';

/** Where attempt records live, as texts under keys that are HMACs. */
export interface AttemptStore {
  /** What is kept of a key, and the time by the store's own clock. Errors: `StoreUnavailable` within 200 ms. */
  read(key: string): Promise<Found>;
  /**
   * Compare-and-set: writes `next` if `expected` (null for nothing) is what is kept, as one atomic step against every other
   * user of the store, and answers whether it was. The text lives for `RECORD_TTL_MS`.
   * Errors: `StoreUnavailable` within 200 ms, for a write that may happen all the same, but not after `deadline` by the
   * store's clock; `StoreFull` for a new key without room.
   */
  replace(key: string, expected: string | null, next: string, deadline?: number): Promise<boolean>;
  /** Errors: as `replace` for a new key. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface Found {
  readonly text: string | null;
  /** In ms of the store's clock. */
  readonly now: number;
}

export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

export class StoreFull extends Error {
  override readonly name = 'StoreFull';
}

/** A record outlives every code by far, because it also holds the owner, who may read the certification for as long. */
export const RECORD_TTL_MS = 60 * 60_000;

/** Until this age no record is dropped for room: a code can be right, or a call complete a window in its last moment. */
export const IN_USE_MS = WINDOW_MS + 60_000;

export const MAX_RECORDS = 100_000;

/** The monotonic clock, since a step of the wall clock must neither end nor prolong an attempt. */
const monotonic = (): number => performance.now();

export function createMemoryStore(clock: () => number = monotonic, maxRecords = MAX_RECORDS): AttemptStore {
  /** Least recently written first. */
  const records = new Map<string, { readonly text: string; readonly writtenAt: number }>();

  function makeRoom(now: number): void {
    for (const [key, { writtenAt }] of records) {
      const age = now - writtenAt;
      const isSpare = age >= RECORD_TTL_MS || (records.size >= maxRecords && age >= IN_USE_MS);
      if (!isSpare) break;
      records.delete(key);
    }
    if (records.size >= maxRecords) throw new StoreFull('Every record is in use');
  }

  function liveText(key: string, now: number): string | null {
    const kept = records.get(key);
    return kept && now - kept.writtenAt < RECORD_TTL_MS ? kept.text : null;
  }

  return {
    async read(key) {
      const now = clock();
      return { text: liveText(key, now), now };
    },
    async replace(key, expected, next) {
      const now = clock();
      if (liveText(key, now) !== expected) return false;
      records.delete(key);
      makeRoom(now);
      records.set(key, { text: next, writtenAt: now });
      return true;
    },
    async check() {
      makeRoom(clock());
    },
    async close() {
      records.clear();
    },
  };
}
