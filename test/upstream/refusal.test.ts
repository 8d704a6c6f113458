import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { classifyRefusal } from '../../src/upstream/refusal.ts';

describe('classifyRefusal', () => {
  test.each([
    ['[4834] [인증실패] PASS 인증 진행 중 입니다.', 'IN_PROGRESS', '4834'],
    ['[인증실패] 인증번호 전송 횟수 초과', 'SEND_LIMIT', null],
    ['[5418] 인증번호 시도 횟수 초과', 'ATTEMPTS_EXCEEDED', '5418'],
    ['[0086] [인증실패] 이용이 중지된 IP입니다.', 'RATE_LIMITED', '0086'],
    ['[0042] 인증 허용 건수 초과', 'RATE_LIMITED', '0042'],
    ['인증 시간 초과', 'OTP_EXPIRED', null],
    ['다날 서버로부터 받은 응답이 올바르지 않습니다. [5417] [인증실패]', 'WRONG_OTP', '5417'],
    ['[3431] [인증실패] 인증번호 불일치', 'WRONG_OTP', '3431'],
    ['[3431] [인증실패] 다른 말', 'UNRECOGNISED', '3431'],
    ['[3431] [인증실패] 기타오류', 'UPSTREAM_TEMPORARY', '3431'],
    ['인증번호 불일치', 'WRONG_OTP', null],
    ['알뜰폰 가입자입니다.', 'MVNO_MISMATCH', null],
    ['통신사 점검 중', 'CARRIER_MAINTENANCE', null],
    ['SMS 송신 실패', 'SEND_FAILED', null],
    ['사용정지 상태', 'LINE_NOT_ELIGIBLE', null],
    ['차단 고객입니다. PASS APP에서 해제해 주세요.', 'LINE_BLOCKED', null],
    ['이 회선은 Pass App에서 차단을 해제해야 합니다.', 'LINE_BLOCKED', null],
    ['문자가 차단된 번호이니 통신사 앱에서 차단 해제', 'LINE_BLOCKED', null],
    ['법인 회선', 'LINE_NOT_ELIGIBLE', null],
    ['선불폰 회선', 'LINE_NOT_ELIGIBLE', null],
    ['서비스가 허용하지 않는 나이', 'AGE_NOT_ALLOWED', null],
    ['[2081] [인증실패] PASS 인증을 쓸 수 없는 기기이니 일반본인확인으로 하세요.', 'SMS_REQUIRED', '2081'],
    ['PASS 인증 대신 일반 본인 확인', 'SMS_REQUIRED', null],
    ['Pass 인증 사용 불가', 'SMS_REQUIRED', null],
    ['[2376] PASS 인증이 취소됨', 'APP_NOT_APPROVED', '2376'],
    ['PASS인증에 실패함, 다시 하세요.', 'APP_NOT_APPROVED', null],
    ['PASS 인증에 실패함, PASS APP을 다시 설치하세요.', 'APP_REQUIRED', null],
    ['PASS 인증에 실패함, 먼저 가입하세요.', 'APP_REQUIRED', null],
    ['Pass App 설치 필요', 'APP_REQUIRED', null],
    ['PASS 인증 전용', 'APP_REQUIRED', null],
    ['계약되지 않은 업체', 'MERCHANT_CONFIG', null],
    ['[CS24] [인증실패] 값이 잘못 입력된 필드', 'MERCHANT_CONFIG', 'CS24'],
    ['잘못된 값', 'INVALID_INPUT', null],
    ['차단 고객센터', 'UNRECOGNISED', null],
    ['[인증실패] [PASS] [ABCD] [12345] [12 4] [１２３４]', 'UNRECOGNISED', null],
    ['입력하신 이름이 다릅니다.', 'INVALID_INPUT', null],
    ['통신사 내부오류', 'UPSTREAM_TEMPORARY', null],
    ['인증결과가 존재하지 않습니다.', 'NOT_FOUND', null],
    ['뜻을 알 수 없는 말', 'UNRECOGNISED', null],
  ])('%s is %s with provider code %s', (message, refusal, providerCode) => {
    expect(classifyRefusal(message)).toMatchObject({ refusal, providerCode });
  });

  test.each([
    ['PASS인증진행중', 'IN_PROGRESS'],
    ['차단고객입니다.', 'LINE_BLOCKED'],
    ['차단을해제하세요.', 'LINE_BLOCKED'],
    ['PASS인증사용불가', 'SMS_REQUIRED'],
    ['PASS인증이취소됨', 'APP_NOT_APPROVED'],
    ['PASS인증에실패함', 'APP_NOT_APPROVED'],
    ['PASS인증전용', 'APP_REQUIRED'],
    ['PASSAPP설치', 'APP_REQUIRED'],
    ['인증정보 오류', 'UPSTREAM_TEMPORARY'],
  ])('%s, without its spaces, is %s', (message, refusal) => {
    expect(classifyRefusal(message).refusal).toBe(refusal);
  });

  test.each(['9013', '1710', '5417'])('the code %s of a wrong OTP decides over the words beside it', (code) => {
    expect(classifyRefusal(`[${code}] 통신사 점검 중`).refusal).toBe('WRONG_OTP');
  });

  test.each([undefined, null, 9013, ['점검'], {}])('a message that is no text says nothing: %j', (message) => {
    expect(classifyRefusal(message)).toEqual({ refusal: 'UNRECOGNISED', providerCode: null, shape: '' });
  });

  test('survives anything in place of a message, and answers no more of it than four letters and digits in brackets', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), (message) => {
        const { refusal, providerCode } = classifyRefusal(message);
        expect(typeof refusal).toBe('string');
        if (providerCode !== null) expect(message).toContain(`[${providerCode}]`);
      }),
    );
  });

  test('looks at no more than the first thousand characters of a message', () => {
    expect(classifyRefusal(`${'PASS 인증에 실패 '.repeat(20_000)}가입`).refusal).toBe('APP_NOT_APPROVED');
    expect(classifyRefusal(`${' '.repeat(1_000)}점검`).refusal).toBe('UNRECOGNISED');
  });
});
