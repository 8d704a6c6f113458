import { setImmediate } from 'node:timers/promises';
import { hashOf, lineAfter, type Access, type ChainEnd, type Gap, type Seal } from './line.ts';

/** How many of the lines are wholly written, from the first on, and why the others are not. */
export interface Written {
  readonly lines: number;
  readonly error?: unknown;
}

export interface ChainParts {
  /** Writes lines in this order; no two calls overlap. A rejection means that none of them is wholly written. */
  readonly write: (lines: readonly string[]) => Promise<Written>;
  /** Where the chain ended before this process. */
  readonly end: ChainEnd;
  readonly seal: Seal;
}

export interface Chain {
  /** Writes the next line. Errors: those of `write`, and ETIMEDOUT after a deadline. */
  add(entry: Access | Gap): Promise<void>;
  readonly end: () => ChainEnd;
  /** Resolves once nothing is being written. */
  settled(): Promise<void>;
}

/** Lines that are written together. */
interface Batch {
  readonly entries: { readonly at: string; readonly entry: Access | Gap }[];
  /** How it ended, the deadline included. */
  readonly written: Promise<Written>;
}

/** How long an operation waits for its line. A disk or a pipe that hangs must not keep callers. */
const DEADLINE_MS = 5_000;

/**
 * Lines in the order in which they were added, each with the hash of the one before. Those of one turn of the event loop, and those
 * that come while others are being written, are written together.
 */
export function createChain({ write, end: start, seal }: ChainParts): Chain {
  let end = start;
  let open: Batch | null = null;
  let queue = Promise.resolve();

  async function writeAll({ entries }: Batch): Promise<Written> {
    const lines: string[] = [];
    const ends = [end];
    for (const { at, entry } of entries) {
      const before = ends.at(-1)!;
      const line = lineAfter(before, at, entry, seal);
      lines.push(line);
      ends.push({ seq: before.seq + 1, hash: hashOf(line) });
    }
    const written = await write(lines).catch((error: unknown) => ({ lines: 0, error }));
    end = ends[written.lines]!;
    return written;
  }

  /** A batch whose write is under way at the deadline can still be written later; then its lines are a part of the chain all the same. */
  function openBatch(): Batch {
    const { promise, resolve } = Promise.withResolvers<Written>();
    const batch: Batch = { entries: [], written: promise };
    let isLate = false;
    const close = (): void => {
      if (open === batch) open = null;
    };
    const timer = setTimeout(() => {
      isLate = true;
      close();
      resolve({ lines: 0, error: Object.assign(new Error('A line took too long'), { code: 'ETIMEDOUT' }) });
    }, DEADLINE_MS);
    const writeAfter = async (before: Promise<void>): Promise<void> => {
      await before;
      await setImmediate();
      close();
      if (!isLate) resolve(await writeAll(batch));
      clearTimeout(timer);
    };
    queue = writeAfter(queue);
    open = batch;
    return batch;
  }

  return {
    async add(entry) {
      const { entries, written } = open ?? openBatch();
      const place = entries.push({ at: new Date().toISOString(), entry });
      const { lines, error } = await written;
      if (place > lines) throw error;
    },
    end: () => end,
    settled: () => queue,
  };
}
