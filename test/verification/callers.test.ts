import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { refusal, startFaultyUpstream } from '../support/faulty-upstream.ts';
import { CONFIRM_EVERYTHING, startGateway, type Fields, type TestGateway } from '../support/gateway.ts';
import { callerHeaders, TOKENS } from '../support/tokens.ts';

let gateway: TestGateway;
let owner: Record<string, string>;
let stranger: Record<string, string>;
let serial = 0;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  gateway = await startGateway({ config: { auth: TOKENS } });
  owner = await callerHeaders('owner', 'certification:ci');
  stranger = await callerHeaders('stranger', 'certification:ci', 'certification:delete');
});
afterEach(() => Promise.all(opened.splice(0).map((thing) => thing.close())));
afterAll(() => gateway.close());

const READ =
  'query($impUid: ID!) { certification(impUid: $impUid) { __typename ... on Certification { impUid name } ... on IdentityError { code message retryable } } }';
const DELETE =
  'mutation($impUid: ID!) { deleteCertification(impUid: $impUid) { __typename ... on IdentityError { code message retryable } } }';
const APP =
  'mutation($impUid: ID!) { confirmIdentityApp(impUid: $impUid) { __typename ... on IdentityError { code message retryable } } }';
const ENTITY =
  'query($impUid: ID!) { _entities(representations: [{ __typename: "Certification", impUid: $impUid }]) { __typename } }';
const REQUEST =
  'mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { __typename ... on IdentityOtpSent { impUid } ... on IdentityError { code } ... on RateLimitedError { retryAt } } }';
const PERSON = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };

function impUid(scenario = 200): string {
  serial += 1;
  return `imp_900${scenario}${String(serial).padStart(6, '0')}`;
}

/** A verification of the owner's, its code, and two others: the sandbox makes codes up. */
async function requested(): Promise<{ id: string; code: string; wrong: string; wrongToo: string }> {
  serial += 1; // another try: the same request would be answered with the same verification
  const sent = await gateway.run(REQUEST, { input: { ...PERSON, merchantUid: `try-${serial}` } }, owner);
  const id = sent['impUid'] as string;
  const { code } = gateway.sandbox.inbox.find((sms) => sms.impUid === id)!;
  const [wrong, wrongToo] = ['000000', '000001', '000002'].filter((other) => other !== code);
  return { id, code, wrong: wrong!, wrongToo: wrongToo! };
}

describe('attempts', () => {
  test('count down, and after five wrong codes the right one is refused without an upstream call', async () => {
    const id = impUid();
    const answers: Fields[] = [];
    for (let code = 0; code < 5; code += 1) answers.push(await gateway.confirm(id, `00000${code}`, owner));
    expect(answers.map(({ attemptsRemaining }) => attemptsRemaining)).toEqual([4, 3, 2, 1, 0]);
    const again = expect.stringMatching(/try again/);
    const anew = expect.stringMatching(/ask for a new code/);
    expect(answers.map(({ message }) => message)).toEqual([again, again, again, again, anew]);
    expect(await gateway.confirm(id, '123456', owner)).toMatchObject({
      __typename: 'OtpRejectedError',
      code: 'TOO_MANY_ATTEMPTS',
      attemptsRemaining: 0,
    });
    expect(gateway.calls(id)).toHaveLength(5);
  });

  test('are given back where nothing was processed', async () => {
    const id = impUid(630);
    for (let index = 0; index < 7; index += 1)
      expect(await gateway.confirm(id, '123456', owner)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(gateway.calls(id)).toHaveLength(7);
  });

  test('are one at a time: while one code is on its way, others are told to wait and are not sent', async () => {
    const upstream = await startFaultyUpstream();
    const slow = await startGateway({ iamport: { baseUrl: upstream.url } });
    opened.push(upstream, slow);
    const arrived = Promise.withResolvers<() => unknown>();
    upstream.fault = (response, impUid, nth) =>
      arrived.resolve(() => refusal(200, '[9013] 인증번호 불일치')(response, impUid, nth));
    const id = 'imp_123456789012';
    const first = slow.confirm(id, '000001');
    const answer = await arrived.promise;
    for (const refused of await Promise.all([slow.confirm(id, '000002'), slow.confirm(id, '000003')]))
      expect(refused).toMatchObject({
        code: 'IN_PROGRESS',
        retryable: true,
        attemptsRemaining: 4,
        retryAt: expect.any(String),
      });
    answer();
    expect(await first).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 4 });
    expect(upstream.calls.filter((call) => call.includes('/otp/confirm/'))).toHaveLength(1);
  });
});

