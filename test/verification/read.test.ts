import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '../../src/caller.ts';
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
import { verificationOn, type UseCases } from '../support/verification.ts';

const ALICE: Caller = { subject: 'alice', isAnonymous: false, scopes: new Set(), ip: null };
const MALLORY: Caller = { ...ALICE, subject: 'mallory' };
const BACKEND: Caller = { ...ALICE, subject: 'backend', scopes: new Set(['certification:read-any']) };
const IMP_UID = 'imp_123456789012';
const READ = `GET /certifications/${IMP_UID}`;
const DELETE = `DELETE /certifications/${IMP_UID}`;
const NOT_FOUND = { code: 'NOT_FOUND' };
const UNAVAILABLE = { code: 'UPSTREAM_UNAVAILABLE' };

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

const record = (fields: object): Fault =>
  envelope(200, {
    code: 0,
    message: null,
    response: { imp_uid: IMP_UID, pg_provider: 'danal', foreigner: false, ...fields },
  });
const now = (): number => Math.floor(Date.now() / 1000);
const certifiedAt = (at: number | null): Fault => record({ certified: true, name: '홍길동', certified_at: at });

/** Makes the verification Alice's, tells what is known of her attempt, and forgets the calls that took. */
async function request(confirm?: Fault): Promise<void> {
  upstream.fault = record({});
  expect(await gateway.request(ALICE, PERSON)).toMatchObject({ impUid: IMP_UID });
  if (confirm) {
    upstream.fault = confirm;
    await gateway.confirm(ALICE, IMP_UID, '123456');
  }
  upstream.calls.length = 0;
}

/** Answers of a store that fails from now on. */
function silence(): void {
  store.read = () => Promise.reject(new StoreUnavailable('silent'));
}

describe('a certification', () => {
  test('is shown to the caller whose code it was, and to nobody else', async () => {
    await request(certifiedAt(1));
    expect(await gateway.read(ALICE, IMP_UID)).toMatchObject({ certified: true, name: '홍길동' });
    expect(await gateway.read(MALLORY, IMP_UID)).toMatchObject(NOT_FOUND);
    expect(upstream.calls).toEqual([READ]);
  });

  test('is shown to a caller with the scope for any, whatever the store says', async () => {
    silence();
    upstream.fault = certifiedAt(1);
    expect(await gateway.read(BACKEND, IMP_UID)).toMatchObject({ certified: true, name: '홍길동' });
    expect(await gateway.read(ALICE, IMP_UID)).toMatchObject(UNAVAILABLE);
    expect(upstream.calls).toEqual(['POST /users/getToken', READ]);
  });

  test('is not shown to the caller who requested it and has proven nothing, but an open record is', async () => {
    await request();
    upstream.fault = record({ certified: false, certified_at: 0 });
    expect(await gateway.read(ALICE, IMP_UID)).toMatchObject({ certified: false, name: null });
    upstream.fault = certifiedAt(now());
    expect(await gateway.read(ALICE, IMP_UID)).toMatchObject(NOT_FOUND);
  });

  test.each([
    ['of the time of an attempt whose answer was lost, is shown', now, { certified: true, name: '홍길동' }],
    ['of an hour before such an attempt, is not shown', () => now() - 3_600, NOT_FOUND],
    ['of no time, is not shown, and may be later', () => null, UNAVAILABLE],
  ])('%s', async (_when, at, answer) => {
    await request(reset);
    upstream.fault = certifiedAt(at());
    expect(await gateway.read(ALICE, IMP_UID)).toMatchObject(answer);
    expect(upstream.calls).toEqual([READ]);
  });

  test.each<[Fault, object]>([
    [refusal(404, '존재하지 않음'), NOT_FOUND],
    [refusal(500, '시스템 점검 중'), { code: 'UPSTREAM_MAINTENANCE' }],
    [plain(502, ''), { code: 'UPSTREAM_BAD_RESPONSE' }],
  ])('that the upstream does not answer is a failure: %#', async (fault, answer) => {
    upstream.fault = fault;
    expect(await gateway.read(BACKEND, IMP_UID)).toMatchObject(answer);
  });
});

describe('a deletion', () => {
  const DELETED = record({});

  test('is for the caller who requested it, and for nobody else', async () => {
    await request();
    upstream.fault = DELETED;
    expect(await gateway.delete(MALLORY, IMP_UID)).toMatchObject(NOT_FOUND);
    expect(upstream.calls).toEqual([]);
    expect(await gateway.delete(ALICE, IMP_UID)).toBe(IMP_UID);
    expect(upstream.calls).toEqual([DELETE]);
  });

  test('is for a caller with the scope for any, whatever the store says', async () => {
    silence();
    upstream.fault = DELETED;
    expect(await gateway.delete(ALICE, IMP_UID)).toMatchObject(UNAVAILABLE);
    expect(await gateway.delete(BACKEND, IMP_UID)).toBe(IMP_UID);
    expect(upstream.calls).toEqual(['POST /users/getToken', DELETE]);
  });

  test.each<[string, Fault, object]>([
    ['that is refused', refusal(404, '존재하지 않음'), NOT_FOUND],
    ['whose answer is lost, and the look for it as well,', reset, { code: 'OUTCOME_UNKNOWN' }],
  ])('%s is a failure', async (_how, fault, answer) => {
    upstream.fault = fault;
    expect(await gateway.delete(BACKEND, IMP_UID)).toMatchObject(answer);
  });
});
