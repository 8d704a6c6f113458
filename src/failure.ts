import { UpstreamFault, UpstreamRefusal, type Refusal } from './iamport/errors.ts';

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
  IDENTITY_MISMATCH: { type: 'RequestRejectedError', retryable: false },
  LINE_NOT_ELIGIBLE: { type: 'RequestRejectedError', retryable: false },
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
  | 'NAME'
  | 'PHONE'
  | 'BIRTHDAY'
  | 'GENDER_DIGIT'
  | 'GENDER_DIGIT_CENTURY'
  | 'MERCHANT_UID'
  | 'COMPANY';

type Facts = Partial<Pick<Failure, 'providerCode' | 'attemptsRemaining' | 'retryAt'>>;

export function failure<C extends FailureCode>(code: C, facts: Facts = {}): Failure<Codes[C]['type']> {
  const { type } = CODES[code];
  // The compiler cannot follow a generic code to its row; the table above holds the pairs together.
  return { __typename: type, code, providerCode: null, attemptsRemaining: null, retryAt: null, ...facts } as never;
}

/** A record has no code. It can have a type name: the subgraph library writes one into what it resolves. */
export function isFailure<T extends object>(result: T): result is Extract<T, { readonly code: unknown }> {
  return 'code' in result;
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
  readonly confirm: Failure<AnyCall | 'OtpRejectedError' | 'CertificationNotFoundError' | 'OutcomeUnknownError'>;
  readonly request: Failure<AnyCall | 'RequestRejectedError' | 'OutcomeUnknownError'>;
  readonly read: Failure<AnyCall | 'CertificationNotFoundError'>;
  readonly delete: Failure<AnyCall | 'CertificationNotFoundError' | 'OutcomeUnknownError'>;
}
export type Call = keyof FailureOf;

/** The code in each kind of call; reading and deleting share one. */
type Row = readonly [
  confirm: FailureOf['confirm']['code'],
  request: FailureOf['request']['code'],
  record: FailureOf['read']['code'],
];
const COLUMN = { confirm: 0, request: 1, read: 2, delete: 2 } as const satisfies Record<Call, keyof Row>;

/** What a refusal means to the client. A class that is strange in a call is a refusal without a better name. */
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
  LINE_NOT_ELIGIBLE: ['UPSTREAM_REJECTED', 'LINE_NOT_ELIGIBLE', 'UPSTREAM_REJECTED'],
  APP_REQUIRED: ['UPSTREAM_REJECTED', 'APP_REQUIRED', 'UPSTREAM_REJECTED'],
  MERCHANT_CONFIG: ['UPSTREAM_MISCONFIGURED', 'UPSTREAM_MISCONFIGURED', 'UPSTREAM_MISCONFIGURED'],
  INVALID_INPUT: ['UPSTREAM_REJECTED', 'IDENTITY_MISMATCH', 'UPSTREAM_REJECTED'],
  UPSTREAM_TEMPORARY: ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE'],
  NOT_FOUND: ['NOT_FOUND', 'UPSTREAM_REJECTED', 'NOT_FOUND'],
};

/** Words nobody knows: only then does the status decide. */
const BY_STATUS: Readonly<Record<number, Row>> = {
  // An otp that is missing is 400 too, but it was checked before it was sent.
  400: ['ALREADY_CERTIFIED', 'IDENTITY_MISMATCH', 'UPSTREAM_REJECTED'],
  404: ['NOT_FOUND', 'UPSTREAM_REJECTED', 'NOT_FOUND'],
};
const SERVER_ERROR: Row = ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE'];
const REJECTED: Row = ['UPSTREAM_REJECTED', 'UPSTREAM_REJECTED', 'UPSTREAM_REJECTED'];

/**
 * The failure that a call ended in. A lost answer to a call that changes something is never called a failure.
 * Errors: rethrows what is neither the upstream's refusal nor its fault.
 */
export function failureOf<C extends Call>(call: C, error: unknown): FailureOf[C] {
  return outcome(call, error) as FailureOf[C];
}

function outcome(call: Call, error: unknown): Failure {
  if (error instanceof UpstreamRefusal)
    return failure(meaning(error)[COLUMN[call]], { providerCode: error.providerCode });
  if (!(error instanceof UpstreamFault)) throw error;
  const isLost = error.fate === 'ambiguous' && call !== 'read';
  return isLost ? failure('OUTCOME_UNKNOWN') : failure(error.code, { retryAt: error.retryAt });
}

function meaning({ refusal, status }: UpstreamRefusal): Row {
  if (refusal !== 'UNRECOGNISED') return MEANING[refusal];
  return BY_STATUS[status] ?? (status >= 500 ? SERVER_ERROR : REJECTED);
}
