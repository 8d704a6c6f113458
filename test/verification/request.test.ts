import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { failure } from '../../src/failure.ts';
import type { Limits, Pass } from '../../src/guard/limits.ts';
import { createMemoryStore, StoreFull, StoreUnavailable, type AttemptStore } from '../../src/guard/store.ts';
import { failed, ok } from '../../src/outcome.ts';
import {
  envelope,
  plain,
  refusal,
  reset,
  startFaultyUpstream,
  type FaultyUpstream,
} from '../support/faulty-upstream.ts';
import { PERSON } from '../support/people.ts';
import { verificationOn } from '../support/verification.ts';

const ALICE = { subject: 'alice', isAnonymous: false, scopes: new Set<never>(), ip: null };
const IMP_UID = 'imp_123456789012';
const SENT = envelope(200, { code: 0, message: null, response: { imp_uid: IMP_UID } });

let upstream: FaultyUpstream;
let opened: { close(): void }[];
beforeEach(async () => {
  upstream = await startFaultyUpstream();
  opened = [];
});
afterEach(async () => {
  for (const gateway of opened) gateway.close();
  await upstream.close();
});

/** Use cases whose limits allow every call, and how many were given back. */
function countingRefunds({ limits, ...more }: { store?: AttemptStore; limits?: Partial<Limits> } = {}) {
  let count = 0;
  const pass: Pass = {
    kind: 'counted',
    nextAt: new Date(0),
    refund: async () => void (count += 1),
    release: async () => {},
  };
  const ownLimits: Limits = {
    request: async () => ok(pass),
    confirm: async () => ok(pass),
    ...limits,
  };
  const gateway = verificationOn(upstream.url, { ...more, ownLimits });
  opened.push(gateway);
  return { gateway, refunds: () => count };
}
const requests = (): number => upstream.calls.filter((call) => call === 'POST /certifications/otp/request').length;

describe('a request for a code', () => {
  test.each([
    ['that is sent', SENT, { impUid: IMP_UID }],
    ['that is refused', refusal(400, '입력하신 정보가 다릅니다'), { code: 'IDENTITY_MISMATCH' }],
    ['that the upstream does not process', plain(429, ''), { code: 'UPSTREAM_UNAVAILABLE' }],
    ['whose answer is lost', reset, { code: 'OUTCOME_UNKNOWN' }],
  ])('%s counts, and is sent once', async (_how, fault, answer) => {
    upstream.fault = fault;
    const { gateway, refunds } = countingRefunds();
    expect(await gateway.request(ALICE, PERSON)).toMatchObject(answer);
    expect([requests(), refunds()]).toEqual([1, 0]);
  });

  test('that cannot be sent does not count', async () => {
    upstream.loginFault = refusal(401, '');
    const { gateway, refunds } = countingRefunds();
    expect(await gateway.request(ALICE, PERSON)).toMatchObject({ code: 'UPSTREAM_UNAUTHORIZED' });
    expect([requests(), refunds()]).toEqual([0, 1]);
  });

  test.each([
    ['does not answer', new StoreUnavailable('silent'), 'UPSTREAM_UNAVAILABLE'],
    ['is full', new StoreFull(), 'OVERLOADED'],
  ])('is not sent where the store %s, and does not count', async (_how, error, code) => {
    const store = { ...createMemoryStore(), check: () => Promise.reject(error) };
    const { gateway, refunds } = countingRefunds({ store });
    expect(await gateway.request(ALICE, PERSON)).toMatchObject({ __typename: 'UpstreamError', code });
    expect([upstream.calls, refunds()]).toEqual([[], 1]);
  });

  test('that a limit denies is not sent, and refunds nothing', async () => {
    const denied = failure('RATE_LIMITED', { retryAt: new Date(0) });
    const { gateway, refunds } = countingRefunds({ limits: { request: async () => failed(denied) } });
    expect(await gateway.request(ALICE, PERSON)).toEqual(denied);
    expect([upstream.calls, refunds()]).toEqual([[], 0]);
  });

  test('makes its caller the owner of the verification, with its method, and nobody else', async () => {
    upstream.fault = SENT;
    const { gateway } = countingRefunds();
    expect(await gateway.request(ALICE, { ...PERSON, method: 'APP' })).toMatchObject({ impUid: IMP_UID });
    upstream.calls.length = 0;
    expect(await gateway.approve({ ...ALICE, subject: 'mallory' }, IMP_UID)).toMatchObject({ code: 'NOT_FOUND' });
    const byCode = { code: 'INVALID_INPUT', fields: [{ name: 'otp', rule: 'OTP_BY_APP' }] };
    expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toMatchObject(byCode);
    expect(upstream.calls).toEqual([]);
  });
});

test('a confirm that a limit denies uses up no attempt and is not sent', async () => {
  const denied = failure('RATE_LIMITED', { retryAt: new Date(0) });
  const store = createMemoryStore();
  const { gateway } = countingRefunds({ store, limits: { confirm: async () => failed(denied) } });
  expect(await gateway.confirm(ALICE, IMP_UID, '123456')).toEqual(denied);
  expect(upstream.calls).toEqual([]);
  expect(await countingRefunds({ store }).gateway.confirm(ALICE, IMP_UID, '000000')).toMatchObject({
    attemptsRemaining: 4,
  });
});
