import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { Budget } from '../../src/upstream/budget.ts';
import type { Kind } from '../../src/upstream/calls.ts';
import { UpstreamFault, UpstreamRefusal, type FaultReason, type Refusal } from '../../src/upstream/errors.ts';
import { createPolicies, type Policies, type PoliciesOptions } from '../../src/upstream/policies.ts';
import { holdTimeouts } from '../support/timers.ts';

afterEach(() => void jest.restoreAllMocks());

const KINDS = ['mutation', 'read', 'read-back'] as const;
const fault = (reason: FaultReason): UpstreamFault => new UpstreamFault(reason);
const refusal = (refusal: Refusal | 'UNRECOGNISED', status: number): UpstreamRefusal =>
  new UpstreamRefusal({ refusal, providerCode: null, shape: null }, status);
const CONNECT = fault('connect');
const CUT = fault('cut');

/** Policies that let everything through and are quick to look again, the probes that they made, and what they told. */
function policiesWith(options: Partial<PoliciesOptions> = {}, probe: () => Promise<void> = async () => {}) {
  const told: unknown[] = [];
  const probes: unknown[] = [];
  const config = { readTries: 3, parallelCalls: 100, queuedCalls: 0, breakerMinimumRps: 10_000, breakerResetMs: 0 };
  const policies = createPolicies(
    { ...config, ...options },
    async () => {
      probes.push(null);
      return probe();
    },
    (event) => told.push(event),
  );
  return { policies, told, probes };
}

const budget = (deadlineMs = 60_000, sendByMs = deadlineMs / 2): Budget => ({
  signal: new AbortController().signal,
  deadline: performance.now() + deadlineMs,
  sendBy: performance.now() + sendByMs,
});

/** When each try of a call was made that ends in this error every time, in ms since the call. */
async function triesOf(policies: Policies, kind: Kind, error: unknown, within = budget()): Promise<number[]> {
  const tries: number[] = [];
  let ms = 0;
  await holdTimeouts(async (pass) => {
    const call = policies.run(kind, within, async () => {
      tries.push(ms);
      throw error;
    });
    const ended = expect(call)
      .rejects.toBe(error)
      .then(() => true);
    for (; !(await Promise.race([ended, turn(false)])); ms += 10) pass(10);
  });
  return tries;
}

const count = async (...call: Parameters<typeof triesOf>): Promise<number> => (await triesOf(...call)).length;

describe('a call that fails', () => {
  test.each<[string, unknown, [mutation: number, read: number, readBack: number]]>([
    ['before anything was sent', CONNECT, [2, 3, 2]],
    ['because its connection was cut', CUT, [1, 3, 2]],
    ['at its log-in', fault('login'), [1, 3, 2]],
    ['at its deadline', fault('timeout'), [1, 1, 1]],
    ['with a failure of the upstream’s own', refusal('UPSTREAM_TEMPORARY', 500), [1, 2, 1]],
    ['with maintenance', refusal('CARRIER_MAINTENANCE', 503), [1, 2, 1]],
    ['with such a failure and a status that is none', refusal('UPSTREAM_TEMPORARY', 499), [1, 1, 1]],
    ['with a person’s mistake', refusal('WRONG_OTP', 500), [1, 1, 1]],
    ['with words nobody knows', refusal('UNRECOGNISED', 500), [1, 1, 1]],
    ['with a defect', new TypeError('a defect'), [1, 1, 1]],
  ])('%s is made as often as its kind allows', async (_how, error, expected) => {
    const made: number[] = [];
    for (const kind of KINDS) made.push(await count(policiesWith().policies, kind, error));
    expect(made).toEqual(expected);
  });

  test('is made once more where the setting says one try, if it is no read and nothing was sent', async () => {
    const made: number[] = [];
    for (const kind of KINDS) made.push(await count(policiesWith({ readTries: 1 }).policies, kind, CONNECT));
    expect(made).toEqual([2, 1, 1]);
  });

  test.each([
    [0, 100],
    [1, 800],
  ])('is made again after 100 to 800 ms, by chance: %i', async (chance, ms) => {
    jest.spyOn(Math, 'random').mockReturnValue(chance);
    expect(await triesOf(policiesWith().policies, 'read', CUT)).toEqual([0, ms, 2 * ms]);
  });

  test('is made again when the upstream says, where that leaves time for it', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(1_000_000);
    const inTwoSeconds = new UpstreamFault('rate-limited', new Date(1_002_000));
    const { policies } = policiesWith();
    expect(await triesOf(policies, 'read', inTwoSeconds)).toEqual([0, 2_000, 4_000]);
    expect(await triesOf(policies, 'read', inTwoSeconds, budget(1_900))).toEqual([0]);
    const before = new UpstreamFault('rate-limited', new Date(999_000));
    expect(await count(policies, 'read', before)).toBe(3);
  });

  test('is made again as a read until its deadline, and otherwise while it can still be sent', async () => {
    const { policies } = policiesWith();
    expect(await count(policies, 'read', CONNECT, budget(60_000, 0))).toBe(3);
    expect(await count(policies, 'read-back', CONNECT, budget(60_000, 0))).toBe(2);
    expect(await count(policies, 'mutation', CONNECT, budget(60_000, 0))).toBe(1);
    expect(await count(policies, 'read', CONNECT, budget(0, 60_000))).toBe(1);
  });

  test('is not made again once its caller has gone', async () => {
    const leaving = new AbortController();
    const within = { ...budget(), signal: leaving.signal };
    let tries = 0;
    const left = policiesWith().policies.run('read', within, async () => {
      tries += 1;
      leaving.abort();
      throw CUT;
    });
    await expect(left).rejects.toBe(CUT);
    expect(tries).toBe(1);
  });
});

