import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createIdentitySubgraph } from '../src/index.ts';
import {
  bomb,
  end,
  envelope,
  hang,
  plain,
  refusal,
  reset,
  short,
  stall,
  startFaultyUpstream,
  type Fault,
} from './support/faulty-upstream.ts';
import { startGateway, testConfig } from './support/gateway.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const closers: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

/** A guard before an upstream of its own, with every policy on. */
async function start(readTimeoutMs = 2_500) {
  const upstream = await startFaultyUpstream();
  const { iamport, ...config } = testConfig(upstream.url, {
    confirmTimeoutMs: readTimeoutMs === 300 ? 400 : 3_000,
    readTimeoutMs,
  });
  const policies = { ...iamport.policies, readTries: 3, breakerMinimumRps: 1, breakerResetMs: 100 };
  const subgraph = createIdentitySubgraph({
    ...config,
    auth: { ...config.auth, anonymousScopes: new Set(['certification:read-any']) },
    iamport: { ...iamport, policies },
    logger: silent,
  });
  closers.push(
    () => upstream.close(),
    () => subgraph.close(),
  );
  const { guard, caller } = (await subgraph.createContext({ headers: {} })).identity;
  const codeOf = (outcome: object): unknown =>
    'code' in outcome ? outcome.code : 'certified' in outcome ? outcome.certified : outcome;
  return {
    upstream,
    confirm: async (impUid: string, otp = '123456') => codeOf(await guard.confirm(caller!, impUid, otp)),
    attemptsLeft: async (impUid: string) => {
      const outcome = await guard.confirm(caller!, impUid, '000000');
      return 'attemptsRemaining' in outcome ? outcome.attemptsRemaining : null;
    },
    read: async (impUid: string) => codeOf(await guard.read(caller!, impUid)),
    calls: (containing: string) => upstream.calls.filter((call) => call.includes(containing)).length,
  };
}

interface Row {
  readonly fault: string;
  readonly upstream?: Fault;
  readonly login?: Fault;
  /** What a confirm and a read answer. */
  readonly confirm: string | boolean;
  readonly read: string | boolean;
  /** Confirms and read-backs of the first, reads of the second. */
  readonly calls: readonly [confirms: number, readBacks: number, reads: number];
  /** Whether the confirm used an attempt, and whether a dozen of them open the breaker. */
  readonly used: boolean;
  readonly counts: boolean;
}

const LOST = { confirm: 'OUTCOME_UNKNOWN', read: 'UPSTREAM_BAD_RESPONSE', used: true, counts: true } as const;
const NEVER_ANSWERED = {
  confirm: 'OUTCOME_UNKNOWN',
  read: 'UPSTREAM_TIMEOUT',
  calls: [1, 1, 1],
  used: true,
  counts: true,
} as const;
const TURNED_AWAY = {
  confirm: 'UPSTREAM_BAD_RESPONSE',
  read: 'UPSTREAM_BAD_RESPONSE',
  calls: [1, 0, 1],
  used: false,
  counts: true,
} as const;
const NO_TOKEN = {
  confirm: 'UPSTREAM_UNAVAILABLE',
  read: 'UPSTREAM_UNAVAILABLE',
  calls: [0, 0, 0],
  used: false,
  counts: false,
} as const;

const other = { imp_uid: 'imp_other_one', pg_provider: 'danal', foreigner: false, certified: true };
const once401: Fault = (response, impUid, nth) =>
  nth === 1
    ? refusal(401, '인증에 실패하였습니다.')(response, impUid, nth)
    : envelope(200, {
        code: 0,
        message: null,
        response: { ...other, imp_uid: impUid, certified: true, certified_at: Math.floor(Date.now() / 1000) },
      })(response, impUid, nth);

