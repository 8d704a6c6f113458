import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { UpstreamFault, UpstreamRefusal } from '../iamport/errors.ts';
import { failure, failureOf, type Failure, type FailureOf } from '../failure.ts';
import type { Interval, Placement } from '../iamport/clock.ts';
import type { CertificationRecord } from '../iamport/record.ts';
import type { Iamport, IdentityRequest } from '../iamport/source.ts';
import { describe, type Logger } from '../log.ts';
import {
  ANY_TIME,
  attemptsLeft,
  begin,
  endOfWait,
  finish,
  opened,
  mayDelete,
  readRight,
  type Attempt,
  type AttemptRecord,
  type AttemptRules,
  type Begin,
  type ConfirmCode,
  type End,
  type Method,
  type ReadRight,
  type Step,
  type Turn,
  type WaitEnd,
} from './attempt.ts';
import type { Caller } from '../caller.ts';
import type { Hmac } from './hmac.ts';
import type { Limits, Pass } from './limits.ts';
import { StoreFull, StoreUnavailable, type AttemptStore } from './store.ts';

/** The verification is confirmed in the other way. */
export interface OtherMethod {
  readonly kind: 'other-method';
  readonly method: Method;
}

/** Between the resolvers and the source: who may try, how often, and whose data it is. */
export interface Guard {
  /** Has a code sent. The caller becomes the owner of the verification. */
  request(caller: Caller, person: IdentityRequest): Promise<string | FailureOf['request']>;
  /** One attempt with a code, or with null for an approval in the app. */
  confirm(
    caller: Caller,
    impUid: string,
    otp: string | null,
  ): Promise<CertificationRecord | OtherMethod | FailureOf['confirm']>;
  /** A certification that this caller proved, or any for one with `certification:read-any`, until `signal`. */
  read(caller: Caller, impUid: string, signal?: AbortSignal): Promise<CertificationRecord | FailureOf['read']>;
  /** Deletes such a certification. The scope for it is checked before. */
  delete(caller: Caller, impUid: string): Promise<null | FailureOf['delete']>;
}

export interface GuardOptions {
  readonly iamport: Iamport;
  readonly store: AttemptStore;
  readonly hmac: Hmac;
  readonly limits: Limits;
  readonly rules: AttemptRules;
  readonly logger: Logger;
  /** A monotonic clock, in ms; that of the upstream source. */
  readonly clock?: () => number;
}

type Proof = CertificationRecord | FailureOf['confirm'];

/** How often a caller looks whether the attempt with the same code on another machine has ended. */
const WAIT_STEP_MS = 100;

/** For longer than a write can be late. */
const GIVE_BACK_STEP_MS = 200;
const GIVE_BACK_TRIES = 15;

/** Before it is asked how a lost confirm ended, the upstream gets a moment to end it. */
const READ_BACK_DELAY_MS = 300;

const monotonic = (): number => performance.now();

