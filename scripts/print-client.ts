// Writes the table of next steps in docs/client.md and docs/ko/client.md, from the schema and the client package; `--check` only compares it.
import { readFileSync } from 'node:fs';
import { nextStep, type Call, type IdentityResult } from '../packages/client/src/index.ts';
import { FAILURE_CODES, failure, isRetryable, type FailureCode } from '../src/failure.ts';
import { code, root, table, write } from './document.ts';

/** The calls that differ in what a code asks for. */
const CALLS: Partial<Record<FailureCode, readonly Call[]>> = {
  OUTCOME_UNKNOWN: ['request', 'resend', 'confirm', 'delete'],
};

interface Words {
  readonly columns: readonly string[];
  readonly after: (link: string, call: Call) => string;
  readonly withoutAttempt: (step: string, last: string) => string;
  readonly method: (step: string, method: string) => string;
}

const PAGES: Readonly<Record<string, Words>> = {
  'docs/client.md': {
    columns: ['code', 'type', 'step'],
    after: (link, call) => `${link} after a ${call}`,
    withoutAttempt: (step, last) => `${step}; ${last} where \`attemptsRemaining\` is 0`,
    method: (step, method) => `${step}, method ${method}`,
  },
  'docs/ko/client.md': {
    columns: ['코드', '타입', 'step'],
    after: (link, call) => `${link}, ${code(call)} 뒤`,
    withoutAttempt: (step, last) => `${step}, \`attemptsRemaining\`이 0이면 ${last}`,
    method: (step, method) => `${step}, 방식은 ${method}`,
  },
};

for (const [page, words] of Object.entries(PAGES)) {
  const rows = FAILURE_CODES.flatMap((name) => (CALLS[name] ?? [null]).map((call) => row(words, name, call)));
  const [, before, after] = /^(.*<!-- next steps -->\n)[^]*(<!-- \/next steps -->.*)$/s.exec(
    readFileSync(new URL(page, root), 'utf8'),
  )!;
  const text = `${before}\n${table(words.columns, rows)}\n${after}`;
  await write(page, text, 'schema/ or packages/client/src/next-step.ts');
}

function row(words: Words, name: FailureCode, call: Call | null): string[] {
  const { __typename } = failure(name);
  const answered: IdentityResult = { __typename, code: name, retryable: isRetryable(name) };
  const link = `[${code(name)}](errors/${name}.md)`;
  const step = stepOf(words, answered, call);
  const last = stepOf(words, { ...answered, attemptsRemaining: 0 }, call);
  return [
    call === null ? link : words.after(link, call),
    code(__typename),
    step === last ? step : words.withoutAttempt(step, last),
  ];
}

function stepOf(words: Words, result: IdentityResult, call: Call | null): string {
  const next = nextStep(result, call ?? 'confirm');
  if (!('method' in next) || next.method === null) return code(next.step);
  return words.method(code(next.step), code(next.method));
}
