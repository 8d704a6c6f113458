import { hash } from 'node:crypto';

/** One operation of a client, as a line of the access record: callers and verifications are HMACs. */
export interface Access {
  /** Null for anonymous callers. */
  readonly who: string | null;
  /** The address that is believed to be the client's, null where none is. */
  readonly from: string | null;
  /** The verification; null where what was sent is none. */
  readonly whose: string | null;
  /** Where the verification is one of a test identity. */
  readonly test?: true;
  readonly what: string;
  /** `OK`, or the code of the failure. */
  readonly outcome: string;
  /** Names of the personal fields that were answered; null where the record was handed to a program of the host's. */
  readonly fields: readonly string[] | null;
  readonly requestId: string;
}

/** A line that says how many operations before it have none. */
export interface Gap {
  readonly what: 'gap';
  readonly missed: number;
}

/** The end of the chain: number and hash of the last line. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string | null;
}

/** The end of an empty chain. */
export const NO_LINES: ChainEnd = { seq: 0, hash: null };

/** A keyed hash of a line, which takes the secret to make. */
export type Seal = (text: string) => string;

/** A line that was read, and what it says of its place in the chain. */
export interface ReadLine extends ChainEnd {
  readonly at: string;
  /** Hash of the line before; null at the beginning of a chain. */
  readonly prev: string | null;
  /** Operations without a line, by a line of a gap. */
  readonly missed: number;
  readonly isSealedBy: (seal: Seal) => boolean;
}

const MARK = 'access';
const SEALED = /^(\{"type":"access",.*),"seal":"([\w-]{22})"\}$/;

/** The text of the line that follows `end`. `prev` can be checked by anybody, `seal` with the secret alone. */
export function lineAfter(end: ChainEnd, at: string, entry: Access | Gap, seal: Seal): string {
  const body = JSON.stringify({ type: MARK, at, ...entry, seq: end.seq + 1, prev: end.hash });
  return `${body.slice(0, -1)},"seal":"${seal(body)}"}`;
}

export function hashOf(line: string): string {
  return hash('sha256', line, 'hex');
}

/** Whether a text is a line of the record, or the beginning of one: a log on the same stream has others. */
export function isOfRecord(text: string): boolean {
  return text.startsWith(`{"type":"${MARK}",`);
}

/** A whole line of the record, or null for any other text. */
export function readLine(line: string): ReadLine | null {
  const [, start, mac] = SEALED.exec(line) ?? [];
  if (start === undefined) return null;
  const body = `${start}}`;
  const { at, seq, prev, missed = 0 } = parsed(body);
  const isWhole = typeof at === 'string' && Number.isSafeInteger(seq) && (prev === null || typeof prev === 'string');
  if (!isWhole) return null;
  return {
    at,
    seq: seq as number,
    prev,
    missed: Number(missed),
    hash: hashOf(line),
    isSealedBy: (seal) => seal(body) === mac,
  };
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
}