export function createGuard(options: GuardOptions): Guard {
  const { iamport, store, hmac, limits, rules, logger, clock = monotonic } = options;
  /** Calls in this process by impUid, caller and code: two taps are one. */
  const flights = new Map<string, Promise<Proof | OtherMethod>>();
  const ownerOf = ({ subject }: Caller): string => hmac('caller', subject);
  /** Whether the upstream tells capitals apart is not known: another spelling must not be five more attempts. */
  const keyOf = (impUid: string): string => hmac('impUid', impUid.toLowerCase());

  return {
    async request(caller, person) {
      try {
        const pass = await limits.request(caller, person.phone);
        return pass.retryAt ? failure('RATE_LIMITED', { retryAt: pass.retryAt }) : await send(caller, person, pass);
      } catch (error) {
        return isStoreError(error) ? storeFailure(error) : failureOf('request', error);
      }
    },

    confirm(caller, impUid, otp) {
      const key = keyOf(impUid);
      const mine: Attempt = {
        id: randomBytes(9).toString('base64url'),
        owner: ownerOf(caller),
        code: hmac('code', impUid, otp ?? ''),
        method: otp === null ? 'APP' : 'SMS',
      };
      const answerBy = clock() + rules.answerMs;
      const flight = `${key} ${mine.owner} ${mine.code}`;
      const running = flights.get(flight);
      if (running) return running;
      const started = limits
        .confirm(caller)
        .then(({ retryAt }) =>
          retryAt ? failure('RATE_LIMITED', { retryAt }) : attempt(key, mine, impUid, otp, answerBy),
        )
        .catch(storeFailure)
        .finally(() => flights.delete(flight));
      flights.set(flight, started);
      return started;
    },

    async read(caller, impUid, signal) {
      try {
        const right = await rightOf(caller, impUid);
        if (right.kind === 'none') return failure('NOT_FOUND');
        const record = await iamport.certification(impUid, signal);
        const placement = record.certified ? placed(record, right) : 'inside'; // without proof it is about nobody
        if (placement === 'inside') return record;
        return failure(placement === 'outside' ? 'NOT_FOUND' : 'UPSTREAM_UNAVAILABLE');
      } catch (error) {
        return isStoreError(error) ? storeFailure(error) : failureOf('read', error);
      }
    },

    async delete(caller, impUid) {
      try {
        if (!(await mayDeleteNow(caller, impUid))) return failure('NOT_FOUND');
        await iamport.delete(impUid);
        return null;
      } catch (error) {
        return isStoreError(error) ? storeFailure(error) : failureOf('delete', error);
      }
    },
  };

  async function send(caller: Caller, person: IdentityRequest, pass: Pass): Promise<string> {
    try {
      await store.check(); // a message whose owner cannot be kept would be anybody's
      const impUid = await iamport.request(person);
      const record = opened(ownerOf(caller), person.method ?? 'SMS');
      await store.update(keyOf(impUid), () => ({ record, reply: undefined })).catch(logLost);
      return impUid;
    } catch (error) {
      // A request that never left must not make its phone wait a minute, or after an outage a day.
      const isUnsent = error instanceof UpstreamFault && error.fate === 'not-sent';
      if (isStoreError(error) || isUnsent) void pass.giveBack().catch(logLost);
      throw error;
    }
  }

  async function rightOf(caller: Caller, impUid: string): Promise<ReadRight> {
    if (caller.scopes.has('certification:read-any')) return ANY_TIME;
    return store.update(keyOf(impUid), (found, now) => ({
      reply: rightOnOurClock(readRight(found, ownerOf(caller), now, rules.flightMs), now - clock()),
    }));
  }

  /** Whether a certified record was made when a right says that it speaks for its caller. */
  function placed(record: CertificationRecord, right: ReadRight): Placement {
    if (right === ANY_TIME) return 'inside';
    return right.kind === 'proven' ? iamport.certifiedIn(record, right) : 'outside';
  }

  async function mayDeleteNow(caller: Caller, impUid: string): Promise<boolean> {
    if (caller.scopes.has('certification:read-any')) return true;
    return store.update(keyOf(impUid), (found) => ({ reply: mayDelete(found, ownerOf(caller)) }));
  }

  async function attempt(
    key: string,
    mine: Attempt,
    impUid: string,
    otp: string | null,
    answerBy: number,
  ): Promise<Proof | OtherMethod> {
    let aheadMs = 0;
    let begun: Begin | null = null;
    const step = (found: AttemptRecord | null, now: number): Step<Begin> => {
      aheadMs = now - clock();
      const next = begin(found, mine, now, rules);
      begun = next.reply;
      return next;
    };
    const said = await store.update(key, step).catch((error: unknown) => {
      if (begun?.kind === 'turn' && !(error instanceof StoreFull)) void giveBack(key, begun);
      throw error;
    });
    switch (said.kind) {
      case 'turn': {
        const flown = await fly(onOurClock(said, aheadMs), impUid, otp);
        await land(key, said, flown.end).catch(logLost);
        return flown.answer;
      }
      case 'wait':
        return waitFor(key, mine, impUid, answerBy);
      case 'repeat':
        return readProof(impUid, ANY_TIME);
      case 'other-method':
        return said;
      case 'refuse':
        return failed(said.code, said.attempts, said.retryAt === null ? null : wallTime(said.retryAt - aheadMs));
    }
  }

  function land(key: string, turn: Turn, end: End): Promise<boolean> {
    return store.update(key, (found) => finish(found, turn, end, rules.flightMs));
  }

  /**
   * A turn can have been kept although the answer was that it was not, or be kept yet: it stands in the way until it is
   * given back.
   */
  async function giveBack(key: string, turn: Turn): Promise<void> {
    let isDone = false;
    for (let tries = 0; tries < GIVE_BACK_TRIES && !isDone; tries += 1) {
      await delay(GIVE_BACK_STEP_MS, undefined, { ref: false });
      isDone = await land(key, turn, { kind: 'unsent', code: 'UPSTREAM_UNAVAILABLE' }).catch(() => false);
    }
  }

  /** Sends the code, unless an earlier send of it turns out to have worked. */
  async function fly(turn: Turn, impUid: string, otp: string | null): Promise<{ end: End; answer: Proof }> {
    if (turn.readFirst) {
      const seen = await look(impUid, turn);
      if (typeof seen === 'object') return certified(seen);
      if (!turn.canSend || seen === 'unreadable') return UNREAD;
    }
    try {
      const record = await iamport.confirm(impUid, otp);
      return record.certified ? certified(record) : refused(otp === null ? 'IN_PROGRESS' : 'WRONG_CODE', turn);
    } catch (error) {
      const answer = failureOf('confirm', error);
      const isOurs = turn.readFirst && answer.code === 'ALREADY_CERTIFIED'; // by the send whose answer was lost, perhaps
      if (answer.code === 'OUTCOME_UNKNOWN' || isOurs) return readBack(turn, impUid);
      const fate = error instanceof UpstreamFault ? error.fate : null;
      if (fate === 'answered') return { end: UNKNOWN.end, answer };
      if (fate !== null) return { end: { kind: 'unsent', code: answer.code }, answer };
      const attemptsRemaining = attemptsLeft(answer.code, turn.attempts);
      return { end: { kind: 'refused', code: answer.code }, answer: { ...answer, attemptsRemaining } };
    }
  }

  /** The only way to know how a confirm ended whose answer was lost. Not certified proves nothing: it may still end. */
  async function readBack(turn: Turn, impUid: string): Promise<{ end: End; answer: Proof }> {
    await delay(READ_BACK_DELAY_MS);
    const seen = await look(impUid, turn);
    if (typeof seen === 'object') return certified(seen);
    return seen === 'older' ? refused('ALREADY_CERTIFIED', turn) : UNKNOWN;
  }

  async function look(impUid: string, turn: Turn): Promise<CertificationRecord | 'older' | 'open' | 'unreadable'> {
    try {
      const record = await iamport.readBack(impUid);
      if (!record.certified) return 'open';
      const intervals = [{ since: turn.startedAt, until: clock() }, ...(turn.lost ? [turn.lost] : [])];
      const placements = new Set(intervals.map((interval) => iamport.certifiedIn(record, interval)));
      if (placements.has('inside')) return record;
      return placements.has('unsure') ? 'unreadable' : 'older';
    } catch (error) {
      // An upstream may keep no record before it is certified: a record that is not there says what an open one says.
      const isMissing = error instanceof UpstreamRefusal && failureOf('read', error).code === 'NOT_FOUND';
      return isMissing ? 'open' : 'unreadable';
    }
  }

  /** The end of the attempt with the same code on another machine, or OUTCOME_UNKNOWN where that takes too long. */
  async function waitFor(key: string, mine: Attempt, impUid: string, answerBy: number): Promise<Proof> {
    let end: WaitEnd = { kind: 'flying' };
    while (end.kind === 'flying' && clock() < answerBy) {
      await delay(WAIT_STEP_MS);
      end = await store.update(key, (found, now) => {
        const reply = endOfWait(found, mine, now, rules.flightMs);
        return {
          reply: reply.kind === 'read' ? { ...reply, right: rightOnOurClock(reply.right, now - clock()) } : reply,
        };
      });
    }
    if (end.kind === 'flying') return failure('OUTCOME_UNKNOWN');
    if (end.kind === 'refuse') return failed(end.code, end.attempts, null);
    return readProof(impUid, end.right, AbortSignal.timeout(Math.max(0, Math.ceil(answerBy - clock()))));
  }

  /** The record that shows that a code was right. Where it cannot be read, the person may be certified all the same. */
  async function readProof(impUid: string, right: ReadRight, signal?: AbortSignal): Promise<Proof> {
    try {
      const record = await iamport.certification(impUid, signal);
      return placed(record, right) === 'inside' ? record : failure('OUTCOME_UNKNOWN');
    } catch (error) {
      return error instanceof UpstreamRefusal ? failureOf('read', error) : failure('OUTCOME_UNKNOWN');
    }
  }

  /** The wall clock's time at a moment of the monotonic one, in unix ms. */
  function wallTime(at: number): number {
    return Date.now() + at - clock();
  }

  /** What was found out is answered all the same: an attempt whose end is not kept counts as unknown later. */
  function logLost(error: unknown): void {
    logger.error(describe(error), 'the guard could not keep what happened');
  }
}

