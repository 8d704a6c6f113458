import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { holdTimeouts } from '../support/timers.ts';
import { until } from '../support/until.ts';

/** A budget which a busy machine does not use up; less than the 30 s after which scenario 611 answers. */
const BUDGET_MS = 20_000;

let gateway: TestGateway;
let serial = 0;

beforeAll(async () => {
  gateway = await startGateway({ iamport: { confirmTimeoutMs: BUDGET_MS, readTimeoutMs: BUDGET_MS } });
});
afterAll(() => gateway.close());

/** A fresh impUid of the scenario. */
function impUid(scenario: number): string {
  serial += 1;
  return `imp_900${scenario}${String(serial).padStart(6, '0')}`;
}

function confirms(id: string): string[] {
  return gateway.calls(`/certifications/otp/confirm/${id}`);
}

const KOREAN_UPSTREAM_WORDS = /인증실패|다날|고객센터|서버|설치/;

describe('a right code', () => {
  test('answers all 17 fields of the certification with one upstream confirm', async () => {
    const id = impUid(200);
    const before = Date.now();
    const certification = await gateway.confirm(id, '123456');
    expect(certification).toEqual({
      __typename: 'Certification',
      impUid: id,
      merchantUid: expect.stringMatching(/./),
      pgTid: expect.stringMatching(/./),
      pgProvider: 'danal',
      name: '홍길동',
      gender: 'MALE',
      birth: 631119600,
      birthday: '1990-01-01',
      foreigner: false,
      foreignerV2: false,
      phone: '01012345678',
      carrier: 'SKT',
      certified: true,
      certifiedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
      uniqueKey: expect.stringMatching(/^[A-Za-z0-9+/=]{88}$/),
      uniqueInSite: expect.stringMatching(/^[A-Za-z0-9+/=]{64}$/),
      origin: expect.stringMatching(/./),
    });
    expect(Math.abs(Date.parse(certification.certifiedAt) - before)).toBeLessThan(60_000);
    expect(confirms(id)).toHaveLength(1);
  });

  test.each([230, 231])('answers null for every optional field the upstream leaves out (%i)', async (scenario) => {
    const certification = await gateway.confirm(impUid(scenario), '123456');
    expect(certification).toMatchObject({
      __typename: 'Certification',
      certified: true,
      pgProvider: 'danal',
      foreigner: false,
    });
    for (const field of [
      'merchantUid',
      'name',
      'gender',
      'birthday',
      'foreignerV2',
      'phone',
      'carrier',
      'uniqueKey',
      'uniqueInSite',
      'origin',
    ]) {
      expect([field, certification[field]]).toEqual([field, null]);
    }
  });

  test('answers null for empty strings and unknown enum values, reads odd numbers and dates, and logs the fields that drifted', async () => {
    const certification = await gateway.confirm(impUid(232), '123456');
    expect(certification).toMatchObject({
      __typename: 'Certification',
      gender: null,
      carrier: null,
      name: null,
      birthday: '1990-01-01',
      birth: 631119600,
    });
    expect(certification.certifiedAt).toMatch(/\.000Z$/);
    expect(gateway.log()).toContain('"field":"gender"');
    expect(gateway.log()).toContain('"field":"carrier"');
  });
});

const CODE = { wrong: 'WRONG_CODE', expired: 'CODE_EXPIRED', tooMany: 'TOO_MANY_ATTEMPTS' } as const;
const LEFT: Record<string, number> = { WRONG_CODE: 4, CODE_REJECTED: 4 };

