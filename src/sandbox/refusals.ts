/** How a refusal arrives is not documented, so every refusal exists in three forms, named by their status in V1. */
export type Form = 200 | 400 | 500;

/** Danal's code and a sentence of ours around the words by which its class is recognised. */
export interface Refusal {
  readonly code: string;
  readonly says: string;
}

export const REFUSALS = {
  wrongCode: { code: '9013', says: '인증번호 불일치입니다. 문자로 받은 여섯 자리를 다시 적어 주세요.' },
  // Recognised by nothing: words and codes of providers change.
  reworded: { code: '7777', says: '적어 주신 여섯 자리로는 끝낼 수 없습니다.' },
  expired: { code: '1324', says: '시간 초과로 이 요청은 끝났습니다. 새 번호를 받아 주세요.' },
  attemptsExceeded: { code: '9991', says: '시도 횟수 초과로 이 요청은 닫혔습니다. 처음부터 시작해 주세요.' },
  inProgress: { code: '2371', says: '같은 사람의 다른 확인이 진행 중입니다.' },
  identityMismatch: { code: '1110', says: '입력하신 내용이 통신사에 등록된 것과 다릅니다.' },
  lineNotEligible: { code: '3032', says: '사용정지 상태인 회선이라 확인할 수 없습니다.' },
  appRequired: { code: '2070', says: 'PASS 인증 앱을 설치해야 쓸 수 있는 회선입니다.' },
  smsRequired: { code: '2081', says: '이 기기에서는 앱을 쓸 수 없으니 일반 본인확인으로 바꿔 주세요.' },
  appCancelled: { code: '2376', says: 'PASS 인증이 취소되어 이 요청은 끝났습니다.' },
  lineBlocked: { code: '5040', says: '확인을 막아 둔 회선입니다. 앱에서 차단을 해제해 주세요.' },
  ageNotAllowed: { code: '9016', says: '이 서비스가 허용하지 않는 나이입니다.' },
  malformed: { code: 'CS24', says: '규격과 다른 값이 입력된 필드가 있습니다.' },
  smsFailed: { code: '1410', says: 'SMS 송신을 마치지 못했습니다. 조금 뒤에 요청해 주세요.' },
  sendLimit: { code: '3041', says: '전송 횟수 초과로 문자를 더 보낼 수 없습니다.' },
  rateLimited: { code: '0042', says: '허용 건수 초과로 당분간 요청을 받지 않습니다.' },
  maintenance: { code: '1271', says: '통신사 점검 중이라 지금은 확인할 수 없습니다.' },
  merchantNotSetUp: { code: '0066', says: '아직 개통되지 않은 고객사의 요청입니다.' },
  mvnoMismatch: { code: '3039', says: '알뜰폰 회선입니다. 통신사를 알뜰폰으로 골라 주세요.' },
  internalError: { code: '1060', says: '통신사 내부 오류로 답을 받지 못했습니다.' },
} as const satisfies Record<string, Refusal>;

// The upstream puts this in front of some of Danal's answers.
const PREFIX = '다날 서버로부터 받은 응답이 올바르지 않습니다.';

/** The words with Danal's code in brackets, as V1 puts them. */
export function bracketed({ code, says }: Refusal, hasPrefix: boolean): string {
  return `${hasPrefix ? `${PREFIX} ` : ''}[${code}] [인증실패] ${says}`;
}
