// The sentences of docs/ko/errors, one entry for each code: a code without its Korean sentences does not compile.
import type { FailureCode } from '../src/failure.ts';
import type { ErrorPage, FailurePage, RequestCode } from './error-pages.ts';

/** The hash of the English sentences that are translated: `npm run codegen:check` names an entry that is behind, and its new hash. */
interface Translated {
  readonly of: string;
}

interface KoreanFailure extends Pick<FailurePage, 'cause' | 'app' | 'counts' | 'operator'>, Translated {
  /** The description of the code, which the schema has in English. */
  readonly meaning: string;
}

interface KoreanError extends Pick<ErrorPage, 'status' | 'cause' | 'app' | 'operator'>, Translated {}

const REQUEST_COUNTED =
  '요청이 본인인증 기관에 도달했으므로 모든 한도에 포함됩니다. 성공하는 요청마다 문자가 나가고 비용이 들므로, 사용자가 원할 때만 다시 요청하십시오.';
const REFUSED_COUNTED =
  '본인인증 기관이 이렇게 거절한 확인은 시도 한 번을 쓰고, 인증번호 요청은 모든 한도에 포함됩니다.';
const GIVEN_BACK =
  '아무것도 처리되지 않았으므로 확인의 시도 횟수는 되돌립니다. 보내지 않은 인증번호 요청은 전화번호별 한도와 전체 한도에는 되돌리고, 호출자별 한도와 IP별 한도에는 포함됩니다.';
const NO_LINE = '로그가 남지 않습니다.';
const REFUSED =
  '로그 `a request was refused`가 `info`로 남고 `requestId`, `status`, `code`가 있습니다. 메트릭 `identity_refused_requests_total`도 늘어납니다. 이런 요청은 오퍼레이션이 되지 못합니다.';

