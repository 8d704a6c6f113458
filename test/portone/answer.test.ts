import { describe, expect, test } from '@jest/globals';
import { openAnswer } from '../../src/portone/answer.ts';
import type { HttpAnswer } from '../../src/upstream/http.ts';
import { createClassify } from '../../src/upstream/refusal.ts';

const answer = (status: number, body: unknown, retryAfter?: string): HttpAnswer => ({
  status,
  retryAfter,
  dateMs: Number.NaN,
  call: { since: 0, until: 0 },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const pg = (pgCode: unknown, pgMessage?: unknown, message?: string) => ({
  type: 'PG_PROVIDER',
  message,
  pgCode,
  pgMessage,
});

function thrown(given: HttpAnswer): unknown {
  try {
    return openAnswer(given);
  } catch (error) {
    return error;
  }
}

describe('an answer of PortOne V2', () => {
  test('with status 200 and an object is that object, after a byte order mark too', () => {
    expect(openAnswer(answer(200, {}))).toEqual({});
    expect(openAnswer(answer(200, '\uFEFF{"id":"a"}'))).toEqual({ id: 'a' });
  });

  test.each([
    [200, '', 'bad-answer', 'ambiguous'],
    [200, 'null', 'bad-answer', 'ambiguous'],
    [200, '[]', 'bad-answer', 'ambiguous'],
    [200, '{"id":', 'bad-answer', 'ambiguous'],
    [201, { type: 'INVALID_REQUEST' }, 'bad-answer', 'ambiguous'],
    [204, '', 'strange', 'answered'],
    [302, '', 'strange', 'answered'],
    [403, '<html>', 'strange', 'answered'],
    [413, '', 'turned-away', 'rejected'],
    [429, '', 'rate-limited', 'rejected'],
    [429, { type: 'TOO_MANY_REQUESTS', message: '나중에' }, 'rate-limited', 'rejected'],
    [401, '<html>', 'unauthorized', 'rejected'],
    [401, { type: 'UNAUTHORIZED' }, 'unauthorized', 'rejected'],
    [401, pg('9013', '인증번호 불일치'), 'unauthorized', 'rejected'],
    [409, { type: 'IDEMPOTENCY_OUTSTANDING_REQUEST' }, 'outstanding', 'ambiguous'],
    [500, 'null', 'bad-answer', 'ambiguous'],
    [502, '<html>', 'bad-answer', 'ambiguous'],
    [502, { message: '인증번호 불일치' }, 'bad-answer', 'ambiguous'],
    [502, { type: 502 }, 'bad-answer', 'ambiguous'],
  ])('with status %i and the body %j brings no usable answer: %s, %s', (status, body, reason, fate) => {
    expect(thrown(answer(status, body))).toMatchObject({ kind: 'fault', reason, fate });
  });

  test('says when to come again', () => {
    const { retryAt } = thrown(answer(429, '', '30')) as { retryAt: Date };
    expect(Math.round((retryAt.getTime() - Date.now()) / 10_000)).toBe(3);
  });

  test.each([
    ['INVALID_REQUEST', 'MERCHANT_CONFIG'],
    ['FORBIDDEN', 'MERCHANT_CONFIG'],
    ['CHANNEL_NOT_FOUND', 'MERCHANT_CONFIG'],
    ['MAX_TRANSACTION_COUNT_REACHED', 'SEND_LIMIT'],
    ['IDENTITY_VERIFICATION_NOT_FOUND', 'NOT_FOUND'],
    ['IDENTITY_VERIFICATION_NOT_SENT', 'NOT_FOUND'],
    ['IDENTITY_VERIFICATION_ALREADY_VERIFIED', 'UNRECOGNISED'],
  ])('of the type %s is the refusal %s at any status, whatever its words are', (type, refusal) => {
    for (const status of [400, 404, 409, 502])
      expect(thrown(answer(status, { type, message: '인증번호 불일치' }))).toMatchObject({
        kind: 'refusal',
        refusal,
        status,
        providerCode: null,
        shape: null,
      });
  });

  test('about an id that was sent already is a success, since an earlier try of the same call was heard', () => {
    expect(openAnswer(answer(409, { type: 'IDENTITY_VERIFICATION_ALREADY_SENT' }))).toEqual({});
  });

  test.each([
    ['9013', '인증번호 불일치', undefined, 'WRONG_OTP', '9013'],
    ['1710', '모르는 말', undefined, 'WRONG_OTP', '1710'],
    ['CS24', '시간 초과', undefined, 'OTP_EXPIRED', 'CS24'],
    ['0000', '시스템 점검 중', undefined, 'CARRIER_MAINTENANCE', '0000'],
    ['PROVIDER_ERROR', '인증번호 불일치', undefined, 'WRONG_OTP', null],
    ['', '[9013] 다시', undefined, 'WRONG_OTP', '9013'],
    [null, '입력하신 정보', undefined, 'INVALID_INPUT', null],
    ['9013', undefined, undefined, 'WRONG_OTP', '9013'],
    ['0000', undefined, '인증번호 불일치', 'WRONG_OTP', '0000'],
    ['0000', '', '인증번호 불일치', 'WRONG_OTP', '0000'],
    ['0000', null, '인증번호 불일치', 'WRONG_OTP', '0000'],
    ['[9013]', '사용정지', undefined, 'LINE_NOT_ELIGIBLE', null],
    ['9013', { toString: 1, valueOf: 1 }, undefined, 'WRONG_OTP', '9013'],
    ['8888', ['사용정지'], '인증번호 불일치', 'WRONG_OTP', '8888'],
  ])(
    'of the provider with the code %j and the words %j, else %j, is the refusal %s',
    (pgCode, pgMessage, message, refusal, providerCode) => {
      expect(thrown(answer(502, pg(pgCode, pgMessage, message)))).toMatchObject({
        kind: 'refusal',
        refusal,
        providerCode,
        status: 502,
      });
    },
  );

  test('of the provider in unknown words stands for status 400, since a person’s mistake has the type and the status of all others', () => {
    for (const status of [429, 500, 502]) {
      const given = answer(status, pg('8888', '홍길동 님은 안 됩니다'));
      expect(thrown(given)).toMatchObject({ refusal: 'UNRECOGNISED', providerCode: '8888', status: 400 });
      expect(JSON.stringify(thrown(given))).not.toContain('홍길동');
    }
  });

  test('of a type that is not known is read by its words', () => {
    expect(thrown(answer(500, { type: 'toString', message: '시스템 점검 중' }))).toMatchObject({
      refusal: 'CARRIER_MAINTENANCE',
      status: 500,
    });
    expect(thrown(answer(418, { type: 'NEW', message: '모르는 말' }))).toMatchObject({
      refusal: 'UNRECOGNISED',
      status: 418,
      shape: '…',
    });
    expect(thrown(answer(403, { type: 'NEW' }))).toMatchObject({ reason: 'strange' });
  });

  test('is read by the rules of an operator first', () => {
    const classify = createClassify([{ code: '8888', means: 'OTP_EXPIRED' }]);
    expect(() => openAnswer(answer(502, pg('8888', '모르는 말')), classify)).toThrow('OTP_EXPIRED with status 502');
  });
});
