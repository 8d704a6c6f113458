import { UpstreamFault } from './errors.ts';

/** The time for one call, retries and waiting included. */
export interface Budget {
  /** Aborted at the deadline, or when the caller has gone. */
  readonly signal: AbortSignal;
  /** In ms of the monotonic clock. */
  readonly deadline: number;
  /** Half of the time: a call that has waited until then in a queue is not sent any more, for want of time to hear the answer. */
  readonly sendBy: number;
}

/** Runs `work` until a deadline, or until its caller has gone, and leaves no timer and no listener behind. */
export async function withBudget<T>(
  timeoutMs: number,
  work: (budget: Budget) => Promise<T>,
  caller?: AbortSignal,
): Promise<T> {
  const now = performance.now();
  return withSignal(
    timeoutMs,
    caller,
    () => new UpstreamFault('gone'),
    (signal) => work({ signal, deadline: now + timeoutMs, sendBy: now + timeoutMs / 2 }),
  );
}

/** Runs one of several tries within a part of the time of them all, which `all` ends. */
export async function withinBudget<T>(
  timeoutMs: number,
  all: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withSignal(timeoutMs, all, () => all.reason as unknown, work);
}

async function withSignal<T>(
  timeoutMs: number,
  outer: AbortSignal | undefined,
  reasonOfOuter: () => unknown,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  const leave = (): void => controller.abort(reasonOfOuter());
  outer?.addEventListener('abort', leave, { once: true });
  if (outer?.aborted) leave();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', leave);
  }
}
