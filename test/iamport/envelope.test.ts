import { describe, expect, test } from '@jest/globals';
import { UpstreamFault, UpstreamRefusal } from '../../src/upstream/errors.ts';
import type { HttpAnswer } from '../../src/upstream/http.ts';
import { openEnvelope } from '../../src/iamport/envelope.ts';

const answer = (status: number, body: unknown, retryAfter?: string): HttpAnswer => ({
  status,
  retryAfter,
  dateMs: Number.NaN,
  call: { since: 0, until: 0 },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const success = { code: 0, message: null, response: { imp_uid: 'imp_1' } };
const wrongCode = { code: -1, message: '[9013] 인증번호 불일치', response: null };
const newWords = { code: -1, message: '새로운 문구', response: null };

function thrown(given: HttpAnswer): unknown {
  try {
    return openEnvelope(given);
  } catch (error) {
    return error;
  }
}

describe('an answer of the upstream', () => {
  test.each([200, 201, 299])('with status %i, code 0 and a response is that response', (status) => {
    expect(openEnvelope(answer(status, success))).toEqual({ imp_uid: 'imp_1' });
  });

  test('may begin with a byte order mark', () => {
    expect(openEnvelope(answer(200, `\uFEFF${JSON.stringify(success)}`))).toEqual({ imp_uid: 'imp_1' });
    const inside = { ...success, response: { imp_uid: 'imp\uFEFF1' } };
    expect(openEnvelope(answer(200, inside))).toEqual(inside.response);
    expect(thrown(answer(200, `\uFEFF${JSON.stringify(wrongCode)}`))).toMatchObject({ refusal: 'WRONG_OTP' });
  });

  test('may write its code as a string', () => {
    expect(openEnvelope(answer(200, { ...success, code: '0' }))).toEqual({ imp_uid: 'imp_1' });
    for (const code of ['-1', '-10', '1'])
      expect(thrown(answer(200, { ...wrongCode, code }))).toMatchObject({ refusal: 'WRONG_OTP' });
  });

  test.each([
    [199, 'bad-answer'],
    [300, 'strange'],
    [302, 'strange'],
    [399, 'strange'],
    [400, 'bad-answer'],
    [401, 'turned-away'],
    [403, 'strange'],
    [413, 'turned-away'],
    [415, 'turned-away'],
    [429, 'rate-limited'],
    [500, 'bad-answer'],
  ])('with status %i is no success, whatever its envelope says: %s', (status, reason) => {
    expect(thrown(answer(status, success))).toMatchObject({ reason });
  });

  test.each([
    ['', 200],
    ['<html>', 502],
    ['[]', 200],
    ['null', 200],
    [{ ...success, code: undefined }, 200],
    [{ ...success, code: 0.5 }, 200],
    [{ ...success, code: 'x0' }, 200],
    [{ ...success, code: '0x0' }, 200],
    [{ ...success, code: [0] }, 200],
    [{ ...success, code: ['0'] }, 200],
    [{ ...success, response: null }, 200],
    [{ ...success, response: [] }, 200],
    [{ ...success, response: 'text' }, 200],
  ])('%j with status %i has no usable envelope', (body, status) => {
    const error = thrown(answer(status, body));
    expect(error).toBeInstanceOf(UpstreamFault);
    expect(error).toMatchObject({ reason: 'bad-answer', retryAt: null });
  });

  test.each([200, 400, 401, 403, 429, 500])('that says why not is that refusal, with status %i', (status) => {
    const error = thrown(answer(status, wrongCode));
    expect(error).toBeInstanceOf(UpstreamRefusal);
    expect(error).toMatchObject({ refusal: 'WRONG_OTP', status, providerCode: '9013' });
  });

  test.each([204, 207])('with status %i and no envelope is of something else', (status) => {
    expect(thrown(answer(status, ''))).toMatchObject({ reason: 'strange', fate: 'answered' });
  });

  test('in words that are not known is judged by its status where that says more', () => {
    expect(thrown(answer(400, newWords))).toMatchObject({ refusal: 'UNRECOGNISED', status: 400 });
    expect(thrown(answer(403, newWords))).toMatchObject({ reason: 'strange' });
    expect(thrown(answer(302, newWords))).toMatchObject({ reason: 'strange' });
  });

  const inSeconds = (seconds: number) => () => new Date(Date.now() + seconds * 1_000).toUTCString();

  test.each<[string, () => string, number]>([
    ['7', () => '7', 7],
    ['30', () => '30', 30],
    ['0', () => '0', 0],
    ['3600', () => '3600', 60],
    ['in half a minute', inSeconds(30), 30],
    ['in ten minutes', inSeconds(600), 60],
    ['ten minutes ago', inSeconds(-600), 0],
  ])(
    'with status 429 and Retry-After %s asks to wait for that long, a minute at most',
    (_when, retryAfter, seconds) => {
      const before = Date.now();
      const { retryAt } = thrown(answer(429, '', retryAfter())) as UpstreamFault;
      const after = Date.now();
      expect(retryAt!.getTime()).toBeGreaterThan(before + (seconds - 1) * 1_000); // a date is cut to whole seconds
      expect(retryAt!.getTime()).toBeLessThanOrEqual(after + seconds * 1_000);
    },
  );

  test.each([
    [429, undefined],
    [429, 'soon'],
    [503, '7'],
  ])('with status %i and Retry-After %s names no time', (status, retryAfter) => {
    expect(thrown(answer(status, '', retryAfter))).toMatchObject({ retryAt: null });
  });
});
