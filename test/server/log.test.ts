import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONFIRM_EVERYTHING, startGateway, testConfig, type TestGateway } from '../support/gateway.ts';
import { callerHeaders, TOKENS } from '../support/tokens.ts';

let gateway: TestGateway;
let owner: Record<string, string>;

beforeAll(async () => {
  gateway = await startGateway({ config: { auth: TOKENS } });
  owner = await callerHeaders('alice', 'certification:ci');
});
afterAll(() => gateway.close());

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly requestId: string;
  readonly callerHmac: string;
}

/** What was logged since, as lines of this message. */
async function linesOf(message: string, work: () => Promise<unknown>): Promise<Line[]> {
  const before = gateway.log().length;
  await work();
  const lines = gateway.log().slice(before).trim().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === message);
}

const post = (impUid: string, otp: string, headers: Record<string, string> = owner) =>
  gateway.post({ query: CONFIRM_EVERYTHING, variables: { impUid, otp } }, headers);

describe('an operation', () => {
  test('is one line, by which "it failed at 14:03" can be answered, with nothing personal in it', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { ...owner, 'x-request-id': 'from-the-router-1', traceparent };
    const [line, ...more] = await linesOf('operation', () => post('imp_900200000001', '000000', headers));
    expect(more).toEqual([]);
    expect(line).toEqual({
      level: 30,
      msg: 'operation',
      requestId: 'from-the-router-1',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      call: 'confirm',
      code: 'WRONG_CODE',
      providerCode: '9013',
      attemptsRemaining: 4,
      impUid: 'imp_900200000001',
      callerHmac: expect.stringMatching(/^[\w-]{22}$/),
      ms: expect.any(Number),
      guardMs: expect.any(Number),
      upstreamMs: expect.any(Number),
      upstreamCalls: 1,
      upstreamEnd: 'WRONG_OTP',
    });
  });

  test('names one caller alike, and another differently', async () => {
    const bob = await callerHeaders('bob');
    const lines = await linesOf('operation', async () => {
      await post('imp_900200000002', '000000');
      await post('imp_900200000002', '000001');
      await post('imp_900200000003', '000000', bob);
    });
    const [first, second, third] = lines.map(({ callerHmac }) => callerHmac);
    expect([first === second, first === third]).toEqual([true, false]);
  });

  test.each([
    ['imp_900500000004', '123456', { upstreamCalls: 1 }],
    ['imp_900614000005', '123456', { code: 'OK', upstreamCalls: 2 }],
    ['홍길동', '123456', { code: 'INVALID_INPUT', traceId: null, impUid: null, upstreamCalls: 0, upstreamEnd: null }],
  ])('of %s with %s tells what became of it', async (impUid, otp, facts) => {
    const [line] = await linesOf('operation', () => post(impUid, otp));
    expect(line).toMatchObject(facts);
    expect(JSON.stringify(line)).not.toContain('홍길동');
  });

  test('that waited for its turn upstream has its own calls and no other’s', async () => {
    const { policies } = testConfig('').iamport;
    const own = await startGateway({ iamport: { policies: { ...policies, parallelCalls: 1 } } });
    await Promise.all([1, 2, 3, 4].map((digit) => own.confirm(`imp_90020000000${digit}`, '000000')));
    expect(own.log().match(/"upstreamCalls":\d+/g)).toEqual(Array(4).fill('"upstreamCalls":1'));
    expect(own.calls('/confirm/')).toHaveLength(4);
    await own.close();
  });

  test('that failed can be found by the id in its answer and in its header', async () => {
    const answer = await post('imp_900200000006', '000000');
    const id = answer.headers.get('x-request-id');
    expect(answer.body).toMatchObject({ extensions: { requestId: id } });
    expect(gateway.log()).toContain(`"requestId":"${id}"`);
    const right = await post('imp_900200000006', '123456');
    expect(right.body).not.toHaveProperty('extensions');
    expect(right.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });

  test.each(['short', 'with spaces in it', 'x'.repeat(129), '<script>alert(1)</script>'])(
    'is not named by an id that is not well-formed: %j',
    async (given) => {
      const { headers } = await post('imp_900200000007', '000000', { ...owner, 'x-request-id': given });
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    },
  );
});

test('a request for a code is found by the impUid that it answered', async () => {
  const query =
    'mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { ... on IdentityOtpSent { impUid } } }';
  const input = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
  let impUid: unknown;
  const lines = await linesOf('operation', async () => {
    const { body } = await gateway.post({ query, variables: { input } }, owner);
    impUid = body.data!['requestIdentityOtp']!['impUid'];
  });
  expect(lines).toMatchObject([{ call: 'request', code: 'OK', impUid, upstreamCalls: 1 }]);
  expect(JSON.stringify(lines)).not.toMatch(/홍길동|1234|1990/);
});

test('a refused token is one line that says why, and a count, without the token', async () => {
  const token = 'Bearer made.up.token';
  const lines = await linesOf('a caller was refused', async () => {
    expect((await post('imp_900200000008', '000000', { authorization: token })).status).toBe(401);
    expect((await post('imp_900200000008', '000000', { authorization: token })).status).toBe(401);
  });
  expect(lines).toMatchObject([{ level: 40, reason: 'unverifiable' }]);
  expect(gateway.log()).not.toContain('made.up');
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  expect(metrics).toContain('identity_refused_callers_total{reason="unverifiable"} 2');
});

test('a request that is refused before it is an operation is found by the id that its answer has', async () => {
  const refused = [
    () => post('imp_900200000009', '000000', { authorization: 'Bearer made.up.token' }),
    () => gateway.post({ query: '{ canary }' }, owner),
    () => gateway.post('{ canary', owner),
    () => fetch(new URL('/canary?canary', gateway.url)),
  ];
  const ids: (string | null)[] = [];
  const lines = await linesOf('a request was refused', async () => {
    for (const ask of refused) ids.push((await ask()).headers.get('x-request-id'));
  });
  expect(lines.map(({ level, msg, ...facts }) => [level, msg, facts])).toEqual(
    [
      { status: 401, code: 'UNAUTHENTICATED', method: 'POST', route: '/graphql' },
      { status: 400, code: 'GRAPHQL_VALIDATION_FAILED', method: 'POST', route: '/graphql' },
      { status: 400, code: 'BAD_REQUEST', method: 'POST', route: '/graphql' },
      { status: 404, code: 'NOT_FOUND', method: 'GET', route: null },
    ].map((facts, index) => [30, 'a request was refused', { requestId: ids[index], ...facts }]),
  );
  expect(JSON.stringify(lines)).not.toContain('canary');
});

test('metrics have a histogram of operations and of exchanges with the upstream, and breakers, log-ins and refusals', async () => {
  await post('imp_900200000009', '000000');
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  for (const name of [
    'identity_operation_seconds_count{call="confirm"}',
    'identity_upstream_seconds_count{call="confirm"}',
    'identity_upstream_refusals_total{call="confirm",class="WRONG_OTP"}',
    'identity_upstream_logins_total{accepted="true"}',
  ])
    expect(metrics).toContain(name);
});
