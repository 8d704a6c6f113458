import { setTimeout as delay } from 'node:timers/promises';
import type { Caller } from '../caller.ts';
import { failure, type FailureOf } from '../failure.ts';
import type { Pass } from '../guard/limits.ts';
import { RESEND_AFTER_MS, type Remembered, type SameRequest } from '../guard/requests.ts';
import type { UpstreamError } from '../upstream/errors.ts';
import type { IdentityRequest } from '../upstream/upstream.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import type { Parts } from './parts.ts';
import { createSingleFlight } from './single-flight.ts';
import { failureOf } from './upstream-failure.ts';

/** A code was sent, for a new verification that the caller owns. */
export interface Sent {
  readonly impUid: string;
  /** When another request of this caller for this phone is let through, as far as is known. */
  readonly resendAt: Date;
  /** When the code probably ends: the upstream does not tell. */
  readonly expiresAt: Date;
}

type Requested = Outcome<Sent, FailureOf['request']>;

export type Request = (caller: Caller, person: IdentityRequest) => Promise<Requested>;

/** How often a caller looks whether the same request on another replica has ended. */
const WAIT_STEP_MS = 100;

/**
 * Has a code sent, once: a named caller that repeats its request, while it is under way or after its answer was lost on the way,
 * gets the answer of the first.
 */
export function createRequest(parts: Parts): Request {
  const once = createSingleFlight<Requested>();
  return (caller, person) => {
    const same = parts.requests.same(caller, person);
    const work = () => request(parts, caller, person, same);
    return same ? once(same.key, work) : work();
  };
}

/** Answers from the record of the same request, waits for the one under way on another replica, or is the first. */
async function request(
  parts: Parts,
  caller: Caller,
  person: IdentityRequest,
  same: SameRequest | null,
): Promise<Requested> {
  const { requests, limits, deadlines } = parts;
  const answerBy = performance.now() + deadlines.answerMs;
  for (;;) {
    const found = same && (await requests.find(same));
    if (found && !found.ok) return found;
    if (found?.value.remembered) return repeated(parts, found.value.remembered);
    const pass = await limits.request(caller, { digits: person.phone }, same && same.window);
    if (!pass.ok) return pass;
    if (pass.value.kind === 'counted') {
      const keep = async (ended: Remembered) => same && found && requests.keep(same, found.value, ended);
      return send(parts, caller, person, pass.value, keep);
    }
    // One that has taken so long has lost its process, or its record could not be kept.
    const isUnknown = pass.value.ageMs >= deadlines.answerMs || performance.now() >= answerBy;
    if (isUnknown) return waitUntil(pass.value.retryAt);
    await delay(WAIT_STEP_MS);
  }
}

/** A verification that has ended is not offered again, nor is one that may exist sent again. */
async function repeated({ attempts }: Parts, { impUid, resendAt, expiresAt }: Remembered): Promise<Requested> {
  if (impUid === null) return waitUntil(resendAt);
  const isOver = await attempts.isOver(impUid);
  if (!isOver.ok) return isOver;
  return isOver.value ? waitUntil(resendAt) : ok({ impUid, resendAt, expiresAt });
}

function waitUntil(retryAt: Date): Requested {
  return failed(failure('RATE_LIMITED', { retryAt }));
}

async function send(
  { upstream, attempts, codeLifetimeMs }: Parts,
  caller: Caller,
  person: IdentityRequest,
  pass: Pass,
  keep: (ended: Remembered) => Promise<unknown>,
): Promise<Requested> {
  const storable = await attempts.check(); // a message whose owner cannot be kept would be anybody's
  if (!storable.ok) {
    void pass.refund();
    return storable;
  }
  const answer = await upstream.request(person, caller.ip);
  const { resendAt, expiresAt } = timesOf(pass, codeLifetimeMs);
  if (!answer.ok) {
    if (mayBeSent(answer.failure)) await keep({ impUid: null, resendAt, expiresAt });
    else giveBack(pass, answer.failure);
    return failed(failureOf('request', answer.failure));
  }
  if (answer.value === null) {
    void pass.refund();
    return failed(failure('UPSTREAM_MISCONFIGURED'));
  }
  const sent: Sent = { impUid: answer.value, resendAt, expiresAt };
  await attempts.open(caller, sent.impUid, person);
  await keep(sent);
  return ok(sent);
}

/** When a code that was sent now can be sent again, and when it probably ends. */
export function timesOf(pass: Pass, codeLifetimeMs: number): Pick<Sent, 'resendAt' | 'expiresAt'> {
  const now = Date.now();
  const resendAt = new Date(Math.max(now + RESEND_AFTER_MS, pass.nextAt.getTime()));
  return { resendAt, expiresAt: new Date(now + codeLifetimeMs) };
}

/** One that never left must not make its phone wait a minute, or after an outage a day; one that was refused can be made again. */
export function giveBack(pass: Pass, error: UpstreamError): void {
  void (error.kind === 'fault' && error.fate === 'not-sent' ? pass.refund() : pass.release());
}

/** Whether nothing proves that no message is on its way. */
export function mayBeSent(error: UpstreamError): boolean {
  return error.kind === 'fault' && (error.fate === 'ambiguous' || error.fate === 'answered');
}
