import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { REFUSALS, UpstreamFault, UpstreamRefusal } from '../../src/upstream/errors.ts';
import { failureOf } from '../../src/verification/upstream-failure.ts';

test('the documentation lists each refusal with the codes that a confirm and a request answer', () => {
  const documentation = readFileSync(new URL('../../docs/refusals.md', import.meta.url), 'utf8');
  const rows = Array.from(
    documentation.matchAll(/^\| `(\w+)` +\| .* \| `(\w+)` +\| `(\w+)` +\|$/gm),
    ([, ...row]) => row,
  );
  const expected = REFUSALS.map((refusal) => {
    const error = new UpstreamRefusal({ refusal, providerCode: null, shape: null }, 200);
    return [refusal, failureOf('confirm', error).code, failureOf('request', error).code];
  });
  expect(rows).toEqual(expected);
});

const refusalOf = (refusal: UpstreamRefusal['refusal'], status = 200): UpstreamRefusal =>
  new UpstreamRefusal({ refusal, providerCode: '9013', shape: null }, status);

test.each(['read', 'complete', 'delete'] as const)(
  'a %s that is refused says whether it may pass, and nothing of a code',
  (call) => {
    const codes = REFUSALS.map((refusal) => [refusal, failureOf(call, refusalOf(refusal)).code] as const);
    const withCode = (wanted: string): string[] => codes.flatMap(([refusal, code]) => (code === wanted ? refusal : []));
    expect(withCode('NOT_FOUND')).toEqual(['NOT_FOUND']);
    expect(withCode('RATE_LIMITED')).toEqual(['SEND_LIMIT', 'ATTEMPTS_EXCEEDED', 'RATE_LIMITED']);
    expect(withCode('UPSTREAM_MAINTENANCE')).toEqual(['CARRIER_MAINTENANCE']);
    expect(withCode('UPSTREAM_MISCONFIGURED')).toEqual(['MERCHANT_CONFIG']);
    expect(withCode('UPSTREAM_UNAVAILABLE')).toEqual([
      'IN_PROGRESS',
      'OTP_EXPIRED',
      'SEND_FAILED',
      'UPSTREAM_TEMPORARY',
    ]);
    expect(withCode('UPSTREAM_REJECTED')).toHaveLength(REFUSALS.length - 10);
  },
);

test.each([
  [200, 'CODE_REJECTED', 'UPSTREAM_REJECTED', 'UPSTREAM_REJECTED'],
  [400, 'CODE_REJECTED', 'IDENTITY_MISMATCH', 'UPSTREAM_REJECTED'],
  [404, 'NOT_FOUND', 'UPSTREAM_REJECTED', 'NOT_FOUND'],
  [499, 'CODE_REJECTED', 'UPSTREAM_REJECTED', 'UPSTREAM_REJECTED'],
  [500, 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE'],
])('words that nobody knows mean what their status %i says: %s, %s and %s', (status, ...codes) => {
  const calls = ['confirm', 'request', 'read', 'delete'] as const;
  const failures = calls.map((call) => failureOf(call, refusalOf('UNRECOGNISED', status)));
  expect(failures.map(({ code }) => code)).toEqual([...codes, codes[2]]);
  expect(failures.map(({ providerCode }) => providerCode)).toEqual(Array(4).fill('9013'));
});

test('a lost answer is unknown to a call with an effect, and a failure to a read', () => {
  const lost = new UpstreamFault('cut');
  const calls = ['confirm', 'request', 'delete', 'read', 'complete'] as const;
  expect(calls.map((call) => failureOf(call, lost).code)).toEqual([
    ...Array<string>(3).fill('OUTCOME_UNKNOWN'),
    'UPSTREAM_BAD_RESPONSE',
    'UPSTREAM_BAD_RESPONSE',
  ]);
  const retryAt = new Date(0);
  const notProcessed = new UpstreamFault('rate-limited', retryAt);
  expect(failureOf('confirm', notProcessed)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', retryAt });
});