export const FAILURES_KO: Readonly<Record<FailureCode, KoreanFailure>> = {
  INVALID_INPUT: {
    of: '1dededcbbcc7',
    meaning: '입력값의 형식이 맞지 않아 아무것도 보내지 않았습니다.',
    cause:
      '인자나 입력 필드가 규칙에 맞지 않습니다. `fields`에 해당하는 필드가 모두 들어 있습니다. 앱으로 하는 본인인증에 `confirmIdentityOtp`를, 문자로 하는 본인인증에 `confirmIdentityApp`을 호출하거나, 인증창으로 하는 본인인증에 둘 중 하나를 호출한 경우도 포함됩니다. 본인인증 기관에는 아무것도 보내지 않았습니다.',
    app: '필드마다 메시지를 보여 주고 사용자가 고치게 합니다. 확인 방식이 틀렸으면 맞는 뮤테이션을 호출합니다. `_entities`에서는 해당 항목이 null이고 `errors[]`에 이 코드가 한 번 들어갑니다.',
    counts:
      '시도 횟수를 쓰지 않고 문자도 보내지 않습니다. 같은 호출은 다시 실패합니다. 확인 방식이 틀린 호출은 확인 한도에 포함됩니다.',
    operator:
      '앱을 배포한 뒤에 많아졌다면 입력 폼이 잘못된 값을 걸러 내지 못하는 것입니다. 값은 응답에도 로그에도 없습니다.',
  },
  WRONG_CODE: {
    of: '7ee98e52aa51',
    meaning: '보낸 인증번호와 다릅니다.',
    cause:
      '본인인증 기관이 인증번호가 틀렸다고 답했거나, 문자 확인에 인증되지 않은 기록으로 답했습니다. 이미 틀렸다고 확인된 인증번호는 본인인증 기관을 호출하지 않고 저장해 둔 결과로 답합니다.',
    app: '`attemptsRemaining`이 0보다 크면 다시 입력하게 합니다. 0이면 `requestIdentityOtp`로 새 인증번호를 요청합니다. 이때는 메시지도 그렇게 안내합니다.',
    counts:
      '다섯 번의 시도 중 한 번을 씁니다. 같은 틀린 인증번호를 다시 보내면 쓰지 않습니다. 사용자가 입력하지 않은 인증번호를 보내면 안 됩니다.',
    operator: '한 `callerHmac`에 많으면 [인증번호 추측 공격](../operating.md#인증번호-추측-공격)입니다.',
  },
  CODE_REJECTED: {
    of: '8efd06a5853d',
    meaning:
      '본인인증 기관이 인증번호를 받아들이지 않았고 이유를 알 수 없습니다. 번호가 틀렸거나 시간이 지났을 수 있습니다.',
    cause:
      '본인인증 기관이 게이트웨이가 모르는 문구로 인증번호를 거절했습니다. 게이트웨이가 기록을 조회했지만 인증되지 않은 상태였습니다. 인증번호가 틀렸거나 시간이 지났을 수 있습니다.',
    app: '메시지를 보여 주고 두 가지를 모두 제안합니다. `attemptsRemaining`이 0보다 크면 다시 입력하기, 그리고 새 인증번호 받기입니다.',
    counts:
      '다섯 번의 시도 중 한 번을 씁니다. 틀렸다고 확인된 것은 아니므로 같은 인증번호를 다시 보낼 수 있지만, 그것도 시도 한 번입니다.',
    operator: '모르는 문구라는 로그를 찾아 그 뜻을 [게이트웨이에 알려 주십시오](../refusals.md#게이트웨이에-가르치기).',
  },
  CODE_EXPIRED: {
    of: '8ecfda3585f5',
    meaning: '인증번호 입력 시간이 지났습니다.',
    cause: '본인인증 기관이 인증번호 입력 시간이 지났다고 답했습니다.',
    app: '`requestIdentityOtp`로 새 인증번호를 요청하고 새 impUid를 씁니다.',
    counts:
      '이 본인인증은 끝났습니다. `attemptsRemaining`은 0이고, 이후의 인증번호에는 본인인증 기관을 호출하지 않고 같은 답을 합니다.',
    operator:
      '가끔 나오는 것은 흔한 일입니다. 한꺼번에 많으면 문자가 늦게 도착하는 것일 수 있으니, 한 impUid의 `request` 로그와 `confirm` 로그의 시각을 비교하십시오.',
  },
  TOO_MANY_ATTEMPTS: {
    of: 'ba8782022a30',
    meaning: '인증번호를 너무 많이 틀려 이 본인인증은 더 진행할 수 없습니다.',
    cause:
      '이 본인인증에 인증번호를 다섯 번 보냈거나(게이트웨이가 셉니다), 본인인증 기관이 이 본인인증에는 인증번호나 문자를 더 받지 않는다고 답했습니다.',
    app: '`requestIdentityOtp`로 새 인증번호를 요청하고 새 impUid를 씁니다.',
    counts:
      '이 impUid의 인증번호는 더 이상 본인인증 기관에 보내지 않습니다. 응답을 받지 못한 시도도 다섯 번에 포함됩니다.',
    operator:
      '가끔 나오는 것은 흔한 일입니다. 한 `callerHmac`에 많으면 [인증번호 추측 공격](../operating.md#인증번호-추측-공격)입니다.',
  },
  ALREADY_CERTIFIED: {
    of: '6bacf6aa0b0b',
    meaning: '이미 끝난 본인인증이라 인증 결과를 다시 주지 않습니다.',
    cause:
      '이미 완료된 본인인증입니다. 이 호출자가 다른 인증번호로 완료했거나, 완료한 지 10분이 넘었거나, 다른 호출자가 완료했습니다. 인증번호를 보낸다고 해서 그 결과를 주지는 않습니다.',
    app: '`certification(impUid)`를 조회합니다. 직접 완료한 호출자는 한 시간 동안 조회할 수 있습니다. 조회 결과가 NOT_FOUND이면 `requestIdentityOtp`로 새로 시작합니다.',
    counts:
      '이 본인인증은 끝났습니다. 맞았던 인증번호는 같은 호출자가 10분 동안 다시 보낼 수 있고, 그러면 인증 결과를 답합니다.',
    operator: '많으면 앱이 이미 받은 결과를 다시 확인하고 있거나, 다른 시스템의 impUid를 시도하는 것입니다.',
  },
  APP_NOT_APPROVED: {
    of: 'c18008db9d74',
    meaning: '앱에서 취소되었거나 실패했습니다. 새로 시작해야 합니다.',
    cause: '사용자가 인증 앱에서 취소했거나, 인증 앱에서 본인인증에 실패했습니다.',
    app: '`requestIdentityOtp`로 새로 시작합니다. 사용자가 문자를 원하면 `method: SMS`로 요청합니다.',
    counts: '이 본인인증은 끝났습니다. 이후의 호출에는 본인인증 기관을 호출하지 않고 같은 답을 합니다.',
    operator: '할 일이 없습니다. 사용자의 선택입니다.',
  },
  RESEND_UNAVAILABLE: {
    of: '562ec558b424',
    meaning: '이 본인인증의 문자는 다시 보낼 수 없습니다. 새로 요청해야 합니다.',
    cause:
      '이 본인인증의 문자를 다시 보낼 수 없습니다. 재전송 기능이 없는 아임포트(포트원 V1)에서 요청했거나, 앱에서 승인하는 본인인증이거나, 다른 곳에서 요청한 본인인증입니다.',
    app: '사용자가 원하면 `requestIdentityOtp`를 같은 내용으로 다시 보냅니다. 그 전까지는 이미 도착한 인증번호로 확인할 수 있습니다.',
    counts: '아무것도 보내지 않았고 횟수도 세지 않습니다.',
    operator: '할 일이 없습니다. 포트원 V1에서는 모든 `resendIdentityOtp`의 답이 이것입니다.',
  },
  WINDOW_NOT_COMPLETED: {
    of: '79fbf67624ad',
    meaning: '사용자가 인증창에서 마치지 않았습니다. 같은 ID로 다시 열거나 새로 열어야 합니다.',
    cause:
      '이 호출자의 인증창이고 완료할 수 있지만, 본인인증 기관의 기록은 아직 인증되지 않은 상태입니다. 사용자가 창을 닫았거나, 실패했거나, 창을 보지 못했습니다.',
    app: '`expiresAt`까지는 같은 ID로 창을 다시 열고, 지났으면 `openIdentityWindow`로 새로 엽니다. 그다음 `completeIdentityWindow`를 다시 호출합니다. 폴링하지 마십시오.',
    counts: '아무것도 소모되지 않으므로 나중에 완료할 수 있습니다. 호출은 확인 한도에 포함됩니다.',
    operator:
      '창을 닫는 사용자가 있으므로 가끔 나오는 것은 흔한 일입니다. 많으면 스크립트가 인증 완료를 알리기 전에 페이지가 호출하는 것입니다.',
  },
  IN_PROGRESS: {
    of: '17500b153713',
    meaning: '이 사용자의 다른 본인인증이 진행되고 있습니다.',
    cause:
      '같은 impUid의 다른 인증번호를 처리하고 있거나, 사용자가 아직 앱에서 승인하지 않았거나, 본인인증 기관이 이 사용자의 다른 본인인증이 진행 중이라고 답했습니다.',
    app: '`retryAt`까지, null이면 몇 초 기다린 뒤 같은 호출을 다시 보냅니다. 앱 인증이면 먼저 사용자에게 승인해 달라고 안내합니다. 폴링하지 마십시오.',
    counts:
      '`retryAt`이 있으면 횟수를 세지 않습니다. null이면 본인인증 기관에 물어본 것이므로 다섯 번의 시도 중 한 번을 씁니다.',
    operator:
      '가끔 나오는 것은 흔한 일입니다. `upstreamEnd`가 null이면 게이트웨이가 두 번째 인증번호를 막은 것이고, `IN_PROGRESS`이면 본인인증 기관의 답이며, `ok`이면 아직 앱에서 승인하지 않은 것입니다.',
  },
  IDENTITY_MISMATCH: {
    of: 'c12a76b613d8',
    meaning: '이름, 생년월일, 성별, 전화번호, 통신사 중 일치하지 않는 것이 있습니다. 어느 것인지는 알 수 없습니다.',
    cause:
      '이름, 생년월일, 성별, 전화번호, 통신사가 통신사에 등록된 정보와 다릅니다. 본인인증 기관은 어느 것이 다른지 알려 주지 않습니다. 알뜰폰인데 일반 통신사를 고른 경우도 여기에 해당합니다. 모르는 문구로 상태 400으로 거절하면 이 코드로 봅니다.',
    app: '메시지와 함께 폼을 다시 보여 줍니다. 먼저 통신사를 확인하게 하십시오. `SKT`와 `SKT_MVNO`(알뜰폰)는 다릅니다.',
    counts: REQUEST_COUNTED,
    operator:
      '가끔 나오는 것은 흔한 일입니다. 모든 요청이 한꺼번에 이렇게 되면 새로 배포한 앱이 필드를 잘못 보내는 것입니다.',
  },
  LINE_BLOCKED: {
    of: 'a8f259d22f4b',
    meaning: '사용자가 본인인증을 막아 둔 번호입니다. PASS 앱이나 통신사 앱에서 차단을 해제한 뒤 다시 요청해야 합니다.',
    cause: '사용자가 PASS 앱이나 통신사 앱에서 이 번호의 본인인증을 막아 두었습니다.',
    app: '그 앱에서 차단을 해제하고 다시 요청하도록 안내합니다. 다른 번호를 써도 됩니다.',
    counts: REQUEST_COUNTED,
    operator: '할 일이 없습니다. 차단은 사용자만 해제할 수 있습니다.',
  },
  LINE_NOT_ELIGIBLE: {
    of: '49d8e272fb9d',
    meaning: '정지되었거나 선불이거나 법인 명의라서 본인인증에 쓸 수 없는 번호입니다.',
    cause: '정지된 번호, 선불 번호 또는 법인 명의 번호입니다.',
    app: '다른 번호를 입력하게 하거나 다른 인증 방법을 안내합니다. 같은 번호는 다시 실패합니다.',
    counts: REQUEST_COUNTED,
    operator: '할 일이 없습니다. 통신사가 정합니다.',
  },
  AGE_NOT_ALLOWED: {
    of: 'ac43c672d90f',
    meaning: '이 서비스는 이 나이의 사용자를 본인인증하도록 설정되어 있지 않습니다. 다른 번호를 써도 같습니다.',
    cause: '본인인증 기관이, 이 서비스는 이 나이의 사용자를 본인인증하도록 설정되어 있지 않다고 답했습니다.',
    app: '서비스의 고객센터로 안내합니다. 다른 번호를 써도 소용없습니다.',
    counts: REQUEST_COUNTED,
    operator: '이 나이의 사용자도 본인인증해야 한다면, 채널이 허용하는 나이를 포트원에 문의하십시오.',
  },
  SMS_REQUIRED: {
    of: '8edc7a29aedb',
    meaning: '이 사용자나 기기에서는 인증 앱을 쓸 수 없습니다. `method: SMS`로 다시 요청해야 합니다.',
    cause: '이 사용자나 기기에서는 인증 앱을 쓸 수 없습니다.',
    app: '`method: SMS`로 다시 요청합니다.',
    counts: REQUEST_COUNTED,
    operator: '할 일이 없습니다. 다만 앱 인증 요청이 모두 이렇게 끝나면 채널이 앱 인증을 제공하지 않는 것입니다.',
  },
  APP_REQUIRED: {
    of: 'b6e4a7bc0de8',
    meaning: 'PASS 앱이 필요한데 준비되지 않은 번호입니다. 앱을 설치하고 가입한 뒤 PASS 앱에서 인증해야 합니다.',
    cause: 'PASS 앱이 필요한 번호인데, 앱이 설치되지 않았거나 사용자가 가입하지 않았습니다.',
    app: 'PASS 앱을 설치하고 가입하도록 안내한 뒤, 채널이 앱 인증을 제공하면 `method: APP`으로 다시 요청합니다.',
    counts: REQUEST_COUNTED,
    operator: '할 일이 없습니다. 다만 모든 요청이 이렇게 끝나면 채널의 인증 방식을 포트원에 문의하십시오.',
  },
  NOT_FOUND: {
    of: 'd25aac78fa0f',
    meaning: '그런 본인인증이 없습니다.',
    cause:
      '이 호출자에게는 그런 본인인증이 없습니다. 모르는 impUid이거나, 다른 호출자의 것이거나, 소유권이 끝났습니다. 소유권은 마지막 시도에서 한 시간이 지났을 때, Redis도 `STORE_FILE`도 없이 재시작했을 때, `GUARD_SECRET`을 바꿨을 때 끝납니다. 본인인증 기관이 없다고 답한 경우도 있습니다. `completeIdentityWindow`에서는 이 호출자가 최근 15분 안에 열고 아직 완료하지 않은 인증창에서 이루어진 인증이 아니라는 뜻입니다. 이 모든 경우의 답이 같습니다.',
    app: '`requestIdentityOtp`나 `openIdentityWindow`로 새로 시작합니다. 요청 직후에 나온다면 두 토큰의 `sub`를 비교하십시오. 요청과 확인의 `sub`가 같아야 합니다.',
    counts:
      '게이트웨이가 답한 경우에는 시도 횟수를 쓰지 않습니다. 확인에서 본인인증 기관이 없다고 한 번 답하면, 이후에는 호출하지 않고 같은 답을 합니다.',
    operator:
      '`upstreamCalls`가 0이면 게이트웨이가 판단한 것입니다. 재시작 뒤에 한꺼번에 나오면 시도 기록이 메모리에 있었거나 비밀값이 바뀐 것입니다. 한 시간이 지난 기록을 조회하려면 `certification:read-any`가 필요합니다.',
  },
  RATE_LIMITED: {
    of: '33563b2b40ec',
    meaning: '호출이 너무 많습니다. 기다려야 합니다.',
    cause:
      '게이트웨이의 한도에 이르렀고, 한도가 풀리는 시각이 `retryAt`에 있습니다. 또는 조금 전에 보낸 같은 요청의 응답을 받지 못했거나 그 본인인증이 끝나서 `retryAt`까지 다시 보낼 수 없습니다. 또는 본인인증 기관이 호출을 더 받지 않으며, 이때 `retryAt`은 null입니다.',
    app: '`retryAt`까지, null이면 몇 분 동안 버튼을 비활성화합니다. 그 전에는 호출하지 않습니다.',
    counts:
      '게이트웨이의 한도에 걸리면 횟수를 세지 않고 아무것도 보내지 않습니다. 본인인증 기관이 거절한 경우에는 시도나 요청을 셉니다.',
    operator:
      '로그 `a limit was reached`에 한도와 그 키가 있고, `the provider limits or blocks`는 본인인증 기관이 막은 것입니다. [SMS 펌핑](../operating.md#sms-펌핑)과 [본인인증 기관이 차단할 때](../operating.md#본인인증-기관이-차단할-때)를 보십시오.',
  },
  OUTCOME_UNKNOWN: {
    of: '731e907e2da3',
    meaning: '요청을 보냈지만 응답을 받지 못했습니다.',
    cause:
      '호출을 보냈지만 응답을 받지 못했습니다. 제한 시간이 지났거나, 연결이 끊겼거나, 읽을 수 없는 응답이 왔습니다. 처리되었을 수도 있습니다. 확인이었다면 게이트웨이가 기록도 조회했지만, 인증된 상태가 아니었거나 조회하지 못했습니다. `completeIdentityWindow`에서는 인증창은 사용 처리되었지만 접속기록을 남기지 못한 경우에 나옵니다. `resendIdentityOtp`에서는 이런 확인 뒤에 본인인증 기관이 문자를 보내지 않을 때 나옵니다. 확인이 성공했기 때문일 수 있습니다.',
    app: '확인이나 인증창 완료 뒤에는 잠시 후 `certification(impUid)`를 조회하고, 인증되지 않았으면 같은 인증번호를 다시 보냅니다. 재전송 뒤에도 이렇게 하고, 도착할 수 있는 인증번호를 사용자가 입력하게 합니다. 요청 뒤에는 1분 후에 새 인증번호를 제안합니다. 삭제 뒤에는 다시 삭제합니다.',
    counts:
      '인증번호를 보냈으면 시도 한 번을 쓰고, 요청은 모든 한도에 포함됩니다. 게이트웨이가 보내기 전에 먼저 조회하므로 같은 인증번호는 다시 보내도 안전합니다. 응답을 받지 못한 요청의 인증번호는 나중에 도착해도 쓸 수 없습니다.',
    operator:
      '가끔 나오는 것은 흔한 일입니다. 많으면 [업스트림 장애](../operating.md#업스트림-장애나-연결-불가)와 [느린 통신사](../operating.md#느린-통신사)를 보십시오.',
  },
  UPSTREAM_UNAUTHORIZED: {
    of: 'b3d5d27fda92',
    meaning: '게이트웨이의 인증 정보(API 키)가 거절되었습니다.',
    cause:
      '포트원 V1이 로그인에서 게이트웨이의 키와 시크릿을 거절하거나 방금 발급한 토큰을 거절합니다. 또는 포트원 V2가 호출마다 보내는 시크릿을 거절합니다.',
    app: '사과하고 다른 인증 방법을 안내합니다. 운영자가 조치할 때까지는 기다려도 해결되지 않습니다.',
    counts: GIVEN_BACK,
    operator: '바로 조치해야 합니다. [잘못된 API 키나 시크릿](../operating.md#잘못된-api-키나-시크릿)을 보십시오.',
  },
  UPSTREAM_UNAVAILABLE: {
    of: '46fad9fcb937',
    meaning: '본인인증 기관이나, 시도 기록 또는 접속기록의 저장소에 연결할 수 없거나 장애가 있습니다.',
    cause:
      '본인인증 기관에 연결할 수 없거나, 서킷 브레이커가 열려 있거나, 본인인증 기관이 자체 오류를 알렸거나, 시도 기록 저장소가 응답하지 않습니다. 저장소가 없으면 횟수를 셀 수 없습니다.',
    app: '사과하고 나중에 다시 시도하게 합니다. 인증번호가 유효하면 같은 인증번호로 다시 시도할 수 있습니다.',
    counts: `아래 표의 \`reason\`이면 아무것도 처리되지 않았으므로 확인의 시도 횟수를 되돌립니다. \`class\`이면 다음과 같습니다. ${REFUSED_COUNTED}`,
    operator:
      '`upstreamEnd`를 보십시오. reason이나 class가 있으면 본인인증 기관의 문제이고, null이면 저장소의 문제이며 이때 `identity_store_up`이 0입니다. [업스트림 장애](../operating.md#업스트림-장애나-연결-불가)와 [Redis 장애](../operating.md#redis-장애)를 보십시오.',
  },
  UPSTREAM_TIMEOUT: {
    of: 'd07f26376ddb',
    meaning: '본인인증 기관이 제시간에 응답하지 않았습니다.',
    cause:
      '본인인증 기관이 조회에 제시간에 응답하지 않았습니다. 무언가를 바꾸는 호출이라면 이 코드 대신 OUTCOME_UNKNOWN이 됩니다.',
    app: '잠시 후 다시 조회합니다. 조회는 아무것도 바꾸지 않습니다.',
    counts: '횟수를 세지 않습니다. 조회는 언제든 반복할 수 있습니다.',
    operator: '[느린 통신사](../operating.md#느린-통신사)를 보십시오.',
  },
  UPSTREAM_MAINTENANCE: {
    of: 'c515bc764edd',
    meaning: '통신사가 점검 중입니다.',
    cause: '통신사나 본인인증 기관이 점검 중이라고 답했습니다.',
    app: '메시지를 보여 주고 나중에 다시 시도하게 합니다. 다른 통신사의 번호는 될 수도 있습니다.',
    counts: `${REFUSED_COUNTED} 인증번호가 유효하면 같은 인증번호를 다시 보낼 수 있습니다.`,
    operator: '기다리십시오. [점검](../operating.md#점검)을 보십시오.',
  },
  UPSTREAM_REJECTED: {
    of: 'b9c19b42d42c',
    meaning: '본인인증 기관이 따로 코드가 없는 사유로 거절했습니다. `providerCode`를 보십시오.',
    cause:
      '본인인증 기관이 이 호출에 맞지 않는 사유나 게이트웨이가 모르는 문구로 거절했습니다. 기관의 자체 코드가 있으면 `providerCode`에 들어 있습니다. 포트원 V2의 본인인증에 대한 `deleteCertification`도 이렇게 답합니다. V2에는 삭제 기능이 없습니다.',
    app: '본인인증을 새로 시작합니다. 본인인증 기관의 고객센터에 문의할 때 쓸 수 있도록 `providerCode`를 작게 표시합니다.',
    counts: REFUSED_COUNTED,
    operator:
      '로그의 `providerCode`와 `upstreamEnd`를 보십시오. 모르는 문구는 [게이트웨이에 알려 줄 수 있습니다](../refusals.md#게이트웨이에-가르치기).',
  },
  UPSTREAM_MISCONFIGURED: {
    of: '2252739489b3',
    meaning: '가맹점의 계약이나 채널 설정이 잘못되었거나, 게이트웨이가 보낸 요청의 형식이 잘못되었습니다.',
    cause:
      '본인인증 기관이 가맹점의 계약이나 채널이 이 호출을 쓰도록 설정되지 않았다거나 요청의 형식이 잘못되었다고 답했습니다. 인증창에 필요한 설정이 없으면 `openIdentityWindow`도 이렇게 답하며, 로그에 설정 이름이 남습니다. 사용자의 주소를 알 수 없을 때 포트원 V2의 인증번호 요청도 이렇게 답합니다.',
    app: '사과하고 다른 인증 방법을 안내합니다. 운영자가 조치할 때까지는 기다려도 해결되지 않습니다.',
    counts: REFUSED_COUNTED,
    operator:
      '바로 조치해야 합니다. [가맹점이 설정되지 않았을 때](../operating.md#가맹점이-설정되지-않았을-때)를 보십시오.',
  },
  UPSTREAM_BAD_RESPONSE: {
    of: '9134edd62296',
    meaning: '본인인증 기관의 응답을 이해할 수 없습니다.',
    cause:
      '알려진 본인인증 기관의 응답이 아닙니다. 리디렉션, 차단, HTML 페이지, 잘린 응답 또는 다른 본인인증의 기록이 왔습니다. 확인과 요청, 삭제는 처리되지 않았음이 응답에서 분명하거나, 본인인증 기관이 아닌 다른 시스템이 응답했을 때만 이 코드로 답합니다.',
    app: '나중에 다시 시도하게 합니다. 조회는 언제든 반복할 수 있고, 게이트웨이가 보내기 전에 먼저 조회하므로 같은 인증번호를 다시 보내도 됩니다.',
    counts:
      '리디렉션이나 차단(`strange`)이면 확인의 시도 횟수를 쓴 것으로 두고, 처리되지 않고 돌려보내졌으면(`turned-away`) 되돌립니다. 요청은 모든 한도에 포함됩니다.',
    operator: '[다른 것이 응답할 때](../operating.md#다른-것이-응답할-때)를 보십시오.',
  },
  OVERLOADED: {
    of: '6d5cb8b9358f',
    meaning: '게이트웨이가 처리할 일이 너무 많아 아무것도 보내지 않았습니다.',
    cause:
      '본인인증 기관을 기다리는 호출이 이미 너무 많거나, 이 호출이 제한 시간의 절반을 대기열에서 보냈거나, 메모리나 파일의 시도 기록 저장소에 새 본인인증을 넣을 자리가 없습니다. 아무것도 보내지 않았습니다.',
    app: '몇 초 기다린 뒤 같은 호출을 다시 보냅니다.',
    counts: GIVEN_BACK,
    operator:
      '`upstreamEnd`가 `overload`이면 본인인증 기관 호출이 느리거나 너무 많은 것입니다. [느린 통신사](../operating.md#느린-통신사)를 보십시오. null이고 `identity_store_full_total`이 오르면 16분 안에 본인인증과 인증창이 100,000건을 넘은 것이니 Redis를 쓰십시오.',
  },
};

