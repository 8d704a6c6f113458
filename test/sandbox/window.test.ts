import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  SANDBOX_CHANNEL_KEY,
  SANDBOX_KEY,
  SANDBOX_MERCHANT_CODE,
  SANDBOX_PORTONE_SECRET,
  SANDBOX_SECRET,
  SANDBOX_STORE_ID,
  type Sandbox,
  createSandbox,
} from '../../src/sandbox/sandbox.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- tests read fields of JSON answers whose shapes differ
type Json = any;

const START = Date.parse('2025-06-01T12:00:00+09:00');
const V1 = { version: 'V1', merchantCode: SANDBOX_MERCHANT_CODE, merchantUid: 'order_1' };
const V2 = {
  version: 'V2',
  storeId: SANDBOX_STORE_ID,
  channelKey: SANDBOX_CHANNEL_KEY,
  identityVerificationId: 'idv1',
};

let clock: number;
let sandbox: Sandbox;

beforeEach(async () => {
  clock = START;
  sandbox = await createSandbox({ now: () => clock });
});

afterEach(() => sandbox.close());

async function post(path: string, fields: object, headers: Record<string, string> = {}): Promise<Json> {
  const body = JSON.stringify(fields);
  return (await fetch(`${sandbox.url}${path}`, { method: 'POST', body, headers })).json();
}
const open = (fields: object) => post('/window/open', fields);
const finish = (fields: object) => post('/window/result', fields);

async function readV1(impUid: string): Promise<Json> {
  const token = await post('/users/getToken', { imp_key: SANDBOX_KEY, imp_secret: SANDBOX_SECRET });
  const headers = { authorization: token.response.access_token as string };
  return ((await (await fetch(`${sandbox.url}/certifications/${impUid}`, { headers })).json()) as Json).response;
}
async function readV2(id: string): Promise<Json> {
  const headers = { authorization: `PortOne ${SANDBOX_PORTONE_SECRET}` };
  return (await fetch(`${sandbox.url}/identity-verifications/${id}`, { headers })).json();
}

