import type { AttemptRecord, Step } from './attempt.ts';

/** Where attempt records live. Keys are HMACs. */
export interface AttemptStore {
  /**
   * Applies one step to one record, atomically against every other user of the store; `now` is the store's own clock, in ms.
   * The step may run more than once. Errors: `StoreUnavailable` within 200 ms; `StoreFull` for a new record without room.
   */
  update<T>(key: string, step: (found: AttemptRecord | null, now: number) => Step<T>): Promise<T>;
  /** Errors: as `update` for a new record, where there is no keeping one. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

export class StoreFull extends Error {
  override readonly name = 'StoreFull';
}

/** A record outlives every code by far: what is remembered longer is who may read the certification. */
export const RECORD_TTL_MS = 60 * 60_000;

/** While a code can still be right, its record is never dropped for room: that would make its attempts free again. */
const CODE_LIFE_MS = 10 * 60_000;

const MAX_RECORDS = 100_000;

/** The monotonic clock, since a step of the wall clock must neither end nor prolong an attempt. */
const monotonic = (): number => performance.now();

export function createMemoryStore(clock: () => number = monotonic, maxRecords = MAX_RECORDS): AttemptStore {
  /** Least recently written first. */
  const records = new Map<string, { readonly record: AttemptRecord; readonly writtenAt: number }>();

  function makeRoom(now: number): void {
    for (const [key, { writtenAt }] of records) {
      const age = now - writtenAt;
      const isSpare = age >= RECORD_TTL_MS || (records.size >= maxRecords && age >= CODE_LIFE_MS);
      if (!isSpare) break;
      records.delete(key);
    }
    if (records.size >= maxRecords) throw new StoreFull('Every record is in use');
  }

  return {
    async update(key, step) {
      const now = clock();
      const kept = records.get(key);
      const found = kept && now - kept.writtenAt < RECORD_TTL_MS ? kept.record : null;
      const { record, reply } = step(found, now);
      if (record) {
        records.delete(key);
        makeRoom(now);
        records.set(key, { record, writtenAt: now });
      }
      return reply;
    },
    async check() {
      makeRoom(clock());
    },
    async close() {
      records.clear();
    },
  };
}