describe('second tries of reads', () => {
  const succeed = async (policies: Policies, kind: Kind, calls: number): Promise<void> => {
    for (let call = 0; call < calls; call += 1) await policies.run(kind, budget(), async () => {});
  };
  const retriesOf = async (policies: Policies, reads: number, kind: Kind = 'read'): Promise<number> => {
    let tries = 0;
    for (let read = 0; read < reads; read += 1) tries += await count(policies, kind, CUT);
    return tries - reads;
  };

  test('are ten at first, and then one for ten reads', async () => {
    const { policies } = policiesWith();
    expect([await retriesOf(policies, 5), await retriesOf(policies, 10), await retriesOf(policies, 10)]).toEqual([
      10, 1, 1,
    ]);
  });

  test('are ten of a hundred reads that fail at once', async () => {
    const { policies } = policiesWith({ readTries: 2 });
    let tries = 0;
    await holdTimeouts(async (pass) => {
      const reads = Array.from({ length: 100 }, () =>
        policies.run('read', budget(), async () => {
          tries += 1;
          throw CUT;
        }),
      );
      const ended = Promise.allSettled(reads);
      await turn();
      pass(800);
      await ended;
    });
    expect(tries).toBe(110);
  });

  test('are saved by reads that succeed, ten at most', async () => {
    const { policies } = policiesWith();
    await retriesOf(policies, 5);
    await succeed(policies, 'read', 32);
    expect(await retriesOf(policies, 2)).toBe(3);
    await succeed(policies, 'read-back', 300);
    expect(await retriesOf(policies, 6)).toBe(10);
  });

  test('are neither saved nor used by calls that have an effect', async () => {
    const { policies } = policiesWith();
    await retriesOf(policies, 5);
    await succeed(policies, 'mutation', 100);
    expect([await retriesOf(policies, 1), await retriesOf(policies, 1, 'read-back')]).toEqual([0, 0]);
    expect(await count(policies, 'mutation', CONNECT)).toBe(2);
  });
});

