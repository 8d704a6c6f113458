/**
 * What is known of a call that brought no answer: `not-sent`, no byte of the request left; `rejected`, the upstream
 * refused to process it; `ambiguous`, it may have been processed.
 */
export type Fate = 'not-sent' | 'rejected' | 'ambiguous';

export type FaultCode = 'UPSTREAM_UNAUTHORIZED' | 'UPSTREAM_UNAVAILABLE' | 'UPSTREAM_TIMEOUT' | 'UPSTREAM_BAD_RESPONSE';

/** Why the upstream said no, in its own envelope. The patterns that tell them apart are in `iamport/refusal.ts`. */
export type Refusal =
  | 'IN_PROGRESS'
  | 'SEND_LIMIT'
  | 'ATTEMPTS_EXCEEDED'
  | 'RATE_LIMITED'
  | 'OTP_EXPIRED'
  | 'WRONG_OTP'
  | 'MVNO_MISMATCH'
  | 'CARRIER_MAINTENANCE'
  | 'SEND_FAILED'
  | 'LINE_NOT_ELIGIBLE'
  | 'APP_REQUIRED'
  | 'MERCHANT_CONFIG'
  | 'INVALID_INPUT'
  | 'UPSTREAM_TEMPORARY'
  | 'NOT_FOUND'
  | 'UNRECOGNISED';

/** The upstream gave no usable answer. Carries facts only: never a header, a body, a URL or what `got` threw. */
export class UpstreamFault extends Error {
  override readonly name = 'UpstreamFault';
  readonly code: FaultCode;
  readonly fate: Fate;
  readonly retryAt: Date | null;

  constructor(code: FaultCode, fate: Fate, retryAt: Date | null = null) {
    super(`${code}, ${fate}`);
    this.code = code;
    this.fate = fate;
    this.retryAt = retryAt;
  }
}

/** The upstream answered no. Its own words stay behind: they can name the person. */
export class UpstreamRefusal extends Error {
  override readonly name = 'UpstreamRefusal';
  readonly refusal: Refusal;
  /** The HTTP status it came with, which does not decide what it means. */
  readonly status: number;
  /** The provider's four digits, null where it gave none. */
  readonly providerCode: string | null;

  constructor(refusal: Refusal, status: number, providerCode: string | null) {
    super(`${refusal} with status ${status}`);
    this.refusal = refusal;
    this.status = status;
    this.providerCode = providerCode;
  }
}

/** The environment does not make a configuration; `problems` has one line per setting, none with a value in it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}
