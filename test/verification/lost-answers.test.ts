import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createMemoryStore, StoreUnavailable, type AttemptStore } from '../../src/guard/store.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  envelope,
  hang,
  refusal,
  reset,
  startFaultyUpstream,
  type Fault,
  type FaultyUpstream,
} from '../support/faulty-upstream.ts';
import { PERSON } from '../support/people.ts';
import { until } from '../support/until.ts';
import { verificationOn, type UseCases } from '../support/verification.ts';

const ALICE = { subject: 'alice', isAnonymous: false, scopes: new Set<never>(), ip: null };
const IMP_UID = 'imp_123456789012';
/** Confirms take effect, and then their answers are lost. */
const LOST = 'imp_900614000001';
const RIGHT = '123456';
const WRONG = '000000';
const CERTIFIED = { certified: true, name: '홍길동' };
const UNKNOWN = { __typename: 'OutcomeUnknownError', code: 'OUTCOME_UNKNOWN' };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map(async (close) => close()));
});

/** One gateway's use cases, on a store that others can share. */
function gatewayOn(upstreamUrl: string, store?: AttemptStore, answerMs?: number): UseCases {
  const gateway = verificationOn(upstreamUrl, { ...(store && { store }), ...(answerMs !== undefined && { answerMs }) });
  closers.push(() => gateway.close());
  return gateway;
}

describe.each([600_000, -600_000])('a clock that steps by %i ms while an answer is lost', (stepMs) => {
  const realNow = Date.now;
  let sandbox: Sandbox;
  let upstreamStep: () => number;

  beforeEach(async () => {
    upstreamStep = () => 0;
    const now = (): number => performance.timeOrigin + performance.now() + upstreamStep();
    sandbox = await createSandbox({ now });
    closers.push(
      () => sandbox.close(),
      () => (Date.now = realNow),
    );
  });

  const has = (call: string): boolean =>
    sandbox.requests.some(({ method, path }) => `${method} ${path}`.startsWith(call));
  const CALLS = ['POST /users/getToken', 'POST /certifications/otp/confirm/', 'GET /certifications/'];

  test.each(CALLS)("of this machine, at %s: the certification is this attempt's", async (call) => {
    Date.now = () => realNow() + (has(call) ? stepMs : 0);
    const gateway = gatewayOn(sandbox.url);
    expect(await gateway.confirm(ALICE, LOST, RIGHT)).toMatchObject(CERTIFIED);
    expect(await gateway.read(ALICE, LOST)).toMatchObject(CERTIFIED);
  });

  test.each(CALLS)("of the upstream, at %s: the certification is this attempt's", async (call) => {
    upstreamStep = () => (has(call) ? stepMs : 0);
    const gateway = gatewayOn(sandbox.url);
    expect(await gateway.confirm(ALICE, LOST, RIGHT)).toMatchObject(CERTIFIED);
    expect(await gateway.read(ALICE, LOST)).toMatchObject(CERTIFIED);
  });

  test('of one machine: an attempt that was lost on another can be read there', async () => {
    const store = createMemoryStore();
    const unreadable = await startFaultyUpstream();
    closers.push(() => unreadable.close());
    unreadable.fault = reset;
    expect(await gatewayOn(unreadable.url, store).confirm(ALICE, LOST, RIGHT)).toMatchObject(UNKNOWN);
    const other = gatewayOn(sandbox.url, store);
    await gatewayOn(sandbox.url).confirm(ALICE, LOST, RIGHT); // what the lost one did
    Date.now = () => realNow() + stepMs;
    expect(await other.read(ALICE, LOST)).toMatchObject(CERTIFIED);
  });
});

