import type { LookupAddress } from 'node:dns';
import { Agent, type ServerResponse } from 'node:http';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { PoliciesOptions } from '../../src/upstream/policies.ts';
import { createIdentitySubgraph, type WireOptions } from '../../src/index.ts';
import {
  bomb,
  end,
  envelope,
  errorV2,
  hang,
  plain,
  refusal,
  refusalV2,
  reset,
  short,
  stall,
  startFaultyUpstream,
  verification,
  type Fault,
} from '../support/faulty-upstream.ts';
import { portoneConfig } from '../support/config.ts';
import { startGateway, testConfig } from '../support/gateway.ts';
import { holdTimeouts } from '../support/timers.ts';
import { PERSON } from '../support/people.ts';
import { until } from '../support/until.ts';
import { UPSTREAMS, VERSIONS, type Version } from '../support/upstreams.ts';
import { useCases } from '../support/verification.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const closers: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

/** What stands between the gateway and a connection. */
type Unreachable = 'refused' | 'unknown' | 'silent';

interface Way {
  unreachable: Unreachable | null;
  /** Connections that were begun. */
  tries: number;
}

/** Budgets which a busy machine does not use up; less than the 30 s that an upstream asks to wait. */
const CONFIRM_MS = 25_000;
const READ_MS = 20_000;

/** How they refuse; the faults of the wire are the same for both. */
const REFUSE = {
  V1: (status: number, words: string) => refusal(status, words),
  V2: (status: number, words: string) => refusalV2(words, '', status),
} as const;

interface Options {
  readonly version?: Version;
  readonly connectTimeoutMs?: number;
  readonly policies?: Partial<PoliciesOptions>;
  /** One connection for one call after another, as ever; otherwise each begins its own. */
  readonly keepAlive?: true;
}

/** A gateway before an upstream of its own, with every policy on. */
async function start({ version = 'V1', connectTimeoutMs = READ_MS, policies = {}, keepAlive }: Options = {}) {
  const upstream = await startFaultyUpstream();
  const { iamport, ...config } = testConfig(upstream.url, {
    confirmTimeoutMs: CONFIRM_MS,
    readTimeoutMs: READ_MS,
    connectTimeoutMs,
  });
  const way: Way = { unreachable: null, tries: 0 };
  const everyPolicy: PoliciesOptions = {
    ...iamport.policies,
    readTries: 3,
    breakerMinimumRps: 1,
    breakerResetMs: 100,
    ...policies,
  };
  const baseUrl = keepAlive ? upstream.url : upstream.url.replace('127.0.0.1', 'upstream.test');
  const subgraph = createIdentitySubgraph({
    ...config,
    portone: version === 'V2' ? portoneConfig(baseUrl) : null,
    auth: { ...config.auth, anonymousScopes: new Set(['certification:read-any']) },
    iamport: {
      ...iamport,
      baseUrl,
      policies: everyPolicy,
    },
    ...(!keepAlive && { wire: { lookup: lookup(way), agent: new Agent() } }),
    logger: silent,
  });
  closers.push(
    () => upstream.close(),
    () => subgraph.close(),
  );
  const { verification, caller } = (await subgraph.createContext({ headers: {}, ip: '203.0.113.7' })).identity;
  const gateway = useCases(verification);
  const codeOf = (outcome: object): unknown =>
    'code' in outcome ? outcome.code : 'certified' in outcome ? outcome.certified : outcome;
  return {
    version,
    upstream,
    way,
    confirm: async (impUid: string, otp = '123456') => codeOf(await gateway.confirm(caller!, impUid, otp)),
    attemptsLeft: async (impUid: string) => {
      const outcome = await gateway.confirm(caller!, impUid, '000000');
      return 'attemptsRemaining' in outcome ? outcome.attemptsRemaining : null;
    },
    read: async (impUid: string, signal?: AbortSignal) => codeOf(await gateway.read(caller!, impUid, signal)),
    remove: async (impUid: string) => gateway.delete(caller!, impUid),
    request: async () => {
      const outcome = await gateway.request(caller!, PERSON);
      return 'impUid' in outcome ? 'sent' : outcome.code;
    },
    calls: (containing: string) => upstream.calls.filter((call) => call.includes(containing)).length,
  };
}

