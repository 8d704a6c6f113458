import { setTimeout as delay } from 'node:timers/promises';
import type { Caller } from '../caller.ts';
import { failure, invalidInput, type FailureOf, type InvalidInput } from '../failure.ts';
import { attemptsLeft, type Begun, type ConfirmCode, type End } from '../guard/attempt-rules.ts';
import type { OtherEnd, ReadRight } from '../guard/rights.ts';
import type { KeyedAttempt } from '../guard/attempt-records.ts';
import type { UpstreamError } from '../upstream/errors.ts';
import type { CertificationRecord } from '../upstream/record.ts';
import type { Interval } from '../interval.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import type { Parts } from './parts.ts';
import { place, placeOfWindow } from './read.ts';
import { createSingleFlight } from './single-flight.ts';
import { failureOf } from './upstream-failure.ts';

/** What a person confirms with: the code of the message, or an approval in the carrier's app. */
type Confirmation = { readonly method: 'SMS'; readonly otp: string } | { readonly method: 'APP' };

type Confirmed = Outcome<CertificationRecord, FailureOf['confirm'] | InvalidInput>;

export type Confirm = (caller: Caller, impUid: string, confirmation: Confirmation) => Promise<Confirmed>;

/** One call to confirm. */
interface Call {
  readonly impUid: string;
  readonly confirmation: Confirmation;
  readonly attempt: KeyedAttempt;
  /** On the monotonic clock. */
  readonly answerBy: number;
}

/** How an attempt ended, and what its caller is told. */
interface Ended {
  readonly end: End;
  readonly answer: Confirmed;
}

/** How often a caller looks whether the attempt with the same code on another replica has ended. */
const WAIT_STEP_MS = 100;

/** One attempt to confirm. It is single-flight: two taps, of one caller with one code, are one attempt and one answer. */
export function createConfirm(parts: Parts): Confirm {
  const once = createSingleFlight<Confirmed>();
  return (caller, impUid, confirmation) => {
    const answerBy = performance.now() + parts.deadlines.answerMs;
    const otp = confirmation.method === 'SMS' ? confirmation.otp : '';
    const attempt = parts.attempts.attempt(caller, impUid, confirmation.method, otp);
    const call = { impUid, confirmation, attempt, answerBy };
    return once(`${attempt.key} ${attempt.owner} ${attempt.code}`, () => confirm(parts, caller, call));
  };
}

async function confirm(parts: Parts, caller: Caller, call: Call): Promise<Confirmed> {
  const pass = await parts.limits.confirm(caller);
  if (!pass.ok) return pass;
  const begin = await parts.attempts.begin(call.attempt);
  if (!begin.ok) return begin;
  switch (begin.value.kind) {
    case 'begun': {
      const { end, answer } = await carryOut(parts, call, begin.value);
      await parts.attempts.finish(call.attempt, begin.value, end);
      return answer;
    }
    case 'wait':
      return awaitOther(parts, call);
    case 'repeat':
      return readProof(parts, call.impUid, { kind: 'any' });
    case 'other-method':
      return failed(invalidInput([OTHER_METHOD[begin.value.method]]));
    case 'reject': {
      const { code, attempts, retryInMs } = begin.value;
      return failed(rejection(code, attempts, retryInMs));
    }
  }
}

/** What to say of a verification by this method that is confirmed in another way. */
const OTHER_METHOD = {
  APP: { name: 'otp', rule: 'OTP_BY_APP' },
  SMS: { name: 'impUid', rule: 'APP_BY_OTP' },
  WINDOW: { name: 'impUid', rule: 'BY_WINDOW' },
} as const;

/** Sends the code, unless an earlier send of it turns out to have worked. */
async function carryOut(parts: Parts, { impUid, confirmation }: Call, begun: Begun<Interval>): Promise<Ended> {
  const since = performance.now();
  if (begun.plan !== 'send') {
    const seen = await look(parts, impUid, begun, since);
    if (seen.kind === 'certified') return certified(seen.record);
    if (begun.plan === 'look' || seen.kind === 'unreadable') return UNREAD;
  }
  const sent = await parts.upstream.confirm(impUid, confirmation.method === 'SMS' ? confirmation.otp : null);
  if (sent.ok && sent.value.certified) return certified(sent.value);
  if (sent.ok) return rejected(confirmation.method === 'APP' ? 'IN_PROGRESS' : 'WRONG_CODE', begun);
  const answer = failureOf('confirm', sent.failure);
  if (answer.code === 'OUTCOME_UNKNOWN') return readBack(parts, impUid, begun, since);
  if (answer.code === 'CODE_REJECTED')
    return afterUnknownWords(await look(parts, impUid, begun, since), confirmation, begun);
  return afterFailure(begun, sent.failure, answer);
}

function afterFailure({ record }: Begun<Interval>, error: UpstreamError, answer: FailureOf['confirm']): Ended {
  if (error.kind === 'fault') {
    const end: End = error.fate === 'answered' ? { kind: 'unknown' } : { kind: 'unsent', code: answer.code };
    return { end, answer: failed(answer) };
  }
  const attemptsRemaining = attemptsLeft(answer.code, record.attempts);
  return { end: { kind: 'rejected', code: answer.code }, answer: failed({ ...answer, attemptsRemaining }) };
}

