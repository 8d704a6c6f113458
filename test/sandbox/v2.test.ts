import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  SANDBOX_CHANNEL_KEY,
  SANDBOX_PORTONE_SECRET,
  SANDBOX_STORE_ID,
  type Sandbox,
  createSandbox,
} from '../../src/sandbox/sandbox.ts';
import { REQUEST_SCENARIOS } from '../../src/sandbox/scenarios.ts';
import { until } from '../support/until.ts';

const START = Date.parse('2025-06-01T12:00:00+09:00');
const MINUTE = 60_000;
const ID = 'idv1';
const AUTHORIZATION = `PortOne ${SANDBOX_PORTONE_SECRET}`;
const CUSTOMER = { name: '홍길동', phoneNumber: '01012345678', identityNumber: '9001011', ipAddress: '192.0.2.1' };
const SEND = { channelKey: SANDBOX_CHANNEL_KEY, customer: CUSTOMER, operator: 'SKT', method: 'SMS' };
const KEY = '"0123456789abcdef"';

interface Reply {
  status: number;
  headers: Headers;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read fields of JSON answers whose shapes differ
  json: any;
}

let clock: number;
let sandbox: Sandbox;

beforeEach(async () => {
  clock = START;
  sandbox = await createSandbox({ now: () => clock });
});

afterEach(() => sandbox.close());

async function call(method: string, path: string, init: RequestInit = {}): Promise<Reply> {
  const headers = { authorization: AUTHORIZATION, ...(init.headers as Record<string, string>) };
  const answer = await fetch(`${sandbox.url}/identity-verifications/${path}`, { ...init, method, headers });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: safely(text) };
}

