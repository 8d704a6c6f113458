import type { Chain } from './chain.ts';
import type { Access } from './line.ts';
import type { AuditNews } from './news.ts';

export interface AccessRecord {
  /** Whether a line can be written, as far as is known. False counts as an operation without a line. */
  ready(): Promise<boolean>;
  /** The same for a health check: no operation is counted. */
  isWritable(): Promise<boolean>;
  /** Appends a line, and answers whether it was written. */
  append(access: Access): Promise<boolean>;
}

/** How long after a failure the next line is tried. */
const PROBE_MS = 1_000;

interface Failing {
  /** Operations without a line, of which no line tells yet. */
  missed: number;
  probeAt: number;
  isProbing: boolean;
  reason: string;
}

/**
 * Lines of operations, and what happens where they cannot be written. After a failure the first line to be written says how
 * many operations have none: no attempt and no person's data is used to test the disk.
 */
export function createRecord(chain: Chain, onNews: (news: AuditNews) => void): AccessRecord {
  let failing: Failing | null = null;

  function failed(error: unknown): Failing {
    failing ??= { missed: 0, probeAt: 0, isProbing: false, reason: '' };
    return Object.assign(failing, { probeAt: performance.now() + PROBE_MS, reason: reasonOf(error) });
  }

  function miss(state: Failing): false {
    state.missed += 1;
    onNews({ kind: 'failed', reason: state.reason });
    return false;
  }

  /** Writes the line that says how many operations have none. One at a time: two would count the same operations. */
  async function probe(state: Failing): Promise<boolean> {
    if (state.isProbing || performance.now() < state.probeAt) return false;
    const { missed } = state;
    state.isProbing = true;
    try {
      await chain.add({ what: 'gap', missed });
    } catch (error) {
      failed(error);
      return false;
    } finally {
      state.isProbing = false;
    }
    onNews({ kind: 'recovered', missed });
    state.missed -= missed;
    state.probeAt = 0;
    if (state.missed === 0) failing = null; // otherwise others have none since, and the next line tells of them
    return true;
  }

  async function ready(): Promise<boolean> {
    const state = failing;
    return state === null || (await probe(state)) || miss(state);
  }

  return {
    ready,
    isWritable: async () => failing === null || probe(failing),
    async append(access) {
      if (!(await ready())) return false;
      try {
        await chain.add(access);
        return true;
      } catch (error) {
        return miss(failed(error));
      }
    },
  };
}

/** The code of a system error; it becomes a label, so that nothing else is taken. */
function reasonOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^[A-Z_]{2,32}$/.test(code) ? code : 'OTHER';
}
