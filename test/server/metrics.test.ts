import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Registry } from '@prometheus-io/client';
import fc from 'fast-check';
import { Unauthenticated, createIdentitySubgraph } from '../../src/index.ts';
import { readConfig } from '../../src/config.ts';
import { createMemoryStore, StoreUnavailable } from '../../src/guard/store.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { anyRequestBody } from '../support/any-request.ts';
import { refusal, startFaultyUpstream } from '../support/faulty-upstream.ts';
import { startGateway, testConfig } from '../support/gateway.ts';
import { changes, scrape, seriesIn } from '../support/metrics.ts';
import { hasRedis, startRedis } from '../support/redis.ts';
import { callerHeaders, TOKENS } from '../support/tokens.ts';
import { until } from '../support/until.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (thing) => thing.close()));
});

async function start(options: Parameters<typeof startGateway>[0] = {}) {
  const gateway = await startGateway(options);
  opened.push(gateway);
  return gateway;
}

const RIGHT = '123456';
const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** A caller without a token is anonymous and may do everything; a token must be right. */
const SOME_TOKENS = { ...TOKENS, anonymousScopes: testConfig('').auth.anonymousScopes };

describe('the number of series', () => {
  const anyHeaders = fc.record(
    {
      authorization: fc.oneof(fc.stringMatching(/^Bearer [\w.~+/=-]{1,40}$/), fc.stringMatching(/^[\x21-\x7e]{1,20}$/)),
      'x-request-id': fc.stringMatching(/^[\w.-]{1,40}$/),
      'accept-language': fc.constantFrom('ko', 'en', '*'),
      'content-type': fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded'),
    },
    { requiredKeys: [] },
  );

  test('is the same before and after thousands of requests of every kind, bad ones included', async () => {
    const { limits } = readConfig({});
    const gateway = await start({ config: { auth: SOME_TOKENS, limits } });
    const before = await scrape(gateway.adminUrl);
    const bodies = fc.constantFrom(...fc.sample(anyRequestBody, 200));
    const requests = fc.sample(fc.tuple(bodies, anyHeaders, fc.stringMatching(/^\/\w{0,8}$/), fc.nat(9)), 2_000);
    const statuses = new Set<number>();
    const send = async ([body, headers, path, die]: (typeof requests)[number]) => {
      const url = new URL(die === 0 ? path : '/graphql', gateway.url);
      const method = die === 1 ? 'GET' : 'POST';
      const sent = { 'content-type': 'application/json', ...(die < 5 && headers) };
      const content = die === 2 ? 'x'.repeat(70_000) : JSON.stringify(body);
      const response = await fetch(url, { method, headers: sent, ...(method === 'POST' && { body: content }) });
      await response.text();
      statuses.add(response.status);
    };
    while (requests.length > 0) await Promise.all(requests.splice(0, 50).map(send));
    const after = await scrape(gateway.adminUrl);
    expect([...after.keys()]).toEqual([...before.keys()]);
    expect([...statuses].toSorted((a, b) => a - b)).toEqual([200, 400, 401, 404, 405, 413, 415]);
    for (const name of ['outcomes_total', 'upstream_seconds_count', 'attempts_total', 'limits_total'])
      expect(changes(before, after, `identity_${name}`)).not.toEqual({});
  }, 300_000);

  test('is as large at the start as it will ever be, so that the first event of a kind is an increase', async () => {
    const series = await scrape((await start()).adminUrl);
    for (const name of [
      'identity_outcomes_total{call="confirm",code="OUTCOME_UNKNOWN"}',
      'identity_upstream_faults_total{call="login",reason="timeout"}',
      'identity_upstream_refusals_total{call="request",class="MERCHANT_CONFIG"}',
      'identity_upstream_seconds_count{call="readBack"}',
      'identity_store_full_total',
    ])
      expect([name, series.get(name)]).toEqual([name, 0]);
  });

  test('does not grow by what a host program says of a caller that it refuses', async () => {
    const registry = new Registry();
    const lines: unknown[] = [];
    const metrics = createMetrics(registry);
    const warn = (...line: unknown[]): void => void lines.push(line);
    const auth = async () => Promise.reject(new Unauthenticated('eyJhbGciOiJub25lIn0 of 홍길동 is bad'));
    const options = { ...testConfig('http://127.0.0.1'), auth, logger: { ...silent, warn }, onEvent: metrics.count };
    const subgraph = createIdentitySubgraph(options);
    opened.push(subgraph);
    await expect(subgraph.createContext({ headers: {} })).rejects.toMatchObject({ message: /eyJ/ });
    const { body } = await metrics.render();
    expect(seriesIn(body).get('identity_refused_callers_total{reason="other"}')).toBe(1);
    expect(body + JSON.stringify(lines)).not.toMatch(/eyJ|홍길동/);
    expect(lines).toEqual([[{ reason: 'other' }, 'a caller was refused']]);
  });
});

