import { randomUUID } from 'node:crypto';
import type { Caller } from '../caller.ts';
import type { Decision, OnEvent } from '../events.ts';
import { describe, type Logger } from '../log.ts';
import type { Interval } from '../interval.ts';
import {
  begin,
  finish,
  isOver,
  opened,
  type Attempt,
  type AttemptRecord,
  type AttemptRules,
  type Begin,
  type Begun,
  type End,
  type Method,
  type LostWindowAge,
  type Step,
} from './attempt-rules.ts';
import { certifiedByWindow } from './window-rules.ts';
import { mayDelete, otherEnd, readRight, type OtherEnd, type ReadRight } from './rights.ts';
import type { Hmac } from './hmac.ts';
import { createKept, type Kept } from './kept.ts';
import { resend, type Resend } from './resend-rules.ts';
import { StoreUnavailable, type AttemptStore } from './store.ts';
import { mustBeKept, readRecord, repeated, update, type RecordAt } from './update.ts';

/** The person that a code was sent to: the digits of the phone, and how they confirm. */
interface Person {
  readonly phone: string;
  readonly method: Method;
}

/** One caller's code for one impUid. */
export interface KeyedAttempt extends Attempt {
  /** Of the record in the store. */
  readonly key: string;
}

/** The attempts of every impUid, as they are kept: whose an impUid is, and what may be done with it. Times are on this process' clock. */
export interface Attempts {
  /** Whether a new record could be kept. */
  check(): Kept<void>;
  /** Makes `caller` the owner of an impUid that a code was sent for. Errors: none; what cannot be kept is logged. */
  open(caller: Caller, impUid: string, person: Person): Promise<void>;
  /** Whether the caller may have a code sent again. */
  mayResend(caller: Caller, impUid: string): Kept<Resend>;
  /** The same, just before it is sent: where it may be, the codes that were wrong so far can be right from now on. */
  resend(caller: Caller, impUid: string): Kept<Resend>;
  /** Makes `caller` the owner of an impUid that a window is opened with. */
  openWindow(caller: Caller, impUid: string): Kept<void>;
  /**
   * Keeps that the window of `caller` certified an impUid, which makes them its owner. False where somebody else requested or
   * certified it: then nothing is kept.
   */
  certify(caller: Caller, impUid: string): Kept<boolean>;
  /** The attempt with a code, or with the caller's approval in the app. */
  attempt(caller: Caller, impUid: string, method: Method, otp: string): KeyedAttempt;
  begin(attempt: KeyedAttempt): Kept<Begin<Interval>>;
  /** Keeps how an attempt ended. One that lost its lease meanwhile changes nothing. Errors: none; what cannot be kept is logged. */
  finish(attempt: KeyedAttempt, begun: Begun<Interval>, end: End): Promise<void>;
  /** How an attempt with the same code ended, which another call began. */
  otherEnd(attempt: KeyedAttempt): Kept<OtherEnd<Interval>>;
  readRight(caller: Caller, impUid: string): Kept<ReadRight<Interval>>;
  mayDelete(caller: Caller, impUid: string): Kept<boolean>;
  /** Whether a verification has ended: no code is sent for it any more. */
  isOver(impUid: string): Kept<boolean>;
}

interface AttemptsOptions {
  readonly store: AttemptStore;
  readonly hmac: Hmac;
  readonly rules: AttemptRules;
  readonly logger: Logger;
  readonly onEvent: OnEvent;
}

