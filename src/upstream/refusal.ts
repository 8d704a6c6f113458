import type { Classified, Refusal } from './errors.ts';
import type { RefusalRule } from './refusals-file.ts';
import { shapeOf } from './shape.ts';

/** Danal's code for a wrong OTP: its own, then SKT's and LG U+'s; KT's, 3431, has another meaning too. The words for every other class are steadier than its codes. */
const BY_CODE: Readonly<Record<string, Refusal>> = {
  9013: 'WRONG_OTP',
  1710: 'WRONG_OTP',
  5417: 'WRONG_OTP',
};

/** Patterns of messages in order of precedence: later ones also match messages of earlier classes. */
const BY_WORDS: readonly (readonly [RegExp, Refusal])[] = [
  [/진행 ?중/, 'IN_PROGRESS'],
  [/전송 횟수 초과/, 'SEND_LIMIT'],
  [/시도 횟수 초과/, 'ATTEMPTS_EXCEEDED'],
  [/허용 건수 초과|전화번호 수 초과|중지된 (IP|ID|휴대폰|주민)/, 'RATE_LIMITED'],
  [/시간 초과|시간 지연|절차를 모두 거치지/, 'OTP_EXPIRED'],
  [/인증번호 불일치/, 'WRONG_OTP'],
  [/알뜰폰|일반 가입 고객/, 'MVNO_MISMATCH'],
  [/점검/, 'CARRIER_MAINTENANCE'],
  [/SMS 송신/, 'SEND_FAILED'],
  [/차단 ?고객(?!센터)|차단을? ?해제/, 'LINE_BLOCKED'],
  [/사용정지|법인|선불폰/, 'LINE_NOT_ELIGIBLE'],
  [/허용하지 않는 나이/, 'AGE_NOT_ALLOWED'],
  [/일반 ?본인 ?확인|PASS ?인증 ?사용 ?불가/i, 'SMS_REQUIRED'],
  [/PASS ?인증이 ?취소|PASS ?인증에 ?실패(?!.*(APP|가입))/i, 'APP_NOT_APPROVED'],
  [/PASS ?인증|PASS ?APP|인증보호서비스/i, 'APP_REQUIRED'],
  // A message about a field of the request means that the gateway's request is malformed, and not what a person entered.
  [/업체|고객사|지원하지 않는 기능|입력된 필드/, 'MERCHANT_CONFIG'],
  [/입력하신|잘못된 값/, 'INVALID_INPUT'],
  [/내부 ?오류|일시적|기타오류|인증 ?정보/, 'UPSTREAM_TEMPORARY'],
  [/존재하지 않/, 'NOT_FOUND'],
];

/** The provider's four letters and digits, at least one of them a digit, stand in brackets somewhere in the message. */
const PROVIDER_CODE = /\[((?=[A-Z]*\d)[A-Z\d]{4})\]/i;

/** How much of a message is read: it is a sentence, and patterns over more of it only take time. */
const MAX_LENGTH = 1_000;

/** What a refusal means, read from its message. */
export type Classify = (message: unknown) => Classified;

/**
 * Reads messages by these rules, in their order, and then by the tables above. The message alone decides: the same refusal
 * arrives with status 200, 400 and 500. Whole sentences are never compared; their spacing and the phone numbers in them vary.
 */
export function createClassify(rules: readonly RefusalRule[] = []): Classify {
  return (message) => {
    const words = typeof message === 'string' ? message.slice(0, MAX_LENGTH) : '';
    const providerCode = PROVIDER_CODE.exec(words)?.[1] ?? null;
    const rule = rules.find((it) => ('code' in it ? it.code === providerCode : it.words.test(words)));
    const byCode = providerCode === null ? undefined : BY_CODE[providerCode];
    const refusal = rule?.means ?? byCode ?? BY_WORDS.find(([pattern]) => pattern.test(words))?.[1];
    return { refusal: refusal ?? 'UNRECOGNISED', providerCode, shape: refusal ? null : shapeOf(words) };
  };
}

/** Classification without rules of an operator. */
export const classifyRefusal = createClassify();
