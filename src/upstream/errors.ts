/**
 * What is known of a call that brought no usable answer: `not-sent`, no byte of the request left; `rejected`, the upstream
 * refused to process it; `answered`, something else answered in its place, as far as can be told; `ambiguous`, it may have
 * been processed.
 */
type Fate = 'not-sent' | 'rejected' | 'answered' | 'ambiguous';

/**
 * Everything that can keep a call from a usable answer: the code a client meets, what became of the call, whether it
 * speaks of the upstream's health, and whether a read is worth another try.
 */
const FAULTS = {
  /** Name look-up or connection: nothing left this machine. */
  connect: { code: 'UPSTREAM_UNAVAILABLE', fate: 'not-sent', counts: true, retriesRead: true },
  /** The handshake or the certificate: another try would find the same. */
  tls: { code: 'UPSTREAM_UNAVAILABLE', fate: 'not-sent', counts: true, retriesRead: false },
  /** The budget ended after the request had left. */
  timeout: { code: 'UPSTREAM_TIMEOUT', fate: 'ambiguous', counts: true, retriesRead: false },
  /** The connection ended before the answer did. */
  cut: { code: 'UPSTREAM_BAD_RESPONSE', fate: 'ambiguous', counts: true, retriesRead: true },
  'too-large': { code: 'UPSTREAM_BAD_RESPONSE', fate: 'ambiguous', counts: true, retriesRead: false },
  /** An answer without a usable envelope, or about another verification. */
  'bad-answer': { code: 'UPSTREAM_BAD_RESPONSE', fate: 'ambiguous', counts: true, retriesRead: true },
  /** A redirect, a block, or a success without a body: no confirm has these, and none of them proves that it was not processed. */
  strange: { code: 'UPSTREAM_BAD_RESPONSE', fate: 'answered', counts: true, retriesRead: false },
  /** A status that says that the call was not processed. */
  'turned-away': { code: 'UPSTREAM_BAD_RESPONSE', fate: 'rejected', counts: true, retriesRead: false },
  /** The same call is still being processed, by its idempotency key. */
  outstanding: { code: 'UPSTREAM_TIMEOUT', fate: 'ambiguous', counts: false, retriesRead: false },
  'rate-limited': { code: 'UPSTREAM_UNAVAILABLE', fate: 'rejected', counts: false, retriesRead: true },
  unauthorized: { code: 'UPSTREAM_UNAUTHORIZED', fate: 'rejected', counts: false, retriesRead: false },
  /** No token to be had: the call that waited for it was not made. */
  'login-refused': { code: 'UPSTREAM_UNAUTHORIZED', fate: 'not-sent', counts: false, retriesRead: false },
  login: { code: 'UPSTREAM_UNAVAILABLE', fate: 'not-sent', counts: false, retriesRead: true },
  /** Our own limits: the call was not made. */
  overload: { code: 'OVERLOADED', fate: 'not-sent', counts: false, retriesRead: false },
  breaker: { code: 'UPSTREAM_UNAVAILABLE', fate: 'not-sent', counts: false, retriesRead: false },
  /** The caller has hung up, which says nothing of anybody else. */
  gone: { code: 'UPSTREAM_UNAVAILABLE', fate: 'ambiguous', counts: false, retriesRead: false },
} as const satisfies Record<string, { code: string; fate: Fate; counts: boolean; retriesRead: boolean }>;

export type FaultReason = keyof typeof FAULTS;
export const FAULT_REASONS = Object.keys(FAULTS) as readonly FaultReason[];
type FaultCode = (typeof FAULTS)[FaultReason]['code'];

/** Why the upstream said no, in its own envelope. The patterns that tell them apart are in `upstream/refusal.ts`. */
export const REFUSALS = [
  'IN_PROGRESS',
  'SEND_LIMIT',
  'ATTEMPTS_EXCEEDED',
  'RATE_LIMITED',
  'OTP_EXPIRED',
  'WRONG_OTP',
  'MVNO_MISMATCH',
  'CARRIER_MAINTENANCE',
  'SEND_FAILED',
  'LINE_BLOCKED',
  'LINE_NOT_ELIGIBLE',
  'AGE_NOT_ALLOWED',
  'SMS_REQUIRED',
  'APP_NOT_APPROVED',
  'APP_REQUIRED',
  'MERCHANT_CONFIG',
  'INVALID_INPUT',
  'UPSTREAM_TEMPORARY',
  'NOT_FOUND',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** A call without success. `kind` tells the two apart. */
export type UpstreamError = UpstreamFault | UpstreamRefusal;

/** The upstream gave no usable answer. Carries facts only: never a header, a body, a URL or what `got` threw. */
export class UpstreamFault extends Error {
  override readonly name = 'UpstreamFault';
  readonly kind = 'fault';
  readonly reason: FaultReason;
  readonly code: FaultCode;
  readonly fate: Fate;
  readonly counts: boolean;
  readonly retriesRead: boolean;
  readonly retryAt: Date | null;

  constructor(reason: FaultReason, retryAt: Date | null = null) {
    const { code, fate, counts, retriesRead } = FAULTS[reason];
    super(`${reason}: ${code}, ${fate}`);
    this.reason = reason;
    this.code = code;
    this.fate = fate;
    this.counts = counts;
    this.retriesRead = retriesRead;
    this.retryAt = retryAt;
  }
}

/** All that is taken from the upstream's words. */
export interface Classified {
  readonly refusal: Refusal | 'UNRECOGNISED';
  readonly providerCode: string | null;
  readonly shape: string | null;
}

/** The upstream answered no. Its own words stay behind: they can name the person. */
export class UpstreamRefusal extends Error {
  override readonly name = 'UpstreamRefusal';
  readonly kind = 'refusal';
  readonly refusal: Refusal | 'UNRECOGNISED';
  /** The HTTP status it came with, which does not decide what it means. */
  readonly status: number;
  /** The provider's four letters and digits, null where it gave none. */
  readonly providerCode: string | null;
  /** The shape of unknown words; null where they were recognised. */
  readonly shape: string | null;

  constructor({ refusal, providerCode, shape }: Classified, status: number) {
    super(`${refusal} with status ${status}`);
    this.refusal = refusal;
    this.status = status;
    this.providerCode = providerCode;
    this.shape = shape;
  }
}
