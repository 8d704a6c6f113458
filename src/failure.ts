/**
 * Every code a client can meet: the schema type that carries it, which is the client's next step, and whether the same
 * call, unchanged, may succeed later.
 */
const CODES = {
  INVALID_INPUT: { type: 'InvalidInputError', retryable: false },
  WRONG_CODE: { type: 'OtpRejectedError', retryable: false },
  CODE_REJECTED: { type: 'OtpRejectedError', retryable: false },
  CODE_EXPIRED: { type: 'OtpRejectedError', retryable: false },
  TOO_MANY_ATTEMPTS: { type: 'OtpRejectedError', retryable: false },
  ALREADY_CERTIFIED: { type: 'OtpRejectedError', retryable: false },
  APP_NOT_APPROVED: { type: 'OtpRejectedError', retryable: false },
  RESEND_UNAVAILABLE: { type: 'OtpRejectedError', retryable: false },
  WINDOW_NOT_COMPLETED: { type: 'OtpRejectedError', retryable: true },
  IN_PROGRESS: { type: 'OtpRejectedError', retryable: true },
  IDENTITY_MISMATCH: { type: 'RequestRejectedError', retryable: false },
  LINE_BLOCKED: { type: 'RequestRejectedError', retryable: false },
  LINE_NOT_ELIGIBLE: { type: 'RequestRejectedError', retryable: false },
  AGE_NOT_ALLOWED: { type: 'RequestRejectedError', retryable: false },
  SMS_REQUIRED: { type: 'RequestRejectedError', retryable: false },
  APP_REQUIRED: { type: 'RequestRejectedError', retryable: false },
  NOT_FOUND: { type: 'CertificationNotFoundError', retryable: false },
  RATE_LIMITED: { type: 'RateLimitedError', retryable: true },
  OUTCOME_UNKNOWN: { type: 'OutcomeUnknownError', retryable: false },
  UPSTREAM_UNAUTHORIZED: { type: 'UpstreamError', retryable: false },
  UPSTREAM_UNAVAILABLE: { type: 'UpstreamError', retryable: true },
  UPSTREAM_TIMEOUT: { type: 'UpstreamError', retryable: true },
  UPSTREAM_MAINTENANCE: { type: 'UpstreamError', retryable: true },
  UPSTREAM_REJECTED: { type: 'UpstreamError', retryable: false },
  UPSTREAM_MISCONFIGURED: { type: 'UpstreamError', retryable: false },
  UPSTREAM_BAD_RESPONSE: { type: 'UpstreamError', retryable: true },
  OVERLOADED: { type: 'UpstreamError', retryable: true },
} as const;

type Codes = typeof CODES;
export type FailureCode = keyof Codes;
export const FAILURE_CODES = Object.keys(CODES) as FailureCode[];
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

export type FieldRule =
  | 'IMP_UID'
  | 'OTP'
  | 'OTP_BY_APP'
  | 'APP_BY_OTP'
  | 'BY_WINDOW'
  | 'NAME'
  | 'PHONE'
  | 'BIRTHDAY'
  | 'GENDER_DIGIT'
  | 'GENDER_DIGIT_CENTURY'
  | 'MERCHANT_UID'
  | 'MERCHANT_UID_PLAIN'
  | 'COMPANY';

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

/** The failures that each kind of call can end in, apart from invalid input. */
type AnyCall = 'RateLimitedError' | 'UpstreamError';
export interface FailureOf {
  readonly open: Failure<AnyCall>;
  readonly complete: FailureOf['confirm'];
  readonly confirm: Failure<AnyCall | 'OtpRejectedError' | 'CertificationNotFoundError' | 'OutcomeUnknownError'>;
  readonly request: Failure<AnyCall | 'RequestRejectedError' | 'OutcomeUnknownError'>;
  readonly resend: Failure<AnyCall | 'OtpRejectedError' | 'CertificationNotFoundError' | 'OutcomeUnknownError'>;
  readonly read: Failure<AnyCall | 'CertificationNotFoundError'>;
  readonly delete: Failure<AnyCall | 'CertificationNotFoundError' | 'OutcomeUnknownError'>;
}
export type Call = keyof FailureOf;
export const CALLS = [
  'request',
  'resend',
  'confirm',
  'open',
  'complete',
  'read',
  'delete',
] as const satisfies readonly Call[];
