import type { FailureCode, FieldRule } from '../failure.ts';

export type Language = 'en' | 'ko';

interface Catalogue {
  readonly failure: Readonly<Record<FailureCode, string>>;
  readonly field: Readonly<Record<FieldRule, string>>;
}

/** What the person on the phone reads. It says what to do next, and never repeats what they typed. */
export const MESSAGES: Readonly<Record<Language, Catalogue>> = {
  en: {
    failure: {
      INVALID_INPUT: 'Please check what you entered.',
      WRONG_CODE: 'That is not the code we sent. Please check it and try again.',
      CODE_REJECTED: 'The code was not accepted. Please check it, or ask for a new code.',
      CODE_EXPIRED: 'The time to enter the code is over. Please ask for a new code.',
      TOO_MANY_ATTEMPTS: 'Too many wrong codes. Please ask for a new code.',
      ALREADY_CERTIFIED: 'This verification was completed before. Please start a new one.',
      APP_NOT_APPROVED: 'It was not approved in the app. Please start again.',
      IN_PROGRESS: 'Another verification is still running. Please try again in a moment.',
      IDENTITY_MISMATCH: 'The details do not match what the carrier knows. Please check them.',
      LINE_BLOCKED:
        "Verification is blocked on this line. Please lift the block in the PASS app or your carrier's app, and try again.",
      LINE_NOT_ELIGIBLE: 'This line cannot be used for verification. Please use another one, or ask your carrier.',
      AGE_NOT_ALLOWED: 'This service does not verify people of your age. Please ask its support.',
      SMS_REQUIRED: 'The PASS app cannot be used here. Please verify by SMS.',
      APP_REQUIRED: 'This line needs the PASS app. Please install it, join, and verify there.',
      NOT_FOUND: 'There is no such verification. Please start again.',
      RATE_LIMITED: 'Too many tries. Please wait a while.',
      OUTCOME_UNKNOWN: 'We do not know whether it worked. Please wait a moment.',
      UPSTREAM_UNAUTHORIZED: 'Verification is not available right now. We are sorry.',
      UPSTREAM_UNAVAILABLE: 'Verification is not available right now. Please try again later.',
      UPSTREAM_TIMEOUT: 'Verification is taking too long. Please try again later.',
      UPSTREAM_MAINTENANCE: 'The carrier is closed for maintenance. Please try again later.',
      UPSTREAM_REJECTED: 'The carrier did not accept this verification. Please start a new one.',
      UPSTREAM_MISCONFIGURED: 'Verification is not available right now. We are sorry.',
      UPSTREAM_BAD_RESPONSE: 'Verification is not available right now. Please try again later.',
      OVERLOADED: 'Too many people are verifying right now. Please try again in a moment.',
    },
    field: {
      IMP_UID: 'Must be 6 to 64 letters, digits, hyphens or underscores.',
      OTP: 'Must be the six digits of the SMS.',
      OTP_BY_APP: 'This verification has no code: approve it in the app, then call confirmIdentityApp.',
      APP_BY_OTP: 'This verification has a code: call confirmIdentityOtp.',
      NAME: 'Must be the legal name, 1 to 60 characters.',
      PHONE: 'Must be a Korean mobile number, such as 010-1234-5678.',
      BIRTHDAY: 'Must be a day that has been, written YYYY-MM-DD.',
      GENDER_DIGIT: 'Must be one digit from 1 to 8.',
      GENDER_DIGIT_CENTURY: 'Does not fit the birthday: 1, 2, 5 and 6 are before 2000; 3, 4, 7 and 8 from 2000.',
      MERCHANT_UID: 'Must be 1 to 40 letters, digits, hyphens or underscores.',
      MERCHANT_UID_PLAIN: 'Must be 1 to 40 letters or digits.',
      COMPANY: 'Must be 1 to 40 characters.',
    },
  },
  ko: {
    failure: {
      INVALID_INPUT: '입력한 내용을 확인해 주세요.',
      WRONG_CODE: '인증번호가 맞지 않아요. 다시 확인해 주세요.',
      CODE_REJECTED: '인증번호로 확인하지 못했어요. 번호를 확인하거나 새 인증번호를 받아 주세요.',
      CODE_EXPIRED: '입력 시간이 지났어요. 인증번호를 다시 받아 주세요.',
      TOO_MANY_ATTEMPTS: '인증번호를 여러 번 틀렸어요. 인증번호를 다시 받아 주세요.',
      ALREADY_CERTIFIED: '이미 끝난 본인인증이에요. 새로 시작해 주세요.',
      APP_NOT_APPROVED: '앱에서 승인되지 않았어요. 처음부터 다시 시작해 주세요.',
      IN_PROGRESS: '다른 본인인증이 진행되고 있어요. 잠시 후 다시 시도해 주세요.',
      IDENTITY_MISMATCH: '입력한 정보가 통신사에 등록된 정보와 달라요. 다시 확인해 주세요.',
      LINE_BLOCKED: '본인인증을 막아 둔 번호예요. PASS 앱이나 통신사 앱에서 차단을 해제한 뒤 다시 시도해 주세요.',
      LINE_NOT_ELIGIBLE: '이 번호로는 본인인증을 할 수 없어요. 다른 번호를 사용하거나 통신사에 문의해 주세요.',
      AGE_NOT_ALLOWED: '이 서비스에서 본인인증을 할 수 없는 나이예요. 고객센터에 문의해 주세요.',
      SMS_REQUIRED: 'PASS 앱으로는 인증할 수 없어요. 문자로 인증해 주세요.',
      APP_REQUIRED: 'PASS 앱이 필요한 번호예요. 앱을 설치하고 가입한 뒤 PASS 앱에서 인증해 주세요.',
      NOT_FOUND: '본인인증을 찾을 수 없어요. 처음부터 다시 시작해 주세요.',
      RATE_LIMITED: '시도가 너무 많아요. 잠시 기다려 주세요.',
      OUTCOME_UNKNOWN: '처리됐는지 아직 알 수 없어요. 잠시만 기다려 주세요.',
      UPSTREAM_UNAUTHORIZED: '지금은 본인인증을 할 수 없어요. 죄송합니다.',
      UPSTREAM_UNAVAILABLE: '지금은 본인인증을 할 수 없어요. 나중에 다시 시도해 주세요.',
      UPSTREAM_TIMEOUT: '본인인증이 지연되고 있어요. 나중에 다시 시도해 주세요.',
      UPSTREAM_MAINTENANCE: '통신사 점검 중이에요. 나중에 다시 시도해 주세요.',
      UPSTREAM_REJECTED: '통신사에서 본인인증을 거절했어요. 새로 시작해 주세요.',
      UPSTREAM_MISCONFIGURED: '지금은 본인인증을 할 수 없어요. 죄송합니다.',
      UPSTREAM_BAD_RESPONSE: '지금은 본인인증을 할 수 없어요. 나중에 다시 시도해 주세요.',
      OVERLOADED: '지금 본인인증이 몰리고 있어요. 잠시 후 다시 시도해 주세요.',
    },
    field: {
      IMP_UID: '영문자, 숫자, 하이픈, 밑줄로 6~64자여야 해요.',
      OTP: '문자로 받은 숫자 6자리여야 해요.',
      OTP_BY_APP: '인증번호가 없는 본인인증이에요. 앱에서 승인한 뒤 confirmIdentityApp을 호출해 주세요.',
      APP_BY_OTP: '인증번호가 있는 본인인증이에요. confirmIdentityOtp를 호출해 주세요.',
      NAME: '실명을 1~60자로 입력해 주세요.',
      PHONE: '010-1234-5678처럼 국내 휴대폰 번호여야 해요.',
      BIRTHDAY: '오늘까지의 날짜를 YYYY-MM-DD로 입력해 주세요.',
      GENDER_DIGIT: '1부터 8까지의 숫자 한 자리여야 해요.',
      GENDER_DIGIT_CENTURY: '생년월일과 맞지 않아요. 1, 2, 5, 6은 2000년 전, 3, 4, 7, 8은 2000년 이후 출생이에요.',
      MERCHANT_UID: '영문자, 숫자, 하이픈, 밑줄로 1~40자여야 해요.',
      MERCHANT_UID_PLAIN: '영문자와 숫자로 1~40자여야 해요.',
      COMPANY: '1~40자여야 해요.',
    },
  },
};
