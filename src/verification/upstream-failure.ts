import { failure, type Call, type Failure, type FailureOf } from '../failure.ts';
import type { Refusal, UpstreamError, UpstreamRefusal } from '../upstream/errors.ts';

/** The calls that ask the upstream: a window is opened by the page. */
type SentCall = Exclude<Call, 'open'>;

/** The code in each kind of call; those about a record as a whole share one. */
type Row = readonly [
  confirm: FailureOf['confirm']['code'],
  request: FailureOf['request']['code'],
  record: FailureOf['read']['code'],
];
const COLUMN = { confirm: 0, request: 1, resend: 2, complete: 2, read: 2, delete: 2 } as const satisfies Record<
  SentCall,
  keyof Row
>;

/** The calls that change something upstream: their outcome is unknown where the answer is lost. */
const CHANGES = {
  confirm: true,
  request: true,
  resend: true,
  complete: false,
  read: false,
  delete: true,
} satisfies Record<SentCall, boolean>;

/** What a refusal means to the client. A refusal that makes no sense for a call is UPSTREAM_REJECTED, or UPSTREAM_UNAVAILABLE where it may pass. */
const MEANING: Readonly<Record<Exclude<Refusal, 'UNRECOGNISED'>, Row>> = {
  IN_PROGRESS: ['IN_PROGRESS', 'RATE_LIMITED', 'UPSTREAM_UNAVAILABLE'],
  SEND_LIMIT: ['TOO_MANY_ATTEMPTS', 'RATE_LIMITED', 'RATE_LIMITED'],
  ATTEMPTS_EXCEEDED: ['TOO_MANY_ATTEMPTS', 'RATE_LIMITED', 'RATE_LIMITED'],
  RATE_LIMITED: ['RATE_LIMITED', 'RATE_LIMITED', 'RATE_LIMITED'],
  OTP_EXPIRED: ['CODE_EXPIRED', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE'],
  WRONG_OTP: ['WRONG_CODE', 'UPSTREAM_REJECTED', 'UPSTREAM_REJECTED'],
  MVNO_MISMATCH: ['UPSTREAM_REJECTED', 'IDENTITY_MISMATCH', 'UPSTREAM_REJECTED'],
  CARRIER_MAINTENANCE: ['UPSTREAM_MAINTENANCE', 'UPSTREAM_MAINTENANCE', 'UPSTREAM_MAINTENANCE'],
  SEND_FAILED: ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE'],
  LINE_BLOCKED: ['UPSTREAM_REJECTED', 'LINE_BLOCKED', 'UPSTREAM_REJECTED'],
  LINE_NOT_ELIGIBLE: ['UPSTREAM_REJECTED', 'LINE_NOT_ELIGIBLE', 'UPSTREAM_REJECTED'],
  AGE_NOT_ALLOWED: ['UPSTREAM_REJECTED', 'AGE_NOT_ALLOWED', 'UPSTREAM_REJECTED'],
  SMS_REQUIRED: ['UPSTREAM_REJECTED', 'SMS_REQUIRED', 'UPSTREAM_REJECTED'],
  APP_NOT_APPROVED: ['APP_NOT_APPROVED', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_REJECTED'],
  APP_REQUIRED: ['UPSTREAM_REJECTED', 'APP_REQUIRED', 'UPSTREAM_REJECTED'],
  MERCHANT_CONFIG: ['UPSTREAM_MISCONFIGURED', 'UPSTREAM_MISCONFIGURED', 'UPSTREAM_MISCONFIGURED'],
  INVALID_INPUT: ['UPSTREAM_REJECTED', 'IDENTITY_MISMATCH', 'UPSTREAM_REJECTED'],
  UPSTREAM_TEMPORARY: ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE'],
  NOT_FOUND: ['NOT_FOUND', 'UPSTREAM_REJECTED', 'NOT_FOUND'],
};

/** Unknown words: only then does the status decide. `confirm.ts` looks at the record before it says CODE_REJECTED. */
const BY_STATUS: Readonly<Record<number, Row>> = {
  400: ['CODE_REJECTED', 'IDENTITY_MISMATCH', 'UPSTREAM_REJECTED'],
  404: ['NOT_FOUND', 'UPSTREAM_REJECTED', 'NOT_FOUND'],
};
const SERVER_ERROR: Row = ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE'];
const REJECTED: Row = ['CODE_REJECTED', 'UPSTREAM_REJECTED', 'UPSTREAM_REJECTED'];

/** The failure that a call to the upstream ended in. A lost answer to a call that changes something is never called a failure. */
export function failureOf<C extends SentCall>(call: C, error: UpstreamError): FailureOf[C] {
  return outcomeOf(call, error) as FailureOf[C];
}

function outcomeOf(call: SentCall, error: UpstreamError): Failure {
  if (error.kind === 'refusal') return failure(meaning(error)[COLUMN[call]], { providerCode: error.providerCode });
  const isLost = error.fate === 'ambiguous' && CHANGES[call];
  return isLost ? failure('OUTCOME_UNKNOWN') : failure(error.code, { retryAt: error.retryAt });
}

function meaning({ refusal, status }: UpstreamRefusal): Row {
  if (refusal !== 'UNRECOGNISED') return MEANING[refusal];
  return BY_STATUS[status] ?? (status >= 500 ? SERVER_ERROR : REJECTED);
}
