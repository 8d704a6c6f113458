// The rules of an attempt: pure functions from one record to the next, which a store applies by compare-and-set, so that any
// number of callers and replicas keep them.

import type { FailureOf } from '../failure.ts';

export type Method = 'SMS' | 'APP';
/** What a verification was opened for here: a window is completed, and not confirmed. */
type OpenedFor = Method | 'WINDOW';
export type ConfirmCode = FailureOf['confirm']['code'];

/** What is kept of one impUid. Callers and codes are HMACs; nothing here is personal. Times are in ms of the store's clock. */
export interface AttemptRecord {
  readonly owner: string;
  /** How it is proven; null where it was not requested here. */
  readonly method: OpenedFor | null;
  /** The HMAC of the phone that the code was sent to, by which limits count it; null where it is not known. */
  readonly phone: string | null;
  /** Confirms that reached the upstream, or may have. */
  readonly attempts: number;
  readonly state: 'OPEN' | 'IN_FLIGHT' | 'CERTIFIED' | 'DEAD';
  /** The lease of the attempt in flight, which tells it from every other. */
  readonly lease: string | null;
  /** The code of the last attempt. */
  readonly code: string | null;
  /** When the last attempt began. */
  readonly startedAt: number;
  /** When attempts before the one in flight, or any, may have worked without an answer; null where there are none. */
  readonly lost: LostWindow | null;
  /** How the last attempt failed; where DEAD, the answer to every further one. */
  readonly failed: ConfirmCode | null;
  /** The codes that the upstream called wrong: another try of one is answered from here and counts for nothing. */
  readonly wrong: readonly string[];
}

/** A stretch of time in which a certification speaks for an attempt. In a record it is in ms of the store's clock. */
interface LostWindow {
  readonly since: number;
  readonly until: number;
}

/** The same as ages, in ms before now, so that it holds on any clock; `until` is negative where it lies ahead. */
export interface LostWindowAge {
  readonly sinceAge: number;
  readonly untilAge: number;
}

/** What an attempt does at the upstream: an earlier send of the same code may have worked, and is looked for first. */
type Plan = 'send' | 'look-then-send' | 'look';

/** An attempt that may go ahead. `W` is how its window is written: by age, or on the clock of one process. */
export interface Begun<W = LostWindowAge> {
  readonly kind: 'begun';
  readonly plan: Plan;
  /** When earlier attempts of this caller may have worked. */
  readonly lost: W | null;
  /** The record that was written, from which `finish` makes the next. */
  readonly record: AttemptRecord;
}

/** What a caller may do with a code. */
export type Begin<W = LostWindowAge> =
  | Begun<W>
  /** The same code is in flight: its outcome will be this caller's too. */
  | { readonly kind: 'wait' }
  /** The same code was right a moment ago: read the certification again. */
  | { readonly kind: 'repeat' }
  /** It is proven in another way, which is `method`. */
  | { readonly kind: 'other-method'; readonly method: OpenedFor }
  | {
      readonly kind: 'reject';
      readonly code: ConfirmCode;
      readonly attempts: number;
      readonly retryInMs: number | null;
    };

/** How an attempt ended. `unsent` proves that the upstream never processed it; `unknown`, that nobody knows. */
export type End =
  | { readonly kind: 'certified' }
  /** `unread`: an earlier attempt's outcome could not be read, and nothing was sent. */
  | { readonly kind: 'unknown' | 'unread' }
  | { readonly kind: 'unsent' | 'rejected'; readonly code: ConfirmCode };

/** What to keep from now on (undefined leaves the record as it is), and what to answer. */
export interface Step<T, R = AttemptRecord> {
  readonly record?: R;
  readonly reply: T;
}

export interface AttemptRules {
  /** How long an attempt in flight keeps all others out; after that its process counts as lost. */
  readonly leaseMs: number;
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
  'APP_NOT_APPROVED',
  'NOT_FOUND',
]);

/** The record of a verification that `owner` has just requested. */
export function opened(owner: string, method: OpenedFor | null, phone: string | null = null): AttemptRecord {
  const nothing = { lease: null, code: null, startedAt: 0, lost: null, failed: null, wrong: [] };
  return { owner, method, phone, attempts: 0, state: 'OPEN', ...nothing };
}

/** One caller's code for one impUid, with a lease of its own. */
export interface Attempt {
  readonly lease: string;
  readonly owner: string;
  readonly code: string;
  readonly method: Method;
}

