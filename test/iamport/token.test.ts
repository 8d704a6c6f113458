import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { UpstreamFault, UpstreamRefusal } from '../../src/upstream/errors.ts';
import { createTokens } from '../../src/iamport/token.ts';

const signal = new AbortController().signal;

/** A log-in whose answers the test gives, and a clock it moves. */
function tokensWith(answer: (login: number) => Record<string, unknown> | Error) {
  const clock = { ms: 0 };
  let logins = 0;
  const tokens = createTokens(
    async () => {
      logins += 1;
      const given = answer(logins);
      if (given instanceof Error) throw given;
      return given;
    },
    () => clock.ms,
  );
  return { tokens, clock, logins: () => logins };
}

function living(seconds: number) {
  return (login: number) => ({ access_token: `token${login}`, now: 5_000_000, expired_at: 5_000_000 + seconds });
}

const refusal = (status: number): UpstreamRefusal =>
  new UpstreamRefusal({ refusal: 'UNRECOGNISED', providerCode: null, shape: null }, status);

describe('the token', () => {
  test('is asked for once by any number of callers at once', async () => {
    const { tokens, logins } = tokensWith(living(1800));
    const values = await Promise.all(Array.from({ length: 100 }, () => tokens.get(signal)));
    expect(new Set(values.map(({ value }) => value))).toEqual(new Set(['token1']));
    expect(logins()).toBe(1);
  });

  test('is refreshed with 30 to 60 seconds left, counted from its arrival on our own clock', async () => {
    const { tokens, clock } = tokensWith(living(1800));
    await tokens.get(signal);
    clock.ms = 1_739_000;
    expect((await tokens.get(signal)).value).toBe('token1');
    clock.ms = 1_771_000;
    expect((await tokens.get(signal)).value).toBe('token2');
  });

  test.each([0, -3600])('that is reported to live for %i seconds is used once, without a loop', async (life) => {
    const { tokens, logins } = tokensWith(living(life));
    expect((await tokens.get(signal)).value).toBe('token1');
    expect(logins()).toBe(1);
    expect((await tokens.get(signal)).value).toBe('token2');
    expect(logins()).toBe(2);
  });

  test('is replaced after a 401 only while it is still the one that failed', async () => {
    const { tokens, logins } = tokensWith(living(1800));
    const failed = await tokens.get(signal);
    const renewed = await Promise.all([tokens.renew(failed, signal), tokens.renew(failed, signal)]);
    const late = await tokens.renew(failed, signal);
    expect([...renewed, late].map(({ value }) => value)).toEqual(['token2', 'token2', 'token2']);
    expect(logins()).toBe(2);
  });

  test('is a new one even when the upstream answers the same value again', async () => {
    const { tokens, logins } = tokensWith(() => ({ access_token: 'same', now: 0, expired_at: 1800 }));
    const failed = await tokens.get(signal);
    await tokens.renew(failed, signal);
    await tokens.renew(failed, signal);
    expect(logins()).toBe(2);
  });

  test('is not replaced again for two seconds after a new one was refused too', async () => {
    const { tokens, clock, logins } = tokensWith(living(1800));
    const renewed = await tokens.renew(await tokens.get(signal), signal);
    tokens.refuse(renewed);
    expect(await tokens.renew(renewed, signal)).toBe(renewed);
    expect(logins()).toBe(2);
    clock.ms = 2_000;
    await tokens.renew(renewed, signal);
    expect(logins()).toBe(3);
  });

  test.each([
    ['refused', new UpstreamFault('unauthorized'), 'UPSTREAM_UNAUTHORIZED'],
    ['refused in words', refusal(400), 'UPSTREAM_UNAUTHORIZED'],
    ['failed by the upstream itself', refusal(500), 'UPSTREAM_UNAVAILABLE'],
    ['lost', new UpstreamFault('timeout'), 'UPSTREAM_UNAVAILABLE'],
    ['without a token', {}, 'UPSTREAM_UNAVAILABLE'],
    ['with a token that breaks a header', { access_token: 'a\r\nb' }, 'UPSTREAM_UNAVAILABLE'],
  ])(
    'log-in %s fails every waiter with a fault that says nothing was sent, and is tried again, at once unless it was refused',
    async (_name, answer, code) => {
      let isBroken = true;
      const { tokens, clock, logins } = tokensWith((login) => (isBroken ? answer : living(1800)(login)));
      const outcomes = await Promise.allSettled([tokens.get(signal), tokens.get(signal)]);
      const reason = { code, fate: 'not-sent' };
      expect(outcomes).toMatchObject([{ reason }, { reason }]);
      expect(logins()).toBe(1);
      isBroken = false;
      if (code === 'UPSTREAM_UNAUTHORIZED') clock.ms = 2_000;
      expect((await tokens.get(signal)).value).toBe('token2');
    },
  );

  test('that is refused is not asked for again within two seconds, however many ask, and works afterwards', async () => {
    const { tokens, clock, logins } = tokensWith((login) =>
      login === 1 ? new UpstreamFault('unauthorized') : living(1800)(login),
    );
    for (const at of [0, 500, 1_000, 1_999]) {
      clock.ms = at;
      await expect(tokens.get(signal)).rejects.toMatchObject({ code: 'UPSTREAM_UNAUTHORIZED' });
    }
    expect(logins()).toBe(1);
    clock.ms = 2_000;
    expect((await tokens.get(signal)).value).toBe('token2');
  });

  test('stops one caller at its deadline and still serves the others, now and later', async () => {
    const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
    let logins = 0;
    const tokens = createTokens(async () => {
      logins += 1;
      return promise;
    });
    const deadline = new AbortController();
    const [hurried, patient] = [tokens.get(deadline.signal), tokens.get(signal)];
    deadline.abort();
    const late = tokens.get(deadline.signal);
    for (const stopped of [hurried, late])
      await expect(stopped).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', fate: 'not-sent' });
    resolve(living(1800)(1));
    expect((await patient).value).toBe('token1');
    expect((await tokens.get(signal)).value).toBe('token1');
    expect(logins).toBe(1);
    expect([deadline.signal, signal].flatMap((waited) => getEventListeners(waited, 'abort'))).toEqual([]);
  });
});