describe('a confirm whose answer was lost', () => {
  let upstream: FaultyUpstream;
  beforeEach(async () => {
    upstream = await startFaultyUpstream();
    closers.push(() => upstream.close());
  });
  const confirms = (): number => upstream.calls.filter((call) => call.startsWith('POST /certifications')).length;
  const success = (certified_at: number) => {
    const facts = { imp_uid: IMP_UID, pg_provider: 'danal', foreigner: false, certified: true, certified_at };
    return envelope(200, { code: 0, message: null, response: facts });
  };
  const now = (): number => Math.floor(Date.now() / 1000);

  test('is not sent again while looking for its end tells nothing', async () => {
    const gateway = gatewayOn(upstream.url);
    upstream.fault = reset;
    for (let tap = 0; tap < 3; tap += 1) expect(await gateway.confirm(ALICE, IMP_UID, RIGHT)).toMatchObject(UNKNOWN);
    expect(confirms()).toBe(1);
  });

  test('is looked for after a pause, in which the upstream can end it', async () => {
    let isDone = false;
    upstream.fault = (response, impUid, nth) => {
      if (response.req.method === 'GET')
        return (isDone ? success(now()) : refusal(404, '존재하지 않음'))(response, impUid, nth);
      setTimeout(() => (isDone = true), 200); // later than the cut, and earlier than the end of the pause that starts with it
      return reset(response, impUid, nth);
    };
    expect(await gatewayOn(upstream.url).confirm(ALICE, IMP_UID, RIGHT)).toMatchObject({ certified: true });
    expect(confirms()).toBe(1);
  });

  test('is found by the next tap, which comes long after it', async () => {
    const gateway = gatewayOn(upstream.url);
    upstream.fault = reset;
    expect(await gateway.confirm(ALICE, IMP_UID, RIGHT)).toMatchObject(UNKNOWN);
    const certifiedAt = now();
    const laterMs = 10_000;
    upstream.fault = (response, impUid, nth) => {
      response.setHeader('date', new Date(Date.now() + laterMs).toUTCString());
      return success(certifiedAt)(response, impUid, nth);
    };
    const realNow = performance.now.bind(performance);
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => realNow() + laterMs);
    closers.push(() => clock.mockRestore());
    expect(await gateway.confirm(ALICE, IMP_UID, RIGHT)).toMatchObject({ certified: true });
    expect(confirms()).toBe(1);
  });

  test('is not the certification of an hour before, which is ALREADY_CERTIFIED without data', async () => {
    upstream.fault = (response, impUid, nth) =>
      (response.req.method === 'GET' ? success(now() - 3_600) : reset)(response, impUid, nth);
    const answer = await gatewayOn(upstream.url).confirm(ALICE, IMP_UID, RIGHT);
    expect(answer).toMatchObject({ __typename: 'OtpRejectedError', code: 'ALREADY_CERTIFIED' });
    expect(answer).not.toHaveProperty('certified');
  });

  test('is certified by the clock of a log-in where a proxy dates the answers by another', async () => {
    const dated =
      (fault: Fault): Fault =>
      (response, impUid, nth) => {
        response.setHeader('date', new Date(Date.now() + 600_000).toUTCString());
        return fault(response, impUid, nth);
      };
    const login = { access_token: 't', now: now(), expired_at: now() + 1_800 };
    upstream.loginFault = dated(envelope(200, { code: 0, message: null, response: login }));
    upstream.fault = (response, impUid, nth) =>
      (response.req.method === 'GET' ? dated(success(now())) : reset)(response, impUid, nth);
    expect(await gatewayOn(upstream.url).confirm(ALICE, IMP_UID, RIGHT)).toMatchObject({ certified: true });
  });

  test('is OUTCOME_UNKNOWN, and no failure, where the record does not say when it was certified', async () => {
    upstream.fault = (response, impUid, nth) =>
      (response.req.method === 'GET' ? success(Date.now() * 1000) : reset)(response, impUid, nth);
    const gateway = gatewayOn(upstream.url);
    expect(await gateway.confirm(ALICE, IMP_UID, RIGHT)).toMatchObject(UNKNOWN);
    upstream.fault = (response, impUid, nth) =>
      (response.req.method === 'GET' ? success(now()) : reset)(response, impUid, nth);
    expect(await gateway.confirm(ALICE, IMP_UID, RIGHT)).toMatchObject({ certified: true });
    expect(confirms()).toBe(1);
  });

  test.each([
    ['is found again, of one requested here,', true, { certified: true }],
    ['is not found again, of one that was claimed,', false, { code: 'ALREADY_CERTIFIED' }],
  ])('%s though another code was sent since', async (_name, isRequested, answer) => {
    const gateway = gatewayOn(upstream.url);
    upstream.fault = envelope(200, { code: 0, message: null, response: { imp_uid: IMP_UID } });
    if (isRequested) expect(await gateway.request(ALICE, PERSON)).toMatchObject({ impUid: IMP_UID });
    upstream.fault = reset;
    expect(await gateway.confirm(ALICE, IMP_UID, RIGHT)).toMatchObject(UNKNOWN);
    upstream.fault = (response, impUid, nth) =>
      (response.req.method === 'GET' ? success(now()) : refusal(400, '이미 인증이 완료된 건'))(response, impUid, nth);
    expect(await gateway.confirm(ALICE, IMP_UID, WRONG)).toMatchObject(answer);
  });

  test('is not told to another caller who sends the same code at the same time', async () => {
    upstream.fault = success(now());
    const gateway = gatewayOn(upstream.url);
    const both = [ALICE, { ...ALICE, subject: 'mallory' }].map((caller) => gateway.confirm(caller, IMP_UID, RIGHT));
    expect(await Promise.all(both)).toMatchObject([{ certified: true }, { code: 'NOT_FOUND' }]);
    expect(confirms()).toBe(1);
  });
});