function safely(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const keyed = (key?: string): RequestInit => (key === undefined ? {} : { headers: { 'idempotency-key': key } });
const send = (id: string, fields: object = {}, key?: string) =>
  call('POST', `${id}/send`, { body: JSON.stringify({ ...SEND, ...fields }), ...keyed(key) });
const sendTo = (id: string, phoneNumber: string, key?: string) =>
  send(id, { customer: { ...CUSTOMER, phoneNumber } }, key);
const resend = (id: string) => call('POST', `${id}/resend`);
const confirm = (id: string, otp?: string, key?: string, init: RequestInit = {}) =>
  call('POST', `${id}/confirm`, { body: JSON.stringify({ otp }), ...keyed(key), ...init });
const read = (id: string, init: RequestInit = {}) => call('GET', id, init);

const lastCode = () => sandbox.inbox.at(-1)!.code;
const otherCode = (code: string) => (code === '000000' ? '000001' : '000000');
const magic = (scenario: string | number, last = 1) => `magic900${scenario}00000${last}`;

function expectError({ status, json }: Reply, expectedStatus: number, type: string): void {
  expect([status, json.type]).toEqual([expectedStatus, type]);
  expect(json).toEqual({ type, message: expect.any(String) });
}

function expectRefusal({ status, json }: Reply, pgCode: string, words: RegExp): void {
  expect(status).toBe(502);
  expect(json).toEqual({ type: 'PG_PROVIDER', message: expect.any(String), pgCode, pgMessage: expect.any(String) });
  expect(json.pgMessage).toMatch(words);
}

/** What send, confirm and read answer alike. */
async function alike(scenario: number): Promise<Reply> {
  const reply = await read(magic(scenario));
  for (const other of [await send(magic(scenario)), await confirm(magic(scenario), '123456')]) {
    expect({ status: other.status, text: other.text }).toEqual({ status: reply.status, text: reply.text });
  }
  return reply;
}

describe('a V2 call', () => {
  test.each(['', 'PortOne ', 'PortOne x', `Bearer ${SANDBOX_PORTONE_SECRET}`, SANDBOX_PORTONE_SECRET])(
    'with the authorization "%s" is UNAUTHORIZED',
    async (authorization) => {
      const headers = { authorization };
      for (const path of [`${ID}/send`, `${ID}/resend`, `${ID}/confirm`]) {
        expectError(await call('POST', path, { headers, body: JSON.stringify(SEND) }), 401, 'UNAUTHORIZED');
      }
      expectError(await read(ID, { headers }), 401, 'UNAUTHORIZED');
      expect(sandbox.inbox).toEqual([]);
    },
  );

  test('may name its own store, and no other', async () => {
    expect((await send(ID, { storeId: SANDBOX_STORE_ID })).status).toBe(200);
    expectError(await send('idv2', { storeId: 'store-other' }), 403, 'FORBIDDEN');
    expectError(await call('GET', `${ID}?storeId=store-other`), 403, 'FORBIDDEN');
    expectError(await call('POST', `${ID}/resend?storeId=store-other`), 403, 'FORBIDDEN');
    expect((await call('GET', `${ID}?storeId=${SANDBOX_STORE_ID}`)).status).toBe(200);
    const body = JSON.stringify({ otp: lastCode(), storeId: 'store-other' });
    expectError(await call('POST', `${ID}/confirm`, { body }), 403, 'FORBIDDEN');
    expect(sandbox.inbox).toHaveLength(1);
  });

  test.each(['application/json', 'text/plain;charset=UTF-8'])('reads JSON sent as %s', async (type) => {
    const headers = { 'content-type': type };
    expect(await call('POST', `${ID}/send`, { headers, body: JSON.stringify(SEND) })).toMatchObject({
      status: 200,
      json: {},
    });
  });

  test.each(['{', '[]', 'null', '7', 'otp=123456'])('with the body %s is INVALID_REQUEST', async (body) => {
    expectError(await call('POST', `${ID}/send`, { body }), 400, 'INVALID_REQUEST');
    expectError(await call('POST', `${magic(200)}/confirm`, { body }), 400, 'INVALID_REQUEST');
  });

  test('of more than 64 kB is refused, as is an id that cannot be decoded', async () => {
    expectError(await send(ID, { customData: 'x'.repeat(64 * 1024) }), 413, 'INVALID_REQUEST');
    expectError(await read('%E0%A4%A'), 400, 'INVALID_REQUEST');
  });

  test('finds no id of V1, and V1 none of V2', async () => {
    await confirm('imp_900200000001', '123456');
    const body = JSON.stringify({ imp_key: 'sandbox_key', imp_secret: 'sandbox_secret' });
    const token = await fetch(`${sandbox.url}/users/getToken`, { method: 'POST', body }).then((answer) =>
      answer.json().then((json) => (json as Reply['json']).response.access_token as string),
    );
    const answer = await fetch(`${sandbox.url}/certifications/imp_900200000001`, { headers: { authorization: token } });
    expect(await answer.json()).toMatchObject({ response: { certified: false } });
  });
});

describe('a V2 verification', () => {
  test('goes from send to inbox, confirm and read under the id of the merchant', async () => {
    expectError(await read(ID), 404, 'IDENTITY_VERIFICATION_NOT_FOUND');
    expect(await send(ID, { customData: 'order_1' })).toMatchObject({ status: 200, json: {} });
    expect(sandbox.inbox).toEqual([
      { impUid: ID, phone: '01012345678', code: expect.stringMatching(/^\d{6}$/), sentAt: new Date(START) },
    ]);
    const common = { id: ID, customData: 'order_1', version: 'V2', requestedAt: '2025-06-01T03:00:00.000Z' };
    const channel = expect.objectContaining({ type: 'TEST', key: SANDBOX_CHANNEL_KEY, pgProvider: 'DANAL' });
    expect((await read(ID)).json).toEqual({
      ...common,
      status: 'READY',
      channel,
      requestedCustomer: {
        name: '홍길동',
        phoneNumber: '01012345678',
        birthYear: '1990',
        birthMonth: '01',
        birthDay: '01',
      },
      updatedAt: common.requestedAt,
      statusChangedAt: common.requestedAt,
    });

    clock += MINUTE;
    const confirmed = await confirm(ID, lastCode());
    const verifiedAt = '2025-06-01T03:01:00.000Z';
    expect(confirmed).toMatchObject({ status: 200 });
    expect(confirmed.json.identityVerification).toEqual({
      ...common,
      status: 'VERIFIED',
      channel,
      verifiedCustomer: {
        name: '홍길동',
        operator: 'SKT',
        phoneNumber: '01012345678',
        birthDate: '1990-01-01',
        gender: 'MALE',
        isForeigner: false,
        ci: expect.stringMatching(/^[\w+/=]{88}$/),
        di: expect.stringMatching(/^[\w+/=]{64}$/),
      },
      updatedAt: verifiedAt,
      statusChangedAt: verifiedAt,
      verifiedAt,
      pgTxId: expect.stringMatching(/^20250601120100/),
      pgRawResponse: expect.stringContaining('홍길동'),
    });
    expect((await read(ID)).json).toEqual(confirmed.json.identityVerification);
    expectError(await confirm(ID, lastCode()), 409, 'IDENTITY_VERIFICATION_ALREADY_VERIFIED');
    expectError(await send(ID), 409, 'IDENTITY_VERIFICATION_ALREADY_VERIFIED');
    expectError(await resend(ID), 409, 'IDENTITY_VERIFICATION_ALREADY_VERIFIED');
  });

  test.each([
    [{ operator: 'LGU' }, {}, { operator: 'LGU' }],
    [{ operator: 'LGU_MVNO' }, {}, { operator: 'LGU_MVNO' }],
    [{}, { identityNumber: '0002294' }, { birthDate: '2000-02-29', gender: 'FEMALE', isForeigner: false }],
    [{}, { identityNumber: '6506156' }, { birthDate: '1965-06-15', gender: 'FEMALE', isForeigner: true }],
  ])('of %o and %o verifies %o', async (fields, customer, expected) => {
    await send(ID, { ...fields, customer: { ...CUSTOMER, ...customer } });
    const { json } = await confirm(ID, lastCode());
    expect(json.identityVerification.verifiedCustomer).toMatchObject(expected);
  });

  test.each([
    [{ channelKey: undefined }, {}],
    [{ customer: null }, {}],
    [{ operator: 'LGT' }, {}],
    [{ method: 'CALL' }, {}],
    [{ customData: 7 }, {}],
    [{ bypass: 'x' }, {}],
    [{}, { name: '' }],
    [{}, { phoneNumber: '010-1234-5678' }],
    [{}, { ipAddress: undefined }],
    [{}, { ipAddress: 'localhost' }],
    [{}, { identityNumber: undefined }],
    [{}, { identityNumber: '900101' }],
    [{}, { identityNumber: '9002301' }],
    [{}, { id: 7 }],
  ])('is INVALID_REQUEST for %o and %o', async (fields, customer) => {
    const body = { customer: { ...CUSTOMER, ...customer }, ...fields };
    expectError(await send(ID, body), 400, 'INVALID_REQUEST');
    expect(sandbox.inbox).toEqual([]);
    expectError(await read(ID), 404, 'IDENTITY_VERIFICATION_NOT_FOUND');
  });

  test('is CHANNEL_NOT_FOUND on another channel', async () => {
    expectError(await send(ID, { channelKey: 'channel-key-other' }), 404, 'CHANNEL_NOT_FOUND');
  });

  test('is sent once, and its code can be sent anew', async () => {
    expectError(await resend(ID), 404, 'IDENTITY_VERIFICATION_NOT_FOUND');
    await send(ID);
    const first = lastCode();
    expectError(await send(ID), 409, 'IDENTITY_VERIFICATION_ALREADY_SENT');
    clock += 2 * MINUTE;
    let second = first;
    while (second === first) {
      expect(await resend(ID)).toMatchObject({ status: 200, json: {} });
      second = lastCode();
    }
    clock += 2 * MINUTE;
    expectRefusal(await confirm(ID, first), '9013', /인증번호 불일치/);
    expect((await confirm(ID, second)).status).toBe(200);
  });

  test('keeps a code for 3 minutes and ends as FAILED after them', async () => {
    await send(ID);
    clock += 3 * MINUTE;
    expectRefusal(await confirm(ID, lastCode()), '1324', /시간 초과/);
    const { json } = await read(ID);
    expect(json).toMatchObject({ status: 'FAILED', statusChangedAt: new Date(clock).toISOString() });
    expect(json.failure).toEqual({ reason: expect.any(String), pgCode: '1324', pgMessage: expect.any(String) });
    expectRefusal(await resend(ID), '1324', /시간 초과/);
  });

  test('is refused after 5 wrong codes, and stays READY until then', async () => {
    await send(ID);
    expectError(await confirm(ID), 400, 'INVALID_REQUEST');
    expectError(await confirm(ID, 123456 as never), 400, 'INVALID_REQUEST');
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expectRefusal(await confirm(ID, otherCode(lastCode())), '9013', /인증번호 불일치/);
    }
    expect((await read(ID)).json.status).toBe('READY');
    expectRefusal(await confirm(ID, lastCode()), '9991', /시도 횟수 초과/);
    expect((await read(ID)).json.status).toBe('FAILED');
  });

  test('can be sent again after it failed, 5 times in all', async () => {
    for (let tries = 1; tries <= 4; tries += 1) {
      expectRefusal(await sendTo(ID, '01012341010'), '1110', /입력하신/);
      expect((await read(ID)).json.status).toBe('FAILED');
      expectError(await confirm(ID, '000000'), 404, 'IDENTITY_VERIFICATION_NOT_SENT');
      expectError(await resend(ID), 404, 'IDENTITY_VERIFICATION_NOT_SENT');
    }
    expect((await send(ID)).status).toBe(200);
    clock += 3 * MINUTE;
    await confirm(ID, lastCode());
    expectError(await send(ID), 400, 'MAX_TRANSACTION_COUNT_REACHED');
  });

  test('by app has no code, no resend, and only ids of letters and digits', async () => {
    const customer = { ...CUSTOMER, identityNumber: undefined };
    expectError(await send('idv-1', { method: 'APP', customer }), 400, 'INVALID_REQUEST');
    expectError(await send('a'.repeat(41), { method: 'APP', customer }), 400, 'INVALID_REQUEST');
    expect((await send(ID, { method: 'APP', customer })).status).toBe(200);
    expect(sandbox.inbox).toEqual([]);
    expectError(await resend(ID), 400, 'INVALID_REQUEST');
    const { json } = await confirm(ID);
    expect(json.identityVerification).toMatchObject({ status: 'VERIFIED', channel: { pgProvider: 'KCP_V2' } });
  });
});

