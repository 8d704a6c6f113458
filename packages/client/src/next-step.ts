import type { IdentityErrorCode, VerificationMethod } from './generated/operations.ts';
import type { PossibleTypesResultData } from './generated/possible-types.ts';

/** The kind of operation that answered: after a lost answer it decides what to do. */
export type Call = 'request' | 'resend' | 'confirm' | 'open' | 'complete' | 'read' | 'delete';

/** What an app does next. Each failure has a `message` for the person: show it, whatever the step is. */
export type NextStep =
  /** The person is verified; after a delete, the certification is gone. */
  | { readonly step: 'done' }
  /** The person types the code, or approves in the verification app; then confirm. After a read: nobody has confirmed yet. */
  | { readonly step: 'confirm' }
  /** The person goes on in the provider's window, opened with the id that `openIdentityWindow` answered; then complete it. */
  | { readonly step: 'window' }
  /** The call succeeded with a type that this version does not know: use what it answered. */
  | { readonly step: 'go-on' }
  /** Show the form again and mark these fields; none where it is not told which of them is wrong. */
  | { readonly step: 'fix-fields'; readonly fields: readonly FieldProblem[] }
  /** Let the person type the code again; `attemptsRemaining` is null where it is not known. Offer a new code as well. */
  | { readonly step: 'retype'; readonly attemptsRemaining: number | null }
  /** Disable the button until `retryAt` (some seconds where it is null), then the same call can be made again. */
  | { readonly step: 'wait'; readonly retryAt: string | null }
  /** Offer a new code: `requestIdentityOtp` with the same input, once the person asks for it. */
  | { readonly step: 'request-again' }
  /** Read `certification(impUid)` in a moment: the person may be verified already. */
  | { readonly step: 'read' }
  /** Show the form again: with this method, or where it is null for another line or an unblocked one. */
  | { readonly step: 'other-way'; readonly method: VerificationMethod | null }
  /** This verification is over: back to the form. `providerCode` is for the provider's support desk. */
  | { readonly step: 'start-over'; readonly providerCode: string | null }
  /** Apologise; the person can make the same call again after `retryAt`, or later where it is null. */
  | { readonly step: 'try-later'; readonly retryAt: string | null }
  /** Apologise, and name your support or another way to verify: the same call fails again. */
  | { readonly step: 'contact-support'; readonly providerCode: string | null };

export interface FieldProblem {
  readonly name: string;
  readonly message: string;
}

/** A member of any result union, also one that was added later, and one of a document that selects less. */
export interface IdentityResult {
  readonly __typename: string;
  readonly code?: string;
  readonly retryable?: boolean;
  readonly certified?: boolean | null;
  readonly fields?: readonly FieldProblem[];
  readonly attemptsRemaining?: number | null;
  readonly retryAt?: string | null;
  readonly providerCode?: string | null;
}

/** By the code of a failure; by its type, then by `retryable`, where this version does not know the code. */
export function nextStep(result: IdentityResult, call: Call): NextStep {
  const { __typename: type, code } = result;
  if (code === undefined) return afterSuccess(result);
  const rule = own(BY_CODE, code) ?? own(BY_TYPE, type) ?? unknownFailure;
  return rule(result, call);
}

function afterSuccess({ __typename: type, certified }: IdentityResult): NextStep {
  if (type === 'IdentityOtpSent') return { step: 'confirm' };
  if (type === 'IdentityWindow') return { step: 'window' };
  if (type === 'CertificationDeleted') return { step: 'done' };
  // Nobody is called verified whose document did not ask for it.
  if (type === 'Certification') return { step: certified === true ? 'done' : 'confirm' };
  return { step: 'go-on' };
}

type Rule = (failure: IdentityResult, call: Call) => NextStep;

const fixFields: Rule = ({ fields = [] }) => ({ step: 'fix-fields', fields });
const wait: Rule = ({ retryAt = null }) => ({ step: 'wait', retryAt });
const requestAgain: Rule = () => ({ step: 'request-again' });
const inWindow: Rule = () => ({ step: 'window' });
const read: Rule = () => ({ step: 'read' });
const otherWay: Rule = () => ({ step: 'other-way', method: null });
const startOver: Rule = ({ providerCode = null }) => ({ step: 'start-over', providerCode });
const tryLater: Rule = ({ retryAt = null }) => ({ step: 'try-later', retryAt });
const contactSupport: Rule = ({ providerCode = null }) => ({ step: 'contact-support', providerCode });

const retype: Rule = ({ attemptsRemaining = null }) =>
  attemptsRemaining === 0 ? { step: 'request-again' } : { step: 'retype', attemptsRemaining };

/** It may have worked, of a resend the confirm before it. A deletion can be repeated; a read changes nothing. */
const answerLost: Rule = (failure, call) => {
  if (call === 'request') return { step: 'request-again' };
  return call === 'delete' || call === 'read' || call === 'open' ? tryLater(failure, call) : { step: 'read' };
};

const unknownFailure: Rule = (failure, call) => (failure.retryable ? tryLater : startOver)(failure, call);

/** A code that the schema adds does not compile until it has its row. */
const BY_CODE: Readonly<Record<IdentityErrorCode, Rule>> = {
  INVALID_INPUT: fixFields,
  WRONG_CODE: retype,
  CODE_REJECTED: retype,
  CODE_EXPIRED: requestAgain,
  TOO_MANY_ATTEMPTS: requestAgain,
  ALREADY_CERTIFIED: read,
  APP_NOT_APPROVED: requestAgain,
  RESEND_UNAVAILABLE: requestAgain,
  WINDOW_NOT_COMPLETED: inWindow,
  IN_PROGRESS: wait,
  IDENTITY_MISMATCH: fixFields,
  LINE_BLOCKED: otherWay,
  LINE_NOT_ELIGIBLE: otherWay,
  AGE_NOT_ALLOWED: contactSupport,
  SMS_REQUIRED: () => ({ step: 'other-way', method: 'SMS' }),
  APP_REQUIRED: () => ({ step: 'other-way', method: 'APP' }),
  NOT_FOUND: startOver,
  RATE_LIMITED: wait,
  OUTCOME_UNKNOWN: answerLost,
  UPSTREAM_UNAUTHORIZED: contactSupport,
  UPSTREAM_UNAVAILABLE: tryLater,
  UPSTREAM_TIMEOUT: tryLater,
  UPSTREAM_MAINTENANCE: tryLater,
  UPSTREAM_REJECTED: startOver,
  UPSTREAM_MISCONFIGURED: contactSupport,
  UPSTREAM_BAD_RESPONSE: tryLater,
  OVERLOADED: tryLater,
};

type ErrorType = PossibleTypesResultData['possibleTypes']['IdentityError'][number];

/** For the codes of a newer gateway: what the description of each type in the schema asks of a client. */
const BY_TYPE: Readonly<Record<ErrorType, Rule>> = {
  InvalidInputError: fixFields,
  OtpRejectedError: (failure, call) => (failure.retryable ? wait : retype)(failure, call),
  RequestRejectedError: otherWay,
  CertificationNotFoundError: startOver,
  RateLimitedError: wait,
  OutcomeUnknownError: answerLost,
  UpstreamError: (failure, call) => (failure.retryable ? tryLater : contactSupport)(failure, call),
};

/** Undefined also for names that every object has, such as `constructor`. */
function own<Row>(table: Readonly<Record<string, Row>>, name: string): Row | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
