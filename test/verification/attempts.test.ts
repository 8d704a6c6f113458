import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMemoryStore, StoreUnavailable, type AttemptStore } from '../../src/guard/store.ts';
import {
  envelope,
  plain,
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
const OTHER = 'imp_210987654321';
const CONFIRM = `POST /certifications/otp/confirm/${IMP_UID}`;
const READ = `GET /certifications/${IMP_UID}`;
const IN_PROGRESS = refusal(200, '다른 인증이 진행 중입니다.');
const LEASE_MS = 25_000;

let upstream: FaultyUpstream;
let gateway: UseCases & { close(): void };
let store: AttemptStore;

beforeEach(async () => {
  upstream = await startFaultyUpstream();
  store = createMemoryStore();
  gateway = verificationOn(upstream.url, { store });
});
afterEach(async () => {
  gateway.close();
  await upstream.close();
});

const record =
  (fields: object): Fault =>
  (response, imp_uid, nth) => {
    const facts = { imp_uid, pg_provider: 'danal', foreigner: false, ...fields };
    return envelope(200, { code: 0, message: null, response: facts })(response, imp_uid, nth);
  };
const CERTIFIED = record({ certified: true, name: '홍길동', certified_at: 1 });
const OPEN = record({ certified: false });

/** Makes the verification Alice's, and forgets the calls that took. */
async function request(method: 'SMS' | 'APP' = 'SMS'): Promise<void> {
  upstream.fault = envelope(200, { code: 0, message: null, response: { imp_uid: IMP_UID } });
  expect(await gateway.request(ALICE, { ...PERSON, method })).toMatchObject({ impUid: IMP_UID });
  upstream.calls.length = 0;
}

/** Keeps the answers of all calls back until they are let go as this. */
function holdAnswers(): (fault: Fault) => void {
  const held: ((fault: Fault) => unknown)[] = [];
  upstream.fault = (response, impUid, nth) => held.push((fault) => fault(response, impUid, nth));
  return (fault) => {
    upstream.fault = fault;
    for (const answer of held) answer(fault);
  };
}

describe('two taps at once', () => {
  test('of one code are one call and one answer, and the next tap is a call of its own', async () => {
    const release = holdAnswers();
    const taps = [1, 2].map(() => gateway.confirm(ALICE, IMP_UID, '123456'));
    await until(() => upstream.calls.includes(CONFIRM));
    release(IN_PROGRESS);
    const [first, second] = await Promise.all(taps);
    expect(first).toMatchObject({ code: 'IN_PROGRESS', attemptsRemaining: 4 });
    expect(second).toBe(first);
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ attemptsRemaining: 3 });
    expect(upstream.calls.filter((call) => call === CONFIRM)).toHaveLength(2);
  });

  test('of two codes are one call, and the second says when to try again', async () => {
    const release = holdAnswers();
    const first = gateway.confirm(ALICE, IMP_UID, '123456');
    await until(() => upstream.calls.includes(CONFIRM));
    const before = Date.now();
    const second = (await gateway.confirm(ALICE, IMP_UID, '654321')) as { code: string; retryAt: Date };
    expect(second).toMatchObject({ code: 'IN_PROGRESS', attemptsRemaining: 4 });
    expect(second.retryAt.getTime()).toBeGreaterThan(before);
    expect(second.retryAt.getTime()).toBeLessThanOrEqual(Date.now() + LEASE_MS);
    release(CERTIFIED);
    expect(await first).toMatchObject({ certified: true });
    expect(upstream.calls.filter((call) => call === CONFIRM)).toHaveLength(1);
  });

  test('for two verifications are two calls', async () => {
    const release = holdAnswers();
    const taps = [IMP_UID, OTHER].map((impUid) => gateway.confirm(ALICE, impUid, '123456'));
    await until(() => upstream.calls.length === 3);
    release(CERTIFIED);
    expect(await Promise.all(taps)).toMatchObject([{ impUid: IMP_UID }, { impUid: OTHER }]);
  });
});

describe('an approval in the app', () => {
  beforeEach(() => request('APP'));

  test('is asked for without a code, and is IN_PROGRESS until the person has given it', async () => {
    upstream.fault = OPEN;
    expect(await gateway.approve(ALICE, IMP_UID)).toMatchObject({ code: 'IN_PROGRESS', attemptsRemaining: 4 });
    upstream.fault = CERTIFIED;
    expect(await gateway.approve(ALICE, IMP_UID)).toMatchObject({ certified: true, name: '홍길동' });
    expect(upstream.calls).toEqual([CONFIRM, CONFIRM]);
  });
});

test('an approval of what is confirmed by a code says so, and is not sent', async () => {
  await request('SMS');
  const byCode = { code: 'INVALID_INPUT', fields: [{ name: 'impUid', rule: 'APP_BY_OTP' }] };
  expect(await gateway.approve(ALICE, IMP_UID)).toMatchObject(byCode);
  expect(upstream.calls).toEqual([]);
});