describe('the metrics of a host program', () => {
  test('tell whether its store answers and which calls run, read at each scrape', async () => {
    const registry = new Registry();
    const metrics = createMetrics(registry);
    const memory = createMemoryStore();
    let isDown = false;
    const check = async () => (isDown ? Promise.reject(new StoreUnavailable()) : memory.check());
    const store = { ...memory, check };
    const subgraph = createIdentitySubgraph({ ...testConfig('http://127.0.0.1'), logger: silent, store });
    opened.push(subgraph);
    metrics.watch(subgraph);
    expect(seriesIn(await registry.metrics()).get('identity_store_up')).toBe(1);
    isDown = true;
    const series = seriesIn(await registry.metrics());
    expect(series.get('identity_store_up')).toBe(0);
    expect(series.get('identity_upstream_running{call="read"}')).toBe(0);
  });

  test('name the versions of the gateway and of node', async () => {
    const { body } = await createMetrics(new Registry()).render();
    expect(body).toMatch(/^identity_build_info\{version="\d+\.\d+\.\d+",node="v2\d\.\d+\.\d+"\} 1$/m);
  });
});

test('calls that run and calls that wait for a slot are told by kind', async () => {
  const upstream = await startFaultyUpstream();
  opened.push(upstream);
  const policies = { ...testConfig('').iamport.policies, parallelCalls: 2, queuedCalls: 5 };
  const gateway = await start({ iamport: { baseUrl: upstream.url, policies } });
  const held: (() => unknown)[] = [];
  upstream.fault = (...call) => held.push(() => refusal(200, '[9013] 인증번호 불일치')(...call));
  const answers = [1, 2, 3].map((index) => gateway.confirm(`imp_12345678901${index}`, RIGHT));
  const loads = async () => {
    const series = await scrape(gateway.adminUrl);
    return ['running', 'queued'].flatMap((what) =>
      ['mutation', 'read'].map((call) => series.get(`identity_upstream_${what}{call="${call}"}`)),
    );
  };
  await until(loads, ([running, , queued]) => running === 2 && queued === 1);
  expect(await loads()).toEqual([2, 0, 1, 0]);
  upstream.fault = null;
  for (const answer of held) answer();
  await Promise.all(answers);
  expect(await loads()).toEqual([0, 0, 0, 0]);
});