// prettier-ignore
const MATRIX: readonly Row[] = [
  { fault: 'reset', upstream: reset, ...LOST, calls: [1, 2, 3] },
  { fault: 'FIN early', upstream: end, ...LOST, calls: [1, 2, 3] },
  { fault: 'short body', upstream: short, ...LOST, calls: [1, 2, 3] },
  { fault: 'truncated JSON', upstream: plain(200, '{"code":0,"resp'), ...LOST, calls: [1, 2, 3] },
  { fault: 'HTML 502', upstream: plain(502, '<html>'), ...LOST, calls: [1, 2, 3] },
  { fault: 'HTML 503', upstream: plain(503, '<html>'), ...LOST, calls: [1, 2, 3] },
  { fault: 'HTML 504', upstream: plain(504, '<html>'), ...LOST, calls: [1, 2, 3] },
  { fault: 'empty body', upstream: plain(200, ''), ...LOST, calls: [1, 2, 3] },
  { fault: 'code 0 with null', upstream: envelope(200, { code: 0, response: null }), ...LOST, calls: [1, 2, 3] },
  { fault: 'gzip bomb', upstream: bomb, ...LOST, calls: [1, 1, 1] },
  { fault: '5 MB body', upstream: plain(200, 'x'.repeat(5_000_000)), ...LOST, calls: [1, 1, 1] },
  { fault: 'another imp_uid', upstream: envelope(200, { code: 0, response: other }), ...LOST, calls: [1, 1, 1], counts: false },
  { fault: 'headers never come', upstream: hang, ...NEVER_ANSWERED },
  { fault: 'body stalls', upstream: stall, ...NEVER_ANSWERED },
  { fault: '302', upstream: plain(302, ''), ...TURNED_AWAY },
  { fault: '403', upstream: plain(403, 'no'), ...TURNED_AWAY },
  { fault: '204', upstream: plain(204, ''), ...TURNED_AWAY },
  { fault: '207', upstream: plain(207, ''), ...TURNED_AWAY },
  { fault: '429', upstream: plain(429, ''), confirm: 'UPSTREAM_UNAVAILABLE', read: 'UPSTREAM_UNAVAILABLE', calls: [1, 0, 3], used: false, counts: false },
  { fault: '400, words unknown', upstream: refusal(400, '이미 처리된 건'), confirm: 'ALREADY_CERTIFIED', read: 'UPSTREAM_REJECTED', calls: [1, 0, 1], used: true, counts: false },
  { fault: '500, words unknown', upstream: refusal(500, '모르는 말'), confirm: 'UPSTREAM_UNAVAILABLE', read: 'UPSTREAM_UNAVAILABLE', calls: [1, 0, 1], used: true, counts: false },
  { fault: '500, internal', upstream: refusal(500, '[1060] 통신사 내부 오류'), confirm: 'UPSTREAM_UNAVAILABLE', read: 'UPSTREAM_UNAVAILABLE', calls: [1, 0, 2], used: true, counts: true },
  { fault: '500, maintenance', upstream: refusal(500, '시스템 점검 중'), confirm: 'UPSTREAM_MAINTENANCE', read: 'UPSTREAM_MAINTENANCE', calls: [1, 0, 2], used: true, counts: true },
  { fault: '401 once', upstream: once401, confirm: true, read: true, calls: [2, 0, 2], used: true, counts: false },
  { fault: '401 for ever', upstream: refusal(401, 'x'), confirm: 'UPSTREAM_UNAUTHORIZED', read: 'UPSTREAM_UNAUTHORIZED', calls: [2, 0, 2], used: false, counts: false },
  { fault: 'log-in refused', login: refusal(401, 'x'), ...NO_TOKEN, confirm: 'UPSTREAM_UNAUTHORIZED', read: 'UPSTREAM_UNAUTHORIZED' },
  { fault: 'log-in 500', login: refusal(500, 'x'), ...NO_TOKEN },
  { fault: 'log-in cut', login: reset, ...NO_TOKEN },
  { fault: 'log-in without a token', login: envelope(200, { code: 0, response: {} }), ...NO_TOKEN },
  { fault: 'log-in null', login: envelope(200, { code: 0, response: null }), ...NO_TOKEN },
  { fault: 'log-in hangs', login: hang, ...NO_TOKEN },
  { fault: 'certified false', upstream: (response, imp_uid, nth) => envelope(200, { code: 0, response: { ...other, imp_uid, certified: false } })(response, imp_uid, nth), confirm: 'WRONG_CODE', read: false, calls: [1, 0, 1], used: true, counts: false },
];

const PERSONS_MISTAKES = [
  ['[9013] 인증번호 불일치', 'WRONG_CODE'],
  ['인증번호 시도 횟수 초과', 'TOO_MANY_ATTEMPTS'],
  ['인증번호 전송 횟수 초과', 'TOO_MANY_ATTEMPTS'],
  ['인증 시간 초과', 'CODE_EXPIRED'],
  ['다른 인증 진행 중', 'IN_PROGRESS'],
  ['이용이 중지된 IP', 'RATE_LIMITED'],
  ['입력하신 정보가 다릅니다', 'UPSTREAM_REJECTED'],
  ['알뜰폰 가입자', 'UPSTREAM_REJECTED'],
  ['사용정지된 번호', 'UPSTREAM_REJECTED'],
  ['PASS 인증 전용', 'UPSTREAM_REJECTED'],
  ['존재하지 않는 거래', 'NOT_FOUND'],
  ['계약되지 않은 업체', 'UPSTREAM_MISCONFIGURED'],
] as const;

