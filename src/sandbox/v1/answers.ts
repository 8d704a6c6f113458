import { type Answer, gzipBomb, json, largeText } from '../answers.ts';
import { bracketed } from '../refusals.ts';
import type { ApiVersion } from '../version.ts';
import { shaped, toCertification } from './record.ts';

export function success(response: object | null): Answer {
  return json(200, { code: 0, message: null, response });
}

/** The envelope of a failure: code 1 inside an HTTP 200, -1 under any other status. */
function failure(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return json(status, { code: status === 200 ? 1 : -1, message, response: null }, headers);
}

// None of the following may read like a class of Danal's: the upstream's own checks carry no such words.
export const alreadyCertified = (): Answer => failure(400, '이미 끝난 본인확인 요청입니다.');
export const missing = (field: string): Answer => failure(400, `${field} 값이 필요합니다.`);
export const wrongCredentials = (): Answer => failure(401, 'API 키나 시크릿이 등록된 것과 다릅니다.');
// This one is recognised, by "입력하신", and `notFound` by "존재하지 않".
export const invalid = (field: string): Answer => failure(400, `입력하신 ${field} 값을 확인해 주세요.`);

/** V1: the envelope `{ code, message, response }`. */
export const V1: ApiVersion = {
  success(entry, _kind, shape) {
    const record = toCertification(entry);
    return success(shape !== undefined && record.certified ? shaped(record, shape) : record);
  },
  nothing: () => success(null),
  // `origin` is where the upstream really does put whole `data:` URLs.
  oversized: (entry) => success({ ...toCertification(entry), origin: `data:image/png;base64,${largeText()}` }),
  bomb: () => gzipBomb('{"code":0,"message":null,"response":{"origin":"', '"}}'),
  refuse: (refusal, form) => failure(form, bracketed(refusal, form === 500)),
  refuseUnder: (status, refusal) => failure(status, bracketed(refusal, true)),
  unauthorized: () => failure(401, '토큰이 없거나 기한이 지났습니다. 다시 발급해 주세요.'),
  notFound: () => failure(404, '찾으시는 것이 존재하지 않습니다.'),
  tooMany: () => failure(429, '요청이 너무 많습니다.', { 'retry-after': '30' }),
  tooLarge: () => failure(413, '요청 본문이 너무 큽니다.'),
  crashed: () => failure(500, '샌드박스가 요청을 처리하지 못했습니다.'),
};
