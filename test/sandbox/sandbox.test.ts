import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createEntries, createEntry } from '../../src/sandbox/entries.ts';
import { HONG } from '../../src/sandbox/people.ts';
import {
  SANDBOX_KEY,
  SANDBOX_SECRET,
  type Sandbox,
  type SandboxSms,
  createSandbox,
} from '../../src/sandbox/sandbox.ts';
import { REQUEST_SCENARIOS, SCENARIOS } from '../../src/sandbox/scenarios.ts';
import { until } from '../support/until.ts';

const START = Date.parse('2025-06-01T12:00:00+09:00');
const MINUTE = 60_000;
const ONLY_TIMEOUTS: Parameters<typeof jest.useFakeTimers>[0] = {
  doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'],
};
const REQUEST = {
  name: '홍길동',
  phone: '010-1234-5678',
  birth: '900101',
  gender_digit: '1',
  carrier: 'SKT',
};

// The words by which a client tells refusals apart, in the order it has to ask.
const CLASSES: readonly (readonly [string, RegExp])[] = [
  ['IN_PROGRESS', /진행 ?중/],
  ['SEND_LIMIT', /전송 횟수 초과/],
  ['ATTEMPTS_EXCEEDED', /시도 횟수 초과/],
  ['RATE_LIMITED', /허용 건수 초과|전화번호 수 초과|중지된 (IP|ID|휴대폰|주민)/],
  ['OTP_EXPIRED', /시간 초과|시간 지연|절차를 모두 거치지/],
  ['WRONG_OTP', /인증번호 불일치/],
  ['MVNO_MISMATCH', /알뜰폰|일반 가입 고객/],
  ['CARRIER_MAINTENANCE', /점검/],
  ['SEND_FAILED', /SMS 송신/],
  ['LINE_BLOCKED', /차단 ?고객|차단을 해제/],
  ['LINE_NOT_ELIGIBLE', /사용정지|법인|선불폰/],
  ['AGE_NOT_ALLOWED', /허용하지 않는 나이/],
  ['SMS_REQUIRED', /일반 ?본인 ?확인/],
  ['APP_NOT_APPROVED', /PASS ?인증이 취소/],
  ['APP_REQUIRED', /PASS ?인증|PASS ?APP|인증보호서비스/],
  ['MERCHANT_CONFIG', /업체|고객사|지원하지 않는 기능|입력된 필드/],
  ['INVALID_INPUT', /입력하신|잘못된 값/],
  ['UPSTREAM_TEMPORARY', /내부 ?오류|일시적|기타오류|인증 ?정보/],
  ['NOT_FOUND', /존재하지 않/],
];

interface Reply {
  status: number;
  headers: Headers;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read fields of JSON answers whose shapes differ
  json: any;
}

let clock: number;
let sandbox: Sandbox;
let token: string;
let sent: SandboxSms[];

beforeEach(async () => {
  clock = START;
  sent = [];
  sandbox = await createSandbox({ now: () => clock, onSms: (sms) => sent.push(sms) });
  token = (await getToken()).json.response.access_token;
});

afterEach(() => sandbox.close());

async function call(method: string, path: string, init: RequestInit = {}): Promise<Reply> {
  const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) };
  const answer = await fetch(`${sandbox.url}${path}`, { ...init, method, headers });
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

const getToken = (body: object = { imp_key: SANDBOX_KEY, imp_secret: SANDBOX_SECRET }) =>
  call('POST', '/users/getToken', { body: JSON.stringify(body) });
const request = (fields: object = {}) =>
  call('POST', '/certifications/otp/request', { body: JSON.stringify({ ...REQUEST, ...fields }) });
const confirm = (impUid: string, otp: string | null = '123456', init: RequestInit = {}) =>
  call('POST', `/certifications/otp/confirm/${impUid}`, { body: JSON.stringify(otp === null ? {} : { otp }), ...init });
const read = (impUid: string, init: RequestInit = {}) => call('GET', `/certifications/${impUid}`, init);
const remove = (impUid: string) => call('DELETE', `/certifications/${impUid}`);

function magic(scenario: string | number, last = 1): string {
  return `imp_900${scenario}00000${last}`;
}

async function requested(fields: object = {}): Promise<{ impUid: string; code: string }> {
  const { json } = await request(fields);
  return { impUid: json.response.imp_uid, code: sandbox.inbox.at(-1)?.code ?? '' };
}

function otherCode(code: string): string {
  return code === '000000' ? '000001' : '000000';
}

/** What confirm, read and delete answer alike. */
async function alike(scenario: number): Promise<Reply> {
  const reply = await confirm(magic(scenario));
  for (const other of [await read(magic(scenario)), await remove(magic(scenario))]) {
    expect({ status: other.status, text: other.text }).toEqual({ status: reply.status, text: reply.text });
  }
  return reply;
}

function expectRefusal({ status, json }: Reply, expectedStatus: number, expectedClass: string): void {
  expect(status).toBe(expectedStatus);
  expect(json).toEqual({ code: status === 200 ? 1 : -1, message: expect.any(String), response: null });
  expect(json.message).toMatch(/\[[A-Z\d]{4}\] \[인증실패\]/);
  expect(classOf(json.message)).toBe(expectedClass);
}

