import type { Interval } from '../interval.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import { createAsk, type AskOptions, type Question } from './ask.ts';
import { bypassFor, type BypassValues } from './bypass.ts';
import { createCertificationClock, type Placement } from './clock.ts';
import { ENDPOINTS, IMP_UID, type EndpointName } from './endpoints.ts';
import type { JsonObject } from './envelope.ts';
import { UpstreamFault, UpstreamRefusal, type UpstreamError } from './errors.ts';
import type { UpstreamLoad } from './policies.ts';
import { decodeCertification, type CertificationRecord, type OnDrift, type UpstreamCarrier } from './record.ts';

export interface IamportOptions extends AskOptions {
  /** Which of the merchant's channels sends the codes; null for the one that is set at the upstream. */
  readonly channelKey: string | null;
  /** JSON with the provider's own options for a request; `{device}` and `{address}` in it become those of the request. */
  readonly bypass: string | null;
}

/** The person that a code is asked for, already checked. */
export interface IdentityRequest {
  readonly name: string;
  /** Digits only. */
  readonly phone: string;
  /** `YYYY-MM-DD`. */
  readonly birthday: string;
  readonly genderDigit: string;
  readonly carrier: UpstreamCarrier;
  readonly merchantUid: string | null;
  readonly company: string | null;
  readonly method: 'SMS' | 'APP';
  readonly device: BypassValues['device'];
}

type Answer<T> = Promise<Outcome<T, UpstreamError>>;

/**
 * The REST data source. It speaks the upstream's words, keeps its token, and knows nothing of GraphQL or callers.
 * A failure is an `UpstreamRefusal` when the upstream says no; an `UpstreamFault` when it said nothing usable in time, an
 * answer about another imp_uid included.
 */
export interface Iamport {
  /**
   * Has a code sent, and answers the imp_uid of the new verification; after an ambiguous fault a message may have been sent.
   * `address` is the person's IP, null where it is not known; it is sent only where the provider's own options ask for it.
   * Source: `POST /certifications/otp/request`, sent once; once more after a 401, which means not processed.
   */
  request(person: IdentityRequest, address: string | null): Answer<string>;

  /**
   * Sends the person's code, or null for a person who approved in the app, and answers their record, certified or not.
   * Source: `POST /certifications/otp/confirm/{imp_uid}`, sent once; once more after a 401, which means not processed.
   */
  confirm(impUid: string, otp: string | null): Answer<CertificationRecord>;

  /**
   * The record of one impUid, certified or not, within `readTimeoutMs` or until `signal`; an unknown one is the refusal NOT_FOUND.
   * Source: `GET /certifications/{imp_uid}`.
   */
  certification(impUid: string, signal?: AbortSignal): Answer<CertificationRecord>;

  /** The same, to find out how a confirm with a lost answer ended: within 2.7 s, and apart from the bulkhead of other reads. */
  readBack(impUid: string): Answer<CertificationRecord>;

  /**
   * Deletes the record of one impUid; an unknown one is the refusal NOT_FOUND. When the answer is lost it reads: a record that
   * is gone was deleted.
   * Source: `DELETE /certifications/{imp_uid}`, then `GET` after an ambiguous fault.
   */
  delete(impUid: string): Answer<void>;

  /**
   * Whether a record was certified in an interval of `performance.now()`, by the upstream's own clocks and no wall clock.
   * Source: `certified_at`, the `Date` of every answer, and the `now` of every log-in.
   */
  certifiedIn(record: CertificationRecord, interval: Interval): Placement;

  load(): UpstreamLoad;
}

export function createIamport(options: IamportOptions): Iamport {
  const clock = createCertificationClock();
  const { ask, load } = createAsk(options, clock);
  const onDrift: OnDrift = (field) => options.onEvent({ kind: 'drift', field });

  /** The record that an endpoint answers. An answer about another imp_uid is no answer. */
  async function record(name: EndpointName, impUid: string, question: Question = {}): Promise<CertificationRecord> {
    const decoded = decodeCertification(await ask(name, { ...question, impUid }), onDrift);
    if (decoded.imp_uid === impUid) return decoded;
    options.onEvent({ kind: 'fault', call: ENDPOINTS[name].kind, reason: 'bad-answer' });
    throw new UpstreamFault('bad-answer');
  }

  async function request(person: IdentityRequest, address: string | null): Promise<string> {
    const { imp_uid: impUid } = await ask('request', { json: requestBody(person, address, options) });
    // A message was sent, but without a usable id nobody could confirm it.
    if (typeof impUid !== 'string' || !IMP_UID.test(impUid)) throw new UpstreamFault('bad-answer');
    return impUid;
  }

  async function remove(impUid: string): Promise<void> {
    try {
      await record('delete', impUid);
    } catch (error) {
      const isLost = error instanceof UpstreamFault && ['ambiguous', 'answered'].includes(error.fate);
      if (!isLost || !(await isGone(impUid))) throw error;
    }
  }

  async function isGone(impUid: string): Promise<boolean> {
    return record('readBack', impUid).then(
      () => false,
      (error) => error instanceof UpstreamRefusal && error.refusal === 'NOT_FOUND',
    );
  }

  return {
    request: (person, address) => outcomeOf(request(person, address)),
    confirm: (impUid, otp) => outcomeOf(record('confirm', impUid, { json: otp === null ? {} : { otp } })),
    certification: (impUid, signal) => outcomeOf(record('read', impUid, { signal })),
    readBack: (impUid) => outcomeOf(record('readBack', impUid)),
    delete: (impUid) => outcomeOf(remove(impUid)),
    certifiedIn: ({ certified_at }, interval) => clock.place(certified_at, interval),
    load,
  };
}

/** The policies work with what is thrown; from here on a failure is a value. Errors: anything but an `UpstreamError`. */
async function outcomeOf<T>(answer: Promise<T>): Answer<T> {
  try {
    return ok(await answer);
  } catch (error) {
    if (error instanceof UpstreamFault || error instanceof UpstreamRefusal) return failed(error);
    throw error;
  }
}

/** One carrier of six becomes a network and a flag, and a birthday the six digits that the carriers know. */
function requestBody(
  person: IdentityRequest,
  address: string | null,
  { channelKey, bypass }: Pick<IamportOptions, 'channelKey' | 'bypass'>,
): JsonObject {
  const { name, phone, birthday, genderDigit, carrier, merchantUid, company, method, device } = person;
  return {
    name,
    phone,
    birth: birthday.slice(2).replaceAll('-', ''),
    gender_digit: genderDigit,
    carrier: carrier.replace('_MVNO', ''),
    is_mvno: carrier.endsWith('_MVNO'),
    verification_method: method, // documented for KCP alone, and what it does without is not
    ...(merchantUid !== null && { merchant_uid: merchantUid }),
    ...(company !== null && { company }),
    ...(channelKey !== null && { channel_key: channelKey }),
    ...(bypass !== null && { bypass: bypassFor(bypass, { device, address }) }),
  };
}