describe('what the upstream refuses', () => {
  test.each([
    [200, '000000', CODE.wrong],
    [201, '000000', CODE.wrong],
    [202, '000000', CODE.wrong],
    [203, '000000', 'CODE_REJECTED'],
    [204, '000000', 'CODE_REJECTED'],
    [210, '123456', CODE.expired],
    [211, '123456', CODE.expired],
    [212, '123456', CODE.expired],
    [220, '123456', CODE.tooMany],
    [221, '123456', CODE.tooMany],
    [222, '123456', CODE.tooMany],
    [260, '123456', 'APP_NOT_APPROVED'],
    [261, '123456', 'APP_NOT_APPROVED'],
    [262, '123456', 'APP_NOT_APPROVED'],
    [240, '123456', CODE.wrong],
    [400, '123456', 'ALREADY_CERTIFIED'],
  ])(
    'scenario %i with %s is OtpRejectedError %s after one upstream confirm, without data or upstream words',
    async (scenario, otp, code) => {
      const id = impUid(scenario);
      const failure = await gateway.confirm(id, otp);
      expect(failure).toEqual({
        __typename: 'OtpRejectedError',
        code,
        message: expect.any(String),
        retryable: false,
        attemptsRemaining: LEFT[code] ?? 0,
        retryAt: null,
      });
      expect(JSON.stringify(failure)).not.toMatch(KOREAN_UPSTREAM_WORDS);
      expect(confirms(id)).toHaveLength(1);
    },
  );

  test('an unknown impUid is CertificationNotFoundError', async () => {
    expect(await gateway.confirm(impUid(404), '123456')).toMatchObject({
      __typename: 'CertificationNotFoundError',
      code: 'NOT_FOUND',
    });
  });

  test('a second confirm of a certified impUid is ALREADY_CERTIFIED and hands out nothing', async () => {
    const id = impUid(200);
    await gateway.confirm(id, '123456');
    expect(await gateway.confirm(id, '654321')).toEqual({
      __typename: 'OtpRejectedError',
      code: 'ALREADY_CERTIFIED',
      message: expect.any(String),
      retryable: false,
      attemptsRemaining: 0,
      retryAt: null,
    });
  });

  test.each([
    [
      500,
      { code: 'UPSTREAM_UNAVAILABLE', retryable: true, providerCode: expect.stringMatching(/^\d{4}$/), retryAt: null },
    ],
    [
      503,
      { code: 'UPSTREAM_MAINTENANCE', retryable: true, providerCode: expect.stringMatching(/^\d{4}$/), retryAt: null },
    ],
    [630, { code: 'UPSTREAM_UNAVAILABLE', retryable: true, providerCode: null, retryAt: expect.stringMatching(/Z$/) }],
  ])('scenario %i is an UpstreamError after one upstream confirm', async (scenario, expected) => {
    const id = impUid(scenario);
    expect(await gateway.confirm(id, '123456')).toEqual({
      __typename: 'UpstreamError',
      message: expect.any(String),
      ...expected,
    });
    expect(confirms(id)).toHaveLength(1);
  });
});

describe('the token', () => {
  test('a 401 once is replayed once with a new token and certifies', async () => {
    const id = impUid(491);
    expect(await gateway.confirm(id, '123456')).toMatchObject({ __typename: 'Certification', impUid: id });
    expect(confirms(id)).toHaveLength(2);
  });

  test('a 401 for ever is UPSTREAM_UNAUTHORIZED after two confirms and at most one log-in, and a burst of them after no more', async () => {
    const id = impUid(401);
    const before = gateway.calls('/users/getToken').length;
    expect(await gateway.confirm(id, '123456')).toMatchObject({
      __typename: 'UpstreamError',
      code: 'UPSTREAM_UNAUTHORIZED',
      retryable: false,
    });
    expect(confirms(id)).toHaveLength(2);
    await Promise.all(Array.from({ length: 20 }, () => gateway.confirm(impUid(401), '123456')));
    expect(gateway.calls('/users/getToken').length - before).toBeLessThanOrEqual(2);
  });

  test('200 confirms at once without a token make one log-in', async () => {
    const fresh = await startGateway();
    const ids = Array.from({ length: 200 }, () => impUid(200));
    const answers = await Promise.all(ids.map((id) => fresh.confirm(id, '123456')));
    expect(answers.map((answer) => answer['impUid'])).toEqual(ids);
    expect(fresh.calls('/users/getToken')).toHaveLength(1);
    await fresh.close();
  });

  test('wrong credentials are UPSTREAM_UNAUTHORIZED, nothing is sent, and a second try does not log in again at once', async () => {
    const refused = await startGateway({ iamport: { apiSecret: 'not_the_secret' } });
    for (const id of [impUid(200), impUid(200)]) {
      expect(await refused.confirm(id, '123456')).toMatchObject({ code: 'UPSTREAM_UNAUTHORIZED' });
    }
    expect(refused.sandbox.requests.map(({ path }) => path)).toEqual(['/users/getToken']);
    await refused.close();
  });
});

