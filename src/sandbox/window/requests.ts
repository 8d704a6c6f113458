import { createEntry } from '../entries.ts';
import type { Entry } from '../entry.ts';
import { HONG, type Person } from '../people.ts';
import { REFUSALS } from '../refusals.ts';
import type { Upstream } from '../upstream.ts';
import { freshImpUid } from '../v1/routes.ts';
import { SANDBOX_CHANNEL_KEY } from '../v2/record.ts';
import { SANDBOX_STORE_ID } from '../v2/routes.ts';

export const SANDBOX_MERCHANT_CODE = 'imp_sandbox';

/** What the page that opened the window asked for, and then what the person chose, every value as text. */
export type Asked = ReadonlyMap<string, string>;

export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** The result of a window in the vendor's words, as its scripts hand it to the page. */
export type Result = Readonly<Record<string, string | boolean | null>>;

/** What differs in the window between V1 and V2. */
interface WindowVersion {
  /** What is shown of the request, and why it cannot be done. */
  readonly details: (asked: Asked) => readonly (readonly [string, string])[];
  readonly failure: (asked: Asked) => Failure | null;
  /** Certifies this person, or ends without one. */
  readonly finish: (asked: Asked, person: Person | null, failure: Failure | null, at: number) => Result;
}

/** V1 gives every window an impUid of its own; the merchant_uid is what ties it to the page. */
export function createV1Window(upstream: Upstream): WindowVersion {
  return {
    details: (asked) => [
      ['가맹점 식별코드', asked.get('merchantCode') ?? ''],
      ['merchant_uid', asked.get('merchantUid') ?? ''],
    ],
    failure(asked) {
      if (asked.get('merchantCode') !== SANDBOX_MERCHANT_CODE) return unknown('가맹점 식별코드');
      const channelKey = asked.get('channelKey') ?? SANDBOX_CHANNEL_KEY;
      return channelKey === SANDBOX_CHANNEL_KEY ? null : unknown('채널 키');
    },
    finish(asked, person, failure, at) {
      const impUid = failure === null || failure === CANCELLED ? freshImpUid(upstream) : null;
      const merchantUid = asked.get('merchantUid') ?? (impUid && `nobody_${impUid}`);
      if (impUid !== null) upstream.entries.remember(fromWindow(impUid, merchantUid, person, at));
      return {
        success: failure === null,
        imp_uid: impUid,
        merchant_uid: merchantUid,
        ...(failure === null
          ? { pg_provider: 'danal', pg_type: 'certification' }
          : { error_code: failure.code, error_msg: failure.message }),
      };
    },
  };
}

/** V2 has the merchant choose the id; it can be tried again until it is verified. */
export function createV2Window(upstream: Upstream): WindowVersion {
  return {
    details: (asked) => [
      ['상점', asked.get('storeId') ?? ''],
      ['본인인증 번호', asked.get('identityVerificationId') ?? ''],
    ],
    failure(asked) {
      const id = asked.get('identityVerificationId');
      if (asked.get('storeId') !== SANDBOX_STORE_ID) return unknown('상점 아이디');
      if (asked.get('channelKey') !== SANDBOX_CHANNEL_KEY) return unknown('채널 키');
      if (id === undefined) return { code: 'INVALID_REQUEST', message: '본인인증 번호가 필요해요.' };
      return upstream.entries.get(id)?.certifiedAt == null ? null : ALREADY_VERIFIED;
    },
    finish(asked, person, failure, at) {
      const id = asked.get('identityVerificationId') ?? null;
      if (id !== null && (failure === null || failure === CANCELLED)) {
        upstream.entries.remember(fromWindow(id, asked.get('customData') ?? null, person, at));
      }
      return {
        transactionType: 'IDENTITY_VERIFICATION',
        identityVerificationId: id,
        ...failure,
      };
    },
  };
}

export const CANCELLED: Failure = { code: 'USER_CANCELLED', message: '본인인증을 취소했어요.' };
const ALREADY_VERIFIED: Failure = { code: 'ALREADY_VERIFIED', message: '이미 끝난 본인인증이에요.' };

function unknown(what: string): Failure {
  return { code: 'NOT_FOUND', message: `샌드박스가 모르는 ${what}예요.` };
}

function fromWindow(impUid: string, merchantUid: string | null, person: Person | null, at: number): Entry {
  return createEntry({
    impUid,
    merchantUid,
    person: person ?? HONG,
    isFromWindow: true,
    requestedAt: at,
    certifiedAt: person === null ? null : at,
    failure: person === null ? { refusal: REFUSALS.appCancelled, at } : null,
  });
}
