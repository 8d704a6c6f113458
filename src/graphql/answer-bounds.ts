import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../error-code.ts';

/** The size of one answer, bounded while it is made: a request of a few kB must not cost many MB. */
export interface AnswerBounds {
  /** Counts one entity reference of this request, and answers how many are left; the first beyond the limit is -1. */
  takeReference(): number;
  /** Counts `bytes` of text, and answers whether the answer still has space for them. */
  takeText(bytes: number): boolean;
  /** The first error of a code and place, null for its repeats: the same mistake in many entries is told once. */
  once(message: string, code: ErrorCode, place?: string): GraphQLError | null;
}

/**
 * With the keys, nulls and numbers that documents of at most 30 aliases and 100 references can ask for, an answer stays
 * below 1 MB.
 */
const MAX_TEXT_BYTES = 600_000;

export function createAnswerBounds(maxReferences: number): AnswerBounds {
  const told = new Set<string>();
  let references = 0;
  let textBytes = 0;
  return {
    takeReference: () => maxReferences - ++references,
    takeText: (bytes) => (textBytes += bytes) <= MAX_TEXT_BYTES,
    once(message, code, place = '') {
      const key = `${code} ${place}`;
      if (told.has(key)) return null;
      told.add(key);
      return new GraphQLError(message, { extensions: { code } });
    },
  };
}
