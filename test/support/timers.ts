import { afterEach, jest } from '@jest/globals';

// A test that ran into its time limit must not hold the timers of the next.
afterEach(() => void jest.useRealTimers());

type Timer = 'clearInterval' | 'clearTimeout' | 'setInterval' | 'setTimeout';
const TIMERS: readonly Timer[] = ['clearInterval', 'clearTimeout', 'setInterval', 'setTimeout'];

/** Sockets, clocks, ticks and `node:timers/promises` stay real. */
function hold(...held: readonly Timer[]): void {
  const others = [
    'clearImmediate',
    'Date',
    'hrtime',
    'nextTick',
    'performance',
    'queueMicrotask',
    'setImmediate',
  ] as const;
  jest.useFakeTimers({ doNotFake: [...others, ...TIMERS.filter((timer) => !held.includes(timer))] });
}

/**
 * Holds every `setTimeout` until `pass` lets its time pass: a timeout then comes from the fault that a test is about, and
 * never from a busy machine.
 */
export async function holdTimeouts(work: (pass: (ms: number) => void) => Promise<void>): Promise<void> {
  hold('setTimeout', 'clearTimeout');
  try {
    await work((ms) => jest.advanceTimersByTime(ms));
  } finally {
    jest.useRealTimers();
  }
}

/**
 * Holds every `setInterval`, by whose ticks the silence of Redis is counted: a Redis that a busy machine keeps waiting is not
 * taken for one that does not answer, until `hurryRedis` or the end of the test.
 */
export function waitForRedis(): void {
  hold('setInterval'); // what is real already can still be cleared
}

export function hurryRedis(): void {
  jest.useRealTimers();
}
