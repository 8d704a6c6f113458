import type { EndpointName } from './iamport/endpoints.ts';
import type { Call, FailureCode } from './failure.ts';
import type { FaultReason, UpstreamRefusal } from './iamport/errors.ts';

/** What an operator counts. Every text is one of a fixed set, but for HMACs, and none is anybody's. */
export type GatewayEvent =
  /** How an operation of a client ended: `OK` or a code. */
  | { readonly kind: 'outcome'; readonly call: Call; readonly code: FailureCode | 'OK'; readonly ms: number }
  /** One exchange with the upstream, however it ended; retries are exchanges of their own. */
  | { readonly kind: 'upstream-call'; readonly call: EndpointName; readonly ms: number }
  /** A call that the upstream refused, by the class of its words. */
  | { readonly kind: 'refusal'; readonly call: EndpointName; readonly refusal: UpstreamRefusal['refusal'] }
  /** A log-in, and whether the upstream accepted the key and the secret; `namesKey`, whether its refusal speaks of these. */
  | { readonly kind: 'login'; readonly isAccepted: true }
  | { readonly kind: 'login'; readonly isAccepted: false; readonly namesKey: boolean }
  /** A circuit breaker that has changed its state. */
  | { readonly kind: 'breaker'; readonly breaker: string; readonly state: 'closed' | 'half-open' | 'open' }
  /** A request whose token or router secret was refused, and why. */
  | { readonly kind: 'refused-caller'; readonly reason: string }
  /** A call to the upstream that brought no usable answer. */
  | { readonly kind: 'fault'; readonly call: string; readonly reason: FaultReason }
  /** A field of a record, or `message`, that came in a way not known here. */
  | { readonly kind: 'drift'; readonly field: string }
  /** A limit that was reached by the HMAC `key`, for so many ms; `shadow` where it let the call through. */
  | {
      readonly kind: 'limit';
      readonly limit: string;
      readonly shadow: boolean;
      readonly key: string;
      readonly ms: number;
    }
  /** A call that was denied because the store of attempts has no room for a new record. */
  | { readonly kind: 'store-full' }
  /** An operation that has no line in the access record, by the code of the system's error. */
  | { readonly kind: 'audit-failed'; readonly reason: string };

/** A refusal in words that are not known here, as they may be logged: nothing of them is left but a shape. */
export interface UnknownWords {
  readonly kind: 'unknown-words';
  readonly call: EndpointName;
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
