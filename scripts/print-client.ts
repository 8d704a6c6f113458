// Writes the table of next steps in docs/client.md, from the schema and the client package; `--check` only compares it.
import { readFileSync } from 'node:fs';
import { nextStep, type Call, type IdentityResult } from '../packages/client/src/index.ts';
import { FAILURE_CODES, failure, isRetryable, type FailureCode } from '../src/failure.ts';
import { code, root, table, write } from './document.ts';

const PAGE = 'docs/client.md';

/** The calls that differ in what a code asks for. */
const CALLS: Partial<Record<FailureCode, readonly Call[]>> = { OUTCOME_UNKNOWN: ['request', 'confirm', 'delete'] };

const rows = FAILURE_CODES.flatMap((name) => (CALLS[name] ?? [null]).map((call) => row(name, call)));
const [, before, after] = /^(.*<!-- next steps -->\n)[^]*(<!-- \/next steps -->.*)$/s.exec(
  readFileSync(new URL(PAGE, root), 'utf8'),
)!;
await write(
  PAGE,
  `${before}\n${table(['code', 'type', 'step'], rows)}\n${after}`,
  'schema/ or packages/client/src/next-step.ts',
);

function row(name: FailureCode, call: Call | null): string[] {
  const { __typename } = failure(name);
  const answered: IdentityResult = { __typename, code: name, retryable: isRetryable(name) };
  const more = call === null ? '' : ` after a ${call}`;
  const isByCount = stepOf({ ...answered, attemptsRemaining: 0 }, call) !== stepOf(answered, call);
  const steps = isByCount
    ? `${stepOf(answered, call)}; ${stepOf({ ...answered, attemptsRemaining: 0 }, call)} where \`attemptsRemaining\` is 0`
    : stepOf(answered, call);
  return [`[${code(name)}](errors/${name}.md)${more}`, code(__typename), steps];
}

function stepOf(result: IdentityResult, call: Call | null): string {
  const next = nextStep(result, call ?? 'confirm');
  return 'method' in next && next.method !== null ? `${code(next.step)}, method ${code(next.method)}` : code(next.step);
}