export const ERRORS_KO: Readonly<Record<RequestCode, KoreanError>> = {
  UNAUTHENTICATED: {
    of: '289934885616',
    status: '토큰이나 라우터 비밀값이 틀렸거나 만료되었으면 401, 토큰이 없으면 200',
    cause: '필요한 토큰이 없거나, 토큰이 유효하지 않거나, 라우터를 거치지 않은 요청입니다.',
    app: '새 토큰을 받아 한 번 더 호출합니다. 아무것도 처리되지 않았습니다.',
    operator:
      '토큰이 틀렸으면 `reason`이 있는 로그 `a caller was refused`와 `identity_refused_callers_total`을 봅니다. 토큰이 없는 요청은 세지 않습니다. [잘못된 AUTH_SECRET](../operating.md#잘못된-auth_secret이나-키)을 보십시오.',
  },
  FORBIDDEN: {
    of: '064b34af5cfd',
    status: '200',
    cause:
      '토큰에 필요한 스코프가 없습니다(`uniqueKey`와 `uniqueInSite`에는 `certification:ci`, `deleteCertification`에는 `certification:delete`). 인증 결과의 필드라면 그 필드만 null이고 나머지는 모두 답합니다.',
    app: '그 필드를 빼거나 스코프가 있는 토큰으로 요청합니다. 이 스코프는 백엔드용입니다.',
    operator: '전용 로그는 없습니다. 스코프는 토큰의 `scope`와 `scp`에서 읽습니다.',
  },
  BAD_REQUEST: {
    of: '1ef4107a78f3',
    status: '400, 메시지에 따라 406, 408, 413, 415, 417, 431. 200은 없음',
    cause:
      'HTTP 요청을 읽을 수 없습니다. JSON이 아니거나, 너무 크거나, 너무 느리거나, 배치이거나, `query`가 없거나, 다른 사이트의 페이지가 보낼 수 있는 종류의 요청입니다.',
    app: '오퍼레이션 하나를 `content-type: application/json`으로, 64 kB 이하로 POST합니다.',
    operator: `${REFUSED} 헤더조차 읽을 수 없었으면 \`requestId\`는 null입니다.`,
  },
  BAD_USER_INPUT: {
    of: '1810eb234de1',
    status: '변수의 문제이면 400, 필드를 실행하다가 발견하면 200',
    cause:
      '변수나 인자가 없거나 스키마와 타입이 다릅니다. `personId`나 `proof`의 `audience`가 비어 있거나, 100자를 넘거나, 눈에 보이는 ASCII가 아닌 문자가 있는 경우도 포함됩니다. 이때는 그 필드만 null이고 나머지는 모두 답합니다.',
    app: '호출을 고칩니다. 메시지에 변수나 필드의 이름이 있고, 값은 절대 들어가지 않습니다.',
    operator: `상태가 400이면 ${REFUSED} 상태가 200이면 전용 로그가 없습니다.`,
  },
  UNTRUSTED_DOCUMENT: {
    of: '7b03719770fb',
    status: '400',
    cause: '목록에 있는 문서만 실행하는 게이트웨이인데, 이 문서나 그 ID가 목록에 없습니다.',
    app: '목록에 있는 문서나 그 ID를 보냅니다. 앱을 새로 배포할 때는 그 앱의 문서를 먼저 목록에 추가합니다.',
    operator: `${REFUSED} 목록 파일과 앱의 문서를 비교하십시오. 파일은 시작할 때 읽습니다.`,
  },
  NOT_FOUND: {
    of: '750422da9179',
    status: '404',
    cause:
      'GraphQL은 `/graphql`에만 있습니다. `ADMIN_PORT`에는 `/livez`, `/readyz`, `/metrics`가 있습니다. 증명 토큰의 키는, 있다면 `/.well-known/jwks.json`에 있습니다.',
    app: 'URL을 고칩니다.',
    operator: `${REFUSED} \`ADMIN_PORT\`의 포트에서는 남지도 늘지도 않습니다. 로드 밸런서가 보내는 경로를 확인하십시오.`,
  },
  METHOD_NOT_ALLOWED: {
    of: 'f0eb41c84cb0',
    status: '405',
    cause: 'GET 요청입니다. 주소에 넣은 쿼리는 프록시의 로그에 남습니다.',
    app: 'GraphQL은 POST로 보냅니다.',
    operator: REFUSED,
  },
  NOT_CONFIGURED: {
    of: 'f043c3c35351',
    status: '200',
    cause:
      '게이트웨이에 `personId`나 `proof`의 키가 없습니다. 그 필드만 null이고 나머지는 모두 답합니다. 잃은 것은 없습니다. 사용자는 인증되었고, `certification(impUid)`를 한 시간 동안 다시 조회할 수 있습니다.',
    app: '게이트웨이 운영자에게 설정을 요청하고, 그때까지는 그 필드를 뺍니다.',
    operator:
      '시작한 뒤 설정마다 한 번씩, 설정 이름이 있는 경고 `a client asks for a field that needs a setting`이 남습니다. 키를 만드는 방법은 [증명 토큰](../proofs.md)에 있습니다.',
  },
  INVALID_INPUT: {
    of: 'a2deac3928ef',
    status: '200',
    cause:
      '`_entities`의 참조에 형식이 맞는 `impUid`가 없습니다. 해당 항목은 null이고, 오류는 모두를 합쳐 한 번 나옵니다.',
    app: '다른 서브그래프가 답하는 키를 고칩니다.',
    operator: NO_LINE,
  },
  UNKNOWN_ENTITY: {
    of: '28269a6f0511',
    status: '200',
    cause:
      '`_entities`의 참조에 `Certification`이 아닌 타입이 있습니다. 해당 항목은 null이고, 오류는 모두를 합쳐 한 번 나옵니다.',
    app: '슈퍼그래프를 다시 합성합니다. 라우터의 스키마가 이 게이트웨이의 스키마와 다릅니다.',
    operator: NO_LINE,
  },
  TOO_MANY_REFERENCES: {
    of: '910d707eae77',
    status: '200',
    cause: '`_entities`의 참조가 한 요청에서 처리할 수 있는 수보다 많습니다. 앞에서부터 그 수만큼만 답합니다.',
    app: '더 적게 요청하거나 라우터가 중복을 없애게 합니다.',
    operator: '로그가 남지 않습니다. 상한은 올릴 수 있습니다.',
  },
  ANSWER_TOO_LARGE: {
    of: '79c0c2629608',
    status: '200',
    cause: '응답의 문자열이 모두 합쳐 600 kB를 넘습니다. 넘는 것은 null입니다.',
    app: '기록이나 필드를 더 적게 요청합니다. 가장 긴 필드는 `origin`입니다.',
    operator: NO_LINE,
  },
  MORE_ERRORS: {
    of: '9f47690a259b',
    status: '이 코드가 없을 때와 같음',
    cause: '응답의 오류가 열 개를 넘습니다. 이 오류가 마지막이고, 생략한 오류의 수를 알려 줍니다.',
    app: '먼저 나온 오류부터 고칩니다.',
    operator: NO_LINE,
  },
  GRAPHQL_PARSE_FAILED: {
    of: '4a1e940085dd',
    status: '400',
    cause: '문서가 GraphQL이 아니거나 토큰이 1,000개를 넘습니다.',
    app: '문서를 고칩니다. 메시지에 위치가 있고, 값은 없습니다.',
    operator: REFUSED,
  },
  GRAPHQL_VALIDATION_FAILED: {
    of: '324411b2cd51',
    status: '400',
    cause:
      '문서가 스키마에 맞지 않거나 게이트웨이의 규칙에 어긋납니다. 규칙은 뮤테이션마다 본인인증 필드 하나, `_entities` 하나, 인증번호는 변수로, 별칭은 30개까지, 스키마가 공개되지 않은 곳에서는 인트로스펙션 금지입니다.',
    app: '문서를 고칩니다. 메시지에 어긋난 규칙이 있습니다.',
    operator: `${REFUSED} 운영 환경에서는 스키마의 이름을 제안하지 않습니다.`,
  },
  OPERATION_RESOLUTION_FAILURE: {
    of: 'f5b018b79dbc',
    status: '400',
    cause: '문서에 오퍼레이션이 여러 개인데 `operationName`에 맞는 것이 없습니다.',
    app: '`operationName`을 보냅니다.',
    operator: REFUSED,
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    of: '62bc8359b0f2',
    status: '200',
    cause:
      '클라이언트가 문서 없이 퍼시스티드 쿼리의 해시만 보냈습니다. 게이트웨이는 클라이언트가 보낸 문서를 저장하지 않습니다.',
    app: '문서를 보냅니다. Apollo Client는 이 응답을 받으면 알아서 그렇게 합니다. 허용한 문서의 목록이 있으면 해시만으로 충분합니다.',
    operator: NO_LINE,
  },
  INTERNAL_SERVER_ERROR: {
    of: '85c052ea518a',
    status: '요청을 시작하지 못했으면 500, 그 밖에는 200',
    cause: '게이트웨이의 결함이거나, 토큰 발급자의 키를 가져올 수 없습니다(로그의 `KeysUnavailable`).',
    app: '사과합니다. 확인 뒤였다면 무엇보다 먼저 `certification(impUid)`를 조회합니다. 신고할 때 쓸 수 있도록 헤더 `x-request-id`를 보관합니다. `extensions.requestId`도 같은 값이지만 라우터를 거치면 없습니다.',
    operator:
      '로그 `a resolver failed unexpectedly`나 `a request failed unexpectedly`에 오류 이름과 스택 프레임이 있습니다. `KeysUnavailable`이면 발급자를 확인하고, 그 밖의 것은 신고해 주십시오.',
  },
  CLOSING: {
    of: '9ca67cd2d035',
    status: '503',
    cause: '프로세스가 종료되는 중이라 새 요청을 받지 않습니다.',
    app: '한 번 더 호출합니다. 아무것도 처리되지 않았고, 다른 레플리카가 답합니다.',
    operator:
      '사용자에게 보인다면 로드 밸런서가 종료를 너무 늦게 알아차리는 것입니다. [드레이닝](../operating.md#드레이닝)을 보십시오.',
  },
};