type Running = Awaited<ReturnType<typeof start>>;

/** A name server that does not know the upstream, does not answer, or says where nobody listens. */
function lookup(way: Way): NonNullable<WireOptions['lookup']> {
  return ((_name: string, _options: unknown, found: (error: Error | null, addresses?: LookupAddress[]) => void) => {
    way.tries += 1;
    if (way.unreachable === 'silent') return;
    if (way.unreachable === 'unknown') found(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }));
    else found(null, [{ address: way.unreachable === 'refused' ? '127.0.0.2' : '127.0.0.1', family: 4 }]);
  }) as never;
}

/** Takes the only place that mutations have, and the only one that reads have, until it is let go. */
async function fill({ version, upstream, confirm, read, calls }: Running): Promise<() => Promise<void>> {
  const held: (() => unknown)[] = [];
  upstream.fault = (response, impUid, nth) => held.push(() => REFUSE[version](502, '진행 중')(response, impUid, nth));
  const busy = [confirm('imp_busy_one'), read('imp_busy_two')];
  await until(() => calls('imp_busy') === 2);
  upstream.fault = null;
  return async () => {
    for (const answer of held) answer();
    await Promise.all(busy);
  };
}

interface Row {
  readonly fault: string;
  readonly upstream?: Fault;
  readonly login?: Fault;
  readonly unreachable?: Unreachable;
  /** There is no room for one more call. */
  readonly isFull?: true;
  /** What a confirm, a read and a request answer, the last like the first where it is not said. */
  readonly confirm: string | boolean;
  readonly read: string | boolean;
  readonly request?: string;
  /** Confirms and read-backs of the first, reads of the second; the requests of the third are as many as the confirms. */
  readonly calls: readonly [confirms: number, readBacks: number, reads: number];
  /** Whether the confirm used an attempt, and whether a dozen of them open the breaker. */
  readonly used: boolean;
  readonly counts: boolean;
}

/** A row, and what is other than that before V2; null where it is nothing. */
interface BothRow extends Row {
  readonly v2?: Partial<Row> | null;
}

const LOST = { confirm: 'OUTCOME_UNKNOWN', read: 'UPSTREAM_BAD_RESPONSE', used: true, counts: true } as const;
/** Lost, and worth another look: V2 sends a change again under its key, which has no second effect. */
const LOST_AGAIN = { ...LOST, calls: [1, 2, 3], v2: { calls: [3, 2, 3] } } as const;
const NEVER_ANSWERED = {
  confirm: 'OUTCOME_UNKNOWN',
  read: 'UPSTREAM_TIMEOUT',
  calls: [1, 1, 1],
  used: true,
  counts: true,
} as const;
const STRANGE = {
  confirm: 'UPSTREAM_BAD_RESPONSE',
  read: 'UPSTREAM_BAD_RESPONSE',
  calls: [1, 0, 1],
  used: true,
  counts: true,
} as const;
const NOT_SENT = {
  confirm: 'UPSTREAM_UNAVAILABLE',
  read: 'UPSTREAM_UNAVAILABLE',
  calls: [0, 0, 0],
  used: false,
  counts: false,
} as const;

const other = { imp_uid: 'imp_other_one', pg_provider: 'danal', foreigner: false, certified: true };
/** A record of the verification that is asked about. */
const about =
  (fields: object): Fault =>
  (response, imp_uid, nth) =>
    envelope(200, { code: 0, message: null, response: { ...other, imp_uid, ...fields } })(response, imp_uid, nth);
const once401: Fault = (response, impUid, nth) =>
  nth === 1
    ? refusal(401, '인증에 실패하였습니다.')(response, impUid, nth)
    : about({ certified_at: Math.floor(Date.now() / 1000) })(response, impUid, nth);
const VERIFIED = { status: 'VERIFIED', verifiedCustomer: {}, verifiedAt: new Date().toISOString() };
const elsewhere: Fault = (response) => response.writeHead(302, { location: '/certifications/imp_elsewhere' }).end();
const later: Fault = (response) => response.writeHead(429, { 'retry-after': '30' }).end();

