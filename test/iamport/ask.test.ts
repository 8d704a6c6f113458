import { afterEach, describe, expect, test } from '@jest/globals';
import type { GatewayEvent, UnknownWords } from '../../src/events.ts';
import { createHttp } from '../../src/upstream/http.ts';
import { createIamport } from '../../src/iamport/source.ts';
import type { IdentityUpstream } from '../../src/upstream/upstream.ts';
import { noSpending, withSpending } from '../../src/spending.ts';
import {
  hang,
  plain as text,
  refusal,
  reset,
  startFaultyUpstream,
  type Fault,
  type FaultyUpstream,
} from '../support/faulty-upstream.ts';
import { testConfig } from '../support/config.ts';
import { PERSON } from '../support/people.ts';
import { holdTimeouts } from '../support/timers.ts';
import { until } from '../support/until.ts';
import { plain } from '../support/verification.ts';

const IMP_UID = 'imp_123456789012';
const CONFIRM = `POST /certifications/otp/confirm/${IMP_UID}`;
const LOGIN = 'POST /users/getToken';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map(async (close) => close()));
});

/** A source before an upstream of its own, and what it told. */
async function start() {
  const upstream = await startFaultyUpstream();
  const config = testConfig(upstream.url, { confirmTimeoutMs: 9_000, readTimeoutMs: 8_000 }).iamport;
  const policies = { ...config.policies, breakerMinimumRps: 1, breakerResetMs: 0 };
  const http = createHttp({ ...config, connectTimeoutMs: 60_000 });
  const events: (GatewayEvent | UnknownWords)[] = [];
  const iamport = createIamport({ ...config, policies, http, onEvent: (event) => events.push(event) });
  closers.push(
    () => http.close(),
    () => upstream.close(),
  );
  return { upstream, iamport, events };
}

describe('a call to the upstream', () => {
  const LOGGED_IN = { kind: 'login', upstream: 'iamport', isAccepted: true };
  const CALLED = { kind: 'upstream-call', call: 'confirm', ms: expect.any(Number) };
  const ended = (refusal: string): object => ({ kind: 'refusal', call: 'confirm', refusal });
  const UNKNOWN = {
    kind: 'unknown-words',
    call: 'confirm',
    status: 400,
    providerCode: '0001',
    shape: expect.any(String),
  };

  test.each<[string, Fault, object[], string]>([
    ['a refusal', refusal(200, '[9013] 인증번호 불일치'), [ended('WRONG_OTP')], 'WRONG_OTP'],
    ['a refusal in unknown words', refusal(400, '[0001] 홍길동'), [ended('UNRECOGNISED'), UNKNOWN], 'UNRECOGNISED'],
    ['a fault', reset, [{ kind: 'fault', call: 'mutation', reason: 'cut' }], 'cut'],
  ])('tells that it was made, and that it ended in %s', async (_how, fault, told, end) => {
    const { upstream, iamport, events } = await start();
    upstream.fault = fault;
    const spending = noSpending();
    await withSpending(spending, () => iamport.confirm(IMP_UID, '271828'));
    expect(events).toEqual([LOGGED_IN, CALLED, ...told]);
    expect(JSON.stringify(events)).not.toMatch(/홍길동|271828/);
    const { ms } = events[1] as { ms: number };
    expect(ms).toBeLessThan(60_000);
    expect(spending).toEqual({ guardMs: 0, upstreamMs: ms, upstreamCalls: 1, upstreamEnd: end });
  });

  test('tells that it was answered', async () => {
    const { iamport, events } = await start();
    const spending = noSpending();
    await withSpending(spending, () => iamport.certification(IMP_UID));
    expect(events).toEqual([LOGGED_IN, { ...CALLED, call: 'read' }]);
    expect(spending).toMatchObject({ upstreamCalls: 1, upstreamEnd: 'ok' });
  });

  test('that waited for a token in vain is none that was made', async () => {
    const { upstream, iamport, events } = await start();
    upstream.loginFault = refusal(401, '');
    const spending = noSpending();
    await withSpending(spending, () => iamport.confirm(IMP_UID, '271828'));
    expect(spending).toMatchObject({ upstreamCalls: 0, upstreamEnd: 'login-refused' });
    expect(events.at(-1)).toEqual({ kind: 'fault', call: 'mutation', reason: 'login-refused' });
    expect(upstream.calls).toEqual([LOGIN]);
  });

  type Ask = (iamport: IdentityUpstream) => Promise<unknown>;
  test.each<[string, number, Ask]>([
    ['a request', 9_000, (iamport) => plain(iamport.request(PERSON, null))],
    ['a confirm', 9_000, (iamport) => plain(iamport.confirm(IMP_UID, '271828'))],
    ['a read', 8_000, (iamport) => plain(iamport.certification(IMP_UID))],
    ['a deletion', 8_000, (iamport) => plain(iamport.delete(IMP_UID)!)],
    ['a read-back', 2_700, (iamport) => plain(iamport.readBack(IMP_UID))],
  ])('ends at its own deadline: %s after %i ms', async (_what, ms, ask) => {
    const { upstream, iamport } = await start();
    upstream.fault = (response, impUid, nth) => (upstream.calls.length > 2 ? reset : hang)(response, impUid, nth); // a look for what a deletion did would wait as well
    await holdTimeouts(async (pass) => {
      let isOver = false;
      const answer = ask(iamport).finally(() => (isOver = true));
      await until(() => upstream.calls.length === 2); // the log-in, and the call
      pass(ms - 1);
      await new Promise(setImmediate);
      expect(isOver).toBe(false);
      pass(1);
      expect(await answer).toMatchObject({ reason: 'timeout' });
    });
  });
});

describe('an upstream that is down', () => {
  const PROBE = 'GET /certifications/imp_000000000000';

  async function startDown(): Promise<{ upstream: FaultyUpstream; confirm: () => Promise<unknown> }> {
    const { upstream, iamport } = await start();
    const confirm = () => plain(iamport.confirm(IMP_UID, '271828'));
    upstream.fault = reset;
    for (const lost of await Promise.all(Array.from({ length: 12 }, confirm)))
      expect(lost).toMatchObject({ reason: 'cut' });
    upstream.calls.length = 0;
    return { upstream, confirm };
  }

  test.each([
    ['nothing', reset],
    ['that it is closed for maintenance', refusal(503, '시스템 점검 중')],
    ['no envelope', text(200, 'up')],
  ])('is sent no code while a read of nobody’s record is answered %s', async (_what, fault) => {
    const { upstream, confirm } = await startDown();
    upstream.fault = fault;
    for (const _ of [1, 2]) expect(await confirm()).toMatchObject({ reason: 'breaker', fate: 'not-sent' });
    expect(upstream.calls).toEqual([PROBE, PROBE]);
  });

  test('is sent codes again once it says that there is no such record', async () => {
    const { upstream, confirm } = await startDown();
    const gone = refusal(404, '존재하지 않음');
    upstream.fault = (response, impUid, nth) =>
      (response.req.method === 'GET' ? gone : refusal(200, '[9013]'))(response, impUid, nth);
    for (const _ of [1, 2]) expect(await confirm()).toMatchObject({ refusal: 'WRONG_OTP' });
    expect(upstream.calls).toEqual([PROBE, CONFIRM, CONFIRM]);
  });
});
