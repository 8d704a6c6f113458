// Writes docs/errors and docs/ko/errors, a page for each code that a client can meet, from the schema, the messages and
// scripts/error-pages.ts, in Korean scripts/error-pages.ko.ts.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { isEnumType, isObjectType, isUnionType, type GraphQLNamedType, type GraphQLObjectType } from 'graphql';
import { GROUPS } from '../src/config/settings.ts';
import { CALLS, failure, isRetryable, type FailureCode } from '../src/failure.ts';
import { MESSAGES, type Language } from '../src/graphql/messages.ts';
import { createSchema } from '../src/graphql/schema.ts';
import { FAULT_REASONS, REFUSALS, UpstreamFault, UpstreamRefusal, type UpstreamError } from '../src/upstream/errors.ts';
import { failureOf } from '../src/verification/upstream-failure.ts';
import { code, complain, isCheck, root, table, write } from './document.ts';
import { WORDS } from './error-page-words.ts';
import { DESCRIPTIONS_KO, ERRORS_KO, FAILURES_KO } from './error-pages.ko.ts';
import { ERRORS, FAILURES, type ErrorPage, type FailurePage, type RequestCode } from './error-pages.ts';

/** The pages in one language. */
interface Edition {
  readonly directory: string;
  /** From a page of it to `docs`. */
  readonly docs: string;
  /** From a page of it to those in the other language. */
  readonly other: string;
  readonly source: string;
  readonly words: (typeof WORDS)[Language];
  readonly failures: Readonly<Record<FailureCode, FailureSentences>>;
  readonly errors: Readonly<Record<RequestCode, ErrorSentences>>;
  readonly meaning: (name: FailureCode) => string;
  /** A description of the schema, in this language. */
  readonly description: (english: string) => string;
}

type FailureSentences = Pick<FailurePage, 'cause' | 'app' | 'counts' | 'operator'>;
type ErrorSentences = Pick<ErrorPage, 'status' | 'cause' | 'app' | 'operator'>;

const ENGLISH: Edition = {
  directory: 'docs/errors',
  docs: '..',
  other: '../ko/errors',
  source: 'schema/, src/graphql/messages.ts or scripts/error-pages.ts',
  words: WORDS.en,
  failures: FAILURES,
  errors: ERRORS,
  meaning: described,
  description: (english) => english,
};

const KOREAN: Edition = {
  directory: 'docs/ko/errors',
  docs: '../..',
  other: '../../errors',
  source: 'schema/, src/graphql/messages.ts or scripts/error-pages.ko.ts',
  words: WORDS.ko,
  failures: FAILURES_KO,
  errors: ERRORS_KO,
  meaning: (name) => FAILURES_KO[name].meaning,
  description: (english) => {
    const korean = DESCRIPTIONS_KO[english];
    if (korean === undefined) throw new Error(`DESCRIPTIONS_KO has no Korean for: ${english}`);
    return korean;
  },
};

const schema = createSchema();
const failures = Object.keys(FAILURES) as FailureCode[];
const errors = Object.keys(ERRORS) as RequestCode[];
const names = [...new Set<FailureCode | RequestCode>([...failures, ...errors])];

for (const edition of [ENGLISH, KOREAN]) {
  const { directory, source } = edition;
  mkdirSync(new URL(directory, root), { recursive: true });
  await write(`${directory}/README.md`, index(edition), source);
  for (const name of names) await write(`${directory}/${name}.md`, page(edition, name), source);
  const known = new Set(['README.md', ...names.map((name) => `${name}.md`)]);
  for (const file of readdirSync(new URL(directory, root)).filter((file) => !known.has(file))) {
    if (isCheck) complain(`${directory}/${file} is about no code: run npm run codegen`);
    else rmSync(new URL(`${directory}/${file}`, root));
  }
}

for (const name of failures) {
  const { cause, app, counts, operator } = FAILURES[name];
  checkTranslation(name, [described(name), cause, app, counts, operator], FAILURES_KO[name].of);
}
for (const name of errors) {
  const { status, cause, app, operator } = ERRORS[name];
  checkTranslation(name, [status, cause, app, operator], ERRORS_KO[name].of);
}

function checkTranslation(name: string, english: readonly string[], of: string): void {
  const hash = createHash('sha256').update(JSON.stringify(english)).digest('hex').slice(0, 12);
  if (isCheck && of !== hash)
    complain(
      `scripts/error-pages.ko.ts: ${name} is behind its English sentences; translate them, and write of: '${hash}'`,
    );
}

function index(edition: Edition): string {
  const { title, intro, members, memberColumns, errors: faults, errorColumns, again } = edition.words.index;
  const outcomes = failures.map((name) => [
    link(name),
    code(typeOf(name).name),
    isRetryable(name) ? again.yes : again.no,
    edition.meaning(name),
  ]);
  const causes = errors.map((name) => {
    const { status, cause } = edition.errors[name];
    return [link(name), status, firstSentence(cause)];
  });
  return `${heading(edition, title, 'README')}${intro}

${members}

${table(memberColumns, outcomes)}
${faults}

${table(errorColumns, causes)}`;
}

function page(edition: Edition, name: FailureCode | RequestCode): string {
  const { words } = edition;
  const isFailure = name in FAILURES;
  const parts = [
    ...(isFailure ? [failurePart(edition, name as FailureCode)] : []),
    ...(name in ERRORS ? [errorPart(edition, name as RequestCode, isFailure)] : []),
  ];
  const links = [
    `[${words.allCodes}](README.md)`,
    `[${words.operating}](../operating.md)`,
    `[${words.sandbox}](../sandbox.md)`,
  ];
  return `${heading(edition, name, name)}${parts.join('\n')}\n${links.join(' · ')}\n`;
}

