import type { EndpointName } from './iamport/endpoints.ts';
import type { FaultReason } from './iamport/errors.ts';

/** What an operator counts. Every value is one of a fixed set, and none is anybody's. */
export type GatewayEvent =
  /** How a call of a client ended: `OK` or a code. */
  | { readonly kind: 'outcome'; readonly call: 'request' | 'confirm' | 'read' | 'delete'; readonly code: string }
  /** A call to the upstream that brought no usable answer. */
  | { readonly kind: 'fault'; readonly call: string; readonly reason: FaultReason }
  /** A field of a record, or `message`, that came in a way not known here. */
  | { readonly kind: 'drift'; readonly field: string }
  /** A limit that was reached; `shadow` where it let the call through. */
  | { readonly kind: 'limit'; readonly limit: string; readonly shadow: boolean }
  /** A call that was denied because the store of attempts has no room for a new record. */
  | { readonly kind: 'store-full' };

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