describe('the same code', () => {
  test('sent fifty times at once is one upstream call and fifty equal answers', async () => {
    const id = impUid();
    const answers = await Promise.all(Array.from({ length: 50 }, () => gateway.confirm(id, '123456', owner)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ __typename: 'Certification', name: '홍길동' });
    expect(gateway.calls(`POST /certifications/otp/confirm/${id}`)).toHaveLength(1);
  });

  test('repeated after success is answered from a read, and another code gets nothing', async () => {
    const id = impUid();
    const first = await gateway.confirm(id, '123456', owner);
    expect(await gateway.confirm(id, '123456', owner)).toEqual(first);
    expect(await gateway.confirm(id, '654321', owner)).toMatchObject({ code: 'ALREADY_CERTIFIED' });
    expect(gateway.calls(id)).toEqual([`POST /certifications/otp/confirm/${id}`, `GET /certifications/${id}`]);
  });
});

describe('the same request', () => {
  const EVERYTHING =
    'mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { __typename ... on IdentityOtpSent { impUid resendAt expiresAt attemptsAllowed } ... on IdentityError { code } } }';
  const ask = (of: TestGateway, change: object, caller: Record<string, string>) =>
    of.run(EVERYTHING, { input: { ...PERSON, ...change } }, caller);

  test('sent twice at once and once more, however it is spelled, is one message, and one code confirms it', async () => {
    const own = await startGateway({ config: { auth: TOKENS, limits: readConfig({}).limits } });
    opened.push(own);
    const spelled = { phone: '+82 10 1234 5678', name: ' 홍길동', method: 'SMS', device: null };
    const answers = await Promise.all([ask(own, {}, owner), ask(own, spelled, owner)]);
    answers.push(await ask(own, spelled, owner));
    const [{ impUid: id }] = answers;
    expect(answers[0]).toMatchObject({ __typename: 'IdentityOtpSent', attemptsAllowed: 5 });
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    expect(own.calls('/otp/request')).toHaveLength(1);
    expect(await ask(own, {}, stranger)).toEqual({ __typename: 'RateLimitedError', code: 'RATE_LIMITED' });
    expect(own.sandbox.inbox).toHaveLength(1);
    const certification = await own.confirm(id as string, own.sandbox.inbox[0]!.code, owner);
    expect(certification).toMatchObject({ __typename: 'Certification', name: '홍길동' });
    expect(await ask(own, {}, owner)).toEqual({ __typename: 'RateLimitedError', code: 'RATE_LIMITED' });
    expect(own.calls('/otp/request')).toHaveLength(1);
  });
});

