import type { Caller } from '../caller.ts';
import { failure, type FailureOf } from '../failure.ts';
import { attemptsLeft } from '../guard/attempt-rules.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import type { Parts } from './parts.ts';
import { isUnsent, timesOf, type Sent } from './request.ts';
import { createSingleFlight } from './single-flight.ts';
import { failureOf } from './upstream-failure.ts';

export type Resent = Outcome<Sent & { readonly attemptsLeft: number }, FailureOf['resend']>;

export type Resend = (caller: Caller, impUid: string) => Promise<Resent>;

/** Has the code of a verification sent again, once for two taps. It counts as a request does, for the same phone. */
export function createResend(parts: Parts): Resend {
  const once = createSingleFlight<Resent>();
  return (caller, impUid) => once(`${impUid} ${caller.subject}`, () => resend(parts, caller, impUid));
}

async function resend(parts: Parts, caller: Caller, impUid: string): Promise<Resent> {
  const { attempts, limits, upstream, codeLifetimeMs } = parts;
  const may = await attempts.resend(caller, impUid);
  if (!may.ok) return may;
  const send = upstream.resend(impUid);
  switch (may.value.kind) {
    case 'none':
      return failed(failure('NOT_FOUND'));
    case 'reject': {
      const { code, attempts } = may.value;
      return failed(failure(code, { attemptsRemaining: attemptsLeft(code, attempts) }));
    }
    case 'unavailable':
      return failed(failure('RESEND_UNAVAILABLE'));
    case 'allowed':
  }
  if (!send) return failed(failure('RESEND_UNAVAILABLE'));
  const pass = await limits.resend(caller, may.value.phone);
  if (!pass.ok) return pass;
  const answer = await send();
  if (!answer.ok) {
    if (isUnsent(answer.failure)) void pass.value.refund();
    return failed(failureOf('resend', answer.failure));
  }
  const left = attemptsLeft('WRONG_CODE', may.value.attempts);
  return ok({ impUid, ...timesOf(pass.value, codeLifetimeMs), attemptsLeft: left });
}