// prettier-ignore
const MATRIX: readonly BothRow[] = [
  { fault: 'connection refused', unreachable: 'refused', ...NOT_SENT, counts: true },
  { fault: 'unknown name', unreachable: 'unknown', ...NOT_SENT, counts: true },
  { fault: 'silent name server', unreachable: 'silent', ...NOT_SENT, counts: true },
  { fault: 'no room', isFull: true, ...NOT_SENT, confirm: 'OVERLOADED', read: 'OVERLOADED' },
  { fault: 'reset', upstream: reset, ...LOST_AGAIN },
  { fault: 'FIN early', upstream: end, ...LOST_AGAIN },
  { fault: 'short body', upstream: short, ...LOST_AGAIN },
  { fault: 'truncated JSON', upstream: plain(200, '{"code":0,"resp'), ...LOST_AGAIN },
  { fault: 'HTML 502', upstream: plain(502, '<html>'), ...LOST_AGAIN },
  { fault: 'HTML 503', upstream: plain(503, '<html>'), ...LOST_AGAIN },
  { fault: 'HTML 504', upstream: plain(504, '<html>'), ...LOST_AGAIN },
  { fault: 'empty body', upstream: plain(200, ''), ...LOST_AGAIN },
  { fault: 'code 0 with null', upstream: envelope(200, { code: 0, response: null }), ...LOST_AGAIN, v2: { upstream: plain(200, 'null'), calls: [3, 2, 3] } },
  { fault: 'gzip bomb', upstream: bomb, ...LOST, calls: [1, 1, 1] },
  { fault: '5 MB body', upstream: plain(200, 'x'.repeat(5_000_000)), ...LOST, calls: [1, 1, 1] },
  { fault: 'another imp_uid', upstream: envelope(200, { code: 0, response: other }), ...LOST, request: 'sent', calls: [1, 1, 1], counts: false, v2: { upstream: verification({ ...VERIFIED, id: 'imp_other_one' }) } },
  { fault: '302', upstream: elsewhere, ...STRANGE },
  { fault: '403', upstream: plain(403, 'no'), ...STRANGE },
  { fault: '204', upstream: plain(204, ''), ...STRANGE },
  { fault: '207', upstream: plain(207, ''), ...STRANGE },
  { fault: '429', upstream: plain(429, ''), confirm: 'UPSTREAM_UNAVAILABLE', read: 'UPSTREAM_UNAVAILABLE', calls: [1, 0, 3], used: false, counts: false },
  { fault: '413', upstream: plain(413, ''), ...STRANGE, used: false },
  { fault: '429, wrong code', upstream: refusal(429, '[9013] 인증번호 불일치'), confirm: 'WRONG_CODE', read: 'UPSTREAM_REJECTED', request: 'UPSTREAM_REJECTED', calls: [1, 0, 1], used: true, counts: false, v2: { upstream: refusalV2('인증번호 불일치', '9013', 429) } },
  { fault: '429, in 30 s', upstream: later, confirm: 'UPSTREAM_UNAVAILABLE', read: 'UPSTREAM_UNAVAILABLE', calls: [1, 0, 1], used: false, counts: false },
  { fault: '400, words unknown', upstream: refusal(400, '이미 처리된 건'), confirm: 'OUTCOME_UNKNOWN', read: 'UPSTREAM_REJECTED', request: 'IDENTITY_MISMATCH', calls: [1, 1, 1], used: true, counts: false, v2: { upstream: envelope(400, { type: 'NEW', message: '이미 처리된 건' }) } },
  { fault: '500, words unknown', upstream: refusal(500, '모르는 말'), confirm: 'UPSTREAM_UNAVAILABLE', read: 'UPSTREAM_UNAVAILABLE', calls: [1, 0, 1], used: true, counts: false, v2: { upstream: envelope(500, { type: 'NEW', message: '모르는 말' }) } },
  { fault: '500, internal', upstream: refusal(500, '[1060] 통신사 내부 오류'), confirm: 'UPSTREAM_UNAVAILABLE', read: 'UPSTREAM_UNAVAILABLE', calls: [1, 0, 2], used: true, counts: true, v2: { upstream: refusalV2('통신사 내부 오류', '1060') } },
  { fault: '500, maintenance', upstream: refusal(500, '시스템 점검 중'), confirm: 'UPSTREAM_MAINTENANCE', read: 'UPSTREAM_MAINTENANCE', calls: [1, 0, 2], used: true, counts: true, v2: { upstream: refusalV2('시스템 점검 중') } },
  { fault: '401 once', upstream: once401, confirm: true, read: true, request: 'sent', calls: [2, 0, 2], used: true, counts: false, v2: null },
  { fault: '401 for ever', upstream: refusal(401, 'x'), confirm: 'UPSTREAM_UNAUTHORIZED', read: 'UPSTREAM_UNAUTHORIZED', calls: [2, 0, 2], used: false, counts: false, v2: { upstream: errorV2(401, 'UNAUTHORIZED'), calls: [1, 0, 1] } },
  { fault: 'log-in refused', login: refusal(401, 'x'), ...NOT_SENT, confirm: 'UPSTREAM_UNAUTHORIZED', read: 'UPSTREAM_UNAUTHORIZED', v2: null },
  { fault: 'log-in 500', login: refusal(500, 'x'), ...NOT_SENT, v2: null },
  { fault: 'log-in cut', login: reset, ...NOT_SENT, v2: null },
  { fault: 'log-in without a token', login: envelope(200, { code: 0, response: {} }), ...NOT_SENT, v2: null },
  { fault: 'log-in null', login: envelope(200, { code: 0, response: null }), ...NOT_SENT, v2: null },
  { fault: 'certified false', upstream: about({ certified: false }), confirm: 'WRONG_CODE', read: false, request: 'sent', calls: [1, 0, 1], used: true, counts: false, v2: { upstream: verification({ status: 'READY' }) } },
  { fault: 'certified "true"', upstream: about({ certified: 'true' }), confirm: 'WRONG_CODE', read: false, request: 'sent', calls: [1, 0, 1], used: true, counts: false, v2: { upstream: verification({ ...VERIFIED, status: 'REVIEWED' }) } },
];

