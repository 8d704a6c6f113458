import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { MAGIC_CODE, SCENARIOS } from '../../src/sandbox/scenarios.ts';
import { startGateway, testConfig, type Fields, type TestGateway } from '../support/gateway.ts';
import { UPSTREAMS, VERSIONS, type Version } from '../support/upstreams.ts';

const REQUEST = `mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) {
  __typename ... on IdentityOtpSent { impUid attemptsAllowed } ... on IdentityError { code message retryable } } }`;
const READ = `query($impUid: ID!) { certification(impUid: $impUid) {
  __typename ... on Certification { impUid merchantUid certified name birthday phone carrier gender isAtLeastAge(years: 19) }
  ... on IdentityError { code message retryable } } }`;
const PERSON = {
  name: '홍길동',
  phone: '010-1234-5678',
  birthday: '1990-01-01',
  genderDigit: '1',
  carrier: 'LGT_MVNO',
};

const gateways: Partial<Record<Version, TestGateway>> = {};
beforeAll(async () => {
  const { policies } = testConfig('').iamport;
  const iamport = { policies: { ...policies, breakerMinimumRps: 10_000 } }; // one test has many failures
  gateways.V1 = await startGateway({ iamport });
  gateways.V2 = await startGateway({ iamport, portone: {} });
});
afterAll(async () => {
  await gateways.V1?.close();
  await gateways.V2?.close();
});

describe.each(VERSIONS)('on %s', (version) => {
  const { magic, ...paths } = UPSTREAMS[version];
  const gateway = (): TestGateway => gateways[version]!;
  const codeOf = (impUid: string): string => gateway().sandbox.inbox.find((sms) => sms.impUid === impUid)!.code;
  const wrong = (code: string): string => (code === '271828' ? '314159' : '271828');

  test('a person asks for a code, mistypes it, types it and is read', async () => {
    const sent = await gateway().run(REQUEST, { input: { ...PERSON, merchantUid: 'order1' } });
    const impUid = sent['impUid'] as string;
    expect(sent).toEqual({ __typename: 'IdentityOtpSent', impUid: expect.any(String), attemptsAllowed: 5 });
    expect(await gateway().run(READ, { impUid })).toMatchObject({ impUid, certified: false, name: null, phone: null });
    const code = codeOf(impUid);
    expect(await gateway().confirm(impUid, wrong(code))).toMatchObject({
      __typename: 'OtpRejectedError',
      code: 'WRONG_CODE',
      attemptsRemaining: 4,
    });
    const certified = await gateway().confirm(impUid, code);
    expect(certified).toMatchObject({
      __typename: 'Certification',
      impUid,
      merchantUid: 'order1',
      pgProvider: 'danal',
      name: '홍길동',
      gender: 'MALE',
      birthday: '1990-01-01',
      birth: 631119600,
      foreigner: false,
      foreignerV2: false,
      phone: '01012345678',
      carrier: 'LGT_MVNO',
      certified: true,
      uniqueKey: expect.stringMatching(/^.{88}$/),
      uniqueInSite: expect.stringMatching(/^.{64}$/),
    });
    expect(await gateway().confirm(impUid, code)).toEqual(certified);
    expect(await gateway().run(READ, { impUid })).toEqual({
      __typename: 'Certification',
      impUid,
      merchantUid: 'order1',
      certified: true,
      name: '홍길동',
      birthday: '1990-01-01',
      phone: '01012345678',
      carrier: 'LGT_MVNO',
      gender: 'MALE',
      isAtLeastAge: true,
    });
    const calls = gateway().sandbox.requests.map(({ method, path }) => `${method} ${path}`);
    expect(calls.filter((call) => call !== 'POST /users/getToken')).toEqual([
      paths.request(impUid),
      paths.read(impUid),
      paths.confirm(impUid),
      paths.confirm(impUid),
      paths.read(impUid),
      paths.read(impUid),
    ]);
  });

  test('a person whose confirm was lost on the way is certified, and it has one effect', async () => {
    const impUid = `${magic}900614000001`;
    expect(await gateway().confirm(impUid, MAGIC_CODE)).toMatchObject({ __typename: 'Certification', impUid });
    expect(gateway().calls(impUid)).toEqual(
      version === 'V1' ? [paths.confirm(impUid), paths.read(impUid)] : [paths.confirm(impUid), paths.confirm(impUid)],
    );
    const keys = gateway().sandbox.requests.flatMap(({ path, idempotencyKey }) =>
      path.includes(impUid) ? idempotencyKey : [],
    );
    expect(new Set(keys).size).toBe(1);
  });

  test('a person whose request was lost on the way is not sent a second message', async () => {
    const phone = '010-1234-1900';
    const answer = await gateway().run(REQUEST, { input: { ...PERSON, phone } });
    expect(answer['__typename']).toBe(version === 'V1' ? 'OutcomeUnknownError' : 'IdentityOtpSent');
    expect(gateway().sandbox.inbox.filter((sms) => sms.phone === phone.replaceAll('-', ''))).toHaveLength(1);
  });
});

test('both answer every magic impUid alike, but for what each mends in its own way', async () => {
  const others = new Set(['610', '611', '612', '491', '614']); // slow ones, a 401 that V1 mends with a token, lost answers that V2 repeats
  const told = ({ __typename, code, certified, attemptsRemaining }: Fields): unknown => ({
    __typename,
    code,
    certified,
    attemptsRemaining,
  });
  const answersOf = (version: Version) => {
    const gateway = gateways[version]!;
    const scenarios = Object.keys(SCENARIOS).filter((number) => !others.has(number));
    return Promise.all(
      scenarios.map(async (scenario) => {
        const impUid = `${UPSTREAMS[version].magic}900${scenario}777777`;
        const wrong = await gateway.confirm(impUid, '271828');
        const right = await gateway.confirm(impUid, MAGIC_CODE);
        const read = await gateway.run(READ, { impUid });
        return { scenario, wrong: told(wrong), right: told(right), read: told(read) };
      }),
    );
  };
  const [v1, v2] = await Promise.all([answersOf('V1'), answersOf('V2')]);
  expect(v2).toEqual(v1);
});

test('a request without an address that V2 can be told is not sent, and leaves the phone its only one of an hour', async () => {
  const ROUTER = { 'router-authorization': 'secret-of-the-router' };
  const { trustProxy, limits } = readConfig({ TRUST_PROXY: '127.0.0.1', LIMIT_REQUESTS_PER_PHONE: '1/1h' });
  const auth = { ...testConfig('').auth, routerSecret: 'secret-of-the-router' };
  const gateway = await startGateway({ portone: {}, config: { auth, trustProxy, limits } });
  try {
    for (let time = 0; time < 2; time += 1)
      expect(await gateway.run(REQUEST, { input: PERSON }, ROUTER)).toMatchObject({ code: 'UPSTREAM_MISCONFIGURED' });
    expect(gateway.calls('')).toEqual([]);
    const forwarded = { ...ROUTER, 'x-forwarded-for': '203.0.113.7' };
    expect(await gateway.run(REQUEST, { input: PERSON }, forwarded)).toMatchObject({ __typename: 'IdentityOtpSent' });
    expect(gateway.calls('/send')).toHaveLength(1);
  } finally {
    await gateway.close();
  }
});
