import type { OnEvent, StoreOperation } from '../events.ts';
import { StoreUnavailable, type AttemptStore } from './store.ts';
import type { WindowStore } from './windows.ts';

/** Tells how long each command to the store of attempts takes, and whether it is answered. */
export function timedStore(store: AttemptStore, onEvent: OnEvent): AttemptStore {
  return {
    read: (key) => timed('read', () => store.read(key), onEvent),
    replace: (key, expected, next, deadline) =>
      timed('replace', () => store.replace(key, expected, next, deadline), onEvent),
    check: () => timed('check', () => store.check(), onEvent),
    close: () => store.close(),
  };
}

/** The same of limits. */
export function timedWindows(windows: WindowStore, onEvent: OnEvent): WindowStore {
  return {
    take: (asked) => timed('take', () => windows.take(asked), onEvent),
    giveBack: (counted) => timed('give-back', () => windows.giveBack(counted), onEvent),
  };
}

/** A store that is full has answered. */
async function timed<T>(operation: StoreOperation, work: () => Promise<T>, onEvent: OnEvent): Promise<T> {
  const since = performance.now();
  let isAnswered = true;
  try {
    return await work();
  } catch (error) {
    isAnswered = !(error instanceof StoreUnavailable);
    throw error;
  } finally {
    onEvent({ kind: 'store', operation, ms: performance.now() - since, isAnswered });
  }
}