describe('an answer that was lost', () => {
  test.each([614])(
    'is found by reading when the upstream certified (%i), and the confirm is not sent again',
    async (scenario) => {
      const id = impUid(scenario);
      expect(await gateway.confirm(id, '123456')).toMatchObject({
        __typename: 'Certification',
        impUid: id,
        name: '홍길동',
      });
      expect(gateway.calls(id)).toEqual([`POST /certifications/otp/confirm/${id}`, `GET /certifications/${id}`]);
    },
  );

  test('is OutcomeUnknownError where reading tells nothing either, and the confirm is not sent again', async () => {
    const ids = [600, 601, 602, 603, 604, 610, 611, 612, 613, 620, 621].map(impUid);
    const silent = ids.slice(5, 8);
    const outcomes: unknown[] = [];
    await holdTimeouts(async (pass) => {
      const answers = Promise.all(ids.map(async (id) => [id, await gateway.confirm(id, '123456')]));
      for (const method of ['POST', 'GET']) {
        const calls = () => silent.flatMap((id) => gateway.calls(id)).filter((call) => call.startsWith(method));
        await until(() => calls().length === silent.length);
        pass(BUDGET_MS);
      }
      outcomes.push(...(await answers));
    });
    const unknown = {
      __typename: 'OutcomeUnknownError',
      code: 'OUTCOME_UNKNOWN',
      message: expect.any(String),
      retryable: false,
    };
    expect(outcomes).toEqual(ids.map((id) => [id, unknown]));
    expect(ids.map((id) => confirms(id).length)).toEqual(ids.map(() => 1));
  });

  test('an upstream that refuses connections is UPSTREAM_UNAVAILABLE: nothing was sent', async () => {
    // Port 1 stays closed, while a port that is closed for the test can be opened by another.
    const down = await startGateway({ iamport: { baseUrl: 'http://127.0.0.1:1' } });
    expect(await down.confirm(impUid(200), '123456')).toMatchObject({
      __typename: 'UpstreamError',
      code: 'UPSTREAM_UNAVAILABLE',
      retryable: true,
    });
    await down.close();
  });
});

describe('input', () => {
  test.each([
    ['imp_1', '123456', ['impUid']],
    ['imp_900200/../x', '123456', ['impUid']],
    ['imp_900200%2e', '123456', ['impUid']],
    [`imp_${'9'.repeat(61)}`, '123456', ['impUid']],
    ['imp_900200999999\n', '123456', ['impUid']],
    ['imp_900200999999', '12345', ['otp']],
    ['imp_900200999999', '1234567', ['otp']],
    ['imp_900200999999', '１２３４５', ['otp']],
    ['imp_900200999999', '12345O', ['otp']],
    ['', '', ['impUid', 'otp']],
  ])('impUid %j with otp %j names %j, repeats no value and asks the upstream nothing', async (id, otp, names) => {
    const before = gateway.sandbox.requests.length;
    const failure = await gateway.confirm(id, otp);
    expect(failure).toMatchObject({ __typename: 'InvalidInputError', code: 'INVALID_INPUT', retryable: false });
    expect(failure.fields.map(({ name }) => name)).toEqual(names);
    if (otp.length > 4) expect(JSON.stringify(failure)).not.toContain(otp);
    expect(gateway.sandbox.requests).toHaveLength(before);
  });
});

describe('language', () => {
  test.each([
    ['ko', /[가-힣]/],
    ['ko-KR,ko;q=0.9,en;q=0.8', /[가-힣]/],
    ['en;q=0.5, ko;q=0.9', /[가-힣]/],
    ['ja, ko;q=0.1', /[가-힣]/],
    ['en, ko;q=0.9', /^[ -~]+$/],
    ['fr', /^[ -~]+$/],
    ['', /^[ -~]+$/],
  ])('Accept-Language %j is answered in it, English by default', async (header, expected) => {
    const failure = await gateway.confirm('x', '1', { 'accept-language': header });
    expect(failure.message).toMatch(expected);
    expect(failure.fields[0]!.message).toMatch(expected);
  });
});
