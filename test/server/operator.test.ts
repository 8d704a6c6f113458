import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig, type Config } from '../../src/config.ts';
import { createMemoryStore } from '../../src/guard/store.ts';
import { plain, refusal, startFaultyUpstream } from '../support/faulty-upstream.ts';
import { startGateway, testConfig, type TestGateway } from '../support/gateway.ts';
import { seriesIn } from '../support/metrics.ts';
import { holdTimeouts } from '../support/timers.ts';
import { until } from '../support/until.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({
    config: { limits: { ...readConfig({}).limits, confirmsPerIp: [{ points: 4, seconds: 60 }] } },
  });
});
afterAll(() => gateway.close());

function readAddresses(env: Record<string, string>): Pick<Config, 'host' | 'adminHost'> {
  const { host, adminHost } = readConfig(env);
  return { host, adminHost };
}

async function admin(path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(gateway.adminUrl + path);
  return { status: response.status, text: await response.text() };
}

describe('an operator', () => {
  test('is told that the gateway lives and is ready', async () => {
    expect(await admin('/livez')).toEqual({ status: 200, text: '{"status":"ok"}' });
    const text = '{"status":"ok","store":"ok","record":"off","login":"unknown","breakers":{},"closing":false}';
    expect(await admin('/readyz')).toEqual({ status: 200, text });
  });

  test('sees outcomes, faults, drift and limits counted, and nothing of anybody', async () => {
    await gateway.confirm('imp_900200000001', '123456');
    await gateway.confirm('imp_900200000002', '000000');
    await gateway.confirm('imp_900232000002', '123456');
    await gateway.confirm('imp_900630000001', '123456');
    await gateway.confirm('imp_900200000003', '123456');
    const { text } = await admin('/metrics');
    for (const line of [
      'identity_outcomes_total{call="confirm",code="OK"} 2',
      'identity_outcomes_total{call="confirm",code="WRONG_CODE"} 1',
      'identity_outcomes_total{call="confirm",code="RATE_LIMITED"} 1',
      'identity_upstream_faults_total{call="mutation",reason="rate-limited"} 1',
      'identity_upstream_drift_total{field="gender"} 1',
      'identity_limits_total{limit="confirms per IP",decision="denied"} 1',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).toContain('nodejs_heap_size_used_bytes');
    // Not the values: they are numbers in which any digits turn up.
    const names = [...seriesIn(text).keys()].join('\n');
    expect(names).not.toMatch(/imp_\d|홍길동|01012345678|123456|1990/);
  });

  test('reaches the admin port on an address of its own, which the public one is not on, and without one on the same', async () => {
    const apart = await startGateway({ config: readAddresses({ ADMIN_HOST: '127.0.0.2' }) });
    const together = await startGateway({ config: readAddresses({ HOST: '127.0.0.3' }) });
    const hosts = [apart.url, apart.adminUrl, together.url, together.adminUrl].map((url) => new URL(url).hostname);
    expect(hosts).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.3']);
    expect((await fetch(`${apart.adminUrl}/livez`)).status).toBe(200);
    const { port } = new URL(apart.adminUrl);
    await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await Promise.all([apart.close(), together.close()]);
  });

  test('finds neither on the public port', async () => {
    for (const path of ['/metrics', '/readyz', '/livez'])
      expect((await fetch(new URL(path, gateway.url))).status).toBe(404);
  });
});

describe('overload', () => {
  const CONFIRM_MS = 20_000;
  const opened: { close(): Promise<void> }[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((thing) => thing.close())));

  test('answers OVERLOADED beyond the room there is, and to who waited too long for it; neither is sent nor uses an attempt', async () => {
    const { policies } = testConfig('').iamport;
    const upstream = await startFaultyUpstream();
    const small = await startGateway({
      iamport: {
        baseUrl: upstream.url,
        confirmTimeoutMs: CONFIRM_MS,
        policies: { ...policies, parallelCalls: 2, queuedCalls: 1 },
      },
    });
    opened.push(upstream, small);
    const held: (() => unknown)[] = [];
    upstream.fault = (response, impUid, nth) =>
      held.push(() => refusal(200, '[9013] 인증번호 불일치')(response, impUid, nth));
    const answered: { id: string; code: unknown }[] = [];
    const confirm = async (id: string) => answered.push({ id, code: (await small.confirm(id, '123456'))['code'] });
    await holdTimeouts(async (pass) => {
      const answers = Array.from({ length: 8 }, (_, index) => confirm(`imp_12345678901${index}`));
      await until(() => held.length === 2 && answered.length === 5); // two have the room, the third waits for it
      pass(CONFIRM_MS / 2);
      await until(() => answered.length === 6);
      for (const answer of held) answer();
      await Promise.all(answers);
    });
    expect(answered.map(({ code }) => code)).toEqual([...Array(6).fill('OVERLOADED'), 'WRONG_CODE', 'WRONG_CODE']);
    expect(upstream.calls.filter((call) => call.includes('/otp/confirm/'))).toHaveLength(2);
    expect(endsOf(small, 'OVERLOADED')).toEqual(Array.from({ length: 6 }, () => ['overload', 0]));
    upstream.fault = null;
    for (const { id } of answered.slice(0, 6))
      expect(await small.confirm(id, '000000')).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 4 });
  });
});

