import { IdentityVerificationClient } from '@portone/server-sdk';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  createSandbox,
  SANDBOX_CHANNEL_KEY,
  SANDBOX_PORTONE_SECRET,
  SANDBOX_STORE_ID,
  type Sandbox,
} from '../../src/sandbox/sandbox.ts';

const ID = 'sdk0000000001';
const PERSON = { name: '홍길동', phoneNumber: '01012345678', identityNumber: '9001011', ipAddress: '192.0.2.1' };

let sandbox: Sandbox;
let client: ReturnType<typeof IdentityVerificationClient>;

beforeAll(async () => {
  sandbox = await createSandbox();
  client = clientWith(SANDBOX_PORTONE_SECRET);
});
afterAll(() => sandbox.close());

function clientWith(secret: string): typeof client {
  return IdentityVerificationClient({ secret, baseUrl: sandbox.url, storeId: SANDBOX_STORE_ID });
}

/** What the client throws has the body of the answer as `data`. */
const errorOf = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (error: { data: unknown }) => error.data,
  );

test('the vendor’s own client sends, resends, confirms and reads at the sandbox, and knows each of its errors', async () => {
  const identityVerificationId = ID;
  const send = () =>
    client.sendIdentityVerification({
      identityVerificationId,
      channelKey: SANDBOX_CHANNEL_KEY,
      customer: PERSON,
      operator: 'SKT',
      method: 'SMS',
    });
  const confirm = (otp: string) => client.confirmIdentityVerification({ identityVerificationId, otp });
  const lastCode = () => sandbox.inbox.at(-1)!.code;
  const wrong = () => (lastCode() === '000000' ? '000001' : '000000');

  expect(await send()).toEqual({});
  expect(await errorOf(send())).toMatchObject({ type: 'IDENTITY_VERIFICATION_ALREADY_SENT' });
  expect(await errorOf(confirm(wrong()))).toMatchObject({ type: 'PG_PROVIDER', pgCode: '9013' });
  expect(await client.resendIdentityVerification({ identityVerificationId })).toEqual({});
  expect(await confirm(lastCode())).toMatchObject({
    identityVerification: { status: 'VERIFIED', id: ID, verifiedCustomer: { name: '홍길동', birthDate: '1990-01-01' } },
  });
  expect(await errorOf(confirm(lastCode()))).toMatchObject({ type: 'IDENTITY_VERIFICATION_ALREADY_VERIFIED' });
  expect(await client.getIdentityVerification({ identityVerificationId })).toMatchObject({ status: 'VERIFIED' });
  expect(await errorOf(client.getIdentityVerification({ identityVerificationId: 'unknown000001' }))).toMatchObject({
    type: 'IDENTITY_VERIFICATION_NOT_FOUND',
  });
  expect(await errorOf(clientWith('wrong').getIdentityVerification({ identityVerificationId }))).toMatchObject({
    type: 'UNAUTHORIZED',
  });
  expect(sandbox.requests.map(({ method, path, status }) => `${method} ${path.split('/').at(-1)} ${status}`)).toEqual([
    'POST send 200',
    'POST send 409',
    'POST confirm 502',
    'POST resend 200',
    'POST confirm 200',
    'POST confirm 409',
    `GET ${ID} 200`,
    'GET unknown000001 404',
    `GET ${ID} 401`,
  ]);
});