describe('an idempotency key', () => {
  test('repeats the first answer of a send for 3 hours, whatever the repeat asks', async () => {
    const first = await send(ID, {}, KEY);
    expect(first).toMatchObject({ status: 200, json: {} });
    clock += 3 * 60 * MINUTE - 1;
    expect(await send(ID, {}, KEY)).toMatchObject({ status: 200, text: first.text });
    expect(await send('idv2', { operator: 'KT' }, KEY)).toMatchObject({ status: 200, text: first.text });
    expect(sandbox.inbox).toHaveLength(1);
    expectError(await read('idv2'), 404, 'IDENTITY_VERIFICATION_NOT_FOUND');
    clock += 1;
    expectError(await send(ID, {}, KEY), 409, 'IDENTITY_VERIFICATION_ALREADY_SENT');
    expect(sandbox.requests.filter(({ idempotencyKey }) => idempotencyKey === KEY)).toHaveLength(4);
  });

  test('repeats a refusal, even for the right code', async () => {
    await send(ID);
    const wrong = await confirm(ID, otherCode(lastCode()), KEY);
    expectRefusal(wrong, '9013', /인증번호 불일치/);
    expect((await confirm(ID, lastCode(), KEY)).text).toBe(wrong.text);
    expect((await confirm(ID, lastCode(), '"fedcba9876543210"')).status).toBe(200);
  });

  test('is not remembered for a call without the right secret', async () => {
    const headers = { authorization: 'PortOne x', 'idempotency-key': KEY };
    expectError(await call('POST', `${ID}/send`, { headers, body: JSON.stringify(SEND) }), 401, 'UNAUTHORIZED');
    expectError(await confirm(magic(491), '123456', KEY), 401, 'UNAUTHORIZED');
    expect((await confirm(magic(491), '123456', KEY)).status).toBe(200);
  });

  test('is ignored by a read', async () => {
    await send(ID, {}, KEY);
    expect((await read(ID, { headers: { 'idempotency-key': KEY } })).json.status).toBe('READY');
  });

  test.each(['"0123456789abcde"', `"${'a'.repeat(257)}"`, '"0123456789abcdef', '"0123456789 bcdef"', '""'])(
    'of the form %s is INVALID_REQUEST',
    async (key) => {
      expectError(await send(ID, {}, key), 400, 'INVALID_REQUEST');
      expect(sandbox.inbox).toEqual([]);
    },
  );

  test.each([`"${'a'.repeat(256)}"`, '0123456789abcde_', '"01234567-89ab-cdef-0123-456789abcdef"'])(
    'of the form %s is accepted',
    async (key) => {
      expect((await send(ID, {}, key)).status).toBe(200);
      expect((await send(ID, {}, key)).status).toBe(200);
    },
  );

  test('gets the answer of a send that was lost', async () => {
    await expect(sendTo(ID, '01012341900', KEY)).rejects.toThrow('fetch failed');
    expect(await sendTo(ID, '01012341900', KEY)).toMatchObject({ status: 200, json: {} });
    expect(sandbox.inbox).toHaveLength(1);
  });

  test('gets the answer of a confirm that was lost', async () => {
    await expect(confirm(magic(614), '123456', KEY)).rejects.toThrow('fetch failed');
    const repeat = await confirm(magic(614), '123456', KEY);
    expect(repeat.json.identityVerification).toMatchObject({ id: magic(614), status: 'VERIFIED' });
    expect((await read(magic(614))).json).toEqual(repeat.json.identityVerification);
    const other = '"fedcba9876543210"';
    await expect(confirm(magic(614), '123456', other)).rejects.toThrow('fetch failed');
    expectError(await confirm(magic(614), '123456', other), 409, 'IDENTITY_VERIFICATION_ALREADY_VERIFIED');
  });

  test.each([
    ['a send that hangs', () => sendInVain(`${ID}/send`, { ...SEND, customer: hangingCustomer })],
    ['a late confirm', () => sendInVain(`${magic(611)}/confirm`, { otp: '123456' })],
  ])('is outstanding for 30 seconds after %s', async (_, act) => {
    const repeat = await act();
    expectError(await repeat(), 409, 'IDEMPOTENCY_OUTSTANDING_REQUEST');
    clock += 30_000;
    expect((await repeat()).status).toBe(200);
  });

  const hangingCustomer = { ...CUSTOMER, phoneNumber: '01012341910' };

  /** Sends a call and leaves before its answer; the answer is the way to repeat it. */
  async function sendInVain(path: string, body: object): Promise<() => Promise<Reply>> {
    const init = { body: JSON.stringify(body), ...keyed(KEY) };
    const controller = new AbortController();
    const hung = call('POST', path, { ...init, signal: controller.signal });
    await until(() => sandbox.requests.length === 1);
    controller.abort();
    await expect(hung).rejects.toThrow('abort');
    return () => call('POST', path, init);
  }
});

