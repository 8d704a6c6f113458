import type { OnEvent } from '../events.ts';
import { failure, type Failure } from '../failure.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import { spentInGuard } from '../spending.ts';
import { StoreFull, StoreUnavailable } from './store.ts';

/** A store in trouble fails closed: what it cannot tell is denied, as OVERLOADED where it is full. */
export type StoreFailure = Failure<'UpstreamError'>;
export type Kept<T> = Promise<Outcome<T, StoreFailure>>;

/** Makes what a store throws a failure. */
export function createKept(onEvent: OnEvent): <T>(work: Promise<T>) => Kept<T> {
  return async (work) => {
    try {
      return ok(await spentInGuard(work));
    } catch (error) {
      if (error instanceof StoreFull) onEvent({ kind: 'store-full' });
      else if (!(error instanceof StoreUnavailable)) throw error;
      return failed(failure(error instanceof StoreFull ? 'OVERLOADED' : 'UPSTREAM_UNAVAILABLE'));
    }
  };
}