export function createAttempts(options: AttemptsOptions): Attempts {
  const { store, hmac, rules, onEvent } = options;
  const kept = createKept(onEvent);
  const { leaseMs } = rules;
  const ownerOf = ({ subject }: Caller): string => hmac('caller', subject);
  /** Whether the upstream tells capitals apart is not known: another spelling must not be five more attempts. */
  const keyOf = (impUid: string): string => hmac('impUid', impUid.toLowerCase());

  /** Reads a record and answers one rule about it. */
  const asked = <T>(key: string, rule: (found: RecordAt) => T): Kept<T> => kept(readRecord(store, key).then(rule));

  /** Applies a step to a record, and answers its reply once that is kept. */
  const written = <T>(key: string, step: (found: AttemptRecord | null, now: number) => Step<T>): Kept<T> =>
    kept(update(store, key, step).then((updated) => (mustBeKept(updated), updated.reply)));

  return {
    check: () => kept(store.check()),
    async open(caller, impUid, { method, phone }) {
      const record = opened(ownerOf(caller), method, hmac('phone', phone));
      const opening = written(keyOf(impUid), () => ({ record, reply: true }));
      if (!(await opening).ok) logLost(options, new StoreUnavailable('An owner was not kept'));
    },
    openWindow: (caller, impUid) =>
      written(keyOf(impUid), () => ({ record: opened(ownerOf(caller), 'WINDOW'), reply: undefined })),
    certify: (caller, impUid) => written(keyOf(impUid), (found) => certifiedByWindow(found, ownerOf(caller))),
    mayResend: (caller, impUid) =>
      asked(keyOf(impUid), ({ record, now }) => resend(record, ownerOf(caller), now, leaseMs).reply),
    resend: (caller, impUid) => written(keyOf(impUid), (found, now) => resend(found, ownerOf(caller), now, leaseMs)),
    attempt: (caller, impUid, method, otp) => ({
      key: keyOf(impUid),
      lease: randomUUID(),
      owner: ownerOf(caller),
      code: hmac('code', impUid, otp),
      method,
    }),
    begin: (attempt) => kept(beginKept(options, attempt)),
    finish: ({ key }, begun, end) => finishKept(options, key, begun, end),
    otherEnd: (attempt) =>
      asked(attempt.key, (found) => {
        const end = otherEnd(found.record, attempt, found.now, leaseMs);
        return end.kind === 'read' ? { ...end, right: rightOnOurClock(end.right, found) } : end;
      }),
    readRight: (caller, impUid) =>
      asked(keyOf(impUid), (found) =>
        rightOnOurClock(readRight(found.record, ownerOf(caller), found.now, leaseMs), found),
      ),
    mayDelete: (caller, impUid) => asked(keyOf(impUid), ({ record }) => mayDelete(record, ownerOf(caller))),
    isOver: (impUid) => asked(keyOf(impUid), ({ record }) => isOver(record)),
  };
}

async function beginKept({ store, rules, onEvent }: AttemptsOptions, attempt: KeyedAttempt): Promise<Begin<Interval>> {
  const begun = await update(store, attempt.key, (found, now) => begin(found, attempt, now, rules));
  const { reply, isKept } = begun;
  if (reply.kind === 'begun' && !isKept) void undoBegin({ store, rules }, attempt.key, reply);
  mustBeKept(begun);
  onEvent({ kind: 'attempt', decision: decisionOf(reply) });
  if (reply.kind !== 'begun') return reply;
  return { ...reply, lost: reply.lost && onOurClock(reply.lost, begun) };
}

/** The caller still gets the answer of an attempt whose end was not kept; later that attempt counts as lost. */
async function finishKept(options: AttemptsOptions, key: string, begun: Begun<Interval>, end: End): Promise<void> {
  const write = () => replaceEnded(options, key, begun, end);
  const isHeard = await write().then(
    () => true,
    (error: unknown) => (logLost(options, error), false),
  );
  // Written once more, the end changes nothing where it was kept after all.
  if (!isHeard) void repeated(() => write().then(() => true));
}

function logLost({ logger }: AttemptsOptions, error: unknown): void {
  logger.error(describe(error), 'an attempt could not be kept');
}

function decisionOf(reply: Begin): Decision {
  if (reply.kind === 'begun') return reply.plan;
  return reply.kind === 'reject' ? (reply.code as Decision) : reply.kind; // what the rules reject with is in that set
}

/** One compare-and-set without a read before it: the record that it expects is the one that `begin` wrote. */
async function replaceEnded(
  { store, rules }: Pick<AttemptsOptions, 'store' | 'rules'>,
  key: string,
  begun: Pick<Begun, 'record' | 'plan'>,
  end: End,
): Promise<boolean> {
  const next = finish(begun, end, rules.leaseMs);
  return store.replace(key, JSON.stringify(begun.record), JSON.stringify(next));
}

/**
 * Undoes a write that the store did not answer in time. It may have happened, or happen until its deadline, and its lease
 * would keep the caller out although nothing is in flight.
 */
async function undoBegin(options: Pick<AttemptsOptions, 'store' | 'rules'>, key: string, begun: Begun): Promise<void> {
  const end = { kind: 'unsent', code: 'UPSTREAM_UNAVAILABLE' } as const;
  await repeated(() => replaceEnded(options, key, begun, end));
}

/** Not narrower than it is: the store looked at its clock at some moment between the question and its answer. */
function onOurClock({ sinceAge, untilAge }: LostWindowAge, { askedAt, heardAt }: RecordAt): Interval {
  return { since: askedAt - sinceAge, until: heardAt - untilAge };
}

function rightOnOurClock(right: ReadRight, found: RecordAt): ReadRight<Interval> {
  return right.kind === 'window' ? { kind: 'window', window: onOurClock(right.window, found) } : right;
}
