import { expect, test } from '@jest/globals';
import { readConfig } from '../src/config.ts';
import { deadlinesOf } from '../src/deadlines.ts';

test('deadlines of the standard settings', () => {
  expect(deadlinesOf(readConfig({}).iamport)).toEqual({
    readBackDelayMs: 300,
    readBackMs: 2_700,
    answerMs: 18_000,
    leaseMs: 25_000,
    drainMs: 25_000,
  });
});

test.each([
  [1, 1],
  [1, 60_000],
  [60_000, 2_699],
  [60_000, 60_000],
])('a confirm of %d ms and reads of %d ms fit into them', (confirmTimeoutMs, readTimeoutMs) => {
  const { readBackDelayMs, readBackMs, answerMs, leaseMs, drainMs } = deadlinesOf({ confirmTimeoutMs, readTimeoutMs });
  const readBack = readBackDelayMs + readBackMs;
  expect(readBackMs).toBeLessThanOrEqual(readTimeoutMs);
  expect(answerMs).toBeGreaterThanOrEqual(confirmTimeoutMs + readBack);
  expect(leaseMs).toBeGreaterThan(confirmTimeoutMs + 2 * readBack);
  expect(drainMs).toBeGreaterThanOrEqual(leaseMs);
});
