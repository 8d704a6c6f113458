import type { Interval } from '../interval.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import type { BypassValues } from './bypass.ts';
import type { Placement } from './clock.ts';
import { UpstreamFault, UpstreamRefusal, type UpstreamError } from './errors.ts';
import type { UpstreamLoad } from './policies.ts';
import type { CertificationRecord, RecordCarrier } from './record.ts';

/** The person that a code is asked for, already checked. */
export interface IdentityRequest {
  readonly name: string;
  /** Digits only. */
  readonly phone: string;
  /** `YYYY-MM-DD`. */
  readonly birthday: string;
  readonly genderDigit: string;
  readonly carrier: RecordCarrier;
  readonly merchantUid: string | null;
  readonly company: string | null;
  readonly method: 'SMS' | 'APP';
  readonly device: BypassValues['device'];
}

/** The id that the record of a window will have: the script takes it as `identityVerificationId` (V2) or `merchant_uid` (V1). */
type WindowId =
  | { readonly impUid: string; readonly merchantUid: null }
  | { readonly impUid: null; readonly merchantUid: string };

/** What a page opens the provider's own window with. What the script of one upstream does not need is null. */
export type WindowPage = WindowId & Readonly<Record<'merchantCode' | 'storeId' | 'channelKey', string | null>>;

export type Answer<T> = Promise<Outcome<T, UpstreamError>>;

/**
 * A REST data source for identity verification, in the words of the schema: iamport (PortOne V1) is one. It keeps its own proof of who
 * we are, and knows nothing of GraphQL or callers. A failure is an `UpstreamRefusal` when the upstream says no, and an
 * `UpstreamFault` when it said nothing usable in time, an answer about another impUid included.
 */
export interface IdentityUpstream {
  /**
   * Has a code sent, and answers the impUid of the new verification; after an ambiguous fault a message may have been sent.
   * `address` is the person's IP, as a proxy may write it; null where it is not known. Null, and nothing sent, where a setting is
   * missing, as for a window.
   */
  request(person: IdentityRequest, address: string | null): Answer<string | null>;

  /**
   * Sends the person's code, or null for a person who approved in the app, and answers their record, certified or not. After an
   * ambiguous fault the code may have been accepted.
   */
  confirm(impUid: string, otp: string | null): Answer<CertificationRecord>;

  /** The record of one impUid, certified or not, within `readTimeoutMs` or until `signal`; an unknown one is the refusal NOT_FOUND. */
  certification(impUid: string, signal?: AbortSignal): Answer<CertificationRecord>;

  /** The same, to find out how a confirm with a lost answer ended: within 2.7 s, and apart from the bulkhead of other reads. */
  readBack(impUid: string): Answer<CertificationRecord>;

  /** The call that has the code of one impUid sent again; null where the upstream has none. */
  resend(impUid: string): (() => Answer<void>) | null;

  /**
   * Deletes the record of one impUid; an unknown one is the refusal NOT_FOUND. A record that is gone after a lost answer was
   * deleted. Null where the upstream has no such call.
   */
  delete(impUid: string): Answer<void> | null;

  /** Whether a channel takes a merchantUid of this form; a request that has it goes to those that do. */
  takesMerchantUid(merchantUid: string): boolean;

  /** A new verification in the provider's own window; null where a setting that a page needs for it is missing, which the event `missing-setting` names. */
  newWindow(): WindowPage | null;

  /** The id that a window of this upstream has in its record: the impUid, or the merchantUid, which only the record can tell. */
  windowIdOf(record: Pick<CertificationRecord, 'impUid' | 'merchantUid'>): string | null;

  /** Whether a record was certified in an interval of `performance.now()`, by the upstream's own clocks and no wall clock. */
  certifiedIn(record: CertificationRecord, interval: Interval): Placement;

  load(): UpstreamLoad;
}

/** The policies work with what is thrown; from here on a failure is a value. Errors: anything but an `UpstreamError`. */
export async function outcomeOf<T>(answer: Promise<T>): Answer<T> {
  try {
    return ok(await answer);
  } catch (error) {
    if (error instanceof UpstreamFault || error instanceof UpstreamRefusal) return failed(error);
    throw error;
  }
}