/** A failure of the upstream's own, which carries no code of Danal's. */
function expectFailure({ status, json }: Reply, expectedStatus: number, expectedClass = 'UNRECOGNISED'): void {
  expect(status).toBe(expectedStatus);
  expect(json).toEqual({ code: -1, message: expect.any(String), response: null });
  expect(json.message).not.toMatch(/\[[A-Z\d]{4}\]/);
  expect(classOf(json.message)).toBe(expectedClass);
}

function classOf(message: string): string {
  return CLASSES.find(([, pattern]) => pattern.test(message))?.[0] ?? 'UNRECOGNISED';
}

const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  imp_uid: (value) => /^imp_\d{12}$/.test(String(value)),
  merchant_uid: isText,
  pg_tid: isText,
  pg_provider: (value) => value === 'danal' || value === 'kcp_v2',
  name: isText,
  gender: (value) => value === 'male' || value === 'female',
  birth: Number.isInteger,
  birthday: (value) => /^\d{4}-\d\d-\d\d$/.test(String(value)),
  foreigner: (value) => typeof value === 'boolean',
  foreigner_v2: (value) => typeof value === 'boolean',
  phone: (value) => /^01\d{8,9}$/.test(String(value)),
  carrier: (value) => /^(SKT|KT|LGT)(_MVNO)?$/.test(String(value)),
  certified: (value) => value === true,
  certified_at: (value) => Number.isInteger(value) && Number(value) > 0,
  unique_key: (value) => isBase64(value, 88),
  unique_in_site: (value) => isBase64(value, 64),
  origin: isText,
};

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isBase64(value: unknown, length: number): boolean {
  return typeof value === 'string' && value.length === length && /^[A-Za-z0-9+/]+=*$/.test(value);
}

function expectCertified({ status, json }: Reply, impUid: string): void {
  expect(status).toBe(200);
  expect(json).toMatchObject({ code: 0, message: null, response: { imp_uid: impUid } });
  expect(Object.keys(json.response).toSorted()).toEqual(Object.keys(FIELDS).toSorted());
  const wrong = Object.entries(json.response).filter(([field, value]) => FIELDS[field]?.(value) !== true);
  expect(wrong).toEqual([]);
}

function expectUncertified({ status, json }: Reply, impUid: string): void {
  expect(status).toBe(200);
  expect(json).toEqual({
    code: 0,
    message: null,
    response: {
      imp_uid: impUid,
      merchant_uid: expect.any(String),
      pg_tid: null,
      pg_provider: expect.any(String),
      name: null,
      gender: null,
      birth: 0,
      birthday: null,
      foreigner: false,
      foreigner_v2: null,
      phone: null,
      carrier: null,
      certified: false,
      certified_at: 0,
      unique_key: null,
      unique_in_site: null,
      origin: expect.any(String),
    },
  });
}

describe('tokens', () => {
  const credentials = { imp_key: SANDBOX_KEY, imp_secret: SANDBOX_SECRET };
  const form = new URLSearchParams(credentials).toString();

  test.each([
    ['JSON as JSON', JSON.stringify(credentials), 'application/json'],
    ['JSON as a form', JSON.stringify(credentials), 'application/x-www-form-urlencoded'],
    ['JSON as plain text', JSON.stringify(credentials), 'text/plain'],
    ['a form as a form', form, 'application/x-www-form-urlencoded'],
    ['a form as JSON', form, 'application/json'],
  ])('are given for %s', async (_, body, type) => {
    const { status, json } = await call('POST', '/users/getToken', { body, headers: { 'content-type': type } });
    expect(status).toBe(200);
    expect(json).toEqual({
      code: 0,
      message: null,
      response: { access_token: token, now: START / 1000, expired_at: START / 1000 + 1800 },
    });
  });

  test('are refused with 400 where a credential is missing and with 401 where one is wrong', async () => {
    for (const body of [
      {},
      { imp_key: SANDBOX_KEY },
      { imp_secret: SANDBOX_SECRET },
      { ...credentials, imp_key: '' },
    ]) {
      expectFailure(await getToken(body), 400);
    }
    for (const body of [
      { ...credentials, imp_key: 'x' },
      { ...credentials, imp_secret: 'x' },
    ]) {
      expectFailure(await getToken(body), 401);
    }
    expectFailure(await call('POST', '/users/getToken', { body: '"text"' }), 400);
  });

  test('live 30 minutes, stay the same until then, and are extended by 5 minutes in the last one', async () => {
    clock = START + 29 * MINUTE - 1;
    expect((await getToken()).json.response).toMatchObject({ access_token: token, expired_at: START / 1000 + 1800 });
    clock = START + 29 * MINUTE;
    expect((await getToken()).json.response).toMatchObject({ access_token: token, expired_at: START / 1000 + 2100 });
    clock = START + 35 * MINUTE - 1;
    expectUncertified(await read(magic(200)), magic(200));
    clock = START + 35 * MINUTE;
    expectFailure(await read(magic(200)), 401);
    const next = (await getToken()).json.response;
    expect(next).toMatchObject({ now: clock / 1000, expired_at: clock / 1000 + 1800 });
    expect(next.access_token).not.toBe(token);
  });

  test('are accepted in three headers', async () => {
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { authorization: `bearer ${token}` },
      { authorization: token },
      { authorization: '', 'x-imptokenheader': token },
    ]) {
      expectUncertified(await read(magic(200), { headers }), magic(200));
    }
  });

  test('are asked for by every call but getToken and the inbox', async () => {
    for (const authorization of ['', 'Bearer ', 'Bearer x', `Basic ${token}`]) {
      const headers = { authorization };
      expectFailure(await call('POST', '/certifications/otp/request', { headers }), 401);
      expectFailure(await call('POST', `/certifications/otp/confirm/${magic(200)}`, { headers }), 401);
      expectFailure(await call('GET', `/certifications/${magic(200)}`, { headers }), 401);
      expectFailure(await call('DELETE', `/certifications/${magic(200)}`, { headers }), 401);
      expect((await call('GET', '/sandbox/inbox', { headers })).json).toEqual([]);
    }
  });
});