/** What V2 alone has. */
// prettier-ignore
const MATRIX_OF_V2: readonly Row[] = [
  { fault: '502, words unknown', upstream: refusalV2('아는 사람만 아는 말', '8888'), confirm: 'OUTCOME_UNKNOWN', read: 'UPSTREAM_REJECTED', request: 'IDENTITY_MISMATCH', calls: [1, 1, 1], used: true, counts: false },
  { fault: '502, wrong code', upstream: refusalV2('인증번호 불일치', '9013'), confirm: 'WRONG_CODE', read: 'UPSTREAM_REJECTED', request: 'UPSTREAM_REJECTED', calls: [1, 0, 1], used: true, counts: false },
];

/** Faults that end in a timeout; their calls wait until the row lets time pass. */
const SILENT: readonly BothRow[] = [
  { fault: 'headers never come', upstream: hang, ...NEVER_ANSWERED },
  { fault: 'body stalls', upstream: stall, ...NEVER_ANSWERED },
  { fault: 'log-in hangs', login: hang, ...NOT_SENT, v2: null },
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

/** The rows of one version. */
function rowsOf(version: Version, rows: readonly BothRow[]): readonly Row[] {
  return version === 'V1' ? rows : rows.flatMap(({ v2, ...row }) => (v2 === null ? [] : { ...row, ...v2 }));
}

describe.each(VERSIONS)('the fault matrix of %s', (version) => {
  const { confirm: confirmPath, read: readPath } = UPSTREAMS[version];
  const rows = [...rowsOf(version, MATRIX), ...(version === 'V2' ? MATRIX_OF_V2 : [])];

  test.concurrent.each(rows.map((row) => [row.fault, row] as const))('%s', async (_name, row) => {
    await expectRow(row);
  });

  async function expectRow(row: Row, callTogether: (calls: number) => void = () => {}): Promise<void> {
    const { isFull, unreachable = null } = row;
    const running = await start({
      version,
      ...(unreachable === 'silent' && { connectTimeoutMs: 200 }),
      ...(isFull && { policies: { parallelCalls: 1, queuedCalls: 0 } }),
    });
    const { upstream, way, confirm, read, request, attemptsLeft, calls } = running;
    const release = isFull ? await fill(running) : null;
    if (unreachable) await until(async () => (await read('imp_logs_in')) === false);
    Object.assign(way, { unreachable, tries: 0 });
    Object.assign(upstream, { fault: row.upstream ?? null, loginFault: row.login ?? null });

    expect([await confirm('imp_confirmed'), await read('imp_was_read'), await request()]).toEqual([
      row.confirm,
      row.read,
      row.request ?? row.confirm,
    ]);
    expect([
      calls(confirmPath('imp_confirmed')),
      calls(readPath('imp_confirmed')),
      calls(readPath('imp_was_read')),
    ]).toEqual(row.calls);
    expect(calls(version === 'V1' ? '/otp/request' : '/send')).toBe(row.calls[0]);
    const changes = version === 'V1' ? 2 : 3;
    if (unreachable) expect(way.tries).toBe(changes + 3 + changes);
    expectKeys(running);

    callTogether(12);
    await Promise.all(Array.from({ length: 12 }, (_, index) => confirm(`imp_many_${index}`)));
    callTogether(1);
    await release?.();
    way.unreachable = null;
    Object.assign(upstream, { fault: end, loginFault: row.login ?? null });
    const after = await confirm('imp_afterwards');
    const isOpen = after === 'UPSTREAM_UNAVAILABLE' && calls('imp_afterwards') === 0 && row.login === undefined;
    expect(isOpen).toBe(row.counts);

    Object.assign(upstream, { fault: null, loginFault: null });
    expectKeys(running);
    if (row.confirm === true) return; // no attempt can follow
    let left: unknown = null; // until the breaker has closed, and not again: each look is an attempt itself
    await eventually(async () => expect((left = await attemptsLeft('imp_confirmed'))).not.toBeNull());
    expect(left).toBe(row.used ? 3 : 4);
  }

  /** V2 takes a repeat for one by its key: what was sent to one address has one, and no other address has it. */
  function expectKeys({ upstream: { heard } }: Running): void {
    const changes = heard.filter(({ call }) => version === 'V2' && call.startsWith('POST'));
    const pairs = new Set(changes.map(({ call, headers }) => `${call} ${headers['idempotency-key'] as string}`));
    expect(new Set(changes.map(({ headers }) => headers['idempotency-key'])).size).toBe(pairs.size);
    const confirms = [...pairs].filter((pair) => pair.startsWith(confirmPath('imp_confirmed')));
    expect(confirms.length).toBeLessThanOrEqual(1);
  }

  const statuses = { V1: [200, 400, 500], V2: [400, 500, 502] }[version];
  test.concurrent.each(
    PERSONS_MISTAKES.flatMap(([message, code]) => statuses.map((status) => [message, status, code] as const)),
  )('"%s" with status %i is %s, asked once, and a dozen open no breaker', async (message, status, code) => {
    const { upstream, confirm, calls } = await start({ version });
    upstream.fault = REFUSE[version](status, message);
    expect(await confirm('imp_confirmed')).toBe(code);
    await Promise.all(Array.from({ length: 12 }, (_, index) => confirm(`imp_many_${index}`)));
    upstream.fault = null;
    expect(await confirm('imp_afterwards')).toBe('WRONG_CODE');
    expect([calls('imp_confirmed'), calls('imp_afterwards')]).toEqual([1, 1]);
  });

  // After the tests that run at the same time: timeouts of all of them would be held.
  test.each(rowsOf(version, SILENT).map((row) => [row.fault, row] as const))('%s', async (_name, row) => {
    await holdTimeouts(async (pass) => {
      const unanswered = { now: 0, together: 1 };
      /** Leaves calls without an answer, and lets the time of all of them pass once they are as many as are made together. */
      const leave =
        (fault: Fault, budgetMs: number): Fault =>
        async (response, impUid, nth) => {
          fault(response, impUid, nth);
          unanswered.now += 1;
          if (unanswered.now < unanswered.together) return;
          unanswered.now = 0;
          await turn(); // in the next turn the gateway reads what was written
          await turn();
          pass(budgetMs);
        };
      const { upstream, login, ...expected } = row;
      const faults = {
        ...(upstream && { upstream: leave(upstream, CONFIRM_MS) }),
        ...(login && { login: leave(login, READ_MS) }),
      };
      await expectRow({ ...expected, ...faults }, (calls) => (unanswered.together = login ? 1 : calls));
    });
  });
});

describe.each(VERSIONS)('an upstream that is down, %s,', (version) => {
  const { confirm: confirmPath, read: readPath } = UPSTREAMS[version];
  const PROBE = readPath('imp_000000000000');
  const certified = version === 'V1' ? about({}) : verification(VERIFIED);

  test('is tried with a read of nobody’s verification, and never with a person’s code, until it answers', async () => {
    const { upstream, confirm, calls } = await start({ version });
    upstream.fault = end;
    await Promise.all(Array.from({ length: 12 }, (_, index) => confirm(`imp_many_${index}`)));
    const sent = calls('/confirm');
    const probes = () => calls(PROBE);
    await eventually(async () => {
      expect(await confirm('imp_probing')).toBe('UPSTREAM_UNAVAILABLE');
      expect(probes()).toBeGreaterThanOrEqual(2);
    });
    expect(calls('/confirm')).toBe(sent);
    upstream.fault = null;
    await eventually(async () => expect(await confirm('imp_probing')).toBe('WRONG_CODE'));
    expect(calls(confirmPath('imp_probing'))).toBe(1);
  });

  test('is probed once for however many wait', async () => {
    const { upstream, confirm, calls } = await start({ version });
    upstream.fault = end;
    await Promise.all(Array.from({ length: 12 }, (_, index) => confirm(`imp_many_${index}`)));
    expect(await confirm('imp_refused')).toBe('UPSTREAM_UNAVAILABLE');
    const probes = () => calls(PROBE);
    const before = probes();
    upstream.fault = null;
    await eventually(async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => confirm(`imp_waits_${index}`)));
      expect(new Set(answers)).toEqual(new Set(['WRONG_CODE']));
    });
    expect(probes() - before).toBe(1);
  });

  test('is not waited for so long that no time is left for the confirm itself, which is then not sent', async () => {
    const { upstream, confirm, calls } = await start({ version });
    upstream.fault = end;
    await Promise.all(Array.from({ length: 12 }, (_, index) => confirm(`imp_many_${index}`)));
    const probed = Promise.withResolvers<() => unknown>();
    let probes = 0;
    upstream.fault = (response, impUid, nth) => {
      probes += 1;
      probed.resolve(() => certified(response, impUid, nth));
    };
    await holdTimeouts(async (pass) => {
      const first = until(
        () => confirm('imp_waiting_1'),
        (code) => code !== 'UPSTREAM_UNAVAILABLE', // which is the answer until the breaker may be probed
      );
      const answer = await probed.promise;
      const others = [confirm('imp_waiting_2'), confirm('imp_waiting_3')];
      await turn();
      pass(CONFIRM_MS / 2);
      expect(await Promise.all([first, ...others])).toEqual(['OVERLOADED', 'OVERLOADED', 'OVERLOADED']);
      expect(probes).toBe(1);
      upstream.fault = null;
      answer();
      await until(async () => (await confirm('imp_after')) === 'WRONG_CODE');
    });
    expect(calls('imp_waiting')).toBe(0);
  });

  test('is not taken for well because it answers that it is closed for maintenance', async () => {
    const { upstream, confirm, calls } = await start({ version });
    upstream.fault = REFUSE[version](500, '시스템 점검 중');
    await Promise.all(Array.from({ length: 12 }, (_, index) => confirm(`imp_many_${index}`)));
    const probes = () => calls(PROBE);
    await eventually(async () => {
      expect(await confirm('imp_probing')).toBe('UPSTREAM_UNAVAILABLE');
      expect(probes()).toBeGreaterThanOrEqual(2);
    });
    expect(calls('imp_probing')).toBe(0);
  });

  // 401 makes V1 log in. Neither a log-in that fails nor a secret that is refused says anything of the upstream's health.
  test('is not taken for well because a probe is not authorized', async () => {
    const { upstream, confirm, calls } = await start({ version });
    upstream.fault = end;
    await Promise.all(Array.from({ length: 12 }, (_, index) => confirm(`imp_many_${index}`)));
    const probes = () => calls(PROBE);
    [upstream.fault, upstream.loginFault] = [plain(401, ''), end];
    await eventually(async () => {
      expect(await confirm('imp_probing')).toBe('UPSTREAM_UNAVAILABLE');
      expect(probes()).toBeGreaterThanOrEqual(1);
    });
    [upstream.fault, upstream.loginFault] = [end, null];
    await eventually(async () => {
      expect(await confirm('imp_probing')).toBe('UPSTREAM_UNAVAILABLE');
      expect(probes()).toBeGreaterThanOrEqual(3);
    });
    expect(calls('imp_probing')).toBe(0);
  });

  test('is read again for one in ten reads, after the first ten', async () => {
    const { upstream, read, calls } = await start({ version, policies: { breakerMinimumRps: 10_000 } });
    upstream.fault = end;
    await Promise.all(Array.from({ length: 100 }, (_, index) => read(`imp_many_${index}`)));
    expect(calls(readPath('imp_many_'))).toBeGreaterThan(100);
    expect(calls(readPath('imp_many_'))).toBeLessThanOrEqual(100 + 10 + 100 / 10);
    await Promise.all(Array.from({ length: 40 }, (_, index) => read(`imp_more_${index}`)));
    expect(calls(readPath('imp_more_'))).toBeGreaterThan(40);
    expect(calls(readPath('imp_more_'))).toBeLessThanOrEqual(40 + 40 / 10 + 1);
  });

  test('is left alone by reads after a dozen of them have failed, and read again later', async () => {
    const { upstream, read, calls } = await start({ version });
    upstream.fault = end;
    await Promise.all(Array.from({ length: 12 }, (_, index) => read(`imp_many_${index}`)));
    expect([await read('imp_another'), calls('imp_another')]).toEqual(['UPSTREAM_UNAVAILABLE', 0]);
    upstream.fault = null;
    await eventually(async () => expect(await read('imp_another')).toBe(false));
  });

  test('and answers after the deadline tells nobody anything', async () => {
    const { upstream, confirm } = await start({ version, keepAlive: true });
    const late: (() => unknown)[] = [];
    upstream.fault = (response, impUid, nth) => late.push(() => certified(response, impUid, nth));
    await holdTimeouts(async (pass) => {
      const unknown = confirm('imp_late');
      for (const calls of [1, 2]) {
        await until(() => late.length === calls); // the confirm, then the read-back
        pass(CONFIRM_MS);
      }
      expect(await unknown).toBe('OUTCOME_UNKNOWN');
    });
    upstream.fault = null;
    const next = confirm('imp_next');
    for (const answer of late) answer();
    expect([await next, await confirm('imp_another')]).toEqual(['WRONG_CODE', 'WRONG_CODE']);
  });
});

