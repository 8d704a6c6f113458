import type { FailureOf } from '../failure.ts';

export type Method = 'SMS' | 'APP';

/** How a confirm can fail. */
export type ConfirmCode = FailureOf['confirm']['code'];

/** What is kept of one impUid. Callers and codes are HMACs; nothing here is personal. */
export interface AttemptRecord {
  readonly owner: string;
  /** How it is confirmed; null where it was not requested here. */
  readonly method: Method | null;
  /** Confirms that reached the upstream, or may have. */
  readonly attempts: number;
  readonly state: 'OPEN' | 'IN_FLIGHT' | 'UNKNOWN' | 'CERTIFIED' | 'DEAD';
  /** The code of the last attempt. */
  readonly code: string | null;
  /** When the last attempt began, in ms; it also tells one attempt from another. */
  readonly startedAt: number;
  /** When the first of those attempts with this code began whose outcome nobody knows. */
  readonly since: number;
  /** How the last attempt failed; where DEAD, the answer to every further one. */
  readonly failed: ConfirmCode | null;
}

/** What a caller may do with a code. */
export type Begin =
  /**
   * It is this caller's turn. Where `readFirst`, the same code was sent before and may have worked, at `since` or later;
   * where not `canSend`, reading is all that is left.
   */
  | {
      readonly kind: 'turn';
      readonly startedAt: number;
      readonly since: number;
      readonly readFirst: boolean;
      readonly canSend: boolean;
      readonly attempts: number;
    }
  /** The same code is on its way: its outcome will be this caller's too. */
  | { readonly kind: 'wait' }
  /** The same code was right a moment ago: read the certification again. */
  | { readonly kind: 'repeat' }
  /** It is confirmed in the other way. */
  | { readonly kind: 'other-method'; readonly method: Method }
  | { readonly kind: 'refuse'; readonly code: ConfirmCode; readonly attempts: number; readonly retryAt: number | null };

/** How an attempt ended. `unsent` proves that the upstream never processed it; `unknown`, that nobody knows. */
export type End =
  | { readonly kind: 'certified' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unsent' | 'refused'; readonly code: ConfirmCode };

/** What to keep from now on (undefined leaves the record as it is), and what to say. */
export interface Step<T> {
  readonly record?: AttemptRecord;
  readonly reply: T;
}

export interface AttemptRules {
  /** An attempt in flight for longer has lost its process. */
  readonly flightMs: number;
  /** Whether the first caller to confirm an impUid that was not requested here becomes its owner. */
  readonly claims: boolean;
}

export const ATTEMPTS_ALLOWED = 5;

/** How long a right code can be repeated. */
const REPEAT_MS = 10 * 60_000;

/** Failures after which no code can be right any more. */
const FINAL: ReadonlySet<ConfirmCode> = new Set<ConfirmCode>([
  'TOO_MANY_ATTEMPTS',
  'CODE_EXPIRED',
  'ALREADY_CERTIFIED',
  'NOT_FOUND',
]);

// All the guard decides is here, as pure steps from one record to the next. A store applies each step atomically, so that
// any number of callers and machines keep the same rules.

/** The record of a verification that `owner` has just requested. */
export function opened(owner: string, method: Method | null): AttemptRecord {
  return { owner, method, attempts: 0, state: 'OPEN', code: null, startedAt: 0, since: 0, failed: null };
}

/** May `owner` send `code` at `now`? */
export function begin(
  found: AttemptRecord | null,
  { owner, code: sent, method }: { owner: string; code: string; method: Method },
  now: number,
  { flightMs, claims }: AttemptRules,
): Step<Begin> {
  // An approval in the app needs no code: whoever was first would have the person's data for nothing.
  const record = found ?? (claims && method === 'SMS' ? opened(owner, null) : null);
  if (record?.owner !== owner) return { reply: { kind: 'refuse', code: 'NOT_FOUND', attempts: 0, retryAt: null } };
  const { attempts, state, failed } = record;
  const refuse = (code: ConfirmCode, retryAt: number | null = null): Step<Begin> => ({
    reply: { kind: 'refuse', code, attempts, retryAt },
  });

  if (record.method === null && method === 'APP') return refuse('NOT_FOUND');
  if (record.method !== null && record.method !== method)
    return { reply: { kind: 'other-method', method: record.method } };
  if (state === 'DEAD') return refuse(failed ?? 'TOO_MANY_ATTEMPTS');
  const isSameCode = record.code === sent;
  if (state === 'CERTIFIED') {
    return isSameCode && now - record.startedAt < REPEAT_MS
      ? { reply: { kind: 'repeat' } }
      : refuse('ALREADY_CERTIFIED');
  }
  if (isFlying(record, now, flightMs)) {
    return isSameCode ? { reply: { kind: 'wait' } } : refuse('IN_PROGRESS', record.startedAt + flightMs);
  }

  const readFirst = isSameCode && state !== 'OPEN';
  const canSend = attempts < ATTEMPTS_ALLOWED;
  if (!canSend && !readFirst) return refuse('TOO_MANY_ATTEMPTS');
  const since = readFirst ? record.since : now;
  const attemptsNow = attempts + Number(canSend);
  return {
    record: { ...record, attempts: attemptsNow, state: 'IN_FLIGHT', code: sent, startedAt: now, since, failed: null },
    reply: { kind: 'turn', startedAt: now, since, readFirst, canSend, attempts: attemptsNow },
  };
}

/** The end of the attempt that began at `startedAt`. One that was given up for lost meanwhile changes nothing any more. */
export function finish(found: AttemptRecord | null, startedAt: number, end: End): Step<void> {
  if (found?.state !== 'IN_FLIGHT' || found.startedAt !== startedAt) return { reply: undefined };
  return { record: { ...found, ...ended(found, end) }, reply: undefined };
}

function ended({ attempts }: AttemptRecord, end: End): Partial<AttemptRecord> {
  switch (end.kind) {
    case 'certified':
      return { state: 'CERTIFIED' };
    case 'unknown':
      return { state: 'UNKNOWN', failed: 'OUTCOME_UNKNOWN' };
    case 'unsent':
      return { state: 'OPEN', attempts: Math.max(0, attempts - 1), failed: end.code };
    case 'refused':
      if (FINAL.has(end.code)) return { state: 'DEAD', failed: end.code };
      return { state: 'OPEN', failed: end.code };
  }
}

/** The attempts left after one that failed with `code`. */
export function attemptsLeft(code: ConfirmCode, attempts: number): number {
  return FINAL.has(code) ? 0 : Math.max(0, ATTEMPTS_ALLOWED - attempts);
}

/**
 * What a reader may see: nothing; a record without proof, which must have nothing personal in it; or one certified at
 * `since` or later, 0 for whenever.
 */
export type ReadRight = { readonly kind: 'none' | 'unproven' } | { readonly kind: 'proven'; readonly since: number };

/** May `owner` read the certification? Only what this owner's own code has proven, or may have, is theirs. */
export function readRight(found: AttemptRecord | null, owner: string): ReadRight {
  if (found?.owner !== owner) return { kind: 'none' };
  if (found.state === 'CERTIFIED') return { kind: 'proven', since: 0 };
  if (found.state === 'UNKNOWN' || found.state === 'IN_FLIGHT') return { kind: 'proven', since: found.since };
  return { kind: found.method === null ? 'none' : 'unproven' }; // a claim gives the right to try, and no other
}

/** Whether an attempt still has its process. */
export function isFlying(record: AttemptRecord, now: number, flightMs: number): boolean {
  return record.state === 'IN_FLIGHT' && now - record.startedAt < flightMs;
}