describe('the server', () => {
  test('answers 404 for routes and impUids it does not know', async () => {
    expectFailure(await call('GET', '/'), 404, 'NOT_FOUND');
    expectFailure(await call('GET', '/users/getToken'), 404, 'NOT_FOUND');
    expectFailure(await call('PUT', `/certifications/${magic(200)}`), 404, 'NOT_FOUND');
    expectFailure(await read('%E0%A4%A'), 404, 'NOT_FOUND');
    expectFailure(await confirm('imp_000000000000'), 404, 'NOT_FOUND');
    expectFailure(await read('imp_000000000000'), 404, 'NOT_FOUND');
    expectFailure(await remove('imp_000000000000'), 404, 'NOT_FOUND');
  });

  test('refuses a body over 64 kB and accepts one below', async () => {
    expectFailure(await request({ company: 'x'.repeat(64 * 1024) }), 413);
    expect((await request({ company: 'x'.repeat(63 * 1024) })).status).toBe(200);
  });

  test('survives bodies that are no object', async () => {
    for (const body of ['null', '[1]', '"x"', '7', '', '{', '%%%', '{"otp":{"a":1}}', '{"otp":null}']) {
      expectFailure(await call('POST', `/certifications/otp/confirm/${magic(200)}`, { body }), 400);
    }
  });

  test('answers 500 when the owner of onSms throws', async () => {
    const other = await createSandbox({
      onSms: () => {
        throw new Error('full');
      },
    });
    try {
      const { access_token } = (await (
        await fetch(`${other.url}/users/getToken`, {
          method: 'POST',
          body: JSON.stringify({ imp_key: SANDBOX_KEY, imp_secret: SANDBOX_SECRET }),
        })
      )
        .json()
        .then((json) => (json as Reply['json']).response)) as { access_token: string };
      const answer = await fetch(`${other.url}/certifications/otp/request`, {
        method: 'POST',
        headers: { authorization: access_token },
        body: JSON.stringify(REQUEST),
      });
      expect(answer.status).toBe(500);
    } finally {
      await other.close();
    }
  });

  test('lists calls as they arrive, without query, and their status once it is sent', async () => {
    await read(`${magic(404)}?secret=1`);
    const controller = new AbortController();
    const hung = read(magic(610), { signal: controller.signal });
    await until(() => sandbox.requests.length === 3);
    expect(sandbox.requests).toEqual([
      { method: 'POST', path: '/users/getToken', status: 200 },
      { method: 'GET', path: `/certifications/${magic(404)}`, status: 404 },
      { method: 'GET', path: `/certifications/${magic(610)}`, status: null },
    ]);
    controller.abort();
    await expect(hung).rejects.toThrow('abort');
  });

  test('closes whatever is connected, and can be closed again', async () => {
    const idle = connect(Number(new URL(sandbox.url).port), '127.0.0.1').on('error', () => {});
    await once(idle, 'connect');
    const hung = expect(read(magic(610))).rejects.toThrow('fetch failed');
    const late = expect(read(magic(611))).rejects.toThrow('fetch failed');
    await until(() => sandbox.requests.length === 3);
    const gone = once(idle, 'close');
    await Promise.all([sandbox.close(), sandbox.close(), hung, late, gone]);
    await sandbox.close();
    await expect(read(magic(200))).rejects.toThrow('fetch failed');
  });

  test('rejects where the port is taken', async () => {
    await expect(createSandbox({ port: Number(new URL(sandbox.url).port) })).rejects.toThrow('EADDRINUSE');
  });

  test('has an address that can be called', async () => {
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${sandbox.url}/sandbox/inbox`)).status).toBe(200);
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some((a) => a.address === '::1'));
  (hasIpv6 ? test : test.skip)('has an address that can be called on IPv6', async () => {
    const other = await createSandbox({ host: '::1' });
    expect((await fetch(`${other.url}/sandbox/inbox`)).status).toBe(200);
    await other.close();
  });

  test('forgets the oldest verifications beyond 100,000', () => {
    const entries = createEntries();
    const remember = (number: number) =>
      entries.remember(createEntry({ impUid: `imp_${number}`, person: HONG, requestedAt: clock }));
    for (let number = 0; number <= 100_000; number += 1) remember(number);
    expect([entries.has('imp_0'), entries.has('imp_1'), entries.has('imp_100000')]).toEqual([false, true, true]);
  });
});

describe('a verification', () => {
  test('goes from request to inbox, confirm, read and delete', async () => {
    const { json } = await request({ merchant_uid: 'order_1' });
    const impUid = json.response.imp_uid;
    expect(json).toEqual({ code: 0, message: null, response: { imp_uid: expect.stringMatching(/^imp_[1-8]\d{11}$/) } });
    expect(sandbox.inbox).toEqual([
      { impUid, phone: '01012345678', code: expect.stringMatching(/^\d{6}$/), sentAt: new Date(START) },
    ]);
    expect(sent).toEqual(sandbox.inbox);
    expectUncertified(await read(impUid), impUid);

    clock += MINUTE;
    const certified = await confirm(impUid, sandbox.inbox[0]?.code);
    expectCertified(certified, impUid);
    expect(certified.json.response).toMatchObject({
      merchant_uid: 'order_1',
      pg_provider: 'danal',
      name: '홍길동',
      gender: 'male',
      birth: Date.UTC(1989, 11, 31, 15) / 1000,
      birthday: '1990-01-01',
      foreigner: false,
      phone: '01012345678',
      carrier: 'SKT',
      certified_at: START / 1000 + 60,
    });
    expect((await read(impUid)).json).toEqual(certified.json);
    expect((await remove(impUid)).json).toEqual(certified.json);
    for (const gone of [await read(impUid), await remove(impUid), await confirm(impUid)]) {
      expectFailure(gone, 404, 'NOT_FOUND');
    }
  });

  test.each([
    [
      { birth: '900101', gender_digit: '1' },
      { birthday: '1990-01-01', gender: 'male', foreigner: false },
    ],
    [
      { birth: '000229', gender_digit: 4 },
      { birthday: '2000-02-29', gender: 'female', foreigner: false },
    ],
    [
      { birth: '650615', gender_digit: '6' },
      { birthday: '1965-06-15', gender: 'female', foreigner: true },
    ],
    [
      { birth: '10-03-07', gender_digit: '7' },
      { birthday: '2010-03-07', gender: 'male', foreigner_v2: true },
    ],
    [
      { birth: '19881231', gender_digit: '2' },
      { birthday: '1988-12-31', gender: 'female' },
    ],
    [{ carrier: 'KT', is_mvno: true }, { carrier: 'KT_MVNO' }],
    [{ carrier: 'LGT', is_mvno: 'true' }, { carrier: 'LGT_MVNO' }],
    [{ carrier: 'LGT', is_mvno: 'false' }, { carrier: 'LGT' }],
    [{ carrier: 'SKT', is_mvno: null }, { carrier: 'SKT' }],
    [{ phone: '011.123.4567' }, { phone: '0111234567' }],
  ])('of %o certifies %o', async (fields, expected) => {
    const { impUid, code } = await requested(fields);
    const reply = await confirm(impUid, code);
    expectCertified(reply, impUid);
    expect(reply.json.response).toMatchObject(expected);
  });

  test.each([
    { name: '' },
    { phone: '02-123-4567' },
    { phone: '+82 10 1234 5678' },
    { birth: '900230' },
    { birth: '9001' },
    { birth: '901301' },
    { gender_digit: '9' },
    { carrier: 'SKT_MVNO' },
    { is_mvno: 'maybe' },
    { verification_method: 'CALL' },
  ])('is refused for %o', async (fields) => {
    const reply = await request(fields);
    expect(reply.status).toBe(400);
    expect(reply.json).toEqual({ code: -1, message: expect.any(String), response: null });
    expect(sandbox.inbox).toEqual([]);
  });

  test.each(Object.keys(REQUEST))('is refused without %s', async (field) => {
    expectFailure(await request({ [field]: null }), 400);
  });

  test('gives the same person the same CI and DI on any line, and another person others', async () => {
    const keysOf = async (fields: object) => {
      const { impUid, code } = await requested(fields);
      const { unique_key, unique_in_site } = (await confirm(impUid, code)).json.response;
      return { unique_key, unique_in_site };
    };
    const first = await keysOf({});
    expect(await keysOf({ phone: '010-1234-0002', carrier: 'KT' })).toEqual(first);
    expect((await confirm(magic(200))).json.response).toMatchObject(first);
    expect(await keysOf({ birth: '900102' })).not.toEqual(first);
  });

  test('that was asked for as a form is the same', async () => {
    const body = new URLSearchParams(REQUEST);
    const { json } = await call('POST', '/certifications/otp/request', { body });
    const impUid = json.response.imp_uid;
    const code = sandbox.inbox[0]?.code ?? '';
    const reply = await call('POST', `/certifications/otp/confirm/${impUid}`, {
      body: new URLSearchParams({ otp: code }),
    });
    expectCertified(reply, impUid);
  });

  test('by app sends nothing and is confirmed without a code', async () => {
    const { impUid } = await requested({ verification_method: 'APP' });
    expect(sandbox.inbox).toEqual([]);
    const reply = await confirm(impUid, null);
    expectCertified(reply, impUid);
    expect(reply.json.response.pg_provider).toBe('kcp_v2');
  });

  test('keeps a code for 3 minutes', async () => {
    const [inTime, tooLate] = [await requested(), await requested()];
    clock += 3 * MINUTE - 1;
    expectCertified(await confirm(inTime.impUid, inTime.code), inTime.impUid);
    clock += 1;
    expectRefusal(await confirm(tooLate.impUid, tooLate.code), 200, 'OTP_EXPIRED');
  });

  test('is refused for ever after 5 wrong codes', async () => {
    const { impUid, code } = await requested();
    expectFailure(await confirm(impUid, null), 400);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expectRefusal(await confirm(impUid, otherCode(code)), 200, 'WRONG_OTP');
    }
    expectRefusal(await confirm(impUid, code), 200, 'ATTEMPTS_EXCEEDED');
    clock += 10 * MINUTE;
    expectRefusal(await confirm(impUid, code), 200, 'ATTEMPTS_EXCEEDED');
    expectUncertified(await read(impUid), impUid);
  });

  test('is certified once', async () => {
    const { impUid, code } = await requested();
    await confirm(impUid, otherCode(code));
    expectCertified(await confirm(impUid, code), impUid);
    expectFailure(await confirm(impUid, code), 400);
    expectFailure(await confirm(impUid, otherCode(code)), 400);
  });

  test('is in the inbox, newest first', async () => {
    const [first, second] = [await requested(), await requested({ phone: '010-1234-0002' })];
    const { json } = await call('GET', '/sandbox/inbox');
    expect(json).toEqual([
      { ...second, phone: '01012340002', sentAt: new Date(START).toISOString() },
      { ...first, phone: '01012345678', sentAt: new Date(START).toISOString() },
    ]);
  });

  test('is one of the last thousand in the inbox', async () => {
    for (let count = 0; count <= 1000; count += 1) await request();
    expect(sandbox.inbox.length).toBeLessThanOrEqual(1000);
    expect(sandbox.inbox.at(-1)).toEqual(sent.at(-1));
  });
});

describe('a phone number ending in', () => {
  const classes: Readonly<Record<string, string>> = {
    101: 'INVALID_INPUT',
    102: 'LINE_NOT_ELIGIBLE',
    103: 'APP_REQUIRED',
    104: 'SEND_FAILED',
    105: 'SEND_LIMIT',
    106: 'RATE_LIMITED',
    107: 'CARRIER_MAINTENANCE',
    108: 'MERCHANT_CONFIG',
    109: 'MVNO_MISMATCH',
    110: 'IN_PROGRESS',
    111: 'UPSTREAM_TEMPORARY',
    112: 'SMS_REQUIRED',
    113: 'LINE_BLOCKED',
    114: 'AGE_NOT_ALLOWED',
    115: 'MERCHANT_CONFIG',
  };

  test.each(Object.entries(classes))('%sn is refused as %s in three forms', async (digits, expected) => {
    expectRefusal(await request({ phone: `010-1234-${digits}0` }), 200, expected);
    expectRefusal(await request({ phone: `010-1234-${digits}1` }), 400, expected);
    expectRefusal(await request({ phone: `010-1234-${digits}2` }), 500, expected);
    expect(sandbox.inbox).toEqual([]);
    expect((await request({ phone: `010-1234-${digits}3` })).status).toBe(200);
  });

  test('190n gets the code and no answer', async () => {
    await expect(request({ phone: '010-1234-1900' })).rejects.toThrow('fetch failed');
    const [{ impUid, code } = { impUid: '', code: '' }] = sandbox.inbox;
    expectCertified(await confirm(impUid, code), impUid);
    expect(sandbox.requests.find(({ path }) => path.endsWith('/request'))?.status).toBeNull();
  });

  test('191n gets the code and waits for ever', async () => {
    const controller = new AbortController();
    const hung = call('POST', '/certifications/otp/request', {
      body: JSON.stringify({ ...REQUEST, phone: '010-1234-1910' }),
      signal: controller.signal,
    });
    await until(() => sandbox.inbox.length === 1);
    controller.abort();
    await expect(hung).rejects.toThrow('abort');
    expect(sandbox.requests.at(-1)?.status).toBeNull();
  });

  test.each(['0000', '0999', '5678', '9999'])('%s is normal', async (digits) => {
    expect((await request({ phone: `010-1234-${digits}` })).json.code).toBe(0);
  });

  test('anything in the table is here and in the docs', () => {
    expect(Object.keys(REQUEST_SCENARIOS)).toEqual([...Object.keys(classes), '190', '191']);
    const docs = readFileSync('docs/sandbox.md', 'utf8');
    for (const digits of Object.keys(REQUEST_SCENARIOS)) expect(docs).toContain(`| ${digits}n`);
  });
});

describe('a magic impUid', () => {
  test.each([
    [200, 200],
    [201, 400],
    [202, 500],
  ])('of %s certifies on 123456 and refuses others as HTTP %s', async (scenario, status) => {
    const impUid = magic(scenario);
    expectUncertified(await read(impUid), impUid);
    clock += 10 * MINUTE;
    expectRefusal(await confirm(impUid, '000000'), status, 'WRONG_OTP');
    const reply = await confirm(impUid);
    expectCertified(reply, impUid);
    expect(reply.json.response).toMatchObject({
      name: '홍길동',
      phone: '01012345678',
      gender: 'male',
      birthday: '1990-01-01',
      carrier: 'SKT',
      foreigner: false,
      foreigner_v2: false,
      pg_provider: 'danal',
      certified_at: clock / 1000,
    });
    expect((await read(impUid)).json).toEqual(reply.json);
    expectFailure(await confirm(impUid), 400);

    const tooOften = magic(scenario, 2);
    for (let attempt = 1; attempt <= 5; attempt += 1) await confirm(tooOften, '000000');
    expectRefusal(await confirm(tooOften), status, 'ATTEMPTS_EXCEEDED');
    const tooLate = magic(scenario, 3);
    await confirm(tooLate, '000000');
    clock += 3 * MINUTE;
    expectRefusal(await confirm(tooLate), status, 'OTP_EXPIRED');

    expectCertified(await remove(impUid), impUid);
    expectFailure(await read(impUid), 404, 'NOT_FOUND');
    expectFailure(await confirm(impUid), 404, 'NOT_FOUND');
  });

  test.each([
    [210, 200, 'OTP_EXPIRED'],
    [211, 400, 'OTP_EXPIRED'],
    [212, 500, 'OTP_EXPIRED'],
    [220, 200, 'ATTEMPTS_EXCEEDED'],
    [221, 400, 'ATTEMPTS_EXCEEDED'],
    [222, 500, 'ATTEMPTS_EXCEEDED'],
    [260, 200, 'APP_NOT_APPROVED'],
    [261, 400, 'APP_NOT_APPROVED'],
    [262, 500, 'APP_NOT_APPROVED'],
  ])('of %s refuses as HTTP %s, %s', async (scenario, status, expected) => {
    expectRefusal(await confirm(magic(scenario)), status, expected);
    expectUncertified(await read(magic(scenario)), magic(scenario));
  });

  test.each([
    [203, 200],
    [204, 400],
  ])('of %s refuses a wrong code in unknown words, as HTTP %s, and is as 200 otherwise', async (scenario, status) => {
    expectRefusal(await confirm(magic(scenario), '000000'), status, 'UNRECOGNISED');
    expectUncertified(await read(magic(scenario)), magic(scenario));
    expectCertified(await confirm(magic(scenario)), magic(scenario));
    const tooOften = magic(scenario, 2);
    for (let attempt = 1; attempt <= 5; attempt += 1) await confirm(tooOften, '000000');
    expectRefusal(await confirm(tooOften), status, 'ATTEMPTS_EXCEEDED');
  });

  test.each([230, 231, 232, 242])('of %s is as 200 until it is certified', async (scenario) => {
    expectRefusal(await confirm(magic(scenario), '000000'), 200, 'WRONG_OTP');
    expectUncertified(await read(magic(scenario)), magic(scenario));
    const reply = await confirm(magic(scenario));
    expect(reply.json).toMatchObject({ code: 0, response: { imp_uid: magic(scenario), certified: true } });
    expect((await read(magic(scenario))).json).toEqual(reply.json);
  });

  test('of 230 has only required fields', async () => {
    expect((await confirm(magic(230))).json.response).toEqual({
      imp_uid: magic(230),
      pg_provider: 'danal',
      foreigner: false,
      certified: true,
    });
  });

  test('of 231 has null everywhere else', async () => {
    const { imp_uid, pg_provider, foreigner, certified, ...others } = (await confirm(magic(231))).json.response;
    expect({ imp_uid, pg_provider, foreigner, certified }).toEqual({
      imp_uid: magic(231),
      pg_provider: 'danal',
      foreigner: false,
      certified: true,
    });
    expect(Object.keys(others)).toHaveLength(13);
    expect(new Set(Object.values(others))).toEqual(new Set([null]));
  });

  test('of 232 has values nobody expects', async () => {
    const { response } = (await confirm(magic(232, 1))).json;
    expect(Object.keys(response)).toEqual(expect.arrayContaining(Object.keys(FIELDS)));
    expect(Object.keys(response).length).toBeGreaterThan(Object.keys(FIELDS).length);
    expect(response).toMatchObject({ name: '', phone: '', unique_key: '', birthday: '19900101', birth: '631119600' });
    expect(FIELDS['gender']?.(response.gender)).toBe(false);
    expect(FIELDS['carrier']?.(response.carrier)).toBe(false);
    expect(response.certified_at).toBe(String(START / 1000));
    expect((await confirm(magic(232, 2))).json.response.certified_at).toBe(START / 1000 + 0.5);
  });

  test('of 233 is certified in a word that is not a boolean', async () => {
    expect((await confirm(magic(233))).json.response).toMatchObject({ name: '홍길동', certified: 'true' });
  });

  test('of 240 answers code 0 and is not certified', async () => {
    expectUncertified(await confirm(magic(240)), magic(240));
    expectUncertified(await read(magic(240)), magic(240));
  });

  test('of 241 is there without a request, and cannot be confirmed', async () => {
    expectUncertified(await read(magic(241)), magic(241));
    expectFailure(await confirm(magic(241)), 404, 'NOT_FOUND');
  });

  test('of 400 was certified long ago', async () => {
    expectFailure(await confirm(magic(400)), 400);
    const reply = await read(magic(400));
    expectCertified(reply, magic(400));
    expect(reply.json.response.certified_at).toBeLessThan(START / 1000 - 24 * 3600);
  });

  test('of 401 is denied in every call, of 491 once', async () => {
    for (const reply of [await confirm(magic(401)), await read(magic(401)), await remove(magic(401))]) {
      expectFailure(reply, 401);
    }
    expectFailure(await confirm(magic(491)), 401);
    expectCertified(await confirm(magic(491)), magic(491));
    expectFailure(await read(magic(491, 2)), 401);
    expectUncertified(await read(magic(491, 2)), magic(491, 2));
  });

  test.each([404, 999])('of %s is unknown', async (scenario) => {
    for (const reply of [await confirm(magic(scenario)), await read(magic(scenario)), await remove(magic(scenario))]) {
      expectFailure(reply, 404, 'NOT_FOUND');
    }
  });

  test('of 500 has an internal error, of 503 maintenance', async () => {
    expectRefusal(await alike(500), 500, 'UPSTREAM_TEMPORARY');
    expectRefusal(await alike(503), 503, 'CARRIER_MAINTENANCE');
  });

  test('of 600 is HTML, of 601 empty, of 602 cut JSON, of 603 nothing', async () => {
    const html = await alike(600);
    expect([html.status, html.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
    expect(html.text).toMatch(/^<!DOCTYPE html>/);
    expect(await alike(601)).toMatchObject({ status: 200, text: '' });
    const cut = await alike(602);
    expect(cut).toMatchObject({ status: 200, json: undefined, text: expect.stringMatching(/^\{"code":0,/) });
    expect(Number(cut.headers.get('content-length'))).toBe(Buffer.byteLength(cut.text));
    expect(await alike(603)).toMatchObject({ status: 200, json: { code: 0, message: null, response: null } });
  });

  test('of 604 names another', async () => {
    expectCertified(await alike(604), 'imp_900604000002');
  });

  test('of 610 never answers', async () => {
    for (const act of [confirm.bind(null, magic(610), '123456'), read.bind(null, magic(610))]) {
      const controller = new AbortController();
      const calls = sandbox.requests.length;
      const hung = act({ signal: controller.signal });
      await until(() => sandbox.requests.length > calls);
      controller.abort();
      await expect(hung).rejects.toThrow('abort');
      expect(sandbox.requests.at(-1)?.status).toBeNull();
    }
  });

  test('of 611 answers after 30 seconds', async () => {
    jest.useFakeTimers(ONLY_TIMEOUTS);
    try {
      for (const act of [() => confirm(magic(611)), () => read(magic(611))]) {
        const late = act();
        await until(() => jest.getTimerCount() === 1);
        jest.advanceTimersByTime(29_999);
        expect(sandbox.requests.at(-1)?.status).toBeNull();
        jest.advanceTimersByTime(1);
        expectCertified(await late, magic(611));
        expect(sandbox.requests.at(-1)?.status).toBe(200);
      }
    } finally {
      jest.useRealTimers();
    }
  });

  test('of 611 forgets its answer when the caller leaves', async () => {
    jest.useFakeTimers(ONLY_TIMEOUTS);
    try {
      const controller = new AbortController();
      const late = read(magic(611), { signal: controller.signal });
      await until(() => jest.getTimerCount() === 1);
      controller.abort();
      await expect(late).rejects.toThrow('abort');
      await until(() => jest.getTimerCount() === 0);
    } finally {
      jest.useRealTimers();
    }
  });

  test('of 612 stops half way', async () => {
    for (const method of ['GET', 'DELETE']) {
      const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1').setEncoding('utf8');
      socket.write(`${method} /certifications/${magic(612)} HTTP/1.1\r\nhost: x\r\nauthorization: ${token}\r\n\r\n`);
      let got = '';
      socket.on('data', (chunk: string) => (got += chunk));
      const lengths = () => {
        const [head = '', body = ''] = got.split('\r\n\r\n');
        return [Number(/content-length: (\d+)/.exec(head)?.[1]), Buffer.byteLength(body)] as const;
      };
      await until(() => lengths()[1] > 0);
      const [promised, arrived] = lengths();
      expect(got).toMatch(/^HTTP\/1\.1 200 OK/);
      // Half of a multi-byte letter decodes to three bytes instead of one or two.
      expect(Math.abs(arrived - promised / 2)).toBeLessThanOrEqual(3);
      socket.destroy();
      await once(socket, 'close');
    }
    const controller = new AbortController();
    const answer = await fetch(`${sandbox.url}/certifications/otp/confirm/${magic(612)}`, {
      method: 'POST',
      headers: { authorization: token },
      body: 'otp=123456',
      signal: controller.signal,
    });
    expect(answer.status).toBe(200);
    controller.abort();
    await expect(answer.text()).rejects.toThrow('abort');
  });

  test('of 613 resets every call', async () => {
    const { port } = new URL(sandbox.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`GET /certifications/${magic(613)} HTTP/1.1\r\nhost: x\r\nauthorization: ${token}\r\n\r\n`);
    await expect(once(socket, 'close')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(confirm(magic(613))).rejects.toThrow('fetch failed');
    await expect(remove(magic(613))).rejects.toThrow('fetch failed');
    expect(sandbox.requests.slice(1).map(({ status }) => status)).toEqual([null, null, null]);
  });

  test('of 614 is certified, and deleted, without an answer', async () => {
    const impUid = magic(614);
    await expect(confirm(impUid, '000000')).rejects.toThrow('fetch failed');
    expectUncertified(await read(impUid), impUid);
    await expect(confirm(impUid)).rejects.toThrow('fetch failed');
    const confirmedAt = clock;
    clock += MINUTE;
    const reply = await read(impUid);
    expectCertified(reply, impUid);
    expect(reply.json.response.certified_at).toBe(confirmedAt / 1000);
    await expect(remove(impUid)).rejects.toThrow('fetch failed');
    expectFailure(await remove(impUid), 404, 'NOT_FOUND');
  });

  test('of 620 answers 5 MB', async () => {
    const reply = await alike(620);
    expectCertified(reply, magic(620));
    expect(reply.text.length).toBeGreaterThan(5_000_000);
  });

  test.each(['POST /certifications/otp/confirm', 'GET /certifications', 'DELETE /certifications'])(
    'of 621 answers %s with a gzip bomb',
    async (start) => {
      const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
      socket.write(
        `${start}/${magic(621)} HTTP/1.1\r\nhost: x\r\nauthorization: ${token}\r\nconnection: close\r\n\r\n`,
      );
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk as Buffer);
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf('\r\n\r\n');
      expect(answer.subarray(0, end).toString()).toContain('content-encoding: gzip');
      expect(answer.length).toBeLessThan(100_000);
      const decoded = gunzipSync(answer.subarray(end + 4));
      expect(decoded.length).toBeGreaterThan(50_000_000);
      expect(decoded.subarray(0, 9).toString()).toBe('{"code":0');
      expect(decoded.subarray(-5).toString()).toBe('AA"}}');
    },
  );

  test('of 620 and 621 does not mind a caller that leaves at once', async () => {
    for (const scenario of [620, 621]) {
      const controller = new AbortController();
      const answer = await fetch(`${sandbox.url}/certifications/${magic(scenario)}`, {
        headers: { authorization: token },
        signal: controller.signal,
      });
      controller.abort();
      await expect(answer.text()).rejects.toThrow('abort');
    }
    expectUncertified(await read(magic(200)), magic(200));
  });

  test('of 630 is told to wait', async () => {
    const reply = await alike(630);
    expectFailure(reply, 429);
    expect(reply.headers.get('retry-after')).toBe('30');
  });

  test('of every row is in the docs', () => {
    const docs = readFileSync('docs/sandbox.md', 'utf8');
    for (const scenario of Object.keys(SCENARIOS)) expect(docs).toMatch(new RegExp(`^\\| ${scenario} +\\|`, 'm'));
  });
});

describe('npm run sandbox', () => {
  const main = fileURLToPath(new URL('../../src/sandbox/main.ts', import.meta.url));
  const children: ChildProcess[] = [];

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  function start(port: string): { child: ChildProcess; said: () => string; ended: Promise<unknown[]> } {
    const child = spawn(process.execPath, [main], { env: { ...process.env, SANDBOX_PORT: port } });
    children.push(child);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return { child, said: () => said, ended: once(child, 'close') };
  }

  test.each(['SIGTERM', 'SIGINT'] as const)('says where it is, prints codes and ends on %s with 0', async (signal) => {
    const { child, said, ended } = start('0');
    await until(() => said().includes('/sandbox/inbox'));
    expect(said()).toContain(SANDBOX_KEY);
    expect(said()).toContain('imp_900200000001');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said())?.[0];
    const body = new URLSearchParams({ imp_key: SANDBOX_KEY, imp_secret: SANDBOX_SECRET });
    const answer = await fetch(`${url}/users/getToken`, { method: 'POST', body });
    const { response } = (await answer.json()) as Reply['json'];
    const headers = { authorization: response.access_token };
    await fetch(`${url}/certifications/otp/request`, { method: 'POST', headers, body: JSON.stringify(REQUEST) });
    await until(() => /SMS to 01012345678: \d{6}/.test(said()));
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
  });

  test('says in one line that the port is taken or no port, and ends with 1', async () => {
    const reasons = {
      [new URL(sandbox.url).port]: 'taken',
      65536: 'SANDBOX_PORT',
      '-1': 'SANDBOX_PORT',
      x: 'SANDBOX_PORT',
    };
    const starts = Object.entries(reasons).map(([port, reason]) => [start(port), reason] as const);
    for (const [{ said, ended }, reason] of starts) {
      expect(await ended).toEqual([1, null]);
      expect(said()).toMatch(new RegExp(`^sandbox: .*${reason}.*\n$`));
    }
  });
});
