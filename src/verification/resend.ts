import type { Caller } from '../caller.ts';
import { failure, type FailureOf } from '../failure.ts';
import { attemptsLeft } from '../guard/attempt-rules.ts';
import type { StoreFailure } from '../guard/kept.ts';
import { RESEND_AFTER_MS } from '../guard/requests.ts';
import type { Resend as MayResend } from '../guard/resend-rules.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import type { Parts } from './parts.ts';
import { giveBack, mayBeSent, timesOf, type Sent } from './request.ts';
import { createSingleFlight } from './single-flight.ts';
import { failureOf } from './upstream-failure.ts';

type Resent = Outcome<Sent & { readonly attemptsLeft: number }, FailureOf['resend']>;

export type Resend = (caller: Caller, impUid: string) => Promise<Resent>;

/** Has the code of a verification sent again, once for two taps. It counts as a request does, for the same phone. */
export function createResend(parts: Parts): Resend {
  const once = createSingleFlight<Resent>();
  return (caller, impUid) => once(`${impUid} ${caller.subject}`, () => resend(parts, caller, impUid));
}

async function resend(parts: Parts, caller: Caller, impUid: string): Promise<Resent> {
  const { attempts, limits, upstream, codeLifetimeMs } = parts;
  const may = allowed(await attempts.mayResend(caller, impUid));
  if (!may.ok) return may;
  const send = upstream.resend(impUid);
  if (!send) return failed(failure('RESEND_UNAVAILABLE'));
  const same = { name: 'same-resend', key: may.value.phone, points: 1, ms: RESEND_AFTER_MS }; // of two replicas one sends
  const pass = await limits.request(caller, { hmac: may.value.phone }, same);
  if (!pass.ok) return pass;
  if (pass.value.kind === 'counted-before') return failed(failure('RATE_LIMITED', { retryAt: pass.value.retryAt }));
  // Not before: while no message is sent, a code that was wrong stays wrong.
  const begun = allowed(await attempts.resend(caller, impUid));
  if (!begun.ok) {
    void pass.value.refund();
    return begun;
  }
  const answer = await send();
  if (!answer.ok) {
    if (!mayBeSent(answer.failure)) giveBack(pass.value, answer.failure);
    const told = failureOf('resend', answer.failure);
    // A verification that is certified is refused, in words that say no more.
    const isUnknown = told.code === 'UPSTREAM_REJECTED' && begun.value.mayBeCertified;
    return failed(isUnknown ? failure('OUTCOME_UNKNOWN') : told);
  }
  const left = attemptsLeft('WRONG_CODE', begun.value.attempts);
  return ok({ impUid, ...timesOf(pass.value, codeLifetimeMs), attemptsLeft: left });
}

type Allowed = Extract<MayResend, { readonly kind: 'allowed' }>;

function allowed(may: Outcome<MayResend, StoreFailure>): Outcome<Allowed, FailureOf['resend']> {
  if (!may.ok) return may;
  switch (may.value.kind) {
    case 'allowed':
      return ok(may.value);
    case 'none':
      return failed(failure('NOT_FOUND'));
    case 'unavailable':
      return failed(failure('RESEND_UNAVAILABLE'));
    case 'reject': {
      const { code, attempts } = may.value;
      return failed(failure(code, { attemptsRemaining: attemptsLeft(code, attempts) }));
    }
  }
}