/**
 * A refusal in unknown words can mean a wrong code, one that is too late, or a verification that was completed before. The
 * record decides: an open one says that the code was not accepted, and never that it is wrong.
 */
function afterUnknownWords(seen: Seen, { method }: Confirmation, begun: Begun<Interval>): Ended {
  if (seen.kind === 'open') return rejected(method === 'APP' ? 'IN_PROGRESS' : 'CODE_REJECTED', begun);
  const isOurs = speaksForCaller(begun);
  if (seen.kind === 'unreadable') return isOurs ? UNKNOWN : rejected('OUTCOME_UNKNOWN', begun);
  return seen.kind === 'certified' && isOurs ? certified(seen.record) : rejected('ALREADY_CERTIFIED', begun);
}

/**
 * Whether a certification in the time of the caller's attempts is the caller's, although the upstream said no to this code. A
 * claimed verification can be completed by somebody else at the same time, so that there the code itself must have been sent.
 */
function speaksForCaller({ record, plan }: Begun<Interval>): boolean {
  return record.method !== null || plan !== 'send';
}

/**
 * Reads how a confirm ended whose answer was lost, which is the only way to know. A record that is certified was certified by
 * this attempt if it was in this attempt's time. One that is not proves nothing, since the confirm may still end.
 */
async function readBack(parts: Parts, impUid: string, begun: Begun<Interval>, since: number): Promise<Ended> {
  await delay(parts.deadlines.readBackDelayMs);
  const seen = await look(parts, impUid, begun, since);
  if (seen.kind === 'certified') return certified(seen.record);
  return seen.kind === 'older' ? rejected('ALREADY_CERTIFIED', begun) : UNKNOWN;
}

/** What a record says of this attempt and of lost ones before it; `older` was certified before them all, or in a window. */
type Seen =
  | { readonly kind: 'certified'; readonly record: CertificationRecord }
  | { readonly kind: 'older' | 'open' | 'unreadable' };

async function look(
  parts: Parts,
  impUid: string,
  { lost, record: { method } }: Begun<Interval>,
  since: number,
): Promise<Seen> {
  const { upstream } = parts;
  const answer = await upstream.readBack(impUid);
  if (!answer.ok) {
    // An upstream may keep no record before it is certified: a record that is not there says what an open one says.
    const isMissing = answer.failure.kind === 'refusal' && failureOf('read', answer.failure).code === 'NOT_FOUND';
    return { kind: isMissing ? 'open' : 'unreadable' };
  }
  const record = answer.value;
  if (!record.certified) return { kind: 'open' };
  const intervals = [{ since, until: performance.now() }, ...(lost ? [lost] : [])];
  const placements = new Set(intervals.map((interval) => upstream.certifiedIn(record, interval)));
  if (!placements.has('inside')) return { kind: placements.has('unsure') ? 'unreadable' : 'older' };
  const placement = method === null ? await placeOfWindow(parts, record) : 'inside';
  if (placement === 'inside') return { kind: 'certified', record };
  return { kind: placement === 'unsure' ? 'unreadable' : 'older' };
}

/** The end of the attempt with the same code on another replica, or OUTCOME_UNKNOWN where that takes too long. */
async function awaitOther(parts: Parts, { attempt, impUid, answerBy }: Call): Promise<Confirmed> {
  let end: OtherEnd<Interval> = { kind: 'in-flight' };
  while (end.kind === 'in-flight' && performance.now() < answerBy) {
    await delay(WAIT_STEP_MS);
    const answer = await parts.attempts.otherEnd(attempt);
    if (!answer.ok) return answer;
    end = answer.value;
  }
  if (end.kind === 'in-flight') return failed(failure('OUTCOME_UNKNOWN'));
  if (end.kind === 'reject') return failed(rejection(end.code, end.attempts, null));
  return readProof(parts, impUid, end.right, AbortSignal.timeout(Math.max(0, Math.ceil(answerBy - performance.now()))));
}

/** Reads the certification that shows that a code was right. Where it cannot be read, the person may be certified all the same. */
async function readProof(
  parts: Parts,
  impUid: string,
  right: ReadRight<Interval>,
  signal?: AbortSignal,
): Promise<Confirmed> {
  const answer = await parts.upstream.certification(impUid, signal);
  if (!answer.ok && answer.failure.kind === 'refusal') return failed(failureOf('read', answer.failure));
  const isProof = answer.ok && answer.value.certified && (await place(parts, answer.value, right)) === 'inside';
  return isProof ? answer : failed(failure('OUTCOME_UNKNOWN'));
}

const UNREAD: Ended = { end: { kind: 'unread' }, answer: failed(failure('OUTCOME_UNKNOWN')) };
const UNKNOWN: Ended = { end: { kind: 'unknown' }, answer: failed(failure('OUTCOME_UNKNOWN')) };

function certified(record: CertificationRecord): Ended {
  return { end: { kind: 'certified' }, answer: ok(record) };
}

function rejected(code: ConfirmCode, { record }: Begun<Interval>): Ended {
  return { end: { kind: 'rejected', code }, answer: failed(rejection(code, record.attempts, null)) };
}

function rejection(code: ConfirmCode, attempts: number, retryInMs: number | null): FailureOf['confirm'] {
  return failure(code, {
    attemptsRemaining: attemptsLeft(code, attempts),
    retryAt: retryInMs === null ? null : new Date(Date.now() + retryInMs),
  });
}