test('an attempt that cannot be kept is not sent', async () => {
  store.read = () => Promise.reject(new StoreUnavailable('silent'));
  expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  expect(upstream.calls).toEqual([]);
});

describe('an attempt', () => {
  test.each<[string, Fault, object, number]>([
    ['that is answered with an open record', OPEN, { code: 'WRONG_CODE', attemptsRemaining: 4 }, 3],
    ['that is refused', IN_PROGRESS, { code: 'IN_PROGRESS', attemptsRemaining: 4 }, 3],
    ['that is refused for good', refusal(200, '인증 시간 초과'), { code: 'CODE_EXPIRED', attemptsRemaining: 0 }, 0],
    ['that the upstream does not process', plain(413, ''), { code: 'UPSTREAM_BAD_RESPONSE' }, 4],
    ['that something else answers', plain(302, ''), { code: 'UPSTREAM_BAD_RESPONSE' }, 3],
    ['whose answer is lost', reset, { code: 'OUTCOME_UNKNOWN' }, 3],
  ])('%s leaves as many as it says', async (_how, fault, answer, left) => {
    await request();
    upstream.fault = fault;
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject(answer);
    upstream.fault = refusal(200, '[9013] 인증번호 불일치');
    expect(await gateway.confirm(ALICE, IMP_UID, '654321')).toMatchObject({ attemptsRemaining: left });
  });

  test('that something else answered is looked for before its code is sent again', async () => {
    await request();
    upstream.fault = plain(403, '');
    await gateway.confirm(ALICE, IMP_UID, '123456');
    upstream.calls.length = 0;
    upstream.fault = record({ certified: true, certified_at: Math.floor(Date.now() / 1000) });
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ certified: true });
    expect(upstream.calls).toEqual([READ]);
  });
});

describe('a lost answer', () => {
  const WRONG = refusal(200, '[9013] 인증번호 불일치');
  const now = (): number => Math.floor(Date.now() / 1000);
  /** What a read answers; a confirm would be lost again. */
  const readAs =
    (fault: Fault): Fault =>
    (response, impUid, nth) =>
      (response.req.method === 'GET' ? fault : reset)(response, impUid, nth);

  /** Loses the answer to a code after so many wrong ones, and forgets the calls that took. */
  async function lose(code: string, wrong: number): Promise<void> {
    await request();
    upstream.fault = WRONG;
    for (let index = 0; index < wrong; index += 1) await gateway.confirm(ALICE, IMP_UID, `00000${index}`);
    upstream.fault = reset;
    expect(await gateway.confirm(ALICE, IMP_UID, code)).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    upstream.calls.length = 0;
  }

  test('to the last of five attempts is looked for, and its code is not sent a sixth time', async () => {
    await lose('123456', 4);
    upstream.fault = readAs(OPEN);
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    upstream.fault = readAs(record({ certified: true, name: '홍길동', certified_at: now() }));
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ certified: true, name: '홍길동' });
    expect(upstream.calls).toEqual([READ, READ]);
  });

  test.each([
    ['cannot be read', reset],
    ['is refused', refusal(500, '시스템 점검 중')],
    ['says no time', record({ certified: true, certified_at: null })],
  ])('uses up no more attempts while its record %s, and its code is not sent again', async (_how, fault) => {
    await lose('123456', 0);
    upstream.fault = readAs(fault);
    for (let tap = 0; tap < 6; tap += 1)
      expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(upstream.calls).toEqual(Array(6).fill(READ));
    upstream.fault = WRONG;
    expect(await gateway.confirm(ALICE, IMP_UID, '654321')).toMatchObject({ attemptsRemaining: 3 });
  });
});

describe('a right code that is sent again', () => {
  test.each<[string, Fault, object]>([
    ['the certification', CERTIFIED, { certified: true, name: '홍길동' }],
    ['what the upstream says of it', refusal(500, '시스템 점검 중'), { code: 'UPSTREAM_MAINTENANCE' }],
    ['NOT_FOUND where it was deleted', refusal(404, '존재하지 않음'), { code: 'NOT_FOUND' }],
    ['OUTCOME_UNKNOWN where it cannot be read', reset, { code: 'OUTCOME_UNKNOWN' }],
    ['OUTCOME_UNKNOWN where it is not shown yet', OPEN, { code: 'OUTCOME_UNKNOWN' }],
  ])('is answered with %s, from a read', async (_what, fault, answer) => {
    upstream.fault = CERTIFIED;
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ certified: true });
    upstream.calls.length = 0;
    upstream.fault = fault;
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject(answer);
    expect(upstream.calls).toEqual([READ]);
  });
});
