import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PERSON } from '../support/people.ts';
import {
  envelope,
  refusal,
  reset,
  startFaultyUpstream,
  type Fault,
  type FaultyUpstream,
} from '../support/faulty-upstream.ts';
import { verificationOn, type UseCases } from '../support/verification.ts';

const ALICE = { subject: 'alice', isAnonymous: false, scopes: new Set<never>(), ip: null };
const IMP_UID = 'imp_123456789012';
const CONFIRM = `POST /certifications/otp/confirm/${IMP_UID}`;
const READ = `GET /certifications/${IMP_UID}`;
/** Words in which nothing is recognised. */
const NEW_WORDS = '이 요청은 받아들일 수 없어요.';

let upstream: FaultyUpstream;
let gateway: UseCases & { close(): void };

beforeEach(async () => {
  upstream = await startFaultyUpstream();
  gateway = verificationOn(upstream.url);
});
afterEach(async () => {
  gateway.close();
  await upstream.close();
});

const now = (): number => Math.floor(Date.now() / 1000);
const record = (fields: object): Fault =>
  envelope(200, {
    code: 0,
    message: null,
    response: { imp_uid: IMP_UID, pg_provider: 'danal', foreigner: false, ...fields },
  });
const OPEN = record({ certified: false, birth: 0, certified_at: 0 });
const certifiedAt = (at: number): Fault => record({ certified: true, name: '홍길동', certified_at: at });

/** Makes the verification Alice's, and forgets the calls that took. */
async function request(method: 'SMS' | 'APP' = 'SMS'): Promise<void> {
  upstream.fault = record({});
  expect(await gateway.request(ALICE, { ...PERSON, method })).toMatchObject({ impUid: IMP_UID });
  upstream.calls.length = 0;
}

/** Each confirm is refused with this status in unknown words, and each read is this. */
function refuseAs(status: number, read: Fault): void {
  upstream.fault = (response, impUid, nth) =>
    (response.req.method === 'GET' ? read : refusal(status, NEW_WORDS))(response, impUid, nth);
}

describe('a code that is refused in words nobody knows', () => {
  test.each([200, 201, 400, 409, 422])(
    'with status %i is CODE_REJECTED where the record is open, with the attempts that are left',
    async (status) => {
      await request();
      refuseAs(status, OPEN);
      expect(await gateway.confirm(ALICE, IMP_UID, '000000')).toMatchObject({
        __typename: 'OtpRejectedError',
        code: 'CODE_REJECTED',
        attemptsRemaining: 4,
        retryAt: null,
      });
      expect(upstream.calls).toEqual([CONFIRM, READ]);
    },
  );

  test('is CODE_REJECTED where the upstream keeps no record before it is certified', async () => {
    await request();
    refuseAs(400, refusal(404, '인증결과가 존재하지 않습니다.'));
    expect(await gateway.confirm(ALICE, IMP_UID, '000000')).toMatchObject({ code: 'CODE_REJECTED' });
    expect(upstream.calls).toEqual([CONFIRM, READ]);
  });

  test('is not known to be wrong: the same code is sent again, five times in all', async () => {
    await request();
    refuseAs(400, OPEN);
    const left: unknown[] = [];
    for (let tap = 0; tap < 5; tap += 1)
      left.push(((await gateway.confirm(ALICE, IMP_UID, '000000')) as { attemptsRemaining: number }).attemptsRemaining);
    expect(left).toEqual([4, 3, 2, 1, 0]);
    expect(await gateway.confirm(ALICE, IMP_UID, '000000')).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
    expect(upstream.calls.filter((call) => call === CONFIRM)).toHaveLength(5);
  });

  test('leaves the verification open for the right code', async () => {
    await request();
    refuseAs(400, OPEN);
    await gateway.confirm(ALICE, IMP_UID, '000000');
    upstream.fault = certifiedAt(now());
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ certified: true, name: '홍길동' });
    expect(upstream.calls).toEqual([CONFIRM, READ, CONFIRM]);
  });

  test('is the certification where the record shows one of the time of this attempt', async () => {
    await request();
    refuseAs(400, certifiedAt(now()));
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ certified: true, name: '홍길동' });
    expect(await gateway.read(ALICE, IMP_UID)).toMatchObject({ certified: true });
    expect(upstream.calls).toEqual([CONFIRM, READ, READ]);
  });

  test('is ALREADY_CERTIFIED without data where the record is older, and nothing more is sent', async () => {
    await request();
    refuseAs(400, certifiedAt(now() - 3_600));
    for (let tap = 0; tap < 2; tap += 1) {
      const answer = await gateway.confirm(ALICE, IMP_UID, '123456');
      expect(answer).toMatchObject({ code: 'ALREADY_CERTIFIED', attemptsRemaining: 0 });
      expect(JSON.stringify(answer)).not.toContain('홍길동');
    }
    expect(upstream.calls).toEqual([CONFIRM, READ]);
  });

  test.each([
    ['cannot be read', reset],
    ['is refused', refusal(500, '시스템 점검 중')],
  ])('is OUTCOME_UNKNOWN where the record %s, and the next tap looks before it sends', async (_how, read) => {
    await request();
    refuseAs(400, read);
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(upstream.calls).toEqual([CONFIRM, READ]);
    upstream.calls.length = 0;
    refuseAs(400, certifiedAt(now()));
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ certified: true });
    expect(upstream.calls).toEqual([READ]);
  });

  test.each([
    [404, 'NOT_FOUND'],
    [500, 'UPSTREAM_UNAVAILABLE'],
    [503, 'UPSTREAM_UNAVAILABLE'],
  ])('with status %i is %s by its status alone, and nothing is read', async (status, code) => {
    await request();
    refuseAs(status, certifiedAt(now()));
    expect(await gateway.confirm(ALICE, IMP_UID, '000000')).toMatchObject({ code });
    expect(upstream.calls).toEqual([CONFIRM]);
  });
});

