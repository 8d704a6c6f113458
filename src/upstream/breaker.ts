import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  handleWhen,
  SamplingBreaker,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import type { OnUpstreamEvent } from '../events.ts';
import type { BreakerName } from './calls.ts';
import { UpstreamFault, UpstreamRefusal } from './errors.ts';

export interface BreakerConfig {
  /** Calls per second below which failures open no breaker. */
  readonly breakerMinimumRps: number;
  /** How long an open breaker waits before a half-open probe; only tests set it. */
  readonly breakerResetMs?: number;
}

const STATES = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
} as const satisfies Record<CircuitState, string>;

/** Half of the calls of ten seconds, and enough of them to be more than one person's bad luck. */
const SHARE = 0.5;
const WINDOW_MS = 10_000;
const RESET_MS = 10_000;

/** A circuit breaker that counts what says that the upstream is ill. */
export function createBreaker(
  name: BreakerName,
  { breakerMinimumRps, breakerResetMs = RESET_MS }: BreakerConfig,
  onEvent: OnUpstreamEvent,
): CircuitBreakerPolicy {
  const sampling = { threshold: SHARE, duration: WINDOW_MS, minimumRps: breakerMinimumRps };
  const breaker = circuitBreaker(handleWhen(saysIll), {
    halfOpenAfter: breakerResetMs,
    breaker: new SamplingBreaker(sampling),
  });
  breaker.onStateChange((state) => onEvent({ kind: 'breaker', breaker: name, state: STATES[state] }));
  return breaker;
}

/** What an open breaker throws, as a fault. */
export function asFault(error: unknown): unknown {
  return error instanceof BrokenCircuitError ? new UpstreamFault('breaker') : error;
}

/** A person's mistake never counts as a failure of the upstream, with any HTTP status; unknown words may be such a mistake. */
function saysIll(error: unknown): boolean {
  if (error instanceof UpstreamRefusal) return isOwnFailure(error);
  return error instanceof UpstreamFault && error.counts;
}

/** A refusal in which the upstream reports a failure of its own, and not the person's. */
export function isOwnFailure({ refusal, status }: UpstreamRefusal): boolean {
  return status >= 500 && (refusal === 'UPSTREAM_TEMPORARY' || refusal === 'CARRIER_MAINTENANCE');
}
