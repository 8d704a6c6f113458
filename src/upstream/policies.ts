import { AsyncLocalStorage } from 'node:async_hooks';
import {
  bulkhead,
  BulkheadRejectedError,
  CircuitState,
  DelegateBackoff,
  handleWhen,
  retry,
  TaskCancelledError,
  type CircuitBreakerPolicy,
  type FailureReason,
  type IPolicy,
} from 'cockatiel';
import type { PoliciesConfig } from '../config.ts';
import type { OnUpstreamEvent } from '../events.ts';
import { asFault, createBreaker, isOwnFailure, type BreakerConfig } from './breaker.ts';
import type { Budget } from './budget.ts';
import type { BreakerName, Kind } from './calls.ts';
import { UpstreamFault, UpstreamRefusal, type FaultReason } from './errors.ts';

export interface PoliciesOptions extends PoliciesConfig, BreakerConfig {
  /** The names of the two breakers, where they are not `mutation` and `read`. */
  readonly breakers?: Readonly<Record<BoundedKind, BreakerName>>;
}

export interface Policies {
  /**
   * Runs one call under the policies of its kind: bulkhead, retries, breaker.
   * Errors: those of `work`, or an `UpstreamFault` OVERLOADED or UPSTREAM_UNAVAILABLE for a call that was not made.
   */
  run<T>(kind: Kind, budget: Budget, work: () => Promise<T>): Promise<T>;
  load(): UpstreamLoad;
}

/** The calls that have a slot, and those that wait for one, of each kind that is bounded. */
export type UpstreamLoad = Readonly<Record<BoundedKind, { readonly running: number; readonly queued: number }>>;
type BoundedKind = 'mutation' | 'read';

/** The policies of one kind of call. */
interface Row {
  /** The bulkhead and breaker that it shares with other kinds. A read-back has no bounds: there are only as many as there were confirms. */
  readonly bound: BoundedKind | null;
  /** Tries in all. */
  readonly tries: (config: PoliciesConfig) => number;
  /** Whether another try may help, after `tries` of them. */
  readonly retries: (error: unknown, tries: number) => boolean;
  /** Whether retries are paid from the retry budget. */
  readonly isBudgeted: boolean;
}

const KINDS: Readonly<Record<Kind, Row>> = {
  /** Once more where the connection failed, so that nothing was sent. */
  mutation: {
    bound: 'mutation',
    tries: () => 2,
    retries: (error) => error instanceof UpstreamFault && error.reason === 'connect',
    isBudgeted: false,
  },
  /** Again where the answer was lost: it gets the first one's answer. */
  'keyed-mutation': {
    bound: 'mutation',
    tries: () => 3,
    retries: (error) => error instanceof UpstreamFault && REPEATED.has(error.reason),
    isBudgeted: true,
  },
  read: {
    bound: 'read',
    tries: ({ readTries }) => readTries,
    retries: (error, tries) =>
      mayPass(error) || (tries === 1 && error instanceof UpstreamRefusal && isOwnFailure(error)),
    isBudgeted: true,
  },
  'read-back': {
    bound: null,
    tries: ({ readTries }) => Math.min(readTries, 2),
    retries: mayPass,
    isBudgeted: true,
  },
};

/** What a keyed mutation is repeated after. One that is still being processed is asked for again for as long as there is time. */
const REPEATED: ReadonlySet<FaultReason> = new Set(['connect', 'cut', 'timeout', 'bad-answer', 'outstanding']);
const MAX_TRIES = 100;

const JITTER_MS = { from: 100, to: 800 };

/** The retry budget: a tenth of the reads, and a few saved ones. An upstream that is down gets no retry storm on top. */
const RETRY_SHARE = 0.1;
const MAX_SAVED_RETRIES = 10;