describe('the window', () => {
  test.each([
    ['/v1/iamport.js', 'text/javascript; charset=utf-8'],
    ['/v2/browser-sdk.js', 'text/javascript; charset=utf-8'],
    ['/window', 'text/html; charset=utf-8'],
    ['/window/page.js', 'text/javascript; charset=utf-8'],
    ['/window/page.css', 'text/css; charset=utf-8'],
  ])('is served at %s', async (path, type) => {
    const answer = await fetch(`${sandbox.url}${path}?version=V1`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; style-/);
    expect((await answer.text()).length).toBeGreaterThan(500);
  });

  test('offers four people and says for which merchant', async () => {
    const { people, failure, details } = await open(V1);
    expect(people.map(({ id }: Json) => id)).toEqual(['adult', 'minor', 'foreigner', 'without-ci']);
    expect(failure).toBeNull();
    expect(details).toContainEqual(['merchant_uid', 'order_1']);
  });

  test.each([
    [{ ...V1, merchantCode: 'imp_other' }, 'NOT_FOUND'],
    [{ ...V1, channelKey: 'channel-key-other' }, 'NOT_FOUND'],
    [{ ...V1, redirectUrl: 'javascript:alert(1)' }, 'INVALID_REQUEST'],
    [{ ...V1, redirectUrl: '/relative' }, 'INVALID_REQUEST'],
    [{ ...V2, storeId: 'store-other' }, 'NOT_FOUND'],
    [{ ...V2, channelKey: undefined }, 'NOT_FOUND'],
    [{ ...V2, identityVerificationId: undefined }, 'INVALID_REQUEST'],
  ])('refuses %o as %s, and certifies nobody', async (asked, code) => {
    expect((await open(asked)).failure).toEqual({ code, message: expect.any(String) });
    const { result, redirectTo } = await finish({ ...asked, person: 'adult' });
    expect(result.code ?? result.error_code).toBe(code);
    expect([result.imp_uid ?? null, redirectTo]).toEqual([null, null]);
    expect((await readV2('idv1')).type).toBe('IDENTITY_VERIFICATION_NOT_FOUND');
  });

  test('of V1 certifies under a new impUid, with the merchant_uid of the page', async () => {
    const { result } = await finish({ ...V1, channelKey: SANDBOX_CHANNEL_KEY, person: 'adult' });
    const { imp_uid: impUid, ...others } = result;
    expect(others).toEqual({ success: true, merchant_uid: 'order_1', pg_provider: 'danal', pg_type: 'certification' });
    expect(await readV1(impUid)).toMatchObject({
      imp_uid: impUid,
      merchant_uid: 'order_1',
      name: '홍길동',
      certified: true,
      certified_at: START / 1000,
    });
    const again = await finish({ ...V1, person: 'adult' });
    expect(again.result.imp_uid).not.toBe(impUid);
    expect(sandbox.inbox).toEqual([]);
  });

  test('of V2 certifies under the id of the page, once', async () => {
    expect((await finish({ ...V2, customData: 'order_1', person: 'adult' })).result).toEqual({
      transactionType: 'IDENTITY_VERIFICATION',
      identityVerificationId: 'idv1',
    });
    const first = await readV2('idv1');
    expect(first).toMatchObject({ status: 'VERIFIED', customData: 'order_1', verifiedAt: '2025-06-01T03:00:00.000Z' });
    clock += 60_000;
    expect((await open(V2)).failure.code).toBe('ALREADY_VERIFIED');
    expect((await finish({ ...V2, person: 'minor' })).result.code).toBe('ALREADY_VERIFIED');
    expect((await finish(V2)).result.code).toBe('ALREADY_VERIFIED');
    expect(await readV2('idv1')).toEqual(first);
  });

  test.each([
    ['minor', { birthday: '2010-01-01', foreigner: false }, true],
    ['foreigner', { name: 'HONG GILDONG', foreigner: true, gender: 'female', carrier: 'LGT_MVNO' }, true],
    ['without-ci', { name: '홍길동', birthday: '1990-01-01' }, false],
  ])('can be passed as %s', async (person, expected, hasCi) => {
    const { result } = await finish({ ...V1, person });
    const record = await readV1(result.imp_uid);
    expect(record).toMatchObject({ ...expected, certified: true, unique_in_site: expect.any(String) });
    expect(typeof record.unique_key === 'string').toBe(hasCi);
    await finish({ ...V2, person });
    expect('ci' in (await readV2('idv1')).verifiedCustomer).toBe(hasCi);
  });

  test('that is cancelled leaves a record of nobody, which no code confirms', async () => {
    const { result } = await finish(V1);
    expect(result).toEqual({
      success: false,
      imp_uid: expect.stringMatching(/^imp_\d{12}$/),
      merchant_uid: 'order_1',
      error_code: 'USER_CANCELLED',
      error_msg: expect.any(String),
    });
    expect(await readV1(result.imp_uid)).toMatchObject({ merchant_uid: 'order_1', certified: false, name: null });

    expect((await finish({ ...V2, person: 'nobody' })).result).toMatchObject({ code: 'USER_CANCELLED' });
    expect(await readV2('idv1')).toMatchObject({ status: 'FAILED', requestedCustomer: {} });
    const headers = { authorization: `PortOne ${SANDBOX_PORTONE_SECRET}` };
    const confirmed = await post('/identity-verifications/idv1/confirm', { otp: '123456' }, headers);
    expect(confirmed.type).toBe('IDENTITY_VERIFICATION_NOT_SENT');
    expect((await finish({ ...V2, person: 'adult' })).result.code).toBeUndefined();
    expect((await readV2('idv1')).status).toBe('VERIFIED');
  });

  test('goes back with the result in the query, beside what was there', async () => {
    const redirectUrl = 'https://shop.example/back?step=2#done';
    const { redirectTo, result } = await finish({ ...V1, redirectUrl, person: 'adult' });
    const address = new URL(redirectTo);
    expect([address.origin, address.pathname, address.hash]).toEqual(['https://shop.example', '/back', '#done']);
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      step: '2',
      success: 'true',
      imp_uid: result.imp_uid,
      merchant_uid: 'order_1',
    });
    const cancelled = new URL((await finish({ ...V2, redirectUrl })).redirectTo).searchParams;
    expect(Object.fromEntries(cancelled)).toEqual({
      step: '2',
      transactionType: 'IDENTITY_VERIFICATION',
      identityVerificationId: 'idv1',
      code: 'USER_CANCELLED',
      message: expect.any(String),
    });
  });
});

test('the merchant code and the people are in the docs', async () => {
  const docs = readFileSync('docs/sandbox.md', 'utf8');
  expect(docs).toContain(SANDBOX_MERCHANT_CODE);
  for (const { title } of (await open(V1)).people) expect(docs).toContain(title);
});

test('the build copies its files, which are no modules', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(scripts.build).toContain('cp -r src/sandbox/window/assets dist/sandbox/window/');
});
