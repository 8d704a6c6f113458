/**
 * The whole verification with plain fetch: ask for a code, confirm it, tell the person what comes next.
 * Start the gateway first; its sandbox answers, and keeps the SMS where this example reads it.
 *
 *   npm install && npm start               types a wrong code once, then the right one
 *   npm start -- imp_900210000001          confirms one of the magic impUids in docs/sandbox.md
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CertificationDocument,
  ConfirmIdentityOtpDocument,
  nextStep,
  RequestIdentityOtpDocument,
  type Call,
  type IdentityResult,
  type NextStep,
  type TypedDocument,
} from 'iamport-identity-client';

const GATEWAY_URL = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4000/graphql';
const SANDBOX_URL = process.env['SANDBOX_URL'] ?? 'http://127.0.0.1:4010';

/** What the app does next; the compiler names a step that has no case. */
function inWords(next: NextStep): string {
  switch (next.step) {
    case 'done':
      return 'welcome them';
    case 'confirm':
      return 'show the field for the code';
    case 'window':
      return "let them go on in the provider's window";
    case 'go-on':
      return 'go on';
    case 'fix-fields':
      return `mark the fields. ${next.fields.map(({ name, message }) => `${name}: ${message}`).join(' ')}`;
    case 'retype':
      return 'let them retype it';
    case 'wait':
      return `wait${until(next.retryAt)}`;
    case 'request-again':
      return 'offer to send a new code';
    case 'read':
      return 'read it in a moment: it may have worked';
    case 'other-way':
      return `show the form again, ${next.method === null ? 'for another line' : `with method ${next.method}`}`;
    case 'start-over':
      return 'start again';
    case 'try-later':
      return `apologise, and offer to try again${until(next.retryAt)}`;
    case 'contact-support':
      return 'apologise, and name your support';
  }
}

function until(retryAt: string | null): string {
  return retryAt === null ? '' : ` at ${new Date(retryAt).toLocaleTimeString()}`;
}

function show(result: IdentityResult & { message?: string }, call: Call): NextStep {
  const next = nextStep(result, call);
  if (result.message !== undefined) console.log(`  ${result.message}`);
  console.log(`  -> ${inWords(next)}`);
  return next;
}

/**
 * What an app plans for arrives as data. This throws on faults only: a wrong document, or no gateway.
 * A confirm whose answer got lost on the way here is like `OutcomeUnknownError`: read it in a moment.
 */
async function graphql<Result, Variables>(
  document: TypedDocument<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(GATEWAY_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' }, // a browser adds its accept-language, which the messages follow
    body: JSON.stringify({ query: String(document), variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Result; errors?: { message: string }[] };
  if (!data) throw new Error(errors?.[0]?.message ?? `HTTP ${response.status}`);
  return data;
}

async function confirm(impUid: string, otp: string): Promise<void> {
  const { confirmIdentityOtp: result } = await graphql(ConfirmIdentityOtpDocument, { impUid, otp });
  const next = show(result, 'confirm');
  if (result.__typename === 'Certification') console.log(`  ${result.name}, born ${result.birthday}`);
  if (next.step !== 'read') return;
  await sleep(1_000);
  console.log('Reading what became of it');
  show((await graphql(CertificationDocument, { impUid })).certification, 'read');
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
  const { requestIdentityOtp: sent } = await graphql(RequestIdentityOtpDocument, {
    input: { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' },
  });
  show(sent, 'request');
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