describe('a claimed verification whose code is refused in words nobody knows', () => {
  beforeEach(() => gateway.confirm(ALICE, 'imp_logs_in', '000000'));
  beforeEach(() => void (upstream.calls.length = 0));

  test('is ALREADY_CERTIFIED without data where somebody has certified it in the same second', async () => {
    refuseAs(400, certifiedAt(now()));
    const answer = await gateway.confirm(ALICE, IMP_UID, '000000');
    expect(answer).toMatchObject({ code: 'ALREADY_CERTIFIED', attemptsRemaining: 0 });
    expect(JSON.stringify(answer)).not.toContain('홍길동');
    expect(await gateway.read(ALICE, IMP_UID)).toMatchObject({ code: 'NOT_FOUND' });
    expect(upstream.calls).toEqual([CONFIRM, READ]);
  });

  test('gives no right to read it where its record cannot be read', async () => {
    refuseAs(400, reset);
    expect(await gateway.confirm(ALICE, IMP_UID, '000000')).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    refuseAs(400, certifiedAt(now()));
    expect(await gateway.read(ALICE, IMP_UID)).toMatchObject({ code: 'NOT_FOUND' });
    expect(upstream.calls).toEqual([CONFIRM, READ]);
  });

  test('is the certification of a lost attempt with the same code, which the caller had sent before', async () => {
    upstream.fault = reset;
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    upstream.calls.length = 0;
    let reads = 0;
    upstream.fault = (response, impUid, nth) => {
      if (response.req.method !== 'GET') return refusal(400, NEW_WORDS)(response, impUid, nth);
      reads += 1;
      return (reads === 1 ? OPEN : certifiedAt(now()))(response, impUid, nth);
    };
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject({ certified: true, name: '홍길동' });
    expect(upstream.calls).toEqual([READ, CONFIRM, READ]);
  });

  test('is CODE_REJECTED where its record is open', async () => {
    refuseAs(400, OPEN);
    expect(await gateway.confirm(ALICE, IMP_UID, '000000')).toMatchObject({ code: 'CODE_REJECTED' });
    expect(upstream.calls).toEqual([CONFIRM, READ]);
  });
});

test('an approval that is refused in words nobody knows is IN_PROGRESS where the record is open', async () => {
  await request('APP');
  refuseAs(400, OPEN);
  expect(await gateway.approve(ALICE, IMP_UID)).toMatchObject({ code: 'IN_PROGRESS', attemptsRemaining: 4 });
  expect(upstream.calls).toEqual([CONFIRM, READ]);
});
