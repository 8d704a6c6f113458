import { describe, expect, test } from '@jest/globals';
import type { GatewayEvent, UnknownWords } from '../../src/events.ts';
import type { HttpAnswer, HttpRequest } from '../../src/upstream/http.ts';
import { createSession } from '../../src/iamport/session.ts';

const CALL = { since: 1, until: 2 };
const answer = (status: number, body: unknown): HttpAnswer => ({
  status,
  retryAfter: undefined,
  dateMs: Number.NaN,
  call: CALL,
  body: JSON.stringify(body),
});
const token = (value: string): HttpAnswer =>
  answer(200, { code: 0, message: null, response: { access_token: value, now: 5, expired_at: 1_805 } });
const OK = answer(200, { code: 0, message: null, response: {} });
const UNAUTHORIZED = answer(401, '');
const REQUEST: HttpRequest = { method: 'GET', path: '/x', signal: new AbortController().signal };

/** A session before an upstream that answers one call after another so. */
function sessionBefore(...answers: HttpAnswer[]) {
  const calls: unknown[] = [];
  const events: (GatewayEvent | UnknownWords)[] = [];
  const logins: unknown[] = [];
  const session = createSession({
    http: {
      async send({ method, path, json, headers }) {
        calls.push([method, path, json ?? headers?.['authorization']]);
        return answers.shift()!;
      },
    },
    apiKey: 'the key',
    apiSecret: 'the secret',
    timeoutMs: 10_000,
    breaker: { breakerMinimumRps: 5 },
    onLogin: (...heard) => logins.push(heard),
    onEvent: (event) => events.push(event),
  });
  return { session, calls, events, logins };
}

const LOGIN = ['POST', '/users/getToken', { imp_key: 'the key', imp_secret: 'the secret' }];
const sent = (value: string): unknown => ['GET', '/x', `Bearer ${value}`];

const REFUSED = { kind: 'login', upstream: 'iamport', isAccepted: false, namesKey: false };
const fault = (reason: string): unknown => ({ kind: 'fault', call: 'login', reason });

describe('a session', () => {
  test('logs in once, tells what time it is upstream, and sends with the token', async () => {
    const { session, calls, events, logins } = sessionBefore(token('t1'), OK, OK);
    expect([await session.send(REQUEST), await session.send(REQUEST)]).toEqual([OK, OK]);
    expect(calls).toEqual([LOGIN, sent('t1'), sent('t1')]);
    expect(logins).toEqual([[5_000, CALL]]);
    expect(events).toEqual([{ kind: 'login', upstream: 'iamport', isAccepted: true }]);
  });

  test('replays a request once with another token after a 401', async () => {
    const { session, calls } = sessionBefore(token('t1'), UNAUTHORIZED, token('t2'), OK);
    expect(await session.send(REQUEST)).toBe(OK);
    expect(calls).toEqual([LOGIN, sent('t1'), LOGIN, sent('t2')]);
  });

  test('gives up after the second 401, and does not log in for the next request', async () => {
    const { session, calls } = sessionBefore(token('t1'), UNAUTHORIZED, token('t2'), UNAUTHORIZED, UNAUTHORIZED, OK);
    await expect(session.send(REQUEST)).rejects.toMatchObject({ reason: 'unauthorized', fate: 'rejected' });
    expect(await session.send(REQUEST)).toBe(OK);
    expect(calls).toEqual([LOGIN, sent('t1'), LOGIN, sent('t2'), sent('t2'), sent('t2')]);
  });

  test.each([
    ['401', UNAUTHORIZED, 'login-refused', [REFUSED, fault('unauthorized')]],
    [
      '401 with words about the key',
      answer(401, { code: -1, message: '인증에 실패하였습니다. API키와 secret을 확인하세요.', response: null }),
      'login-refused',
      [{ ...REFUSED, namesKey: true }, fault('unauthorized')],
    ],
    ['a refusal', answer(400, { code: 1, message: '새로운 문구', response: null }), 'login-refused', [REFUSED]],
    ['a failure of its own', answer(502, '<html>'), 'login', [fault('bad-answer')]],
    ['maintenance', answer(200, { code: 1, message: '시스템 점검 중', response: null }), 'login', []],
  ])('that is answered %s at its log-in sends nothing', async (_what, refused, reason, told) => {
    const { session, calls, events } = sessionBefore(refused);
    await expect(session.send(REQUEST)).rejects.toMatchObject({ reason, fate: 'not-sent' });
    expect(calls).toEqual([LOGIN]);
    expect(events).toEqual(told);
  });

  test('asks for no token any more after five log-ins a second have failed', async () => {
    const { session, calls, events } = sessionBefore(...Array<HttpAnswer>(60).fill(answer(502, '<html>')));
    for (let call = 0; call < 60; call += 1)
      await expect(session.send(REQUEST)).rejects.toMatchObject({ reason: 'login', fate: 'not-sent' });
    expect(calls).toEqual(Array.from({ length: 50 }, () => LOGIN));
    expect(events.filter(({ kind }) => kind === 'breaker')).toEqual([
      { kind: 'breaker', breaker: 'login', state: 'open' },
    ]);
    expect(events.at(-1)).toEqual({ kind: 'fault', call: 'login', reason: 'breaker' });
  });
});
