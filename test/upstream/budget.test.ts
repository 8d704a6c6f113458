import { getEventListeners } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';
import { withBudget } from '../../src/upstream/budget.ts';
import { holdTimeouts } from '../support/timers.ts';

describe('the budget of a call', () => {
  test('aborts it at its deadline, and is for sending in its first half', async () => {
    await holdTimeouts(async (pass) => {
      const before = performance.now();
      await withBudget(1_000, async ({ signal, deadline, sendBy }) => {
        expect(deadline - sendBy).toBeCloseTo(500);
        expect(deadline).toBeGreaterThanOrEqual(before + 1_000);
        expect(deadline).toBeLessThanOrEqual(performance.now() + 1_000);
        pass(999);
        expect(signal.aborted).toBe(false);
        pass(1);
        expect(signal.aborted).toBe(true);
      });
    });
  });

  test.each([
    ['answers', async () => 'answer'],
    ['fails', async () => Promise.reject(new Error('failed'))],
  ])('leaves neither a timer nor a listener behind where the call %s', async (_how, work) => {
    const { signal } = new AbortController();
    await holdTimeouts(async () => {
      await withBudget(1_000, work, signal).catch(() => {});
      expect([jest.getTimerCount(), getEventListeners(signal, 'abort')]).toEqual([0, []]);
    });
  });

  test.each(['before', 'during'])('ends when its caller leaves %s the call', async (when) => {
    const caller = new AbortController();
    if (when === 'before') caller.abort();
    await withBudget(
      60_000,
      async ({ signal }) => {
        expect(signal.aborted).toBe(when === 'before');
        caller.abort();
        expect(signal.reason).toMatchObject({ reason: 'gone' });
      },
      caller.signal,
    );
  });
});
