import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { REFUSALS, UpstreamRefusal } from '../../src/iamport/errors.ts';
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