/** `probe` is a harmless read, the half-open probe of every breaker: no person's code is spent to find out whether the upstream is back. */
export function createPolicies(
  config: PoliciesOptions,
  probe: () => Promise<void>,
  onEvent: OnUpstreamEvent,
): Policies {
  const { breakers = { mutation: 'mutation', read: 'read' } } = config;
  const boundOf = (kind: BoundedKind): Bound =>
    createBound(config, createBreaker(breakers[kind], config, onEvent), probe);
  const bounds = { mutation: boundOf('mutation'), read: boundOf('read') };
  let savedRetries = MAX_SAVED_RETRIES;

  function retrying(kind: Kind, budget: Budget): IPolicy {
    const { tries, retries, isBudgeted } = KINDS[kind];
    let tried = 0;
    const isWorth = handleWhen((error) => {
      if (isOutstanding(error)) return hasTime(error, budget.deadline - JITTER_MS.to);
      tried += 1;
      if (
        tried >= tries(config) ||
        !retries(error, tried) ||
        !hasTime(error, isBudgeted ? budget.deadline : budget.sendBy)
      )
        return false;
      if (!isBudgeted) return true;
      if (savedRetries < 1) return false;
      savedRetries -= 1;
      return true;
    });
    return retry(isWorth, {
      maxAttempts: MAX_TRIES, // `isWorth` counts them
      backoff: new DelegateBackoff(({ result }) => waitMs(result)),
    });
  }

  return {
    async run(kind, budget, work) {
      if (KINDS[kind].isBudgeted) savedRetries = Math.min(MAX_SAVED_RETRIES, savedRetries + RETRY_SHARE);
      const policy = retrying(kind, budget);
      const { bound: name } = KINDS[kind];
      const bound = name && bounds[name];
      try {
        if (!bound) return await policy.execute(work, budget.signal);
        return await bound.run(budget, (start) =>
          policy.execute(() => bound.throughBreaker(start, work), budget.signal),
        );
      } catch (error) {
        throw notMade(error);
      }
    },
    load: () => ({ mutation: bounds.mutation.load(), read: bounds.read.load() }),
  };
}

/** A bulkhead and a breaker for one kind of call. */
interface Bound {
  /** Errors: OVERLOADED where there is no place, or none in time. */
  run<T>(budget: Budget, work: (start: Start) => PromiseLike<T>): Promise<T>;
  /** Errors: UPSTREAM_UNAVAILABLE where the breaker is open and the probe finds the upstream ill. */
  throughBreaker<T>(start: Start, work: () => Promise<T>): Promise<T>;
  load(): UpstreamLoad[BoundedKind];
}

function createBound(
  { parallelCalls, queuedCalls }: PoliciesOptions,
  breaker: CircuitBreakerPolicy,
  probe: () => Promise<void>,
): Bound {
  const places = bulkhead(parallelCalls, queuedCalls);
  const probed = createProbe(breaker, probe);

  return {
    async run(budget, work) {
      const start = createStart(budget);
      // A call that waited would run in the async context of the one that freed its place, and be counted and traced as that one's.
      const inOwnContext = AsyncLocalStorage.bind(() => work(start));
      try {
        return await Promise.race([places.execute(inOwnContext, budget.signal), start.missed]);
      } finally {
        start.end();
      }
    },
    async throughBreaker(start, work) {
      if (breaker.state !== CircuitState.Closed) await probed();
      start.begin();
      return breaker.execute(work);
    },
    load: () => ({ running: parallelCalls - places.executionSlots, queued: queuedCalls - places.queueSlots }),
  };
}

/** An open breaker is tried with the probe. However many calls wait for it, one probe is in flight, and counts once. */
function createProbe(breaker: CircuitBreakerPolicy, probe: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return async () => {
    running ??= breaker.execute(() => probe().catch(failProbe)).finally(() => (running = null));
    await running.catch(() => Promise.reject(new UpstreamFault('breaker')));
  };
}

/** Any failure of a probe keeps the breaker open; one that counts for nothing would close it. */
function failProbe(): never {
  throw new UpstreamFault('bad-answer');
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

/** What the policies throw for a call that they did not make, as a fault. */
function notMade(error: unknown): unknown {
  const isFull = error instanceof BulkheadRejectedError || error instanceof TaskCancelledError;
  return isFull ? new UpstreamFault('overload') : asFault(error);
}

function isOutstanding(error: unknown): boolean {
  return error instanceof UpstreamFault && error.reason === 'outstanding';
}

function mayPass(error: unknown): boolean {
  return error instanceof UpstreamFault && error.retriesRead;
}

/** Whether the time that the upstream asks to wait for ends early enough. */
function hasTime(error: unknown, by: number): boolean {
  const retryAt = error instanceof UpstreamFault ? error.retryAt : null;
  return msUntil(retryAt) < by - performance.now();
}

function waitMs(result: FailureReason<unknown>): number {
  const retryAt = 'error' in result && result.error instanceof UpstreamFault ? result.error.retryAt : null;
  if (retryAt) return msUntil(retryAt);
  return JITTER_MS.from + Math.random() * (JITTER_MS.to - JITTER_MS.from);
}

function msUntil(date: Date | null): number {
  return date ? Math.max(0, date.getTime() - Date.now()) : 0;
}
