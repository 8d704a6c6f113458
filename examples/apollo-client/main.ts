/**
 * The verification with Apollo Client: typed documents, and a cache that knows the unions and forgets the person.
 * Start the gateway first; its sandbox answers, and keeps the SMS where this example reads it.
 *
 *   npm install && npm start
 */
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import {
  CertificationDocument,
  ConfirmIdentityOtpDocument,
  nextStep,
  possibleTypes,
  RequestIdentityOtpDocument,
} from 'iamport-identity-client';

const GATEWAY_URL = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4000/graphql';
const SANDBOX_URL = process.env['SANDBOX_URL'] ?? 'http://127.0.0.1:4010';

const cache = new InMemoryCache({
  // Without them the cache cannot tell what `... on IdentityError` matches, and drops code and message in silence.
  possibleTypes,
  // What a confirm answers and what `certification` reads is one object.
  typePolicies: { Certification: { keyFields: ['impUid'] } },
});
const client = new ApolloClient({ link: new HttpLink({ uri: GATEWAY_URL }), cache });

async function confirm(impUid: string, otp: string): Promise<void> {
  const { data } = await client.mutate({ mutation: ConfirmIdentityOtpDocument, variables: { impUid, otp } });
  const result = data!.confirmIdentityOtp; // a fault is thrown: what an app plans for is data
  if (result.__typename === 'Certification') console.log(`  ${result.name}, born ${result.birthday}`);
  else console.log(`  ${result.code}: ${result.message}`);
  console.log(`  -> ${nextStep(result, 'confirm').step}`);
}

async function read(impUid: string): Promise<void> {
  const { data } = await client.query({
    query: CertificationDocument,
    variables: { impUid },
    // Failures are data too: from the cache, "try again later" would be the answer for ever.
    fetchPolicy: 'network-only',
  });
  const result = data!.certification;
  if (result.__typename === 'Certification') console.log(`  at least 19 years old: ${result.isAtLeastAge}`);
  else console.log(`  ${result.code}: ${result.message}`);
  console.log(`  -> ${nextStep(result, 'read').step}`);
}

/** Name and birthday are for one screen. Evict before the cache is persisted, or shown to the next user. */
function forget(): void {
  cache.evict({ fieldName: 'certification' });
  cache.gc();
  const kept = Object.keys(cache.extract()).filter((id) => id.startsWith('Certification:'));
  console.log(`  certifications in the cache: ${kept.length}`);
}

/** The code from the SMS, which the sandbox keeps instead of sending it. In an app, the person types it. */
async function readSms(impUid: string): Promise<string> {
  const response = await fetch(`${SANDBOX_URL}/sandbox/inbox`);
  const inbox = (await response.json()) as { impUid: string; code: string }[];
  return inbox.find((sms) => sms.impUid === impUid)?.code ?? '';
}

console.log('Asking for a code');
const { data } = await client.mutate({
  mutation: RequestIdentityOtpDocument,
  variables: {
    input: { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' },
  },
});
const sent = data?.requestIdentityOtp;
if (sent?.__typename !== 'IdentityOtpSent') throw new Error(sent?.message);

const code = await readSms(sent.impUid);
console.log('Confirming a wrong code');
await confirm(sent.impUid, code === '000000' ? '111111' : '000000');
console.log('Confirming the code');
await confirm(sent.impUid, code);
console.log('Reading the certification');
await read(sent.impUid);
console.log('Forgetting it');
forget();