function heading({ words, other }: Edition, title: string, file: string): string {
  return `# ${title}\n\n[${words.otherLanguage}](${other}/${file}.md)\n\n`;
}

function failurePart(edition: Edition, name: FailureCode): string {
  const { words } = edition;
  const { cause, app, counts, operator } = edition.failures[name];
  const type = typeOf(name);
  return `> ${edition.meaning(name)}

${cause}

## ${words.answer}

${words.type(code(type.name), fieldsWith(name).map(code).join(', '), isRetryable(name))}

${table(
  words.fieldColumns,
  Object.values(type.getFields()).map((it) => [
    code(it.name),
    code(String(it.type)),
    edition.description(it.description ?? ''),
  ]),
)}
## ${words.person}

${messages(edition, name)}
## ${words.app}

${app}

${counts}

## ${words.operator}

${words.counted(code(`"code":"${name}"`), code(`identity_outcomes_total{code="${name}"}`))} ${operator}

${origins(edition, name)}
${related(edition, FAILURES[name].settings)}`;
}

function errorPart(edition: Edition, name: RequestCode, isSecond: boolean): string {
  const { words } = edition;
  const { status, cause, app, operator } = edition.errors[name];
  const level = isSecond ? '###' : '##';
  return `${isSecond ? `## ${words.inErrors}\n\n` : ''}${words.status}: ${status}.

${cause}

${level} ${isSecond ? words.toDo : words.app}

${app}

${level} ${isSecond ? words.inTheLog : words.operator}

${operator}

${related(edition, ERRORS[name].settings)}`;
}

function messages({ words }: Edition, name: FailureCode): string {
  const { en, ko } = MESSAGES;
  const said = table(['English', '한국어'], [[en.failure[name], ko.failure[name]]]);
  if (name === 'WRONG_CODE') return `${said}\n${words.withoutAttempt(link('TOO_MANY_ATTEMPTS'))}\n`;
  if (name !== 'INVALID_INPUT') return said;
  const rules = Object.keys(en.field) as (keyof typeof en.field)[];
  const fields = rules.map((rule) => [en.field[rule], ko.field[rule]]);
  return `${said}\n${words.ofFields}\n\n${table(['English', '한국어'], fields)}`;
}

/** The answers of the upstream that end in a code, by the same function that the use cases ask. */
function origins({ words }: Edition, name: FailureCode): string {
  const rows = CALLS.filter((call) => call !== 'open')
    .map((call) => {
      const isMeant = (error: UpstreamError): boolean => failureOf(call, error).code === name;
      const refusals = REFUSALS.filter((refusal) => isMeant(refusalOf(refusal, 200)));
      const unknown = ([400, 404, 409, 500] as const).filter((status) => isMeant(refusalOf('UNRECOGNISED', status)));
      // Reads alone end when their caller hangs up.
      const faults = FAULT_REASONS.filter((reason) => reason !== 'gone' || call === 'read').filter((reason) =>
        isMeant(new UpstreamFault(reason)),
      );
      const refused = [...refusals.map(code), ...unknown.map((status) => words.unknown[status])];
      return { call, refused, faults };
    })
    .filter(({ refused, faults }) => refused.length + faults.length > 0);
  if (rows.length === 0) return `${words.noOrigins}\n`;
  return `${words.origins}

${table(
  words.originColumns,
  rows.map(({ call, refused, faults }) => [code(call), refused.join(', '), faults.map(code).join(', ')]),
)}`;
}

function refusalOf(refusal: UpstreamRefusal['refusal'], status: number): UpstreamRefusal {
  return new UpstreamRefusal({ refusal, providerCode: null, shape: null }, status);
}

function related({ words, docs }: Edition, settings: readonly string[]): string {
  if (settings.length === 0) return '';
  const links = settings.map((name) => `[${code(name)}](${docs}/settings.md#${anchorOf(name)})`);
  return `${words.settings}: ${links.join(', ')}.\n`;
}

function anchorOf(setting: string): string {
  const group = GROUPS.find(({ settings }) => Object.values(settings).some(({ name }) => name === setting));
  if (!group) throw new Error(`There is no setting ${setting}`);
  return group.title.toLowerCase().replaceAll(' ', '-');
}

function typeOf(name: FailureCode): GraphQLObjectType {
  const type = schema.getType(failure(name).__typename);
  if (!isObjectType(type)) throw new Error(`The schema has no type for ${name}`);
  return type;
}

/** The root fields whose result can be it. */
function fieldsWith(name: FailureCode): readonly string[] {
  const { fields } = FAILURES[name];
  if (fields) return fields;
  const type = typeOf(name);
  return [schema.getQueryType(), schema.getMutationType()]
    .flatMap((root) => Object.values(root?.getFields() ?? {}))
    .filter((field) => membersOf(schema.getType(String(field.type).replace('!', ''))).includes(type))
    .map((field) => field.name);
}

function membersOf(type: GraphQLNamedType | undefined): readonly GraphQLObjectType[] {
  return isUnionType(type) ? type.getTypes() : [];
}

/** The description of a code in the schema. */
function described(name: FailureCode): string {
  const codes = schema.getType('IdentityErrorCode');
  const value = isEnumType(codes) ? codes.getValue(name) : undefined;
  if (!value?.description) throw new Error(`The schema does not describe ${name}`);
  return value.description;
}

function link(name: string): string {
  return `[${code(name)}](${name}.md)`;
}

function firstSentence(text: string): string {
  return text.split(/(?<=\.) /)[0]!;
}
