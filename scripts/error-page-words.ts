// The words around the sentences of a page for a code, in each of its languages.
import type { Language } from '../src/graphql/messages.ts';

interface Words {
  /** The link between the title and the text, to the page in another language. */
  readonly otherLanguage: string;
  readonly index: {
    readonly title: string;
    readonly intro: string;
    readonly members: string;
    readonly memberColumns: readonly string[];
    readonly errors: string;
    readonly errorColumns: readonly string[];
    readonly again: Readonly<Record<'yes' | 'no', string>>;
  };
  readonly answer: string;
  readonly type: (type: string, fields: string, isRetryable: boolean) => string;
  readonly fieldColumns: readonly string[];
  readonly person: string;
  readonly withoutAttempt: (link: string) => string;
  readonly ofFields: string;
  readonly app: string;
  readonly operator: string;
  readonly counted: (line: string, metric: string) => string;
  readonly origins: string;
  readonly originColumns: readonly string[];
  readonly noOrigins: string;
  /** Each kind of refusal in unknown words, by a status that it has. */
  readonly unknown: Readonly<Record<400 | 404 | 409 | 500, string>>;
  readonly inErrors: string;
  readonly status: string;
  readonly toDo: string;
  readonly inTheLog: string;
  readonly settings: string;
  readonly allCodes: string;
  readonly operating: string;
  readonly sandbox: string;
}

export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    otherLanguage: '한국어',
    index: {
      title: 'Errors',
      intro: `A page for each code: what happened, what the person reads, what the app does next, and what the operator looks at.
\`npm run codegen\` writes them from the schema, the messages and \`scripts/error-pages.ts\`.`,
      members: `## Members of a result union

What a client plans for is data: a member of the union, as HTTP 200. "Again" says whether the same call, unchanged, may succeed later.`,
      memberColumns: ['code', 'type', 'again', 'meaning'],
      errors: `## Codes of \`errors[]\`

Mistakes of a program, as \`errors[].extensions.code\`: the person is not to blame, and their words are for developers. An entity that
cannot be read has one of the codes above in \`errors[]\`, and is null without an error where nothing is found.`,
      errorColumns: ['code', 'HTTP status', 'cause'],
      again: { yes: 'yes', no: 'no' },
    },
    answer: 'In the answer',
    type: (type, fields, isRetryable) => `The type is ${type}, answered by ${fields}. \`retryable\` is ${isRetryable}.`,
    fieldColumns: ['field', 'type', 'meaning'],
    person: 'What the person reads',
    withoutAttempt: (link) => `Without an attempt left it is the message of ${link}.`,
    ofFields: 'And for each of `fields`, one of',
    app: 'What the app does',
    operator: 'What the operator looks at',
    counted: (line, metric) => `${line} of a line \`operation\`, and ${metric}.`,
    origins: `Answers of the provider that end in it: the \`class\` of \`identity_upstream_refusals_total\`, and the \`reason\` of
\`identity_upstream_faults_total\`.`,
    originColumns: ['call', 'class', 'reason'],
    noOrigins: 'No answer of the provider ends in it.',
    unknown: {
      400: '`UNRECOGNISED` with status 400',
      404: '`UNRECOGNISED` with status 404',
      409: '`UNRECOGNISED` with another status',
      500: '`UNRECOGNISED` with a status from 500',
    },
    inErrors: 'In `errors[]`',
    status: 'HTTP status',
    toDo: 'What to do',
    inTheLog: 'In the log',
    settings: 'Settings',
    allCodes: 'All codes',
    operating: 'operating',
    sandbox: 'the sandbox',
  },
  ko: {
    otherLanguage: 'English',
    index: {
      title: '오류 코드',
      intro: `코드마다 문서가 하나씩 있습니다. 원인, 사용자가 읽는 문장, 앱이 할 일, 운영자가 볼 것을 설명합니다. \`npm run codegen\`이
스키마와 메시지, \`scripts/error-pages.ko.ts\`로 이 문서들을 만듭니다.`,
      members: `## 결과 유니언의 멤버

클라이언트가 미리 대비하는 결과는 데이터입니다. HTTP 200으로 오는 유니언의 멤버입니다. "재시도"는 같은 호출이 나중에 성공할 수 있는지를 나타냅니다.`,
      memberColumns: ['코드', '타입', '재시도', '뜻'],
      errors: `## \`errors[]\`의 코드

프로그램의 잘못이며 \`errors[].extensions.code\`에 있습니다. 사용자의 잘못이 아니고, 문장도 개발자를 위한 것입니다. 엔티티를 조회할 수 없으면
\`errors[]\`에 위의 코드 중 하나가 들어가고, 찾은 것이 없으면 오류 없이 null입니다.`,
      errorColumns: ['코드', 'HTTP 상태', '원인'],
      again: { yes: '예', no: '아니요' },
    },
    answer: '응답',
    type: (type, fields, isRetryable) =>
      `타입은 ${type}입니다. 답하는 필드는 ${fields}입니다. \`retryable\`은 ${isRetryable}입니다.`,
    fieldColumns: ['필드', '타입', '뜻'],
    person: '사용자가 읽는 문장',
    withoutAttempt: (link) => `남은 시도가 없으면 ${link}의 문장입니다.`,
    ofFields: '그리고 `fields`마다 다음 중 하나입니다.',
    app: '앱이 할 일',
    operator: '운영자가 볼 것',
    counted: (line, metric) => `로그 \`operation\`의 ${line}, 메트릭 ${metric}입니다.`,
    origins: `이 코드로 끝나는 본인인증 기관의 응답입니다. \`class\`는 \`identity_upstream_refusals_total\`의 레이블이고, \`reason\`은
\`identity_upstream_faults_total\`의 레이블입니다.`,
    originColumns: ['호출', 'class', 'reason'],
    noOrigins: '이 코드로 끝나는 본인인증 기관의 응답은 없습니다.',
    unknown: {
      400: '상태 400인 `UNRECOGNISED`',
      404: '상태 404인 `UNRECOGNISED`',
      409: '그 밖의 상태인 `UNRECOGNISED`',
      500: '상태 500 이상인 `UNRECOGNISED`',
    },
    inErrors: '`errors[]`에서',
    status: 'HTTP 상태',
    toDo: '할 일',
    inTheLog: '로그',
    settings: '설정',
    allCodes: '모든 코드',
    operating: '운영',
    sandbox: '샌드박스',
  },
};
