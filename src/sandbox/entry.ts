import type { Person } from './people.ts';
import type { Refusal } from './refusals.ts';

/** One verification, from its request to its deletion. Times are milliseconds of the sandbox's clock. */
export interface Entry {
  /** The id of V1 or V2. */
  readonly impUid: string;
  /** What the merchant passed along: merchant_uid in V1, customData in V2. */
  readonly merchantUid: string | null;
  readonly pgProvider: 'danal' | 'kcp_v2';
  /** Shown once certified, and by V2 as the requested customer before, except where the request named nobody. */
  readonly person: Person;
  /** Made by the window, where the person tells who they are, and not by a request for a code. */
  readonly isFromWindow: boolean;
  /** null where the person confirms in an app, and where nothing was sent: no code exists. */
  code: string | null;
  /** When the code's window began; null until a code is sent, or a magic impUid is confirmed. */
  windowFrom: number | null;
  wrongCodes: number;
  certifiedAt: number | null;
  readonly requestedAt: number;
  /** The refusal that ended it. */
  failure: { readonly refusal: Refusal; readonly at: number } | null;
  /** How often it was begun; V1 begins another verification instead. */
  readonly tries: number;
}