describe("another caller's impUid", () => {
  test.each([
    ['certification', READ, {}],
    ['deleteCertification', DELETE, {}],
    ['confirmIdentityOtp', CONFIRM_EVERYTHING, { otp: '123456' }],
    ['confirmIdentityApp', APP, {}],
    ['_entities', ENTITY, {}],
  ])(
    'answers %s with the bytes of an unknown one, without an upstream call, and costs the owner nothing',
    async (_name, query, more) => {
      const { id, code, wrong, wrongToo } = await requested();
      await gateway.confirm(id, wrong, owner);
      const before = gateway.sandbox.requests.length;
      const sent = { ...stranger, 'x-request-id': 'the-same-request' };
      const foreign = await gateway.post({ query, variables: { impUid: id, ...more } }, sent);
      expect(gateway.sandbox.requests).toHaveLength(before);
      const unknown = await gateway.post({ query, variables: { impUid: impUid(404), ...more } }, sent);
      expect(foreign.text).toBe(unknown.text);
      expect([...foreign.headers.keys()]).toEqual([...unknown.headers.keys()]);
      expect(await gateway.confirm(id, wrongToo, owner)).toMatchObject({ attemptsRemaining: 3 });
      expect(await gateway.confirm(id, code, owner)).toMatchObject({ __typename: 'Certification' });
      expect((await gateway.post({ query, variables: { impUid: id, ...more } }, sent)).text).toBe(unknown.text);
    },
  );

  test('can be read by a backend that may read any', async () => {
    const { id, code } = await requested();
    await gateway.confirm(id, code, owner);
    const backend = await callerHeaders('backend', 'certification:read-any');
    expect(await gateway.run(READ, { impUid: id }, backend)).toEqual({
      __typename: 'Certification',
      impUid: id,
      name: '홍길동',
    });
    expect(await gateway.run(READ, { impUid: id }, owner)).toEqual({
      __typename: 'Certification',
      impUid: id,
      name: '홍길동',
    });
  });

  test('does not become readable by claiming it with a wrong code, whoever certified it', async () => {
    const id = impUid(400);
    expect(await gateway.run(READ, { impUid: id }, stranger)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await gateway.confirm(id, '000000', stranger)).toMatchObject({ code: 'ALREADY_CERTIFIED' });
    expect(await gateway.run(READ, { impUid: id }, stranger)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('scopes and tokens', () => {
  test('a missing scope nulls its own field with its own error, and leaves the rest', async () => {
    const id = impUid();
    const plain = await callerHeaders('plain');
    const query =
      'mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) { ... on Certification { name uniqueKey uniqueInSite } } }';
    const { status, body } = await gateway.post({ query, variables: { impUid: id, otp: '123456' } }, plain);
    expect([status, body.data]).toEqual([
      200,
      { confirmIdentityOtp: { name: '홍길동', uniqueKey: null, uniqueInSite: null } },
    ]);
    expect(body.errors).toMatchObject([
      { path: ['confirmIdentityOtp', 'uniqueKey'], extensions: { code: 'FORBIDDEN' } },
      { path: ['confirmIdentityOtp', 'uniqueInSite'], extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  test('deleting needs its scope, and asks the upstream nothing without', async () => {
    const { id, code } = await requested();
    await gateway.confirm(id, code, owner);
    const before = gateway.sandbox.requests.length;
    const refused = await gateway.post({ query: DELETE, variables: { impUid: id } }, owner);
    expect([refused.body.data, refused.body.errors]).toMatchObject([null, [{ extensions: { code: 'FORBIDDEN' } }]]);
    expect(gateway.sandbox.requests).toHaveLength(before);
    const allowed = await callerHeaders('owner', 'certification:delete');
    expect(await gateway.run(DELETE, { impUid: id }, allowed)).toMatchObject({ __typename: 'CertificationDeleted' });
  });

  test('a caller that is anonymous on real credentials has no scope, and on the sandbox every one', async () => {
    const query =
      'mutation($impUid: ID!) { confirmIdentityOtp(impUid: $impUid, otp: "123456") { ... on Certification { name uniqueKey } } }';
    const real = { IAMPORT_API_KEY: 'key', IAMPORT_API_SECRET: 'secret', ALLOW_ANONYMOUS: 'true' };
    const answers = [real, {}].map(async (env) => {
      const anonymous = await startGateway({ config: { auth: readConfig(env).auth } });
      const { body } = await anonymous.post({ query, variables: { impUid: impUid() } });
      const deleted = await anonymous.post({ query: DELETE, variables: { impUid: impUid(404) } });
      await anonymous.close();
      return [body.data, body.errors?.[0]?.extensions?.code, deleted.body.errors?.[0]?.extensions?.code];
    });
    expect(await Promise.all(answers)).toEqual([
      [{ confirmIdentityOtp: { name: '홍길동', uniqueKey: null } }, 'FORBIDDEN', 'FORBIDDEN'],
      [{ confirmIdentityOtp: { name: '홍길동', uniqueKey: expect.any(String) } }, undefined, undefined],
    ]);
  });

  test('a wrong token is HTTP 401, none is UNAUTHENTICATED, and neither reaches the upstream', async () => {
    const before = gateway.sandbox.requests.length;
    const ask = { query: CONFIRM_EVERYTHING, variables: { impUid: impUid(), otp: '123456' } };
    const wrong = await gateway.post(ask, { authorization: 'Bearer canary.canary.canary' });
    expect([wrong.status, wrong.body.errors]).toMatchObject([401, [{ extensions: { code: 'UNAUTHENTICATED' } }]]);
    expect(wrong.text).not.toContain('canary');
    const none = await gateway.post(ask);
    expect([none.status, none.body.errors]).toMatchObject([200, [{ extensions: { code: 'UNAUTHENTICATED' } }]]);
    expect(gateway.sandbox.requests).toHaveLength(before);
  });

  test('an issuer that cannot be reached is HTTP 500 for the operator to see, and no wrong token', async () => {
    const auth = { ...TOKENS, secret: null, jwksUrl: 'http://127.0.0.1:1/keys' };
    const cut = await startGateway({ config: { auth } });
    const token = [{ alg: 'RS256', kid: 'k1' }, { sub: 'user-1' }].map((part) => btoa(JSON.stringify(part))).join('.');
    const ask = { query: CONFIRM_EVERYTHING, variables: { impUid: impUid(), otp: '123456' } };
    const answer = await cut.post(ask, { authorization: `Bearer ${token}.AAAA` });
    expect([answer.status, answer.body.errors]).toMatchObject([
      500,
      [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    ]);
    expect(cut.log()).toContain('KeysUnavailable');
    expect(cut.sandbox.requests).toEqual([]);
    await cut.close();
  });
});

describe('limits', () => {
  const { limits } = readConfig({});

  test('let one message a minute go to a phone, however it is spelled, and say when the next may', async () => {
    const limited = await startGateway({ config: { limits } });
    const before = Date.now();
    expect(await limited.run(REQUEST, { input: PERSON })).toMatchObject({ __typename: 'IdentityOtpSent' });
    const again = await limited.run(REQUEST, { input: { ...PERSON, phone: '+82 10 1234 5678' } });
    expect(again).toEqual({ __typename: 'RateLimitedError', code: 'RATE_LIMITED', retryAt: expect.any(String) });
    expect(Date.parse(again['retryAt'] as string)).toBeGreaterThanOrEqual(before + 60_000);
    expect(limited.calls('/otp/request')).toHaveLength(1);
    await limited.close();
  });

  test('count no message that was not sent, and every one that may have been', async () => {
    const limited = await startGateway({ config: { limits }, iamport: { apiSecret: 'not_the_secret' } });
    for (let index = 0; index < 12; index += 1)
      expect(await limited.run(REQUEST, { input: PERSON })).toMatchObject({ code: 'UPSTREAM_UNAUTHORIZED' });
    await limited.close();

    const losing = await startGateway({ config: { limits } });
    const lost = (phone: string) => losing.run(REQUEST, { input: { ...PERSON, phone } });
    expect(await lost('010-1234-1900')).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await lost('010-1234-1900')).toMatchObject({ code: 'RATE_LIMITED' });
    expect(losing.calls('/otp/request')).toHaveLength(1);
    await losing.close();
  });

  test('of confirms use up no attempt', async () => {
    const one = [{ points: 1, seconds: 60 }];
    const limited = await startGateway({ config: { auth: TOKENS, limits: { ...limits, confirmsPerCaller: one } } });
    const id = impUid();
    expect(await limited.confirm(id, '000000', owner)).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 4 });
    expect(await limited.confirm(id, '000001', owner)).toMatchObject({
      __typename: 'RateLimitedError',
      retryAt: expect.any(String),
    });
    expect(limited.calls(id)).toHaveLength(1);
    await limited.close();
  });
});

describe('an impUid that was not requested here', () => {
  test('is unknown where the setting says refuse, and nothing is sent', async () => {
    const strict = await startGateway({ config: { guard: { ...readConfig({}).guard, claims: false } } });
    expect(await strict.confirm(impUid(), '123456')).toMatchObject({ __typename: 'CertificationNotFoundError' });
    expect(strict.sandbox.requests).toEqual([]);
    await strict.close();
  });
});