describe('the decisions of the guard', () => {
  test('are counted by plan, and by code where the record answers', async () => {
    const gateway = await start({ config: { auth: TOKENS } });
    const [alice, bob] = [await callerHeaders('alice', 'certification:ci'), await callerHeaders('bob')];
    const [first, second] = ['imp_900200000001', 'imp_900200000002'];
    for (const otp of ['000000', '000000', RIGHT, RIGHT, '000001']) await gateway.confirm(first, otp, alice);
    await gateway.confirm(first, RIGHT, bob);
    for (const otp of ['000001', '000002', '000003', '000004', '000005', '000006'])
      await gateway.confirm(second, otp, alice);
    const decisions = changes(new Map(), await scrape(gateway.adminUrl), 'identity_attempts_total');
    expect(decisions).toEqual({
      '{decision="send"}': 7,
      '{decision="WRONG_CODE"}': 1,
      '{decision="repeat"}': 1,
      '{decision="ALREADY_CERTIFIED"}': 1,
      '{decision="NOT_FOUND"}': 1,
      '{decision="TOO_MANY_ATTEMPTS"}': 1,
    });
    expect(gateway.calls('/otp/confirm/')).toHaveLength(7);
  });

  test('tell of a caller that waits for another replica, and of none where the store does not answer', async () => {
    const upstream = await startFaultyUpstream();
    opened.push(upstream);
    const memory = createMemoryStore();
    const guard = { ...testConfig('').guard, secret: 'the same on every replica, 32 characters' };
    const options = { iamport: { baseUrl: upstream.url }, config: { guard } };
    const one = await start({ ...options, store: memory });
    const other = await start({ ...options, store: memory });
    const silence = async () => Promise.reject(new StoreUnavailable());
    const lonely = await start({ ...options, store: { ...memory, read: silence } });
    const held: (() => unknown)[] = [];
    upstream.fault = (...call) => held.push(() => refusal(200, '[9013] 인증번호 불일치')(...call));
    const first = one.confirm('imp_123456789011', RIGHT);
    await until(() => held.length === 1);
    const second = other.confirm('imp_123456789011', RIGHT);
    const decisionsOf = async ({ adminUrl }: typeof one) =>
      changes(new Map(), await scrape(adminUrl), 'identity_attempts_total');
    await until(async () => Object.keys(await decisionsOf(other)).length > 0);
    held[0]!();
    expect(await Promise.all([first, second])).toMatchObject([{ code: 'WRONG_CODE' }, { code: 'WRONG_CODE' }]);
    expect(await lonely.confirm('imp_123456789011', RIGHT)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(await Promise.all([one, other, lonely].map(decisionsOf))).toEqual([
      { '{decision="send"}': 1 },
      { '{decision="wait"}': 1 },
      {},
    ]);
    expect(upstream.calls.filter((call) => call.includes('/confirm/'))).toHaveLength(1);
  });
});

test('limits tell what they allow, deny, and would deny', async () => {
  const confirmsPerIp = [{ points: 1, seconds: 60 }];
  const limits = { ...testConfig('').limits, confirmsPerIp };
  const strict = await start({ config: { limits } });
  const shadow = await start({ config: { limits: { ...limits, shadow: true } } });
  for (const gateway of [strict, shadow])
    for (const otp of ['000000', '000001', '000002']) await gateway.confirm('imp_900200000001', otp);
  const decided = await Promise.all(
    [strict, shadow].map(async ({ adminUrl }) => changes(new Map(), await scrape(adminUrl), 'identity_limits_total')),
  );
  const named = (decision: string) => `{limit="confirms per IP",decision="${decision}"}`;
  expect(decided).toEqual([
    { [named('allowed')]: 1, [named('denied')]: 2 },
    { [named('allowed')]: 1, [named('shadow')]: 2 },
  ]);
  expect([strict, shadow].map((gateway) => gateway.calls('/confirm/').length)).toEqual([1, 3]);
});

test('commands to the stores are timed, and counted where no answer comes', async () => {
  const memory = createMemoryStore();
  let isDown = false;
  const store = {
    ...memory,
    read: async (key: string) => (isDown ? Promise.reject(new StoreUnavailable()) : memory.read(key)),
  };
  const limits = { ...testConfig('').limits, confirmsPerIp: [{ points: 9, seconds: 60 }] };
  const gateway = await start({ store, config: { limits } });
  const before = await scrape(gateway.adminUrl);
  await gateway.confirm('imp_900200000001', RIGHT);
  isDown = true;
  await gateway.confirm('imp_900200000002', RIGHT);
  const after = await scrape(gateway.adminUrl);
  expect(changes(before, after, 'identity_store_seconds_count')).toEqual({
    '{operation="read"}': 2,
    '{operation="replace"}': 2,
    '{operation="check"}': 1, // of the scrape
    '{operation="take"}': 2,
  });
  expect(changes(before, after, 'identity_store_unanswered_total')).toEqual({ '{operation="read"}': 1 });
  expect(gateway.calls('/confirm/')).toHaveLength(1);
});

test('a store that is full has answered', async () => {
  const gateway = await start({ store: createMemoryStore(Date.now, 1) });
  await gateway.confirm('imp_900200000001', '000000');
  expect(await gateway.confirm('imp_900200000002', '000000')).toMatchObject({ code: 'OVERLOADED' });
  const series = await scrape(gateway.adminUrl);
  expect(changes(new Map(), series, 'identity_store_unanswered_total')).toEqual({});
  expect([series.get('identity_store_full_total'), series.get('identity_store_up')]).toEqual([1, 1]);
});

describe('requests that are refused', () => {
  const directory = mkdtempSync(join(tmpdir(), 'identity-metrics-'));
  const trusted = join(directory, 'documents.json');
  writeFileSync(trusted, JSON.stringify({ id: '{ __typename }' }));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function raw(url: string, text: string): Promise<void> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    socket.resume();
    await once(socket, 'close');
  }

  test('are counted once, by status and code, wherever they are refused', async () => {
    const config = { auth: SOME_TOKENS };
    const [gateway, strict] = [await start({ config }), await start({ config: { trustedDocuments: trusted } })];
    const { url } = gateway;
    const before = await scrape(gateway.adminUrl);
    const json = { 'content-type': 'application/json' };
    await gateway.post({ query: '{ __typename }' });
    await gateway.post('{');
    await gateway.post({ query: '{' });
    await gateway.post({ query: '{ nothing }' });
    await gateway.post({ query: 'query A { __typename }', operationName: 'B' });
    await gateway.post({ query: 'query($id: ID!) { certification(impUid: $id) { __typename } }' });
    await gateway.post({ query: '{ __typename }' }, { authorization: 'Bearer x.y.z' });
    await fetch(new URL('/x', url));
    await fetch(url);
    await fetch(url, { method: 'POST', headers: json, body: JSON.stringify('x'.repeat(70_000)) });
    await fetch(url, { method: 'POST', headers: { 'content-type': 'text/html' }, body: 'x' });
    await raw(url, 'GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n');
    await raw(url, 'what is this?\r\n\r\n');
    await raw(url, `POST /graphql HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`);
    await raw(url, 'POST /graphql HTTP/1.1\r\nhost: x\r\nexpect: tea\r\ncontent-length: 0\r\n\r\n');
    const after = await scrape(gateway.adminUrl);
    expect(changes(before, after, 'identity_refused_requests_total')).toEqual({
      '{status="400",code="BAD_REQUEST"}': 3,
      '{status="400",code="GRAPHQL_PARSE_FAILED"}': 1,
      '{status="400",code="GRAPHQL_VALIDATION_FAILED"}': 1,
      '{status="400",code="OPERATION_RESOLUTION_FAILURE"}': 1,
      '{status="400",code="BAD_USER_INPUT"}': 1,
      '{status="401",code="UNAUTHENTICATED"}': 1,
      '{status="404",code="NOT_FOUND"}': 1,
      '{status="405",code="METHOD_NOT_ALLOWED"}': 1,
      '{status="413",code="BAD_REQUEST"}': 1,
      '{status="415",code="BAD_REQUEST"}': 1,
      '{status="417",code="BAD_REQUEST"}': 1,
      '{status="431",code="BAD_REQUEST"}': 1,
    });
    expect(changes(before, after, 'identity_refused_callers_total')).toEqual({ '{reason="unverifiable"}': 1 });

    await strict.post({ query: '{ __typename }' });
    await strict.post({ query: '{ __schema { types { name } } }' });
    const untrusted = changes(new Map(), await scrape(strict.adminUrl), 'identity_refused_requests_total');
    expect(untrusted).toEqual({ '{status="400",code="UNTRUSTED_DOCUMENT"}': 1 });
    expect([gateway.calls(''), strict.calls('')]).toEqual([[], []]);
  });
});

const testRedis = hasRedis ? test : test.skip;

testRedis('another GUARD_SECRET than that of the other replicas is told (needs redis-server on the PATH)', async () => {
  const redis = await startRedis();
  const guardOf = (letter: string) => ({
    redisUrl: redis.url,
    storeFile: null,
    secret: letter.repeat(32),
    claims: true,
  });
  const sharedIn = async ({ adminUrl }: { adminUrl: string }) =>
    (await scrape(adminUrl)).get('identity_guard_secret_shared');
  const first = await start({ config: { guard: guardOf('a') } });
  await until(async () => (await fetch(`${first.adminUrl}/readyz`)).ok);
  const second = await start({ config: { guard: guardOf('b') } });
  await until(
    () => sharedIn(second),
    (isShared) => isShared === 0,
  );
  expect(await sharedIn(first)).toBe(1);
  await Promise.all(opened.splice(0).map(async (thing) => thing.close()));
  await redis.stop();
});
