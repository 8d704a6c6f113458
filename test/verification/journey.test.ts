import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { validate, parse } from 'graphql';
import { createSchema } from '../../src/graphql/schema.ts';
import { startGateway, type Fields, type TestGateway } from '../support/gateway.ts';
import { holdTimeouts } from '../support/timers.ts';
import { until } from '../support/until.ts';

/** A budget which a busy machine does not use up. */
const BUDGET_MS = 20_000;

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ iamport: { confirmTimeoutMs: BUDGET_MS, readTimeoutMs: BUDGET_MS } });
});
afterAll(() => gateway.close());

const EVERY_ERROR = `
  ... on IdentityError { code message retryable }
  ... on InvalidInputError { fields { name message } }
  ... on RequestRejectedError { code }
  ... on OtpRejectedError { attemptsRemaining retryAt }
  ... on RateLimitedError { retryAt }
  ... on UpstreamError { providerCode retryAt }`;
const only = (...members: string[]): string =>
  EVERY_ERROR.split('\n')
    .filter((line) => members.some((member) => line.includes(`on ${member} `)))
    .join('\n');

const REQUEST = `mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) {
  __typename ... on IdentityOtpSent { impUid resendAt expiresAt attemptsAllowed }
  ${only('IdentityError', 'InvalidInputError', 'RequestRejectedError', 'RateLimitedError', 'UpstreamError')} } }`;
const APP = `mutation($impUid: ID!) { confirmIdentityApp(impUid: $impUid) {
  __typename ... on Certification { impUid name pgProvider }
  ${only('IdentityError', 'InvalidInputError', 'OtpRejectedError')} } }`;
const READ = `query($impUid: ID!) { certification(impUid: $impUid) {
  __typename ... on Certification { impUid certified certifiedAt name birth phone carrier isAtLeastAge(years: 19) }
  ${only('IdentityError', 'InvalidInputError', 'RateLimitedError', 'UpstreamError')} } }`;
const DELETE = `mutation($impUid: ID!) { deleteCertification(impUid: $impUid) {
  __typename ... on CertificationDeleted { impUid }
  ${only('IdentityError', 'InvalidInputError', 'RateLimitedError', 'UpstreamError')} } }`;

const PERSON = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };

const request = (changes: object = {}): Promise<Fields> => gateway.run(REQUEST, { input: { ...PERSON, ...changes } });

describe('the whole verification', () => {
  test('requests, reads the code in the inbox, confirms, reads and deletes', async () => {
    const before = Date.now();
    const sent = await request({ carrier: 'KT_MVNO' });
    expect(sent).toEqual({
      __typename: 'IdentityOtpSent',
      impUid: expect.stringMatching(/^imp_\d{12}$/),
      resendAt: expect.any(String),
      expiresAt: expect.any(String),
      attemptsAllowed: 5,
    });
    expect(Date.parse(sent['resendAt'] as string) - before).toBeGreaterThanOrEqual(60_000);
    const lifetimeMs = Date.parse(sent['expiresAt'] as string) - before;
    expect(lifetimeMs).toBeGreaterThanOrEqual(180_000);
    expect(lifetimeMs).toBeLessThanOrEqual(180_000 + Date.now() - before);
    const impUid = sent['impUid'] as string;
    const { code } = gateway.sandbox.inbox.find((sms) => sms.impUid === impUid)!;

    expect(await gateway.run(READ, { impUid })).toMatchObject({
      __typename: 'Certification',
      certified: false,
      certifiedAt: null,
      birth: null,
      name: null,
      isAtLeastAge: null,
    });
    expect(await gateway.confirm(impUid, code)).toMatchObject({
      __typename: 'Certification',
      impUid,
      name: '홍길동',
      phone: '01012345678',
      carrier: 'KT_MVNO',
      birthday: '1990-01-01',
    });
    expect(await gateway.run(READ, { impUid })).toMatchObject({
      __typename: 'Certification',
      certified: true,
      name: '홍길동',
      isAtLeastAge: true,
    });
    expect(await gateway.run(DELETE, { impUid })).toEqual({ __typename: 'CertificationDeleted', impUid });
    expect(await gateway.run(DELETE, { impUid })).toMatchObject({ __typename: 'CertificationNotFoundError' });
    expect(await gateway.run(READ, { impUid })).toMatchObject({ __typename: 'CertificationNotFoundError' });
  });

  test('tells the end of the code that the operator has set', async () => {
    const own = await startGateway({ iamport: { codeLifetimeS: 300 } });
    const before = Date.now();
    const { expiresAt } = await own.run(REQUEST, { input: PERSON });
    await own.close();
    expect(Math.floor((Date.parse(expiresAt as string) - before) / 60_000)).toBe(5);
  });

  test('with method APP is confirmed without a code, and a code for it says what to do', async () => {
    const { impUid } = await request({ method: 'APP' });
    const before = gateway.sandbox.requests.length;
    const refused = await gateway.confirm(impUid as string, '123456');
    expect(refused).toMatchObject({
      __typename: 'InvalidInputError',
      fields: [{ name: 'otp', message: expect.stringContaining('confirmIdentityApp') }],
    });
    expect(gateway.sandbox.requests).toHaveLength(before);
    expect(await gateway.run(APP, { impUid })).toEqual({
      __typename: 'Certification',
      impUid,
      name: '홍길동',
      pgProvider: 'kcp_v2',
    });
  });

  test('with a code says so to confirmIdentityApp, and asks the upstream nothing', async () => {
    const { impUid } = await request();
    const before = gateway.sandbox.requests.length;
    expect(await gateway.run(APP, { impUid })).toMatchObject({
      __typename: 'InvalidInputError',
      fields: [{ name: 'impUid', message: expect.stringContaining('confirmIdentityOtp') }],
    });
    expect(gateway.sandbox.requests).toHaveLength(before);
  });
});