describe('a call for which there is no room', () => {
  /** A call that is made and does not end until it is told to. */
  function occupy(policies: Policies, kind: Kind, within = budget()) {
    const { promise, resolve } = Promise.withResolvers<string>();
    let isMade = false;
    const call = policies.run(kind, within, async () => {
      isMade = true;
      return promise;
    });
    return { call, isMade: () => isMade, end: () => resolve('ended') };
  }
  const OVERLOAD = { reason: 'overload', code: 'OVERLOADED', fate: 'not-sent' };

  test.each(['mutation', 'read'] as const)('waits for a place in the queue, or is OVERLOADED: %s', async (kind) => {
    const { policies } = policiesWith({ parallelCalls: 2, queuedCalls: 1 });
    const [first, second, third, fourth] = [1, 2, 3, 4].map(() => occupy(policies, kind));
    await expect(fourth!.call).rejects.toMatchObject(OVERLOAD);
    expect([first, second, third, fourth].map((call) => call!.isMade())).toEqual([true, true, false, false]);
    first!.end();
    third!.end();
    expect(await third!.call).toBe('ended');
    second!.end();
  });

  test('is made and ends, or is OVERLOADED and never made, in any order of calls, ends and departures', async () => {
    const scenario = fc.record({
      parallelCalls: fc.integer({ min: 1, max: 3 }),
      queuedCalls: fc.nat(3),
      steps: fc.array(fc.constantFrom('come', 'come', 'end', 'leave'), { maxLength: 25 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ parallelCalls, queuedCalls, steps }) => {
        const { policies } = policiesWith({ parallelCalls, queuedCalls });
        const calls: (ReturnType<typeof occupy> & { leave: () => void; isEnded: boolean })[] = [];
        const running = () => calls.filter(({ isMade, isEnded }) => isMade() && !isEnded);
        const endOne = (): void => {
          const [oldest] = running();
          oldest?.end();
          if (oldest) oldest.isEnded = true;
        };
        for (const step of steps) {
          if (step === 'end') endOne();
          if (step === 'leave') calls.find(({ isMade }) => !isMade())?.leave();
          if (step === 'come') {
            const leaving = new AbortController();
            const call = occupy(policies, 'read', { ...budget(), signal: leaving.signal });
            call.call.catch(() => {}); // asserted below
            calls.push({ ...call, leave: () => leaving.abort(), isEnded: false });
          }
          await turn();
          expect(running().length).toBeLessThanOrEqual(parallelCalls);
        }
        for (; running().length > 0; await turn()) endOne();
        for (const { call, isMade } of calls)
          expect(await call.catch((error: unknown) => error)).toEqual(isMade() ? 'ended' : fault('overload'));
      }),
    );
  });

  test('leaves room for calls of another kind, and for every read-back', async () => {
    const { policies } = policiesWith({ parallelCalls: 1 });
    const calls = ['mutation', 'read', 'read-back', 'read-back'] as const;
    const made = calls.map((kind) => occupy(policies, kind));
    await turn();
    expect(made.map((call) => call.isMade())).toEqual([true, true, true, true]);
    for (const { end } of made) end();
  });

  test('is OVERLOADED as soon as it has waited for half of its time, and is never made', async () => {
    const { policies } = policiesWith({ parallelCalls: 1, queuedCalls: 1 });
    await holdTimeouts(async (pass) => {
      const [first, second] = [occupy(policies, 'read'), occupy(policies, 'read')];
      await turn();
      const overloaded = expect(second.call).rejects.toMatchObject(OVERLOAD);
      pass(29_000);
      await turn();
      pass(1_000);
      await overloaded;
      first.end();
      expect(await first.call).toBe('ended'); // it had begun in time
      await turn();
      expect(second.isMade()).toBe(false);
    });
  });

  test('leaves no timer behind, nor does one that is made', async () => {
    const { policies } = policiesWith({ parallelCalls: 1 });
    await holdTimeouts(async () => {
      const [made, refused] = [occupy(policies, 'read'), occupy(policies, 'read')];
      await expect(refused.call).rejects.toMatchObject(OVERLOAD);
      made.end();
      await made.call;
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  test('is OVERLOADED where its caller has gone while it waited, and is not made', async () => {
    const { policies } = policiesWith({ parallelCalls: 1, queuedCalls: 1 });
    const leaving = new AbortController();
    const first = occupy(policies, 'read');
    const second = occupy(policies, 'read', { ...budget(), signal: leaving.signal });
    leaving.abort();
    first.end();
    await expect(second.call).rejects.toMatchObject(OVERLOAD);
    expect(second.isMade()).toBe(false);
  });
});

describe('the circuit breaker', () => {
  const BREAKER = { breakerMinimumRps: 2, readTries: 1 };
  const fail = async (policies: Policies, kind: Kind, error: unknown, times = 25): Promise<void> => {
    for (let call = 0; call < times; call += 1)
      await policies.run(kind, budget(), () => Promise.reject(error)).catch(() => {});
  };
  const states = (breaker: Kind, ...changes: string[]): unknown[] =>
    changes.map((state) => ({ kind: 'breaker', breaker, state }));

  test.each<[string, boolean, Error]>([
    ['a connection that was cut', true, CUT],
    ['a failure of its own', true, refusal('UPSTREAM_TEMPORARY', 500)],
    ['maintenance', true, refusal('CARRIER_MAINTENANCE', 503)],
    ['such a failure with a status that is none', false, refusal('UPSTREAM_TEMPORARY', 499)],
    ['words nobody knows', false, refusal('UNRECOGNISED', 500)],
    ['a person’s mistake', false, refusal('WRONG_OTP', 500)],
    ['a caller who has gone', false, fault('gone')],
    ['a defect', false, new TypeError('a defect')],
  ])('is opened by %s: %s', async (_what, opens, error) => {
    const { policies, told } = policiesWith(BREAKER);
    await fail(policies, 'read', error);
    expect(told.slice(0, 1)).toEqual(opens ? states('read', 'open') : []);
  });

  test('is opened by more than half of all calls, where they are as many a second as the setting says', async () => {
    const { policies, told } = policiesWith(BREAKER);
    await fail(policies, 'read', CUT, 19);
    expect(told).toEqual([]);
    for (let call = 0; call < 19; call += 1) await policies.run('read', budget(), async () => {});
    expect(told).toEqual([]);
    await fail(policies, 'read', CUT, 1);
    expect(told).toEqual(states('read', 'open'));
  });

  test('is one for each kind, and none for read-backs', async () => {
    const { policies, told, probes } = policiesWith(BREAKER);
    await fail(policies, 'read-back', CUT);
    expect(told).toEqual([]);
    await fail(policies, 'mutation', CUT, 20);
    expect(told).toEqual(states('mutation', 'open'));
    await policies.run('read', budget(), async () => {});
    expect(probes).toHaveLength(0);
  });

  test('while it is open fails calls at once, and makes neither them nor a probe', async () => {
    const { policies, probes } = policiesWith({ ...BREAKER, breakerResetMs: 60_000 });
    await fail(policies, 'mutation', CUT);
    expect(probes).toHaveLength(0);
    let made = 0;
    const call = policies.run('mutation', budget(), async () => (made += 1));
    await expect(call).rejects.toMatchObject({ reason: 'breaker', code: 'UPSTREAM_UNAVAILABLE', fate: 'not-sent' });
    expect([made, probes.length]).toEqual([0, 0]);
  });

  test('is closed by a probe, of which one is made however many calls wait for it', async () => {
    const probe = Promise.withResolvers<void>();
    const { policies, told, probes } = policiesWith(BREAKER, () => probe.promise);
    await fail(policies, 'mutation', CUT, 20);
    let made = 0;
    const calls = [1, 2, 3].map(() => policies.run('mutation', budget(), async () => (made += 1)));
    await turn();
    expect([made, probes.length]).toEqual([0, 1]);
    probe.resolve();
    await Promise.all(calls);
    expect([made, probes.length]).toEqual([3, 1]);
    expect(told).toEqual(states('mutation', 'open', 'half-open', 'closed'));
  });

  test.each(['cut', 'gone'] as const)('stays open where the probe fails, and is probed again: %s', async (reason) => {
    let isWell = false;
    const { policies, told, probes } = policiesWith(BREAKER, async () => {
      if (!isWell) throw fault(reason);
    });
    await fail(policies, 'read', CUT, 20);
    let made = 0;
    const call = () => policies.run('read', budget(), async () => (made += 1));
    await expect(call()).rejects.toMatchObject({ reason: 'breaker' });
    await expect(call()).rejects.toMatchObject({ reason: 'breaker' });
    expect([made, probes.length]).toEqual([0, 2]);
    isWell = true;
    await call();
    expect([made, probes.length]).toEqual([1, 3]);
    expect(told).toEqual(states('read', 'open', 'half-open', 'open', 'half-open', 'open', 'half-open', 'closed'));
  });

  test('is not waited for longer than half of the time of a call, which is then not made', async () => {
    const probe = Promise.withResolvers<void>();
    const { policies } = policiesWith(BREAKER, () => probe.promise);
    await fail(policies, 'mutation', CUT, 20);
    await holdTimeouts(async (pass) => {
      let made = 0;
      const call = policies.run('mutation', budget(), async () => (made += 1));
      const overloaded = expect(call).rejects.toMatchObject({ reason: 'overload' });
      await turn();
      pass(30_000);
      await overloaded;
      probe.resolve();
      await turn();
      expect(made).toBe(0);
    });
  });
});
