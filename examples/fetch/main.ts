/**
 * The whole verification with plain fetch: ask for a code, confirm it, tell the person what comes next.
 * Start the gateway first (`npm start`); its sandbox answers, and keeps the SMS where this example reads it.
 *
 *   npm run example examples/fetch/main.ts                    types a wrong code once, then the right one
 *   npm run example examples/fetch/main.ts imp_900210000001   confirms one of the magic impUids in docs/sandbox.md
 */
import { setTimeout as sleep } from 'node:timers/promises';

const GATEWAY_URL = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4000/graphql';
const SANDBOX_URL = process.env['SANDBOX_URL'] ?? 'http://127.0.0.1:4010';

type Result =
  | { __typename: 'IdentityOtpSent'; impUid: string }
  | { __typename: 'Certification'; certified: boolean | null; name: string | null; birthday: string | null }
  | (Failure<'InvalidInputError'> & { fields: { name: string; message: string }[] })
  | (Failure<'OtpRejectedError'> & { attemptsRemaining: number | null })
  | Failure<'RequestRejectedError'>
  | Failure<'CertificationNotFoundError'>
  | (Failure<'RateLimitedError'> & { retryAt: string | null })
  | Failure<'OutcomeUnknownError'>
  | (Failure<'UpstreamError'> & { retryAt: string | null });

interface Failure<Type extends string> {
  __typename: Type;
  code: string;
  message: string;
  retryable: boolean;
}

const FAILURE = `
  fragment Failure on IdentityError {
    code message retryable
    ... on InvalidInputError { fields { name message } }
    ... on OtpRejectedError { attemptsRemaining }
    ... on RateLimitedError { retryAt }
    ... on UpstreamError { retryAt }
  }`;

const REQUEST = `
  mutation RequestIdentityOtp($input: RequestIdentityOtpInput!) {
    result: requestIdentityOtp(input: $input) {
      __typename
      ... on IdentityOtpSent { impUid }
      ...Failure
    }
  } ${FAILURE}`;

const CONFIRM = `
  mutation ConfirmIdentityOtp($impUid: ID!, $otp: String!) {
    result: confirmIdentityOtp(impUid: $impUid, otp: $otp) {
      __typename
      ... on Certification { certified name birthday }
      ...Failure
    }
  } ${FAILURE}`;

const READ = `
  query Certification($impUid: ID!) {
    result: certification(impUid: $impUid) {
      __typename
      ... on Certification { certified name birthday }
      ...Failure
    }
  } ${FAILURE}`;

/** What the app does next: one step per type, so that a code added later needs no new branch. */
function nextStep(result: Result): string {
  switch (result.__typename) {
    case 'IdentityOtpSent':
      return 'show the field for the code';
    case 'Certification':
      // Confirmed means certified; one that is read may not be, so ask.
      return result.certified ? `welcome ${result.name}, born ${result.birthday}` : 'let them send the same code again';
    case 'InvalidInputError':
      return `mark the fields. ${result.fields.map(({ name, message }) => `${name}: ${message}`).join(' ')}`;
    case 'OtpRejectedError':
      if (result.code === 'WRONG_CODE' && result.attemptsRemaining !== 0) return 'let them retype it';
      return result.retryable ? 'wait a moment, then confirm again' : 'offer to send a new code';
    case 'RequestRejectedError':
      return 'let them check the details, or use another line';
    case 'CertificationNotFoundError':
      return 'start again';
    case 'RateLimitedError':
      return `wait${until(result.retryAt)}`;
    case 'OutcomeUnknownError':
      return 'read it in a moment: it may have worked';
    case 'UpstreamError':
      return result.retryable ? `wait${until(result.retryAt)}, then offer to try again` : 'apologise';
    default:
      // The compiler knows no other type. A newer gateway may have one, and it has what every error has.
      return unknownFailure(result satisfies never);
  }
}

function unknownFailure({ code, retryable }: Failure<string>): string {
  return `${retryable ? 'offer to try again' : 'start again'}; ${code} is new to this app`;
}

function until(retryAt: string | null): string {
  return retryAt === null ? '' : ` until ${new Date(retryAt).toLocaleTimeString()}`;
}

function show(result: Result): void {
  if ('message' in result) console.log(`  ${result.message}`);
  console.log(`  -> ${nextStep(result)}`);
}

/**
 * What an app plans for arrives as data. This throws on faults only: a wrong document, or no gateway.
 * A confirm whose answer got lost on the way here is like `OutcomeUnknownError`: read it in a moment.
 */
async function graphql(query: string, variables: object): Promise<Result> {
  const response = await fetch(GATEWAY_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' }, // a browser adds its accept-language, which the messages follow
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: { result: Result }; errors?: { message: string }[] };
  if (!data) throw new Error(errors?.[0]?.message ?? `HTTP ${response.status}`);
  return data.result;
}

async function confirm(impUid: string, otp: string): Promise<void> {
  const result = await graphql(CONFIRM, { impUid, otp });
  show(result);
  if (result.__typename !== 'OutcomeUnknownError') return;
  await sleep(1_000);
  console.log('Reading what became of it');
  show(await graphql(READ, { impUid }));
}

/** The code from the SMS, which the sandbox keeps instead of sending it. In an app, the person types it. */
async function readSms(impUid: string): Promise<string> {
  const response = await fetch(`${SANDBOX_URL}/sandbox/inbox`);
  const inbox = (await response.json()) as { impUid: string; code: string }[];
  return inbox.find((sms) => sms.impUid === impUid)?.code ?? '';
}

const magicImpUid = process.argv[2];
if (magicImpUid === undefined) {
  console.log('Asking for a code');
  const input = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
  const sent = await graphql(REQUEST, { input });
  show(sent);
  if (sent.__typename === 'IdentityOtpSent') {
    const code = await readSms(sent.impUid);
    console.log('Confirming a wrong code');
    await confirm(sent.impUid, code === '000000' ? '111111' : '000000');
    console.log('Confirming the code');
    await confirm(sent.impUid, code);
  }
} else {
  console.log(`Confirming ${magicImpUid}`);
  await confirm(magicImpUid, '123456');
}
