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
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  const leave = (): void => controller.abort(new UpstreamFault('gone'));
  caller?.addEventListener('abort', leave, { once: true });
  if (caller?.aborted) leave();
  const now = performance.now();
  try {
    return await work({ signal: controller.signal, deadline: now + timeoutMs, sendBy: now + timeoutMs / 2 });
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', leave);
  }
}
