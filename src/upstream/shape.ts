/** Words of refusals in general. None of them is a usual name, with or without an ending. */
export const VOCABULARY: ReadonlySet<string> = new Set(
  `
  인증 인증번호 본인인증 본인확인 간편인증 확인 번호 휴대폰 휴대폰번호 전화번호 통신사 이동통신사 고객사
  가맹점 업체 채널 계약 가입 가입자 명의자 회선 알뜰폰 앱 문자 메시지 발송 전송 수신 입력 생년월일 성별 형식
  요청 처리 완료 실패 오류 일치 불일치 초과 만료 시간 횟수 한도 제한 차단 해제 중지 취소 거절 거부 불가
  사용 필요 이미 다시 잠시 시도 재시도 조회 응답 서버 시스템 점검 장애 서비스 권한 토큰 진행 없는 없음
  없습니다 않은 않습니다 아닙니다 잘못 잘못된 올바르지 존재하지 유효하지 일치하지 pass app sms otp api kcp
  danal error failed invalid expired timeout code limit exceeded not found already certified required request
  server too many try again
  `
    .trim()
    .split(/\s+/),
);
const ENDINGS = '가 는 를 을 의 에 에서 으로 하지 하여 된 되어 중 중입니다 입니다 합니다 하였습니다 되었습니다'.split(
  ' ',
);
const KNOWN = new RegExp(`^(${[...VOCABULARY].join('|')})(${ENDINGS.join('|')})?$`, 'i');

/**
 * The shape of a message in unknown words, fit for a log: known words, `#` for digits, and `…` for everything else.
 * A message can name the person, so nothing of it stays that is not in the vocabulary.
 */
export function shapeOf(message: string): string {
  const parts = Array.from(message.matchAll(/\d+|[^\d\s\p{P}]+/gu), ([part]) =>
    /^\d/.test(part) ? '#' : (KNOWN.exec(part)?.[1]!.toLowerCase() ?? '…'),
  );
  return parts.filter((part, index) => part !== '…' || parts[index - 1] !== '…').join(' ');
}