const UNREAD: { end: End; answer: Proof } = { end: { kind: 'unread' }, answer: failure('OUTCOME_UNKNOWN') };
const UNKNOWN: { end: End; answer: Proof } = { end: { kind: 'unknown' }, answer: failure('OUTCOME_UNKNOWN') };

/** The store's clock is `aheadMs` ahead of this process' monotonic one. */
function onOurClock(turn: Turn, aheadMs: number): Turn {
  return { ...turn, startedAt: turn.startedAt - aheadMs, lost: turn.lost && shifted(turn.lost, aheadMs) };
}

function rightOnOurClock(right: ReadRight, aheadMs: number): ReadRight {
  return right.kind === 'proven' && right !== ANY_TIME ? { kind: 'proven', ...shifted(right, aheadMs) } : right;
}

function shifted({ since, until }: Interval, aheadMs: number): Interval {
  return { since: since - aheadMs, until: until - aheadMs };
}

function certified(record: CertificationRecord): { end: End; answer: Proof } {
  return { end: { kind: 'certified' }, answer: record };
}

function refused(code: ConfirmCode, { attempts }: Turn): { end: End; answer: Proof } {
  return { end: { kind: 'refused', code }, answer: failed(code, attempts, null) };
}

function failed(code: ConfirmCode, attempts: number, retryAt: number | null): FailureOf['confirm'] {
  return failure(code, {
    attemptsRemaining: attemptsLeft(code, attempts),
    retryAt: retryAt === null ? null : new Date(retryAt),
  });
}

function isStoreError(error: unknown): boolean {
  return error instanceof StoreUnavailable || error instanceof StoreFull;
}

/** A store in trouble gives nothing away: what it cannot tell is refused. */
function storeFailure(error: unknown): Failure<'UpstreamError'> {
  if (!isStoreError(error)) throw error;
  return failure(error instanceof StoreFull ? 'OVERLOADED' : 'UPSTREAM_UNAVAILABLE');
}
