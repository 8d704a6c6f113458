import { AsyncLocalStorage } from 'node:async_hooks';

/** What one operation of a client has spent so far: time in ms, calls, and how its last call to the upstream ended. */
interface Spending {
  guardMs: number;
  upstreamMs: number;
  upstreamCalls: number;
  upstreamEnd: string | null;
}

const current = new AsyncLocalStorage<Spending>();

export function noSpending(): Spending {
  return { guardMs: 0, upstreamMs: 0, upstreamCalls: 0, upstreamEnd: null };
}

/** Runs an operation, whose spending is kept in `spending` wherever it is made. Calls that it shares with others count in one. */
export function withSpending<T>(spending: Spending, work: () => T): T {
  return current.run(spending, work);
}

/** Adds the time that the guard takes. */
export async function spentInGuard<T>(work: Promise<T>): Promise<T> {
  const since = performance.now();
  try {
    return await work;
  } finally {
    const spending = current.getStore();
    if (spending) spending.guardMs += performance.now() - since;
  }
}

/** Adds a call to the upstream: its time, how it ended, and whether anything was sent. */
export function spentUpstream(ms: number, end: string, isSent: boolean): void {
  const spending = current.getStore();
  if (!spending) return;
  spending.upstreamMs += ms;
  spending.upstreamCalls += Number(isSent);
  spending.upstreamEnd = end;
}
