import { UpstreamFault, UpstreamRefusal, type Refusal } from './errors.ts';

/**
 * Every code a client can meet: the schema type that carries it, which is the client's next step, and whether the same
 * call, unchanged, may succeed later.
 */
const CODES = {
  INVALID_INPUT: { type: 'InvalidInputError', retryable: false },
  WRONG_CODE: { type: 'OtpRejectedError', retryable: false },
  CODE_EXPIRED: { type: 'OtpRejectedError', retryable: false },
  TOO_MANY_ATTEMPTS: { type: 'OtpRejectedError', retryable: false },
  ALREADY_CERTIFIED: { type: 'OtpRejectedError', retryable: false },
  IN_PROGRESS: { type: 'OtpRejectedError', retryable: true },
  NOT_FOUND: { type: 'CertificationNotFoundError', retryable: false },
  RATE_LIMITED: { type: 'RateLimitedError', retryable: true },
  OUTCOME_UNKNOWN: { type: 'OutcomeUnknownError', retryable: false },
  UPSTREAM_UNAUTHORIZED: { type: 'UpstreamError', retryable: false },
  UPSTREAM_UNAVAILABLE: { type: 'UpstreamError', retryable: true },
  UPSTREAM_TIMEOUT: { type: 'UpstreamError', retryable: true },
  UPSTREAM_MAINTENANCE: { type: 'UpstreamError', retryable: true },
  UPSTREAM_REJECTED: { type: 'UpstreamError', retryable: false },
  UPSTREAM_MISCONFIGURED: { type: 'UpstreamError', retryable: false },
  UPSTREAM_BAD_RESPONSE: { type: 'UpstreamError', retryable: false },
  OVERLOADED: { type: 'UpstreamError', retryable: true },
} as const;

type Codes = typeof CODES;
export type FailureCode = keyof Codes;
export type FailureType = Codes[FailureCode]['type'];
type CodeOf<T extends FailureType> = { [C in FailureCode]: Codes[C]['type'] extends T ? C : never }[FailureCode];

/** A member of a result union that is not the success. */
export type Failure<T extends FailureType = FailureType> = T extends FailureType ? Member<T> : never;

/** What the schema of a type does not show stays null. */
interface Member<T extends FailureType> {
  readonly __typename: T;
  readonly code: CodeOf<T>;
  readonly providerCode: string | null;
  readonly attemptsRemaining: number | null;
  readonly retryAt: Date | null;
}

export interface InvalidInput extends Member<'InvalidInputError'> {
  readonly fields: readonly FieldProblem[];
}

/** A field's name and the rule it breaks; the value is left behind. */
export interface FieldProblem {
  readonly name: string;
  readonly rule: FieldRule;
}

export type FieldRule = 'IMP_UID' | 'OTP';

type Facts = Partial<Pick<Failure, 'providerCode' | 'attemptsRemaining' | 'retryAt'>>;

export function failure<C extends FailureCode>(code: C, facts: Facts = {}): Failure<Codes[C]['type']> {
  const { type } = CODES[code];
  // The compiler cannot follow a generic code to its row; the table above holds the pairs together.
  return { __typename: type, code, providerCode: null, attemptsRemaining: null, retryAt: null, ...facts } as never;
}

export function invalidInput(fields: readonly FieldProblem[]): InvalidInput {
  return { ...failure('INVALID_INPUT'), fields };
}

export function isRetryable(code: FailureCode): boolean {
  return CODES[code].retryable;
}

export type ConfirmFailure = Failure<Exclude<FailureType, 'InvalidInputError'>>;

/** What a refusal of a confirm means to the client. Classes that belong to the request for a code are strange here, and final. */
const ON_CONFIRM: Readonly<Record<Exclude<Refusal, 'UNRECOGNISED'>, ConfirmFailure['code']>> = {
  IN_PROGRESS: 'IN_PROGRESS',
  SEND_LIMIT: 'TOO_MANY_ATTEMPTS',
  ATTEMPTS_EXCEEDED: 'TOO_MANY_ATTEMPTS',
  RATE_LIMITED: 'RATE_LIMITED',
  OTP_EXPIRED: 'CODE_EXPIRED',
  WRONG_OTP: 'WRONG_CODE',
  MVNO_MISMATCH: 'UPSTREAM_REJECTED',
  CARRIER_MAINTENANCE: 'UPSTREAM_MAINTENANCE',
  SEND_FAILED: 'UPSTREAM_UNAVAILABLE',
  LINE_NOT_ELIGIBLE: 'UPSTREAM_REJECTED',
  APP_REQUIRED: 'UPSTREAM_REJECTED',
  MERCHANT_CONFIG: 'UPSTREAM_MISCONFIGURED',
  INVALID_INPUT: 'UPSTREAM_REJECTED',
  UPSTREAM_TEMPORARY: 'UPSTREAM_UNAVAILABLE',
  NOT_FOUND: 'NOT_FOUND',
};

/** The failure a confirm ended in. Errors: rethrows what is neither the upstream's refusal nor its fault. */
export function confirmFailure(error: unknown): ConfirmFailure {
  if (error instanceof UpstreamRefusal) return failure(confirmCode(error), { providerCode: error.providerCode });
  if (!(error instanceof UpstreamFault)) throw error;
  return error.fate === 'ambiguous' ? failure('OUTCOME_UNKNOWN') : failure(error.code, { retryAt: error.retryAt });
}

/** Only for words nobody knows does the status decide. */
function confirmCode({ refusal, status }: UpstreamRefusal): ConfirmFailure['code'] {
  if (refusal !== 'UNRECOGNISED') return ON_CONFIRM[refusal];
  if (status === 400) return 'ALREADY_CERTIFIED'; // a missing otp is 400 too, but ours was checked before it was sent
  if (status === 404) return 'NOT_FOUND';
  return status >= 500 ? 'UPSTREAM_UNAVAILABLE' : 'UPSTREAM_REJECTED';
}
