import { hashOf, lineAfter, type Access, type ChainEnd, type Gap, type Seal } from './line.ts';

export interface ChainParts {
  /** Writes one line; no two calls overlap. A rejection means that the line is not, or not wholly, written. */
  readonly write: (line: string) => void | Promise<void>;
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

/** How long an operation waits for its line. A disk or a pipe that hangs must not keep callers. */
const DEADLINE_MS = 5_000;

/** Lines that are written one by one, in the order in which they were added; each has the hash of the one before. */
export function createChain({ write, end: start, seal }: ChainParts): Chain {
  let end = start;
  let queue = Promise.resolve();

  async function writeNext(at: string, entry: Access | Gap): Promise<void> {
    const line = lineAfter(end, at, entry, seal);
    await write(line);
    end = { seq: end.seq + 1, hash: hashOf(line) };
  }

  return {
    /** A line whose write is under way at the deadline can still be written later; then it is a part of the chain all the same. */
    async add(entry) {
      const at = new Date().toISOString();
      let isLate = false;
      const turn = queue.then(() => (isLate ? undefined : writeNext(at, entry)));
      queue = turn.catch(() => {});
      await withDeadline(turn, () => (isLate = true));
    },
    end: () => end,
    settled: () => queue,
  };
}

function withDeadline(work: Promise<void>, onLate: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      onLate();
      reject(Object.assign(new Error('A line took too long'), { code: 'ETIMEDOUT' }));
    }, DEADLINE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