test('an upstream that is down is asked for no token after a dozen log-ins have failed, and asked again later', async () => {
  const failLogins = async (breakerResetMs: number) => {
    const running = await start({ policies: { breakerResetMs } });
    running.upstream.loginFault = end;
    for (let index = 0; index < 12; index += 1) await running.confirm(`imp_many_${index}`);
    return running;
  };
  const [now, later] = [await failLogins(60_000), await failLogins(100)];
  const asked = now.calls('/users/getToken');
  expect(await now.confirm('imp_another')).toBe('UPSTREAM_UNAVAILABLE');
  expect(now.calls('/users/getToken')).toBe(asked);
  later.upstream.loginFault = null;
  await eventually(async () => expect(await later.confirm('imp_another')).toBe('WRONG_CODE'));
});

describe('what something else answered', () => {
  test('may have been deleted: it is looked for', async () => {
    const { upstream, remove } = await start();
    upstream.fault = (response, impUid, nth) =>
      (response.req.method === 'DELETE' ? plain(204, '') : refusal(404, '존재하지 않는 인증'))(response, impUid, nth);
    expect(await remove('imp_deleted')).toBe('imp_deleted');
  });

  test.each(VERSIONS.flatMap((version) => [204, 302, 403].map((status) => [version, status] as const)))(
    'of %s with %i may have been confirmed: the same code is looked for before it is sent again',
    async (version, status) => {
      const { upstream, confirm, calls } = await start({ version });
      const now = Date.now();
      const certified = {
        V1: about({ certified_at: Math.floor(now / 1000) }),
        V2: verification({ ...VERIFIED, verifiedAt: new Date(now).toISOString() }),
      }[version];
      upstream.fault = (response, impUid, nth) =>
        (response.req.method === 'POST' ? plain(status, '') : certified)(response, impUid, nth);
      expect(await confirm('imp_answered')).toBe('UPSTREAM_BAD_RESPONSE');
      expect(await confirm('imp_answered')).toBe(true);
      expect([calls('/confirm'), calls(UPSTREAMS[version].read('imp_answered'))]).toEqual([1, 1]);
    },
  );
});