describe('an upstream that keeps no record before it is certified', () => {
  test('is sent the same code again after a lost answer, as an attempt of its own', async () => {
    const upstream = await startFaultyUpstream();
    closers.push(() => upstream.close());
    const gateway = gatewayOn(upstream.url);
    const record = { imp_uid: IMP_UID, pg_provider: 'danal', foreigner: false, certified: true, certified_at: 1 };
    upstream.fault = (response, impUid, nth) => {
      const isConfirm = response.req.method === 'POST';
      const answer = !isConfirm
        ? refusal(404, '인증결과가 존재하지 않습니다.')
        : nth === 1
          ? reset
          : envelope(200, { code: 0, message: null, response: record });
      return answer(response, impUid, nth);
    };
    expect(await gateway.confirm(ALICE, IMP_UID, RIGHT)).toMatchObject(UNKNOWN);
    expect(await gateway.confirm(ALICE, IMP_UID, RIGHT)).toMatchObject({ certified: true });
    const confirm = `POST /certifications/otp/confirm/${IMP_UID}`;
    const read = `GET /certifications/${IMP_UID}`;
    expect(upstream.calls).toEqual(['POST /users/getToken', confirm, read, read, confirm]);
  });
});

describe('a second tap of the same code on another replica', () => {
  let upstream: FaultyUpstream;
  let store: AttemptStore;
  /** In ms of the store. */
  let clock: number;
  let first: Promise<unknown>;
  /** Ends the first tap's confirm. */
  let answerFirst: (body: unknown) => void;

  beforeEach(async () => {
    upstream = await startFaultyUpstream();
    clock = 0;
    store = createMemoryStore(() => clock);
    closers.push(() => upstream.close());
    await new Promise<void>((isSent) => {
      upstream.fault = (response, impUid, nth) => {
        if (response.req.method !== 'POST') return hang(response, impUid, nth);
        answerFirst = (body) => envelope(200, body)(response, impUid, nth);
        return isSent();
      };
      first = gatewayOn(upstream.url, store).confirm(ALICE, IMP_UID, RIGHT);
    });
  });

  const record = { imp_uid: IMP_UID, pg_provider: 'danal', foreigner: false, certified: true, certified_at: 1 };
  const success = { code: 0, message: null, response: record };
  const reads = (): number => upstream.calls.filter((call) => call.startsWith('GET')).length;

  test('is OUTCOME_UNKNOWN when the promised time is over before the first has ended', async () => {
    const second = gatewayOn(upstream.url, store, 250);
    expect(await second.confirm(ALICE, IMP_UID, RIGHT)).toMatchObject(UNKNOWN);
    expect(reads()).toBe(0);
    answerFirst(success);
    expect(await first).toMatchObject({ certified: true });
  });

  test('is OUTCOME_UNKNOWN, and no failure, where the certification of the first cannot be read in time', async () => {
    const second = gatewayOn(upstream.url, store, 1_500).confirm(ALICE, IMP_UID, RIGHT);
    answerFirst(success);
    expect(await first).toMatchObject({ certified: true });
    let isReadOver = false;
    const wholeRead = gatewayOn(upstream.url, store)
      .read(ALICE, IMP_UID)
      .finally(() => (isReadOver = true));
    expect(await second).toMatchObject(UNKNOWN);
    expect(isReadOver).toBe(false); // the time for reading alone is longer than what was left
    await upstream.close();
    await wholeRead;
  });

  test('is UPSTREAM_UNAVAILABLE where the store does not say how the first has ended', async () => {
    let looks = 0;
    const failing: AttemptStore = {
      ...store,
      read: async (key) => {
        looks += 1;
        if (looks > 1) throw new StoreUnavailable('silent');
        return store.read(key);
      },
    };
    const second = gatewayOn(upstream.url, failing).confirm(ALICE, IMP_UID, RIGHT);
    expect(await second).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    answerFirst(success);
    expect(await first).toMatchObject({ certified: true });
    expect(reads()).toBe(0);
  });

  test('is told that the code was wrong, with the attempts that are left, and nothing is sent again', async () => {
    const second = gatewayOn(upstream.url, store).confirm(ALICE, IMP_UID, RIGHT);
    answerFirst({ code: 1, message: '[9013] 인증번호 불일치', response: null });
    const rejected = { code: 'WRONG_CODE', attemptsRemaining: 4 };
    expect(await Promise.all([first, second])).toMatchObject([rejected, rejected]);
    expect(upstream.calls).toHaveLength(2);
  });

  test.each([
    ['OUTCOME_UNKNOWN', 'the record is older', 3_600, UNKNOWN],
    ['its certification', 'the record shows it', 0, { certified: true }],
  ])('is %s where the first loses its process meanwhile and %s', async (_answer, _when, ageS, answer) => {
    let looks = 0;
    const watched: AttemptStore = {
      ...store,
      read: (key) => {
        looks += 1;
        return store.read(key);
      },
    };
    const second = gatewayOn(upstream.url, watched).confirm(ALICE, IMP_UID, RIGHT);
    const certified_at = Math.floor(Date.now() / 1000) - ageS;
    upstream.fault = envelope(200, { code: 0, message: null, response: { ...record, certified_at } });
    await until(() => looks > 1); // it waits: its own attempt would have begun with the first
    clock = 25_000;
    expect(await second).toMatchObject(answer);
    expect(upstream.calls.filter((call) => call.startsWith('POST /certifications'))).toHaveLength(1);
  });
});