/** Whether `owner` may send `code` at `now`, and how. */
export function begin(
  found: AttemptRecord | null,
  { lease, owner, code, method }: Attempt,
  now: number,
  { leaseMs, claims }: AttemptRules,
): Step<Begin> {
  // An approval in the app needs no code: the first caller to name the impUid would have the person's data for nothing.
  const record = found ?? (claims && method === 'SMS' ? opened(owner, null) : null);
  if (record?.owner !== owner) return rejected('NOT_FOUND', 0);
  const { attempts, state } = record;
  if (record.method === null && method === 'APP') return rejected('NOT_FOUND', attempts);
  if (record.method !== null && record.method !== method)
    return { reply: { kind: 'other-method', method: record.method } };
  if (state === 'DEAD') return rejected(record.failed ?? 'TOO_MANY_ATTEMPTS', attempts);
  const isSameCode = record.code === code;
  if (state === 'CERTIFIED')
    return isSameCode && now - record.startedAt < REPEAT_MS
      ? { reply: { kind: 'repeat' } }
      : rejected('ALREADY_CERTIFIED', attempts);
  if (record.wrong.includes(code)) return rejected('WRONG_CODE', attempts);
  if (isLeased(record, now, leaseMs))
    return isSameCode
      ? { reply: { kind: 'wait' } }
      : rejected('IN_PROGRESS', attempts, record.startedAt + leaseMs - now);

  const lost = lostWindow(record, leaseMs);
  const plan = planOf(attempts < ATTEMPTS_ALLOWED, isSameCode && lost !== null);
  if (!plan) return rejected('TOO_MANY_ATTEMPTS', attempts);
  const begun: AttemptRecord = {
    ...record,
    attempts: attempts + Number(plan !== 'look'),
    state: 'IN_FLIGHT',
    lease,
    code,
    startedAt: now,
    lost,
    failed: null,
  };
  return { record: begun, reply: { kind: 'begun', plan, lost: lost && aged(lost, now), record: begun } };
}

function planOf(canSend: boolean, looksFirst: boolean): Plan | null {
  if (looksFirst) return canSend ? 'look-then-send' : 'look';
  return canSend ? 'send' : null;
}

function rejected(code: ConfirmCode, attempts: number, retryInMs: number | null = null): Step<Begin> {
  return { reply: { kind: 'reject', code, attempts, retryInMs } };
}

/** The record after an attempt has ended. It stays uncertain after an end that does not tell whether an earlier one worked. */
export function finish({ record, plan }: Pick<Begun, 'record' | 'plan'>, end: End, leaseMs: number): AttemptRecord {
  const { attempts, startedAt, lost, code, wrong } = record;
  const open: AttemptRecord = { ...record, state: 'OPEN', lease: null };
  const uncounted = attempts - Number(plan !== 'look'); // an attempt that only looked was never counted
  switch (end.kind) {
    case 'certified':
      return { ...open, state: 'CERTIFIED' };
    case 'unknown':
      return { ...open, lost: lostWindow(record, leaseMs), failed: 'OUTCOME_UNKNOWN' };
    case 'unread':
      return { ...open, attempts: uncounted, failed: 'OUTCOME_UNKNOWN' };
    case 'unsent':
      return { ...open, attempts: uncounted, failed: end.code };
    case 'rejected': {
      const failed = end.code;
      // A lost attempt that worked would have closed the verification; one that may still be under way would not.
      const stillLost = lost && startedAt < lost.until ? lost : null;
      if (failed === 'WRONG_CODE') return { ...open, lost: stillLost, failed, wrong: [...wrong, code!] };
      if (failed === 'CODE_REJECTED') return { ...open, lost: stillLost, failed };
      const mayBeOurs = lost !== null && failed === 'ALREADY_CERTIFIED';
      return FINAL.has(failed) && !mayBeOurs ? { ...open, state: 'DEAD', failed } : { ...open, failed };
    }
  }
}

/** The attempts left after one that failed with `code`. */
export function attemptsLeft(code: ConfirmCode, attempts: number): number {
  return FINAL.has(code) ? 0 : Math.max(0, ATTEMPTS_ALLOWED - attempts);
}

/** Whether no code is sent any more. */
export function isOver(found: AttemptRecord | null): boolean {
  if (!found) return false;
  const { state, attempts } = found;
  return state === 'CERTIFIED' || state === 'DEAD' || (state === 'OPEN' && attempts >= ATTEMPTS_ALLOWED);
}

/** Whether an attempt is in flight and still has its process. */
export function isLeased({ state, startedAt }: AttemptRecord, now: number, leaseMs: number): boolean {
  return state === 'IN_FLIGHT' && now - startedAt < leaseMs;
}

/** When attempts without an answer may have worked, with the one in flight, which may have for as long as its lease. */
export function lostWindow({ state, startedAt, lost }: AttemptRecord, leaseMs: number): LostWindow | null {
  if (state !== 'IN_FLIGHT') return lost;
  return { since: lost?.since ?? startedAt, until: startedAt + leaseMs };
}

export function aged({ since, until }: LostWindow, now: number): LostWindowAge {
  return { sinceAge: now - since, untilAge: now - until };
}