/** The descriptions of the fields of a failure, by those of the schema. */
export const DESCRIPTIONS_KO: Readonly<Record<string, string>> = {
  'INVALID_INPUT.': 'INVALID_INPUT입니다.',
  'WRONG_CODE, CODE_REJECTED, CODE_EXPIRED, TOO_MANY_ATTEMPTS, ALREADY_CERTIFIED, APP_NOT_APPROVED, RESEND_UNAVAILABLE, WINDOW_NOT_COMPLETED or IN_PROGRESS.':
    'WRONG_CODE, CODE_REJECTED, CODE_EXPIRED, TOO_MANY_ATTEMPTS, ALREADY_CERTIFIED, APP_NOT_APPROVED, RESEND_UNAVAILABLE, WINDOW_NOT_COMPLETED, IN_PROGRESS 중 하나입니다.',
  'IDENTITY_MISMATCH, LINE_BLOCKED, LINE_NOT_ELIGIBLE, AGE_NOT_ALLOWED, SMS_REQUIRED or APP_REQUIRED.':
    'IDENTITY_MISMATCH, LINE_BLOCKED, LINE_NOT_ELIGIBLE, AGE_NOT_ALLOWED, SMS_REQUIRED, APP_REQUIRED 중 하나입니다.',
  'NOT_FOUND.': 'NOT_FOUND입니다.',
  'RATE_LIMITED.': 'RATE_LIMITED입니다.',
  'OUTCOME_UNKNOWN.': 'OUTCOME_UNKNOWN입니다.',
  'OVERLOADED or one of UPSTREAM_*.': 'OVERLOADED이거나 UPSTREAM_* 중 하나입니다.',
  'What to show the person.': '사용자에게 보여 줄 문장입니다.',
  'Whether the same call, unchanged, may succeed later.': '같은 호출이 나중에 성공할 수 있는지입니다.',
  'Every field that must change.': '고쳐야 하는 모든 필드입니다.',
  'How many attempts this verification has left; null where that is not known.':
    '이 본인인증에 남은 시도 횟수입니다. 알 수 없으면 null입니다.',
  'When to try again; null where waiting does not help or the time is not known.':
    '다시 시도할 시각입니다. 기다려도 소용없거나 시각을 알 수 없으면 null입니다.',
  'When to try again; null where the time is not known.': '다시 시도할 시각입니다. 알 수 없으면 null입니다.',
  "The provider's own reason as four letters and digits, such as `1060`, for its support desk; null where it gave none.":
    '본인인증 기관의 고객센터에 문의할 때 쓰는, `1060`처럼 영문자와 숫자 네 자리인 기관의 사유 코드입니다. 없으면 null입니다.',
};
