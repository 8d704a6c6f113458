import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  DelegateBackoff,
  handleWhen,
  noop,
  retry,
  SamplingBreaker,
  TaskCancelledError,
  type CircuitBreakerPolicy,
  type FailureReason,
  type IPolicy,
} from 'cockatiel';
import type { PoliciesConfig } from '../config.ts';
import { UpstreamFault, UpstreamRefusal, type FaultReason } from './errors.ts';

/**
 * A mutation has an effect and is never repeated once sent. A read can be, and so can a read-back, which must get through
 * when a flood of reads does not. A log-in is what all wait for.
 */
export type Kind = 'mutation' | 'read' | 'read-back' | 'login';

export interface Policies {
  /**
   * Runs one call under the policies of its kind: room, retries, breaker.
   * Errors: those of `work`, or an `UpstreamFault` OVERLOADED or UPSTREAM_UNAVAILABLE for a call that was not made.
   */
  run<T>(kind: Kind, budget: Budget, work: () => Promise<T>): Promise<T>;
}

/** The time for one call. */
export interface Budget {
  /** Aborted at the deadline, or when the caller has gone. */
  readonly signal: AbortSignal;
  /** In ms of the monotonic clock. */
  readonly deadline: number;
  /** Half of it: what has waited until then, for room or a probe, is not sent any more, for want of time to hear the answer. */
  readonly sendBy: number;
}

const JITTER_MS = { from: 100, to: 800 };

/** Retries are at most a tenth of the reads, and a few: an upstream that is down gets no avalanche on top. */
const RETRY_SHARE = 0.1;
const MAX_SAVED_RETRIES = 10;

/** Half of the calls of ten seconds, and enough of them to be more than one person's bad luck. */
const BREAKER_SHARE = 0.5;
const BREAKER_WINDOW_MS = 10_000;
const BREAKER_RESET_MS = 10_000;

/** `probe` is a harmless read: nobody's code, nor their patience, is spent to find out whether the upstream is back. */
export function createPolicies(
  config: PoliciesConfig,
  onFault: (kind: Kind, reason: FaultReason) => void,
  probe: () => Promise<void>,
): Policies {
  const room = {
    mutation: bulkhead(config.parallelCalls, config.queuedCalls),
    read: bulkhead(config.parallelCalls, config.queuedCalls),
    'read-back': noop, // as many as there were confirms
    login: noop, // one is all there ever is
  };
  const breakers = {
    mutation: createBreaker(config),
    read: createBreaker(config),
    'read-back': createBreaker(config),
    login: createBreaker(config),
  };
  let savedRetries = MAX_SAVED_RETRIES;
  const probing = new Map<Kind, Promise<void>>();

  function mayRetry(kind: Kind, error: unknown, tries: number, { deadline }: Budget): boolean {
    if (kind === 'login') return false; // the call that waits for it decides
    if (error instanceof UpstreamRefusal)
      return kind === 'read' && tries === 1 && config.readTries > 1 && isOwnFailure(error);
    if (!(error instanceof UpstreamFault)) return false;
    if (kind === 'mutation') return error.reason === 'connect' && tries === 1;
    return tries < triesOf(kind) && error.retriesRead && msUntil(error.retryAt) < deadline - performance.now();
  }

  /** A read-back is a short one. */
  function triesOf(kind: Kind, most = kind === 'read-back' ? 2 : Number.POSITIVE_INFINITY): number {
    return Math.min(config.readTries, most);
  }

  function retrying(kind: Kind, budget: Budget): IPolicy {
    let tries = 0;
    const isWorth = handleWhen((error) => {
      tries += 1;
      if (!mayRetry(kind, error, tries, budget) || (kind !== 'mutation' && savedRetries < 1)) return false;
      if (kind !== 'mutation') savedRetries -= 1;
      return true;
    });
    return retry(isWorth, {
      maxAttempts: Math.max(1, config.readTries - 1),
      backoff: new DelegateBackoff(({ result }) => waitMs(result)),
    });
  }

  /** However many wait for it, one probe of a breaker is on its way, and counts once. */
  function probed(kind: Kind): Promise<void> {
    const running = probing.get(kind);
    if (running) return running;
    const started = breakers[kind].execute(probe).finally(() => probing.delete(kind));
    probing.set(kind, started);
    return started;
  }

  /** An open breaker is tried with the probe, so that what follows finds it closed or is turned away. */
  async function throughBreaker<T>(kind: Kind, start: Start, work: () => Promise<T>): Promise<T> {
    const breaker = breakers[kind];
    if (kind !== 'login' && breaker.state !== CircuitState.Closed) {
      await probed(kind).catch(() => Promise.reject(new UpstreamFault('breaker')));
    }
    start.begin();
    return breaker.execute(work);
  }

  return {
    async run(kind, budget, work) {
      if (kind !== 'mutation') savedRetries = Math.min(MAX_SAVED_RETRIES, savedRetries + RETRY_SHARE);
      const start = createStart(budget);
      try {
        const done = room[kind].execute(
          () => retrying(kind, budget).execute(() => throughBreaker(kind, start, work), budget.signal),
          budget.signal,
        );
        return await Promise.race([done, start.missed]);
      } catch (error) {
        const failed = turnedAway(error);
        if (failed instanceof UpstreamFault) onFault(kind, failed.reason);
        throw failed;
      } finally {
        start.end();
      }
    },
  };
}

