import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptRecord, Step } from './attempt-rules.ts';
import { StoreUnavailable, type AttemptStore } from './store.ts';

/** A record, and when the store said so: by its own clock, and by this process' monotonic one before and after. */
export interface RecordAt<R = AttemptRecord> {
  readonly record: R | null;
  readonly text: string | null;
  readonly now: number;
  readonly askedAt: number;
  readonly heardAt: number;
}

interface Updated<T, R = AttemptRecord> extends RecordAt<R> {
  readonly reply: T;
  /** False where the store did not answer the write in time, which may happen yet. */
  readonly isKept: boolean;
}

/** A round fails only where another write won. A step that finds an attempt in flight writes nothing, so that rounds stay few. */
const MAX_ROUNDS = 20;

/** Both together are longer than a write can be late. */
const WRITE_STEP_MS = 200;
const WRITE_TRIES = 15;

/** Deadline of a write, on the store's clock: a caller that was told that it failed gives it back within this time. */
const WRITE_WITHIN_MS = 2_000;

/** Errors: `StoreUnavailable`. */
export async function readRecord<R = AttemptRecord>(store: AttemptStore, key: string): Promise<RecordAt<R>> {
  const askedAt = performance.now();
  const { text, now } = await store.read(key);
  const record = text === null ? null : (JSON.parse(text) as R);
  return { record, text, now, askedAt, heardAt: performance.now() };
}

/**
 * Applies one step to one record, atomically against every other user of the store. The step may run more than once.
 * Errors: `StoreUnavailable` where nothing was written; `StoreFull`.
 */
export async function update<T, R = AttemptRecord>(
  store: AttemptStore,
  key: string,
  step: (found: R | null, now: number) => Step<T, R>,
): Promise<Updated<T, R>> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = await readRecord<R>(store, key);
    const { record, reply } = step(found.record, found.now);
    if (!record) return { ...found, reply, isKept: true };
    const replaced = store.replace(key, found.text, JSON.stringify(record), found.now + WRITE_WITHIN_MS);
    const isReplaced = await replaced.catch(asUnheard);
    if (isReplaced !== false) return { ...found, reply, isKept: isReplaced !== null };
  }
  throw new StoreUnavailable('Too much contention');
}

/** A silent store may have written; a full one, or a defect, has not. */
function asUnheard(error: unknown): null {
  if (error instanceof StoreUnavailable) return null;
  throw error;
}

/** Errors: `StoreUnavailable` for a write that the store did not answer. */
export function mustBeKept({ isKept }: Pick<Updated<unknown>, 'isKept'>): void {
  if (!isKept) throw new StoreUnavailable('A write was not answered');
}

/**
 * Repeats a write every `WRITE_STEP_MS`, at most `WRITE_TRIES` times, until it answers true. Errors: none; a write that has not
 * succeeded by then is dropped.
 */
export async function repeated(write: () => Promise<boolean>): Promise<void> {
  let isDone = false;
  for (let tries = 0; tries < WRITE_TRIES && !isDone; tries += 1) {
    await delay(WRITE_STEP_MS, undefined, { ref: false });
    isDone = await write().catch(() => false);
  }
}
