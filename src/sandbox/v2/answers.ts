import { type Answer, gzipBomb, json, largeText } from '../answers.ts';
import { type Form, type Refusal, bracketed } from '../refusals.ts';
import type { ApiVersion, CallKind } from '../version.ts';
import { shaped, toIdentityVerification } from './record.ts';

function failure(status: number, type: string, message: string, more: object = {}): Answer {
  return json(status, { type, message, ...more });
}

// None of the messages reads like a class of Danal's.
export const invalidRequest = (field: string): Answer =>
  failure(400, 'INVALID_REQUEST', `${field} 값이 없거나 규격과 다릅니다.`);
export const maxCountReached = (): Answer =>
  failure(400, 'MAX_TRANSACTION_COUNT_REACHED', '이 아이디로는 더 시도할 수 없습니다.');
export const otherStore = (): Answer => failure(403, 'FORBIDDEN', '이 시크릿으로는 쓸 수 없는 상점입니다.');
export const channelNotFound = (): Answer => failure(404, 'CHANNEL_NOT_FOUND', '등록되지 않은 채널입니다.');
export const notSent = (): Answer =>
  failure(404, 'IDENTITY_VERIFICATION_NOT_SENT', 'API로 보낸 적이 없는 본인확인입니다.');
export const alreadySent = (): Answer =>
  failure(409, 'IDENTITY_VERIFICATION_ALREADY_SENT', 'API로 이미 보낸 본인확인입니다.');
export const alreadyVerified = (): Answer =>
  failure(409, 'IDENTITY_VERIFICATION_ALREADY_VERIFIED', '이미 끝난 본인확인입니다.');
export const outstanding = (): Answer =>
  failure(409, 'IDEMPOTENCY_OUTSTANDING_REQUEST', '같은 멱등 키의 요청을 아직 처리하고 있습니다.');

/** The provider's refusal, whose code is `pgCode`; only the words differ by form. */
function pgProvider(status: number, refusal: Refusal, form: Form): Answer {
  const pgMessage = form === 200 ? refusal.says : bracketed(refusal, form === 500);
  return failure(status, 'PG_PROVIDER', 'PG사가 요청을 거절했습니다.', { pgCode: refusal.code, pgMessage });
}

function bodyOf(record: object | null, kind: CallKind): object | null {
  return kind === 'confirm' ? { identityVerification: record } : record;
}

/** V2: the record or `{}` on success, else `{ type, message }`. */
export const V2: ApiVersion = {
  success(entry, kind, shape) {
    if (kind === 'request') return json(200, {});
    const record =
      shape !== undefined && entry.certifiedAt !== null ? shaped(entry, shape) : toIdentityVerification(entry);
    return json(200, bodyOf(record, kind));
  },
  nothing: (kind) => json(200, bodyOf(null, kind)),
  oversized: (entry, kind) => json(200, bodyOf({ ...toIdentityVerification(entry), pgRawResponse: largeText() }, kind)),
  bomb: () => gzipBomb('{"identityVerification":{"pgRawResponse":"', '"}}'),
  refuse: (refusal, form) => pgProvider(502, refusal, form),
  refuseUnder: (status, refusal) => pgProvider(status, refusal, 200),
  unauthorized: () => failure(401, 'UNAUTHORIZED', 'API 시크릿이 없거나 등록된 것과 다릅니다.'),
  notFound: () => failure(404, 'IDENTITY_VERIFICATION_NOT_FOUND', '그런 본인확인이 없습니다.'),
  tooMany: () => json(429, { type: 'TOO_MANY_REQUESTS', message: '요청이 너무 많습니다.' }, { 'retry-after': '30' }),
  tooLarge: () => failure(413, 'INVALID_REQUEST', '요청 본문이 너무 큽니다.'),
  crashed: () => failure(500, 'INTERNAL_ERROR', '샌드박스가 요청을 처리하지 못했습니다.'),
};
