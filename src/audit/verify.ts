import { NO_LINES, readLine, type ChainEnd, type ReadLine, type Seal } from './line.ts';

export interface Verified {
  readonly lines: number;
  /** Times of the first and the last line. */
  readonly first: string | null;
  readonly last: string | null;
  /** Where the chain ends: to be compared with the end that the log tells. */
  readonly end: ChainEnd;
  /** Number of the line at which the chain was entered; 1 is its beginning. */
  readonly from: number;
  /** Chains that begin within the files, as each process begins one on standard output. */
  readonly chains: number;
  /** Operations that have no line of their own: the sum of what the gap lines tell. */
  readonly missed: number;
  /** Lines of something else: parts of lines where a process ended, or another log on the same stream. */
  readonly others: number;
}

/** What is wrong, and where. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

interface Place {
  readonly file: string;
  readonly line: number;
}

/**
 * Checks lines in the order in which they were written: each has to name the hash of the one before, and where the secret is
 * known to have a seal that fits. Lines that were cut off at the end are not seen: nothing after them names them.
 */
export function createVerifier(seal: Seal | null) {
  let first: ReadLine | null = null;
  let last: ReadLine | null = null;
  let lastPlace: Place | null = null;
  /** The first line since then that is not of the record. */
  let otherSince: Place | null = null;
  const counts = { lines: 0, chains: 0, missed: 0, others: 0 };

  /** Why this line does not follow the last one. */
  function problemOf(line: ReadLine, place: Place): Problem | null {
    if (seal && !line.isSealedBy(seal))
      return { ...place, reason: 'it was changed, or sealed under another GUARD_SECRET' };
    const isFirstOfFile = lastPlace?.file !== place.file;
    if (last === null || (isFirstOfFile && line.seq === 1 && line.prev === null)) return null;
    if (line.prev === last.hash && line.seq === last.seq + 1) return null;
    if (line.seq === last.seq + 1) {
      const isLastKnown = seal !== null; // a seal that fits shows that the last line is as it was
      return isLastKnown
        ? { ...place, reason: 'it continues another line than the one before it' }
        : { ...lastPlace!, reason: 'it was changed, or the line after it was' };
    }
    if (line.seq <= last.seq)
      return { ...place, reason: `it has number ${line.seq} after ${last.seq}: out of order, or of a second process` };
    const missing = line.seq - last.seq - 1;
    if (otherSince) return { ...otherSince, reason: 'it was changed' };
    return { ...place, reason: `${missing === 1 ? 'a line is' : `${missing} lines are`} missing before it` };
  }

  return {
    /** Takes the next line, and answers what is wrong with it or with the one before. */
    add(text: string, place: Place): Problem | null {
      const line = readLine(text);
      if (line === null) {
        counts.others += 1;
        otherSince ??= place;
        return null;
      }
      const problem = problemOf(line, place);
      if (problem) return problem;
      first ??= line;
      if (line.seq === 1) counts.chains += 1;
      counts.lines += 1;
      counts.missed += line.missed;
      last = line;
      lastPlace = place;
      otherSince = null;
      return null;
    },
    result(): Verified {
      const { seq, hash } = last ?? NO_LINES;
      return { ...counts, first: first?.at ?? null, last: last?.at ?? null, end: { seq, hash }, from: first?.seq ?? 1 };
    },
  };
}