describe('a phone number of a send', () => {
  const refusals = Object.entries(REQUEST_SCENARIOS).flatMap(([digits, { refusal }]) =>
    refusal ? [[digits, refusal] as const] : [],
  );

  test.each(refusals)('%sn is refused by the provider, in three forms', async (digits, { code, says }) => {
    for (const [form, words] of [says, `[${code}] [인증실패] ${says}`, `. [${code}] [인증실패] ${says}`].entries()) {
      const reply = await sendTo(`idv${form}`, `0101234${digits}${form}`);
      expectRefusal(reply, code, /./);
      expect(reply.json.pgMessage.endsWith(words)).toBe(true);
    }
    expect(sandbox.inbox).toEqual([]);
    expect((await sendTo(ID, `0101234${digits}3`)).status).toBe(200);
  });
});

describe('a magic id of V2', () => {
  test.each(['magic900200000001', 'imp_900200000001'])('such as %s needs no send', async (id) => {
    expect((await read(id)).json).toMatchObject({ id, status: 'READY' });
    expectRefusal(await confirm(id, '000000'), '9013', /인증번호 불일치/);
    const { json } = await confirm(id, '123456');
    expect(json.identityVerification).toMatchObject({
      id,
      status: 'VERIFIED',
      verifiedCustomer: { name: '홍길동', phoneNumber: '01012345678' },
    });
  });

  test('can be sent, and its code is 123456', async () => {
    expect((await send(magic(200), { operator: 'KT' })).status).toBe(200);
    expectError(await send(magic(200)), 409, 'IDENTITY_VERIFICATION_ALREADY_SENT');
    expect((await resend(magic(200))).status).toBe(200);
    expect(sandbox.inbox.map(({ code }) => code)).toEqual(['123456', '123456']);
    const { json } = await confirm(magic(200), '123456');
    expect(json.identityVerification.verifiedCustomer.operator).toBe('KT');
  });

  test.each([
    [210, '1324'],
    [211, '1324'],
    [212, '1324'],
    [220, '9991'],
    [260, '2376'],
  ])('of %s refuses every confirm with %s and ends as FAILED', async (scenario, code) => {
    expectRefusal(await confirm(magic(scenario), '123456'), code, /./);
    expect((await read(magic(scenario))).json).toMatchObject({ status: 'FAILED', failure: { pgCode: code } });
  });

  test.each([203, 204])('of %s refuses a wrong code in unknown words', async (scenario) => {
    expectRefusal(await confirm(magic(scenario), '000000'), '7777', /여섯 자리/);
    expect((await confirm(magic(scenario), '123456')).status).toBe(200);
  });

  test('of 230 has only what is required, of 231 null elsewhere', async () => {
    const required = {
      status: 'VERIFIED',
      verifiedCustomer: { name: '홍길동' },
      requestedAt: expect.any(String),
      updatedAt: expect.any(String),
      statusChangedAt: expect.any(String),
      verifiedAt: expect.any(String),
      pgTxId: expect.any(String),
      pgRawResponse: expect.any(String),
      version: 'V2',
    };
    const { json } = await confirm(magic(230), '123456');
    expect(json.identityVerification).toEqual({ id: magic(230), ...required });
    const nulls = (await confirm(magic(231), '123456')).json.identityVerification;
    const { name, ...others } = nulls.verifiedCustomer;
    expect([name, nulls.channel, nulls.customData]).toEqual(['홍길동', null, null]);
    expect(Object.keys(others)).toHaveLength(7);
    expect(new Set(Object.values(others))).toEqual(new Set([null]));
  });

  test('of 232 has values nobody expects, of 233 a status nobody knows', async () => {
    const { json } = await confirm(magic(232), '123456');
    expect(json.identityVerification).toMatchObject({
      status: 'VERIFIED',
      verifiedAt: '2025-06-01T12:00:00.000000+09:00',
      verifiedCustomer: { name: '', operator: 'MVNO5G', gender: 'OTHER', birthDate: '19900101', ci: '' },
    });
    expect((await confirm(magic(233), '123456')).json.identityVerification.status).toBe('REVIEWED');
    expect((await read(magic(233))).json.status).toBe('REVIEWED');
  });

  test('of 240 confirms and stays READY', async () => {
    expect((await confirm(magic(240), '123456')).json.identityVerification.status).toBe('READY');
  });

  test('of 241 was never sent through the API, until it is', async () => {
    expect((await read(magic(241))).json.status).toBe('READY');
    expectError(await confirm(magic(241), '123456'), 404, 'IDENTITY_VERIFICATION_NOT_SENT');
    expectError(await resend(magic(241)), 404, 'IDENTITY_VERIFICATION_NOT_SENT');
    await send(magic(241));
    expect((await confirm(magic(241), '123456')).status).toBe(200);
  });

  test('of 242 has no more messages', async () => {
    expectRefusal(await resend(magic(242)), '3041', /전송 횟수 초과/);
    expect((await confirm(magic(242), '123456')).status).toBe(200);
  });

  test('of 400 was verified long ago', async () => {
    expectError(await send(magic(400)), 409, 'IDENTITY_VERIFICATION_ALREADY_VERIFIED');
    expectError(await confirm(magic(400), '123456'), 409, 'IDENTITY_VERIFICATION_ALREADY_VERIFIED');
    expect((await read(magic(400))).json).toMatchObject({ verifiedAt: '2024-03-01T00:00:00.000Z' });
  });

  test('of 401 is denied, of 404 unknown, of 500 and 503 broken, of 630 told to wait, in every call', async () => {
    expectError(await alike(401), 401, 'UNAUTHORIZED');
    expectError(await alike(404), 404, 'IDENTITY_VERIFICATION_NOT_FOUND');
    expectRefusal(await alike(500), '1060', /내부 오류/);
    expect(await alike(503)).toMatchObject({ status: 503, json: { type: 'PG_PROVIDER', pgCode: '1271' } });
    const wait = await alike(630);
    expectError(wait, 429, 'TOO_MANY_REQUESTS');
    expect(wait.headers.get('retry-after')).toBe('30');
  });

  test('of 600 is HTML, of 601 empty', async () => {
    const html = await alike(600);
    expect([html.status, html.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
    expect(await alike(601)).toMatchObject({ status: 200, text: '' });
  });

  test('of 602 is cut JSON, of 603 nothing, of 604 another, of 620 large', async () => {
    for (const reply of [await read(magic(602)), await confirm(magic(602), '1'), await send(magic(602))]) {
      expect(reply).toMatchObject({ status: 200, json: undefined });
      expect(reply.text).toMatch(/^\{/);
    }
    expect((await read(magic(603))).text).toBe('null');
    expect((await send(magic(603))).text).toBe('null');
    expect((await confirm(magic(603), '1')).json).toEqual({ identityVerification: null });
    expect((await read(magic(604))).json).toMatchObject({ id: magic(604, 2), status: 'VERIFIED' });
    expect((await confirm(magic(604), '1')).json.identityVerification.id).toBe(magic(604, 2));
    expect((await read(magic(620))).json.pgRawResponse).toHaveLength(5_000_000);
    expect((await confirm(magic(620), '1')).json.identityVerification.pgRawResponse).toHaveLength(5_000_000);
  });

  test('of 610 never answers, whatever its key', async () => {
    for (const act of [confirm.bind(null, magic(610), '1', KEY), read.bind(null, magic(610))]) {
      for (let time = 1; time <= 2; time += 1) {
        const controller = new AbortController();
        const calls = sandbox.requests.length;
        const hung = act({ signal: controller.signal });
        await until(() => sandbox.requests.length > calls);
        controller.abort();
        await expect(hung).rejects.toThrow('abort');
        expect(sandbox.requests.at(-1)?.status).toBeNull();
      }
    }
  });

  test('of 611 answers after 30 seconds', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'] });
    try {
      const late = confirm(magic(611), '123456');
      await until(() => jest.getTimerCount() === 1);
      jest.advanceTimersByTime(30_000);
      expect((await late).json.identityVerification.status).toBe('VERIFIED');
    } finally {
      jest.useRealTimers();
    }
  });

  test('of 612 stops half way, of 613 is reset, of 621 is a gzip bomb', async () => {
    const open = (scenario: number, more = '') => {
      const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
      const path = `/identity-verifications/${magic(scenario)}`;
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${AUTHORIZATION}\r\n${more}\r\n`);
      return socket;
    };
    const half = open(612).setEncoding('utf8');
    let got = '';
    half.on('data', (chunk: string) => (got += chunk));
    await until(() => (got.split('\r\n\r\n')[1] ?? '') !== '');
    expect(got).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(got).not.toMatch(/\}$/);
    half.destroy();
    await expect(once(open(613), 'close')).rejects.toMatchObject({ code: 'ECONNRESET' });
    const chunks: Buffer[] = [];
    for await (const chunk of open(621, 'connection: close\r\n')) chunks.push(chunk as Buffer);
    const answer = Buffer.concat(chunks);
    expect(answer.length).toBeLessThan(100_000);
    const decoded = gunzipSync(answer.subarray(answer.indexOf('\r\n\r\n') + 4));
    expect(decoded.length).toBeGreaterThan(50_000_000);
    expect(decoded.subarray(0, 24).toString()).toBe('{"identityVerification":');
  });

  test('of 614 sends and verifies without an answer', async () => {
    await expect(send(magic(614))).rejects.toThrow('fetch failed');
    expect(sandbox.inbox).toHaveLength(1);
    expect((await read(magic(614))).json.status).toBe('READY');
    await expect(confirm(magic(614), '123456')).rejects.toThrow('fetch failed');
    expect((await read(magic(614))).json.status).toBe('VERIFIED');
  });
});

test('the constants are in the docs', () => {
  const docs = readFileSync('docs/sandbox.md', 'utf8');
  for (const value of [SANDBOX_PORTONE_SECRET, SANDBOX_STORE_ID, SANDBOX_CHANNEL_KEY]) expect(docs).toContain(value);
});