describe('requestIdentityOtp', () => {
  test.each([
    [101, { __typename: 'RequestRejectedError', code: 'IDENTITY_MISMATCH' }],
    [102, { __typename: 'RequestRejectedError', code: 'LINE_NOT_ELIGIBLE' }],
    [103, { __typename: 'RequestRejectedError', code: 'APP_REQUIRED' }],
    [104, { __typename: 'UpstreamError', code: 'UPSTREAM_UNAVAILABLE' }],
    [105, { __typename: 'RateLimitedError', code: 'RATE_LIMITED' }],
    [106, { __typename: 'RateLimitedError', code: 'RATE_LIMITED' }],
    [107, { __typename: 'UpstreamError', code: 'UPSTREAM_MAINTENANCE' }],
    [108, { __typename: 'UpstreamError', code: 'UPSTREAM_MISCONFIGURED' }],
    [109, { __typename: 'RequestRejectedError', code: 'IDENTITY_MISMATCH' }],
    [110, { __typename: 'RateLimitedError', code: 'RATE_LIMITED' }],
    [111, { __typename: 'UpstreamError', code: 'UPSTREAM_UNAVAILABLE' }],
    [112, { __typename: 'RequestRejectedError', code: 'SMS_REQUIRED', retryable: false }],
    [113, { __typename: 'RequestRejectedError', code: 'LINE_BLOCKED', retryable: false }],
    [114, { __typename: 'RequestRejectedError', code: 'AGE_NOT_ALLOWED', retryable: false }],
    [115, { __typename: 'UpstreamError', code: 'UPSTREAM_MISCONFIGURED', providerCode: 'CS24' }],
  ])(
    'numbers that end in %in have their outcome in all three wire forms, after one upstream call each',
    async (scenario, expected) => {
      for (const form of [0, 1, 2]) {
        const before = gateway.calls('/otp/request').length;
        expect(await request({ phone: `010-1234-${scenario}${form}` })).toMatchObject(expected);
        expect(gateway.calls('/otp/request').length - before).toBe(1);
      }
    },
  );

  test('tells a wrong number from a wrong kind of line in nothing', async () => {
    const [mismatch, mvno] = [await request({ phone: '010-1234-1010' }), await request({ phone: '010-1234-1090' })];
    expect(mvno).toEqual(mismatch);
  });

  test.each([1900, 1910])('whose answer is lost (%i) is OutcomeUnknownError and is not sent again', async (ending) => {
    const before = gateway.calls('/otp/request').length;
    await holdTimeouts(async (pass) => {
      const answer = request({ phone: `010-1234-${ending}` });
      await until(() => gateway.calls('/otp/request').length > before);
      pass(BUDGET_MS);
      expect(await answer).toMatchObject({ __typename: 'OutcomeUnknownError', code: 'OUTCOME_UNKNOWN' });
    });
    expect(gateway.calls('/otp/request').length - before).toBe(1);
  });

  test.each([
    ['name', ''],
    ['name', '  '],
    ['name', '홍'.repeat(61)],
    ['name', '홍\u0000길동'],
    ['phone', '02-123-4567'],
    ['phone', '010-9876-567'],
    ['phone', '+1 010 1234 5678'],
    ['phone', '010-1234-5678 ext 9'],
    ['birthday', '1990-02-30'],
    ['birthday', '19900101'],
    ['birthday', '2999-01-01'],
    ['birthday', '1899-12-31'],
    ['genderDigit', '0'],
    ['genderDigit', '9'],
    ['genderDigit', '12'],
    ['genderDigit', '3'],
    ['merchantUid', ''],
    ['merchantUid', 'a b'],
    ['merchantUid', 'x'.repeat(41)],
    ['company', 'x'.repeat(41)],
    ['company', 'a\nb'],
  ])('names %s %j, repeats no value and sends nothing', async (name, value) => {
    const before = gateway.sandbox.requests.length;
    const failure = await request({ [name]: value });
    expect(failure).toMatchObject({ __typename: 'InvalidInputError', fields: [{ name, message: expect.any(String) }] });
    if (value.length > 6) expect(JSON.stringify(failure)).not.toContain(value);
    expect(gateway.sandbox.requests).toHaveLength(before);
  });

  test('names every problem of the form at once', async () => {
    const failure = await request({ name: '', phone: '1', birthday: '1', genderDigit: 'x' });
    expect(failure.fields.map(({ name }) => name)).toEqual(['name', 'phone', 'birthday', 'genderDigit']);
  });

  test('does not repeat a value that is not even of the right type', async () => {
    const { status, text } = await gateway.post({
      query: REQUEST,
      variables: { input: { ...PERSON, phone: 1012345678, carrier: 'HELLO', birthday: 19900101 } },
    });
    expect(status).toBe(400);
    expect(text).not.toMatch(/1012345678|HELLO|19900101/);
  });
});

