import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { shapeOf, VOCABULARY } from '../../src/upstream/shape.ts';

describe('the shape of a message', () => {
  test.each([
    ['[9013] [인증실패] 인증번호가 만료되었습니다. (문의 1234-5678)', '# … 인증번호 만료 … # #'],
    ['홍길동님의 휴대폰번호(010-1234-5678)로 전송 실패', '… 휴대폰번호 # # # … 전송 실패'],
    ['Invalid OTP: 123456', 'invalid otp #'],
    ['홍길동 1990-01-01 남', '… # # # …'],
    ['인증번호홍길동', '…'],
    ['홍길동인증', '…'],
    ['１２３４５６', '…'],
    ['', ''],
  ])('%j is %j', (message, shape) => {
    expect(shapeOf(message)).toBe(shape);
  });

  test('has known words, # and … in it and nothing else, whatever the message', () => {
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...VOCABULARY), fc.integer().map(String));
    fc.assert(
      fc.property(fc.array(part), fc.constantFrom('', ' ', '-', '을 '), (parts, joint) => {
        const tokens = shapeOf(parts.join(joint)).split(' ');
        expect(tokens.filter((token) => !VOCABULARY.has(token) && !['#', '…', ''].includes(token))).toEqual([]);
      }),
    );
  });
});
