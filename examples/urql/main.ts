/**
 * The verification with urql: typed documents, POST only, no cache.
 * Start the gateway first; its sandbox answers, and keeps the SMS where this example reads it.
 *
 *   npm install && npm start
 */
import { Client, fetchExchange } from '@urql/core';
import {
  CertificationDocument,
  ConfirmIdentityOtpDocument,
  nextStep,
  RequestIdentityOtpDocument,
} from 'iamport-identity-client';

const GATEWAY_URL = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4000/graphql';
const SANDBOX_URL = process.env['SANDBOX_URL'] ?? 'http://127.0.0.1:4010';

const client = new Client({
  url: GATEWAY_URL,
  // urql sends short queries as GET. The gateway takes POST only: addresses are logged, and answers to GET cached.
  preferGetMethod: false,
  // No cacheExchange: it would keep name and birthday, and answer a read with the failure of the last one.
  exchanges: [fetchExchange],
});

async function confirm(impUid: string, otp: string): Promise<void> {
  const { data, error } = await client.mutation(ConfirmIdentityOtpDocument, { impUid, otp });
  if (!data) throw error; // a fault: what an app plans for is data
  const result = data.confirmIdentityOtp;
  if (result.__typename === 'Certification') console.log(`  ${result.name}, born ${result.birthday}`);
  else console.log(`  ${result.code}: ${result.message}`);
  console.log(`  -> ${nextStep(result, 'confirm').step}`);
}

async function read(impUid: string): Promise<void> {
  const { data, error } = await client.query(CertificationDocument, { impUid });
  if (!data) throw error;
  const result = data.certification;
  if (result.__typename === 'Certification') console.log(`  at least 19 years old: ${result.isAtLeastAge}`);
  else console.log(`  ${result.code}: ${result.message}`);
  console.log(`  -> ${nextStep(result, 'read').step}`);
}

/** The code from the SMS, which the sandbox keeps instead of sending it. In an app, the person types it. */
async function readSms(impUid: string): Promise<string> {
  const response = await fetch(`${SANDBOX_URL}/sandbox/inbox`);
  const inbox = (await response.json()) as { impUid: string; code: string }[];
  return inbox.find((sms) => sms.impUid === impUid)?.code ?? '';
}

console.log('Asking for a code');
const { data, error } = await client.mutation(RequestIdentityOtpDocument, {
  input: { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' },
});
if (!data) throw error;
const sent = data.requestIdentityOtp;
if (sent.__typename !== 'IdentityOtpSent') throw new Error(sent.message);

const code = await readSms(sent.impUid);
console.log('Confirming a wrong code');
await confirm(sent.impUid, code === '000000' ? '111111' : '000000');
console.log('Confirming the code');
await confirm(sent.impUid, code);
console.log('Reading the certification');
await read(sent.impUid);
