// Writes docs/errors, a page for each code that a client can meet, from the schema, the messages and scripts/error-pages.ts.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { isEnumType, isObjectType, isUnionType, type GraphQLNamedType, type GraphQLObjectType } from 'graphql';
import { GROUPS } from '../src/config/settings.ts';
import { CALLS, failure, isRetryable, type FailureCode } from '../src/failure.ts';
import { MESSAGES } from '../src/graphql/messages.ts';
import { createSchema } from '../src/graphql/schema.ts';
import { FAULT_REASONS, REFUSALS, UpstreamFault, UpstreamRefusal, type UpstreamError } from '../src/upstream/errors.ts';
import { failureOf } from '../src/verification/upstream-failure.ts';
import { code, complain, isCheck, root, table, write } from './document.ts';
import { ERRORS, FAILURES, type ErrorPage, type FailurePage, type RequestCode } from './error-pages.ts';

const SOURCE = 'schema/, src/graphql/messages.ts or scripts/error-pages.ts';
const DIRECTORY = 'docs/errors';

/** A status for each kind of refusal in unknown words. */
const UNKNOWN_WORDS: Readonly<Record<number, string>> = {
  400: '`UNRECOGNISED` with status 400',
  404: '`UNRECOGNISED` with status 404',
  409: '`UNRECOGNISED` with another status',
  500: '`UNRECOGNISED` with a status from 500',
};

const schema = createSchema();
const failures = Object.entries(FAILURES) as [FailureCode, FailurePage][];
const errors = Object.entries(ERRORS) as [RequestCode, ErrorPage][];
const names = [...new Set<FailureCode | RequestCode>([...failures, ...errors].map(([name]) => name))];

mkdirSync(new URL(DIRECTORY, root), { recursive: true });
await write(`${DIRECTORY}/README.md`, index(), SOURCE);
for (const name of names) await write(`${DIRECTORY}/${name}.md`, page(name), SOURCE);
const known = new Set(['README.md', ...names.map((name) => `${name}.md`)]);
for (const file of readdirSync(new URL(DIRECTORY, root)).filter((file) => !known.has(file))) {
  if (isCheck) complain(`${DIRECTORY}/${file} is about no code: run npm run codegen`);
  else rmSync(new URL(`${DIRECTORY}/${file}`, root));
}

function index(): string {
  const outcomes = failures.map(([name]) => [
    link(name),
    code(typeOf(name).name),
    isRetryable(name) ? 'yes' : 'no',
    described(name),
  ]);
  const faults = errors.map(([name, { status, cause }]) => [link(name), status, firstSentence(cause)]);
  return `# Errors

A page for each code: what happened, what the person reads, what the app does next, and what the operator looks at.
\`npm run codegen\` writes them from the schema, the messages and \`scripts/error-pages.ts\`.

## Members of a result union

What a client plans for is data: a member of the union, as HTTP 200. "Again" says whether the same call, unchanged, may succeed later.

${table(['code', 'type', 'again', 'meaning'], outcomes)}
## Codes of \`errors[]\`

Mistakes of a program, as \`errors[].extensions.code\`: the person is not to blame, and their words are for developers. An entity that
cannot be read has one of the codes above in \`errors[]\`, and is null without an error where nothing is found.

${table(['code', 'HTTP status', 'cause'], faults)}`;
}

function page(name: FailureCode | RequestCode): string {
  const isFailure = name in FAILURES;
  const parts = [
    ...(isFailure ? [failurePart(name as FailureCode)] : []),
    ...(name in ERRORS ? [errorPart(name as RequestCode, isFailure)] : []),
  ];
  return `# ${name}\n\n${parts.join('\n')}\n[All codes](README.md) · [operating](../operating.md) · [the sandbox](../sandbox.md)\n`;
}

function failurePart(name: FailureCode): string {
  const { cause, app, counts, operator, settings } = FAILURES[name];
  const type = typeOf(name);
  return `> ${described(name)}

${cause}

## In the answer

The type is ${code(type.name)}, answered by ${fieldsWith(name).map(code).join(', ')}. \`retryable\` is ${isRetryable(name)}.

${table(
  ['field', 'type', 'meaning'],
  Object.values(type.getFields()).map((it) => [code(it.name), code(String(it.type)), it.description ?? '']),
)}
## What the person reads

${messages(name)}
## What the app does

${app}

${counts}

## What the operator looks at

\`"code":"${name}"\` of a line \`operation\`, and \`identity_outcomes_total{code="${name}"}\`. ${operator}

${origins(name)}
${related(settings)}`;
}

function errorPart(name: RequestCode, isSecond: boolean): string {
  const { status, cause, app, operator, settings } = ERRORS[name];
  const level = isSecond ? '###' : '##';
  return `${isSecond ? '## In `errors[]`\n\n' : ''}HTTP status: ${status}.

${cause}

${level} ${isSecond ? 'What to do' : 'What the app does'}

${app}

${level} ${isSecond ? 'In the log' : 'What the operator looks at'}

${operator}

${related(settings)}`;
}

function messages(name: FailureCode): string {
  const { en, ko } = MESSAGES;
  const said = table(['English', '한국어'], [[en.failure[name], ko.failure[name]]]);
  if (name === 'WRONG_CODE')
    return `${said}\nWithout an attempt left it is the message of ${link('TOO_MANY_ATTEMPTS')}.\n`;
  if (name !== 'INVALID_INPUT') return said;
  const rules = Object.keys(en.field) as (keyof typeof en.field)[];
  const fields = rules.map((rule) => [en.field[rule], ko.field[rule]]);
  return `${said}\nAnd for each of \`fields\`, one of\n\n${table(['English', '한국어'], fields)}`;
}

/** The answers of the upstream that end in a code, by the same function that the use cases ask. */
function origins(name: FailureCode): string {
  const rows = CALLS.filter((call) => call !== 'open')
    .map((call) => {
      const isMeant = (error: UpstreamError): boolean => failureOf(call, error).code === name;
      const refusals = REFUSALS.filter((refusal) => isMeant(refusalOf(refusal, 200)));
      const unknown = [400, 404, 409, 500].filter((status) => isMeant(refusalOf('UNRECOGNISED', status)));
      // Reads alone end when their caller hangs up.
      const faults = FAULT_REASONS.filter((reason) => reason !== 'gone' || call === 'read').filter((reason) =>
        isMeant(new UpstreamFault(reason)),
      );
      const refused = [...refusals.map(code), ...unknown.map((status) => UNKNOWN_WORDS[status]!)];
      return { call, refused, faults };
    })
    .filter(({ refused, faults }) => refused.length + faults.length > 0);
  if (rows.length === 0) return 'No answer of the provider ends in it.\n';
  return `Answers of the provider that end in it: the \`class\` of \`identity_upstream_refusals_total\`, and the \`reason\` of
\`identity_upstream_faults_total\`.

${table(
  ['call', 'class', 'reason'],
  rows.map(({ call, refused, faults }) => [code(call), refused.join(', '), faults.map(code).join(', ')]),
)}`;
}

function refusalOf(refusal: UpstreamRefusal['refusal'], status: number): UpstreamRefusal {
  return new UpstreamRefusal({ refusal, providerCode: null, shape: null }, status);
}

function related(settings: readonly string[]): string {
  if (settings.length === 0) return '';
  return `Settings: ${settings.map((name) => `[${code(name)}](../settings.md#${anchorOf(name)})`).join(', ')}.\n`;
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