describe('a caller who hangs up', () => {
  const CONFIRM = 'mutation($i: ID!) { confirmIdentityOtp(impUid: $i, otp: "123456") { __typename } }';
  const READ = 'query($i: ID!) { certification(impUid: $i) { __typename } }';

  test.each(VERSIONS)('opens no breaker of %s and closes none, however many they are', async (version) => {
    const { upstream, read, calls } = await start({ version });
    const leave = async (impUid: string) => {
      const controller = new AbortController();
      upstream.fault = () => controller.abort();
      await read(impUid, controller.signal);
    };
    for (let index = 0; index < 30; index += 1) await leave(`imp_left_${index}`);
    upstream.fault = null;
    expect([await read('imp_stays'), calls('imp_stays')]).toEqual([false, 1]);

    upstream.fault = end;
    await Promise.all(Array.from({ length: 12 }, (_, index) => read(`imp_many_${index}`)));
    expect(await read('imp_down')).toBe('UPSTREAM_UNAVAILABLE');
    const probes = () => calls(UPSTREAMS[version].read('imp_000000000000'));
    await eventually(async () => {
      const controller = new AbortController();
      upstream.fault = (response, impUid, nth) =>
        impUid === 'imp_leaves' ? controller.abort() : end(response, impUid, nth);
      await read('imp_leaves', controller.signal);
      expect(probes()).toBeGreaterThanOrEqual(2);
    });
    expect(calls('imp_leaves')).toBe(0);
    upstream.fault = null;
    await eventually(async () => expect(await read('imp_back')).toBe(false));
  });

  test('ends a read at the upstream, and not a confirm', async () => {
    const upstream = await startFaultyUpstream();
    const budgets = { confirmTimeoutMs: 120_000, readTimeoutMs: 120_000 }; // which end nothing within the test
    const gateway = await startGateway({ iamport: { baseUrl: upstream.url, ...budgets } });
    closers.push(
      () => gateway.close(),
      () => upstream.close(),
    );
    /** The answer that the upstream owes to a request, which is aborted once it has arrived there. */
    const hangUp = async (query: string): Promise<ServerResponse> => {
      const arrived = Promise.withResolvers<ServerResponse>();
      upstream.fault = (response) => arrived.resolve(response);
      const controller = new AbortController();
      const request = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { i: 'imp_123456' } }),
        signal: controller.signal,
      };
      const gone = fetch(gateway.url, request).catch(() => null);
      const owed = await arrived.promise;
      controller.abort();
      await gone;
      return owed;
    };
    const [confirmed, read] = [await hangUp(CONFIRM), await hangUp(READ)];
    await until(() => read.closed);
    expect([read.writableFinished, confirmed.closed]).toEqual([false, false]);
    about({})(confirmed, 'imp_123456', 1);
    await until(() => confirmed.closed);
    expect(confirmed.writableFinished).toBe(true);
  });
});

/** Asserts again until it holds: breakers have their time. The test's own limit is longer than what is waited for here. */
async function eventually(assertion: () => Promise<void>): Promise<void> {
  const giveUpAt = performance.now() + CONFIRM_MS;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await delay(50);
    }
  }
}