/** Either a call begins in time, or its caller is told that it did not, and it never will. */
interface Start {
  /** Errors: OVERLOADED where it is too late. */
  begin(): void;
  /** OVERLOADED, as soon as it is too late. */
  readonly missed: Promise<never>;
  end(): void;
}

function createStart({ sendBy }: Budget): Start {
  const { promise: missed, reject } = Promise.withResolvers<never>();
  let isMissed = false;
  const timer = setTimeout(() => {
    isMissed = true;
    reject(new UpstreamFault('overload'));
  }, sendBy - performance.now());
  return {
    begin() {
      if (isMissed) throw new UpstreamFault('overload');
      clearTimeout(timer);
    },
    missed,
    end: () => clearTimeout(timer),
  };
}

function createBreaker({ breakerMinimumRps, breakerResetMs = BREAKER_RESET_MS }: PoliciesConfig): CircuitBreakerPolicy {
  const sampling = { threshold: BREAKER_SHARE, duration: BREAKER_WINDOW_MS, minimumRps: breakerMinimumRps };
  return circuitBreaker(handleWhen(speaksOfHealth), {
    halfOpenAfter: breakerResetMs,
    breaker: new SamplingBreaker(sampling),
  });
}

/** A person's mistake never counts, whatever status it comes with; words nobody knows may be one. */
function speaksOfHealth(error: unknown): boolean {
  if (error instanceof UpstreamRefusal) return isOwnFailure(error);
  return error instanceof UpstreamFault && error.counts;
}

/** The upstream says that it is its own fault. */
export function isOwnFailure({ refusal, status }: UpstreamRefusal): boolean {
  return status >= 500 && (refusal === 'UPSTREAM_TEMPORARY' || refusal === 'CARRIER_MAINTENANCE');
}

function waitMs(result: FailureReason<unknown>): number {
  const retryAt = 'error' in result && result.error instanceof UpstreamFault ? result.error.retryAt : null;
  if (retryAt) return msUntil(retryAt);
  return JITTER_MS.from + Math.random() * (JITTER_MS.to - JITTER_MS.from);
}

function msUntil(date: Date | null): number {
  return date ? Math.max(0, date.getTime() - Date.now()) : 0;
}

function turnedAway(error: unknown): unknown {
  if (error instanceof BulkheadRejectedError || error instanceof TaskCancelledError)
    return new UpstreamFault('overload');
  if (error instanceof BrokenCircuitError) return new UpstreamFault('breaker');
  return error;
}
