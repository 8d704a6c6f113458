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
  /** The name of the attempt in flight, which tells it from every other. */
  readonly id: string | null;
  /** The code of the last attempt. */
  readonly code: string | null;
  /** When the last attempt began, in ms. */
  readonly startedAt: number;
  /** When the attempts whose outcome nobody knows may have worked: from the first of them, 0 where there is none before this. */
  readonly since: number;
  readonly until: number;
  /** How the last attempt failed; where DEAD, the answer to every further one. */
  readonly failed: ConfirmCode | null;
  /** The codes that the upstream called wrong: another try of one is answered from here and counts for nothing. */
  readonly wrong: readonly string[];
}

/** A stretch of time, in ms of the store's clock, in which a certification speaks for an attempt. */
export interface Window {
  readonly since: number;
  readonly until: number;
}

/** What a caller may do with a code. */
export type Begin =
  /**
   * It is this caller's turn. `lost` is when earlier attempts of theirs may have worked; where `readFirst`, one of them
   * was with this code; where not `canSend`, reading is all that is left.
   */
  | {
      readonly kind: 'turn';
      readonly id: string;
      readonly startedAt: number;
      readonly lost: Window | null;
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

export type Turn = Extract<Begin, { kind: 'turn' }>;

/** How an attempt ended. `unsent` proves that the upstream never processed it; `unknown`, that nobody knows. */
export type End =
  | { readonly kind: 'certified' }
  /** `unread`: an earlier attempt's outcome could not be read, and nothing was sent. */
  | { readonly kind: 'unknown' | 'unread' }
  | { readonly kind: 'unsent' | 'refused'; readonly code: ConfirmCode };

/** What to keep from now on (undefined leaves the record as it is), and what to say. */
export interface Step<T> {
  readonly record?: AttemptRecord;
  readonly reply: T;
}

export interface AttemptRules {
  /** An attempt in flight for longer has lost its process. */
  readonly flightMs: number;
  /** A call that waits for another's attempt is answered within this time. */
  readonly answerMs: number;
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
  const nothing = { id: null, code: null, startedAt: 0, since: 0, until: 0, failed: null, wrong: [] };
  return { owner, method, attempts: 0, state: 'OPEN', ...nothing };
}

/** One caller's code for one impUid, under a name of its own. */
export interface Attempt {
  readonly id: string;
  readonly owner: string;
  readonly code: string;
  readonly method: Method;
}

/** May `owner` send `code` at `now`? */
export function begin(
  found: AttemptRecord | null,
  { id, owner, code: sent, method }: Attempt,
  now: number,
  { flightMs, claims }: Pick<AttemptRules, 'flightMs' | 'claims'>,
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
  if (record.wrong.includes(sent)) return refuse('WRONG_CODE');
  if (isFlying(record, now, flightMs)) {
    return isSameCode ? { reply: { kind: 'wait' } } : refuse('IN_PROGRESS', record.startedAt + flightMs);
  }

  const isUncertain = state !== 'OPEN';
  const readFirst = isSameCode && isUncertain;
  const canSend = attempts < ATTEMPTS_ALLOWED;
  if (!canSend && !readFirst) return refuse('TOO_MANY_ATTEMPTS');
  const lost = isUncertain ? lostWindow(record, flightMs) : null;
  const attemptsNow = attempts + Number(canSend);
  return {
    record: {
      ...record,
      attempts: attemptsNow,
      state: 'IN_FLIGHT',
      id,
      code: sent,
      startedAt: now,
      since: lost?.since ?? now,
      until: lost?.until ?? 0,
      failed: null,
    },
    reply: { kind: 'turn', id, startedAt: now, lost, readFirst, canSend, attempts: attemptsNow },
  };
}

/**
 * The end of a turn; answers whether it was still in flight. One that was given up for lost meanwhile changes nothing any more.
 */
export function finish(
  found: AttemptRecord | null,
  { id, canSend }: Pick<Turn, 'id' | 'canSend'>,
  end: End,
  flightMs: number,
): Step<boolean> {
  if (found?.state !== 'IN_FLIGHT' || found.id !== id) return { reply: false };
  const uncounted = found.attempts - Number(canSend); // a turn that was for reading alone was never counted
  return { record: { ...found, id: null, ...ended(found, uncounted, end, flightMs) }, reply: true };
}

/** The record stays UNKNOWN after an end that does not tell whether an earlier attempt worked. */
function ended(
  { startedAt, until, code, wrong }: AttemptRecord,
  uncounted: number,
  end: End,
  flightMs: number,
): Partial<AttemptRecord> {
  const wasUncertain = until !== 0;
  switch (end.kind) {
    case 'certified':
      return { state: 'CERTIFIED' };
    case 'unknown':
      return { state: 'UNKNOWN', until: startedAt + flightMs, failed: 'OUTCOME_UNKNOWN' };
    case 'unread':
      return { state: 'UNKNOWN', attempts: uncounted, failed: 'OUTCOME_UNKNOWN' };
    case 'unsent':
      return { state: wasUncertain ? 'UNKNOWN' : 'OPEN', attempts: uncounted, failed: end.code };
    case 'refused': {
      // One that worked before would have closed it; one that may still be under way would not.
      if (end.code === 'WRONG_CODE')
        return { state: startedAt < until ? 'UNKNOWN' : 'OPEN', failed: end.code, wrong: [...wrong, code!] };
      const mayBeOurs = wasUncertain && (end.code === 'ALREADY_CERTIFIED' || !FINAL.has(end.code));
      if (mayBeOurs) return { state: 'UNKNOWN', failed: end.code };
      return { state: FINAL.has(end.code) ? 'DEAD' : 'OPEN', failed: end.code };
    }
  }
}

/** The attempts left after one that failed with `code`. */
export function attemptsLeft(code: ConfirmCode, attempts: number): number {
  return FINAL.has(code) ? 0 : Math.max(0, ATTEMPTS_ALLOWED - attempts);
}

/**
 * What a reader may see: nothing; a record without proof, which has nothing personal in it; or one that was certified
 * between `since` and `until`.
 */
export type ReadRight = { readonly kind: 'none' | 'unproven' } | ({ readonly kind: 'proven' } & Window);

/** For a certification that is the reader's whenever it was made. */
export const ANY_TIME: ReadRight = { kind: 'proven', since: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

/** May `owner` read the certification? Only what this owner's own code has proven, or may have, is theirs. */
export function readRight(found: AttemptRecord | null, owner: string, now: number, flightMs: number): ReadRight {
  if (found?.owner !== owner) return { kind: 'none' };
  if (found.state === 'CERTIFIED') return ANY_TIME;
  const isLost = found.state === 'UNKNOWN' || (found.state === 'IN_FLIGHT' && !isFlying(found, now, flightMs));
  if (isLost) return { kind: 'proven', ...lostWindow(found, flightMs) };
  return { kind: found.method === null ? 'none' : 'unproven' }; // a claim gives the right to try, and no other
}

/** An attempt that lost its process may have worked as long as it could have flown. */
function lostWindow({ state, since, until, startedAt }: AttemptRecord, flightMs: number): Window {
  return { since, until: state === 'IN_FLIGHT' ? startedAt + flightMs : until };
}

/** May `owner` delete it? What they requested here, or certified. */
export function mayDelete(found: AttemptRecord | null, owner: string): boolean {
  return found?.owner === owner && (found.method !== null || found.state === 'CERTIFIED');
}

/** How an attempt with the same code ended, for a caller that waited for it. */
export type WaitEnd =
  | { readonly kind: 'flying' }
  /** It was right, or lost its process and may have been: `right` says which record shows that. */
  | { readonly kind: 'read'; readonly right: ReadRight }
  /** `code` is OUTCOME_UNKNOWN where later attempts stand in its place. */
  | { readonly kind: 'refuse'; readonly code: ConfirmCode; readonly attempts: number };

export function endOfWait(
  found: AttemptRecord | null,
  { owner, code }: Pick<Attempt, 'owner' | 'code'>,
  now: number,
  flightMs: number,
): WaitEnd {
  if (!found) return { kind: 'refuse', code: 'OUTCOME_UNKNOWN', attempts: 0 };
  const { attempts, failed, wrong } = found;
  if (wrong.includes(code)) return { kind: 'refuse', code: 'WRONG_CODE', attempts };
  if (found.code !== code || failed)
    return { kind: 'refuse', code: (found.code === code && failed) || 'OUTCOME_UNKNOWN', attempts };
  return isFlying(found, now, flightMs)
    ? { kind: 'flying' }
    : { kind: 'read', right: readRight(found, owner, now, flightMs) };
}

/** Whether an attempt still has its process. */
export function isFlying(record: AttemptRecord, now: number, flightMs: number): boolean {
  return record.state === 'IN_FLIGHT' && now - record.startedAt < flightMs;
}
