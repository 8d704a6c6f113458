import type { IamportConfig } from './config.ts';

export interface Deadlines {
  /** Pause before the read-back of a confirm whose answer was lost: the upstream may still be working on it. */
  readonly readBackDelayMs: number;
  /** A whole read-back. It is a read, and takes no longer than other reads. */
  readonly readBackMs: number;
  /** A whole confirm as its caller sees it, apart from a read-back before the send. */
  readonly answerMs: number;
  /** The lease of an attempt: an attempt that takes longer has lost its process. */
  readonly leaseMs: number;
  /** The drain at shutdown. */
  readonly drainMs: number;
}

const READ_BACK_DELAY_MS = 300;
const READ_BACK_MS = 2_700;

/** A look before the send, a delayed read-back after it, and 4 s for the store and a busy machine. */
const RESERVE_MS = 10_000;

/**
 * Every deadline that follows from the settings. A confirm whose answer was lost is read back once, after a delay, so an answer
 * takes `confirmTimeoutMs` and 3 s. A second send of the same code looks before it, so an attempt can take `confirmTimeoutMs` and
 * 6 s; its lease must be longer, because another replica may take over once the lease has ended. A drain waits as long as the
 * longest attempt may take, so it equals the lease.
 */
export function deadlinesOf({
  confirmTimeoutMs,
  readTimeoutMs,
}: Pick<IamportConfig, 'confirmTimeoutMs' | 'readTimeoutMs'>): Deadlines {
  return {
    readBackDelayMs: READ_BACK_DELAY_MS,
    readBackMs: Math.min(READ_BACK_MS, readTimeoutMs),
    answerMs: confirmTimeoutMs + READ_BACK_DELAY_MS + READ_BACK_MS,
    leaseMs: confirmTimeoutMs + RESERVE_MS,
    drainMs: confirmTimeoutMs + RESERVE_MS,
  };
}