describe('a code that was right', () => {
  test('is kept as such though the store was silent when its answer came', async () => {
    const sandbox = await createSandbox();
    closers.push(() => sandbox.close());
    const memory = createMemoryStore();
    let replaces = 0;
    const store: AttemptStore = {
      ...memory,
      replace: async (...args) => {
        replaces += 1;
        if (replaces === 2) throw new StoreUnavailable('slow');
        return memory.replace(...args);
      },
    };
    const gateway = gatewayOn(sandbox.url, store);
    expect(await gateway.confirm(ALICE, 'imp_900200000001', RIGHT)).toMatchObject(CERTIFIED);
    await until(() => replaces === 3);
    expect(await gateway.confirm(ALICE, 'imp_900200000001', RIGHT)).toMatchObject(CERTIFIED);
    expect(sandbox.requests.filter(({ path }) => path.includes('/otp/confirm/'))).toHaveLength(1);
  });
});

describe('a code that the upstream called wrong', () => {
  test('is answered again from the record: nothing is sent and no attempt is used, other codes in between or not', async () => {
    const sandbox = await createSandbox();
    closers.push(() => sandbox.close());
    const gateway = gatewayOn(sandbox.url);
    const impUid = 'imp_900200000001';
    const answers: unknown[] = [];
    for (const code of [WRONG, WRONG, '111111', WRONG, '111111']) {
      const { attemptsRemaining } = (await gateway.confirm(ALICE, impUid, code)) as { attemptsRemaining: number };
      answers.push(attemptsRemaining);
    }
    expect(answers).toEqual([4, 4, 3, 3, 3]);
    expect(sandbox.requests.filter(({ path }) => path.includes('/otp/confirm/'))).toHaveLength(2);
    expect(await gateway.confirm(ALICE, impUid, RIGHT)).toMatchObject(CERTIFIED);
  });

  test('is not one that failed in another way', async () => {
    const upstream = await startFaultyUpstream();
    closers.push(() => upstream.close());
    const gateway = gatewayOn(upstream.url);
    upstream.fault = refusal(200, '다른 인증이 진행 중입니다.');
    expect(await gateway.confirm(ALICE, IMP_UID, WRONG)).toMatchObject({ code: 'IN_PROGRESS' });
    expect(await gateway.confirm(ALICE, IMP_UID, WRONG)).toMatchObject({ code: 'IN_PROGRESS' });
    expect(upstream.calls.filter((call) => call.includes('/otp/confirm/'))).toHaveLength(2);
  });
});
