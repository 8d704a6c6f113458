import type { BreakerName } from './upstream/calls.ts';
import type { CallName, Kind } from './upstream/calls.ts';
import type { Provider } from './upstream/channel.ts';
import type { Call, FailureCode } from './failure.ts';
import type { FaultReason, UpstreamRefusal } from './upstream/errors.ts';
import type { CertificationRecord } from './upstream/record.ts';

/** Why a caller is refused; `other` is for reasons of a host program's own. */
export const CALLER_REFUSALS = [
  'router-secret',
  'not-bearer',
  'expired',
  'unverifiable',
  'no-subject',
  'other',
] as const;
export type CallerRefusal = (typeof CALLER_REFUSALS)[number];

export const LIMITS = [
  'requests per phone',
  'requests per caller',
  'requests per IP',
  'requests',
  'confirms per caller',
  'confirms per IP',
] as const;
export type LimitName = (typeof LIMITS)[number];

/** How the guard decides on an attempt: the plan of one that begins, or the answer that it gives from the record. */
export const DECISIONS = [
  'send',
  'look-then-send',
  'look',
  'wait',
  'repeat',
  'other-method',
  'WRONG_CODE',
  'CODE_EXPIRED',
  'TOO_MANY_ATTEMPTS',
  'ALREADY_CERTIFIED',
  'APP_NOT_APPROVED',
  'IN_PROGRESS',
  'NOT_FOUND',
] as const;
export type Decision = (typeof DECISIONS)[number];

/** Settings without which a field that somebody asked for has no value. */
export type MissingSetting = 'IAMPORT_MERCHANT_CODE' | 'PERSON_ID_KEY' | 'PROOF_PRIVATE_KEY' | 'TRUST_PROXY';

/** PortOne V1 and V2. */
export type UpstreamName = 'iamport' | 'portone';

/** Commands to the store of attempts, and the two to that of limits. */
export const STORE_OPERATIONS = ['read', 'replace', 'check', 'take', 'give-back'] as const;
export type StoreOperation = (typeof STORE_OPERATIONS)[number];

/**
 * What an operator counts. Every text is one of a fixed set, but for HMACs and the code of a refused request, and none is
 * anybody's.
 */
export type GatewayEvent =
  /** How an operation of a client ended: `OK` or a code. */
  | { readonly kind: 'outcome'; readonly call: Call; readonly code: FailureCode | 'OK'; readonly ms: number }
  /** One exchange with the upstream, however it ended; retries are exchanges of their own. */
  | { readonly kind: 'upstream-call'; readonly call: CallName; readonly ms: number }
  /** A call that the upstream refused, by the class of its words. */
  | { readonly kind: 'refusal'; readonly call: CallName; readonly refusal: UpstreamRefusal['refusal'] }
  /** A request for a code that goes to the channel of this position, since the one before it refused and says that it is down. */
  | {
      readonly kind: 'next-channel';
      readonly position: number;
      readonly provider: Provider | null;
      readonly refusal: UpstreamRefusal['refusal'];
    }
  /** A log-in, or the first call under a secret, and whether the upstream accepted it; `namesKey`, whether its refusal speaks of these. */
  | { readonly kind: 'login'; readonly upstream: UpstreamName; readonly isAccepted: true }
  | {
      readonly kind: 'login';
      readonly upstream: UpstreamName;
      readonly isAccepted: false;
      readonly namesKey: boolean;
    }
  /** A circuit breaker that has changed its state. */
  | { readonly kind: 'breaker'; readonly breaker: BreakerName; readonly state: 'closed' | 'half-open' | 'open' }
  /** A request whose token or router secret was refused, and why. */
  | { readonly kind: 'refused-caller'; readonly reason: CallerRefusal }
  /** A call to the upstream that brought no usable answer. */
  | { readonly kind: 'fault'; readonly call: Kind | 'login'; readonly reason: FaultReason }
  /** A field of a record, or `message`, that came in a way not known here. */
  | { readonly kind: 'drift'; readonly field: keyof CertificationRecord | 'message' }
  /** A limit that was reached by the HMAC `key`, for so many ms; `shadow` where it let the call through. */
  | {
      readonly kind: 'limit';
      readonly limit: LimitName;
      readonly shadow: boolean;
      readonly key: string;
      readonly ms: number;
    }
  /** A limit that let a call through and counted it. */
  | { readonly kind: 'limit-allowed'; readonly limit: LimitName }
  /** How the guard decided on an attempt. */
  | { readonly kind: 'attempt'; readonly decision: Decision }
  /** A command to a store: its time, and whether the store answered, be it that it is full. */
  | {
      readonly kind: 'store';
      readonly operation: StoreOperation;
      readonly ms: number;
      readonly isAnswered: boolean;
    }
  /** Whether this replica has the `GUARD_SECRET` of the others, told when it changes. */
  | { readonly kind: 'secret'; readonly isShared: boolean }
  /** An HTTP request that was answered with an error, by its status and the code in the answer. */
  | { readonly kind: 'refused-request'; readonly status: number; readonly code: string }
  /** A field that was asked for and cannot be answered, since this setting is not set. */
  | { readonly kind: 'missing-setting'; readonly setting: MissingSetting }
  /** A call that was denied because the store of attempts has no room for a new record. */
  | { readonly kind: 'store-full' }
  /** An operation that has no line in the access record, by the code of the system's error. */
  | { readonly kind: 'audit-failed'; readonly reason: string };

/** A refusal in words that are not known here, as they may be logged: nothing of them is left but a shape. */
export interface UnknownWords {
  readonly kind: 'unknown-words';
  readonly call: CallName;
  readonly status: number;
  readonly providerCode: string | null;
  readonly shape: string;
}

export type OnEvent = (event: GatewayEvent) => void;

/** Hears of the upstream. Unknown words are logged, and counted as drift of the field `message`. */
export type OnUpstreamEvent = (event: GatewayEvent | UnknownWords) => void;

/** One operation of a client, as a line of the log: nothing personal, and the caller as an HMAC. */
export interface Operation {
  readonly requestId: string;
  readonly traceId: string | null;
  readonly call: Call;
  readonly code: FailureCode | 'OK';
  readonly providerCode: string | null;
  readonly attemptsRemaining: number | null;
  /** Null where what was sent is none. */
  readonly impUid: string | null;
  /** Where the verification is one of a test identity. */
  readonly test?: true;
  /** Null for anonymous callers. */
  readonly callerHmac: string | null;
  /** In all, of which in the guard and its store, and in calls to the upstream. */
  readonly ms: number;
  readonly guardMs: number;
  readonly upstreamMs: number;
  readonly upstreamCalls: number;
  /** How the last of them ended: `ok`, a class of refusal or a reason of a fault; null without one. */
  readonly upstreamEnd: string | null;
}