describe('the fault matrix', () => {
  test.concurrent.each(MATRIX.map((row) => [row.fault, row] as const))('%s', async (_name, row) => {
    const { upstream, confirm, read, attemptsLeft, calls } = await start(
      row.upstream === hang || row.upstream === stall || row.login === hang ? 300 : 2_500,
    );
    Object.assign(upstream, { fault: row.upstream ?? null, loginFault: row.login ?? null });

    expect(await confirm('imp_confirmed')).toBe(row.confirm);
    expect(await read('imp_was_read')).toBe(row.read);
    expect([
      calls('POST /certifications/otp/confirm/imp_confirmed'),
      calls('GET /certifications/imp_confirmed'),
      calls('GET /certifications/imp_was_read'),
    ]).toEqual(row.calls);

    await Promise.all(Array.from({ length: 12 }, (_, index) => confirm(`imp_many_${index}`)));
    Object.assign(upstream, { fault: end, loginFault: row.login ?? null });
    const after = await confirm('imp_afterwards');
    const isOpen = after === 'UPSTREAM_UNAVAILABLE' && calls('imp_afterwards') === 0 && row.login === undefined;
    expect(isOpen).toBe(row.counts);

    Object.assign(upstream, { fault: null, loginFault: null });
    if (row.confirm === 'ALREADY_CERTIFIED' || row.confirm === true) return; // no attempt can follow
    await eventually(async () => expect(await attemptsLeft('imp_confirmed')).toBe(row.used ? 3 : 4));
  });

  test.concurrent.each(
    PERSONS_MISTAKES.flatMap(([message, code]) => [200, 400, 500].map((status) => [message, status, code] as const)),
  )('"%s" with status %i is %s, asked once, and a dozen open no breaker', async (message, status, code) => {
    const { upstream, confirm, calls } = await start();
    upstream.fault = refusal(status, message);
    expect(await confirm('imp_confirmed')).toBe(code);
    await Promise.all(Array.from({ length: 12 }, (_, index) => confirm(`imp_many_${index}`)));
    upstream.fault = null;
    expect(await confirm('imp_afterwards')).toBe('WRONG_CODE');
    expect([calls('imp_confirmed'), calls('imp_afterwards')]).toEqual([1, 1]);
  });
});

describe('a caller who hangs up', () => {
  const CONFIRM = 'mutation($i: ID!) { confirmIdentityOtp(impUid: $i, otp: "123456") { __typename } }';
  const READ = 'query($i: ID!) { certification(impUid: $i) { __typename } }';

  /** What the upstream sees of a request that is aborted once it has arrived there. */
  async function hangUp(query: string): Promise<'cut' | 'answered'> {
    const upstream = await startFaultyUpstream();
    const gateway = await startGateway({
      iamport: { baseUrl: upstream.url, confirmTimeoutMs: 2_000, readTimeoutMs: 2_000 },
    });
    const arrived = Promise.withResolvers<ServerResponse>();
    upstream.fault = (response) => arrived.resolve(response);
    const controller = new AbortController();
    const body = JSON.stringify({ query, variables: { i: 'imp_123456' } });
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: controller.signal,
    };
    const gone = fetch(gateway.url, request).catch(() => null);
    const response = await arrived.promise;
    controller.abort();
    await gone;
    const cut = once(response, 'close').then(() => 'cut' as const);
    const patience = new Promise<'answered'>((resolve) => setTimeout(resolve, 500, 'answered'));
    const seen = await Promise.race([cut, patience]);
    envelope(200, { code: 0, response: { ...other, imp_uid: 'imp_123456' } })(response, 'imp_123456', 1);
    await gateway.close();
    await upstream.close();
    return seen;
  }

  test('ends a read at the upstream, and not a confirm', async () => {
    expect(await Promise.all([hangUp(READ), hangUp(CONFIRM)])).toEqual(['cut', 'answered']);
  });
});

/** Once the breakers have had their time. */
async function eventually(assertion: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await assertion();
    } catch (error) {
      if (tries > 60) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