test('the line of a call that an open breaker kept back says so, and not what a silent store would', async () => {
  const upstream = await startFaultyUpstream();
  const { policies } = testConfig('').iamport;
  const own = await startGateway({
    iamport: { baseUrl: upstream.url, policies: { ...policies, breakerMinimumRps: 1 } },
  });
  upstream.fault = plain(403, '<html>');
  for (let index = 0; index < 12; index += 1) await own.confirm(`imp_before_${index}`, '123456');
  const before = upstream.calls.length;
  expect(await own.confirm('imp_kept_back', '123456')).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  expect(upstream.calls).toHaveLength(before);
  expect(endsOf(own, 'UPSTREAM_UNAVAILABLE').at(-1)).toEqual(['breaker', 0]);
  await Promise.all([own.close(), upstream.close()]);
});

/** How the last upstream call of each operation with this code ended, and how many it made. */
function endsOf({ log }: TestGateway, code: string): unknown[] {
  const lines = log()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return lines
    .filter((line) => line.code === code)
    .map(({ upstreamEnd, upstreamCalls }) => [upstreamEnd, upstreamCalls]);
}

describe('a store of attempts without room for a new record', () => {
  const REQUEST =
    'mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { ... on IdentityError { code } } }';
  const input = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };

  test('is said once in the log and counted for each denied call, while the gateway stays ready', async () => {
    const full = await startGateway({ store: createMemoryStore(Date.now, 2) });
    const [first, second, third] = ['imp_900200000001', 'imp_900200000002', 'imp_900200000003'] as const;
    for (const id of [first, second]) expect(await full.confirm(id, '000000')).toMatchObject({ code: 'WRONG_CODE' });
    const adminOf = async (path: string) => (await fetch(full.adminUrl + path)).text();
    await adminOf('/readyz');
    expect(await adminOf('/metrics')).toContain('identity_store_full_total 0');
    expect(full.log()).not.toContain('full');

    for (const id of [third, third]) expect(await full.confirm(id, '123456')).toMatchObject({ code: 'OVERLOADED' });
    expect(await full.run(REQUEST, { input })).toMatchObject({ code: 'OVERLOADED' });
    expect([full.calls(third), full.calls('/otp/request')]).toEqual([[], []]);
    expect(JSON.parse(await adminOf('/readyz'))).toMatchObject({ status: 'ok', store: 'ok' });
    const metrics = await adminOf('/metrics');
    expect(metrics).toContain('identity_store_full_total 3');
    expect(metrics).toContain('identity_store_up 1');
    expect(full.log().match(/the store of attempts is full/g)).toHaveLength(1);

    expect(await full.confirm(first, '123456')).toMatchObject({ __typename: 'Certification' });
    await full.close();
  });
});

test('a log-in that the upstream refuses makes the gateway not ready, and is said once in the log', async () => {
  const own = await startGateway({ iamport: { apiSecret: 'wrong' } });
  const readyz = async () => fetch(`${own.adminUrl}/readyz`);
  expect((await readyz()).status).toBe(200);
  for (let index = 0; index < 2; index += 1)
    expect(await own.confirm('imp_900200000001', '123456')).toMatchObject({ code: 'UPSTREAM_UNAUTHORIZED' });
  const response = await readyz();
  expect([response.status, await response.json()]).toEqual([503, expect.objectContaining({ login: 'refused' })]);
  expect(own.log().match(/the upstream refuses the log-in/g)).toHaveLength(1);
  expect(own.log()).not.toContain('wrong');
  await own.close();
});