describe('certification and deleteCertification', () => {
  test.each([
    [404, { __typename: 'CertificationNotFoundError', code: 'NOT_FOUND' }],
    [401, { __typename: 'UpstreamError', code: 'UPSTREAM_UNAUTHORIZED' }],
    [500, { __typename: 'UpstreamError', code: 'UPSTREAM_UNAVAILABLE' }],
    [503, { __typename: 'UpstreamError', code: 'UPSTREAM_MAINTENANCE' }],
    [600, { __typename: 'UpstreamError', code: 'UPSTREAM_BAD_RESPONSE' }],
    [604, { __typename: 'UpstreamError', code: 'UPSTREAM_BAD_RESPONSE' }],
    [613, { __typename: 'UpstreamError', code: 'UPSTREAM_BAD_RESPONSE' }],
    [621, { __typename: 'UpstreamError', code: 'UPSTREAM_BAD_RESPONSE' }],
    [630, { __typename: 'UpstreamError', code: 'UPSTREAM_UNAVAILABLE' }],
  ])('reading scenario %i is %j', async (scenario, expected) => {
    expect(await gateway.run(READ, { impUid: `imp_900${scenario}000001` })).toMatchObject(expected);
  });

  test('two aliases of one impUid ask the upstream once', async () => {
    const impUid = 'imp_900400000002';
    const { body } = await gateway.post({
      query: `query($i: ID!) { a: certification(impUid: $i) { __typename } b: certification(impUid: $i) { __typename } }`,
      variables: { i: impUid },
    });
    expect(body.data).toEqual({ a: { __typename: 'Certification' }, b: { __typename: 'Certification' } });
    expect(gateway.calls(impUid)).toEqual([`GET /certifications/${impUid}`]);
  });

  test('deleting something that is already gone after a lost answer is success', async () => {
    const impUid = 'imp_900614000001';
    expect(await gateway.confirm(impUid, '123456')).toMatchObject({ __typename: 'Certification' });
    expect(await gateway.run(DELETE, { impUid })).toEqual({ __typename: 'CertificationDeleted', impUid });
    expect(gateway.calls(impUid).slice(-2)).toEqual([
      `DELETE /certifications/${impUid}`,
      `GET /certifications/${impUid}`,
    ]);
  });

  test('deleting with an answer that is lost and a record that cannot be looked up is OutcomeUnknownError', async () => {
    expect(await gateway.run(DELETE, { impUid: 'imp_900601000001' })).toMatchObject({
      __typename: 'OutcomeUnknownError',
    });
  });

  test.each([READ, DELETE, APP])(
    'a malformed impUid is InvalidInputError and asks the upstream nothing: %s',
    async (query) => {
      const before = gateway.sandbox.requests.length;
      expect(await gateway.run(query, { impUid: '../users' })).toMatchObject({
        __typename: 'InvalidInputError',
        fields: [{ name: 'impUid' }],
      });
      expect(gateway.sandbox.requests).toHaveLength(before);
    },
  );

  test('every document above selects every error type of its union', () => {
    const schema = createSchema();
    expect([REQUEST, APP, READ, DELETE].flatMap((query) => validate(schema, parse(query)))).toEqual([]);
  });
});
