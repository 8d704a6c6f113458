import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { UpstreamFault } from '../errors.ts';
import { failure, failureOf, type Failure, type FailureOf } from '../failure.ts';
import type { CertificationRecord } from '../iamport/record.ts';
import type { Iamport, IdentityRequest } from '../iamport/source.ts';
import { describe, type Logger } from '../log.ts';
import {
  ANY_TIME,
  attemptsLeft,
  begin,
  finish,
  isFlying,
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
  type Window,
} from './attempt.ts';
import type { Caller } from './caller.ts';
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
}

type Proof = CertificationRecord | FailureOf['confirm'];

/** How often a caller looks whether the same code's flight on another machine has landed. */
const WAIT_STEP_MS = 100;

/** For longer than a write can be late. */
const GIVE_BACK_STEP_MS = 200;
const GIVE_BACK_TRIES = 15;

/** Before it is asked how a lost confirm ended, the upstream gets a moment to end it. */
const READ_BACK_DELAY_MS = 300;

/** The upstream tells whole seconds. */
const CLOCK_TOLERANCE_MS = 1_000;

export function createGuard({ iamport, store, hmac, limits, rules, logger }: GuardOptions): Guard {
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
      const flight = `${key} ${mine.owner} ${mine.code}`;
      const running = flights.get(flight);
      if (running) return running;
      const started = limits
        .confirm(caller)
        .then(({ retryAt }) => (retryAt ? failure('RATE_LIMITED', { retryAt }) : attempt(key, mine, impUid, otp)))
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
        const isTheirs = !record.certified || (right.kind === 'proven' && isWithin(record, right));
        return isTheirs ? record : failure('NOT_FOUND');
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
      // Nobody waits a minute, or after an outage a day, for a message that never left.
      const isUnsent = error instanceof UpstreamFault && error.fate === 'not-sent';
      if (isStoreError(error) || isUnsent) void pass.giveBack().catch(logLost);
      throw error;
    }
  }

  async function rightOf(caller: Caller, impUid: string): Promise<ReadRight> {
    if (caller.scopes.has('certification:read-any')) return ANY_TIME;
    return store.update(keyOf(impUid), (found, now) => {
      const right = readRight(found, ownerOf(caller), now, rules.flightMs);
      if (right.kind !== 'proven' || right === ANY_TIME) return { reply: right };
      return { reply: { kind: 'proven', ...shifted(right, now - Date.now()) } };
    });
  }

  async function mayDeleteNow(caller: Caller, impUid: string): Promise<boolean> {
    if (caller.scopes.has('certification:read-any')) return true;
    return store.update(keyOf(impUid), (found) => ({ reply: mayDelete(found, ownerOf(caller)) }));
  }

  async function attempt(key: string, mine: Attempt, impUid: string, otp: string | null): Promise<Proof | OtherMethod> {
    let aheadMs = 0;
    let begun: Begin | null = null;
    const step = (found: AttemptRecord | null, now: number): Step<Begin> => {
      aheadMs = now - Date.now();
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
        return (await landing(key, mine)) ?? attempt(key, mine, impUid, otp);
      case 'repeat':
        return iamport.certification(impUid).catch((error) => failureOf('read', error));
      case 'other-method':
        return said;
      case 'refuse':
        return failed(said.code, said.attempts, said.retryAt);
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
      const isOurs = isWithin(record, { since: turn.startedAt, until: Date.now() });
      return isOurs || (turn.lost && isWithin(record, turn.lost)) ? record : 'older';
    } catch {
      return 'unreadable';
    }
  }

  /**
   * Certified in this time of this machine's clock, by the upstream's own. The store has a third clock, which is taken
   * off before.
   */
  function isWithin(
    { certified_at }: CertificationRecord,
    { since, until }: { since: number; until: number },
  ): boolean {
    if (since === 0) return true;
    if (certified_at === null) return false;
    const at = certified_at * 1000 - iamport.clockSkewMs();
    return at + CLOCK_TOLERANCE_MS >= since && at - CLOCK_TOLERANCE_MS <= until;
  }

  /** Waits for the same code's flight on another machine; its failure is this one's, anything else is looked at afresh. */
  async function landing(key: string, { code }: Attempt): Promise<FailureOf['confirm'] | null> {
    let found: AttemptRecord | null | 'flying' = 'flying';
    while (found === 'flying') {
      await delay(WAIT_STEP_MS);
      found = await store.update(key, (record, now) => ({
        reply: record && isFlying(record, now, rules.flightMs) ? 'flying' : record,
      }));
    }
    return found?.code === code && found.failed ? failed(found.failed, found.attempts, null) : null;
  }

  /** What was found out is answered all the same: an attempt whose end is not kept counts as unknown later. */
  function logLost(error: unknown): void {
    logger.error(describe(error), 'the guard could not keep what happened');
  }
}

const UNREAD: { end: End; answer: Proof } = { end: { kind: 'unread' }, answer: failure('OUTCOME_UNKNOWN') };
const UNKNOWN: { end: End; answer: Proof } = { end: { kind: 'unknown' }, answer: failure('OUTCOME_UNKNOWN') };

/** The store's clock is `aheadMs` ahead of this machine's. */
function onOurClock(turn: Turn, aheadMs: number): Turn {
  return { ...turn, startedAt: turn.startedAt - aheadMs, lost: turn.lost && shifted(turn.lost, aheadMs) };
}

function shifted({ since, until }: Window, aheadMs: number): Window {
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
