import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ENDPOINTS } from '../../src/iamport/endpoints.ts';
import { addressOf } from '../../src/upstream/calls.ts';

describe('the path of a call', () => {
  const ofAnId = ['confirm', 'read', 'readBack', 'delete'] as const;

  test.each(ofAnId)('has the id as its last part, or there is none: %s', (name) => {
    const letter = fc.constantFrom(...Array.from('azAZ09_-./%?#$&\\ \n가'));
    const id = fc.string({ unit: letter, minLength: 4, maxLength: 70 });
    fc.assert(
      fc.property(fc.oneof(id, fc.stringMatching(/^[./ ]?[\w-]{5,65}[./\n]?$/)), (impUid) => {
        if (!/^[\w-]+$/.test(impUid) || impUid.length < 6 || impUid.length > 64) {
          expect(() => addressOf(ENDPOINTS[name], impUid)).toThrow('must be checked');
          return;
        }
        const { path } = addressOf(ENDPOINTS[name], impUid);
        expect(path).toBe(ENDPOINTS[name].path.replace(/\{.*/, '') + impUid);
        expect(new URL(path, 'http://upstream').pathname).toBe(path);
      }),
      { numRuns: 500 },
    );
  });

  test.each(ofAnId)('is none without its id: %s', (name) => {
    expect(() => addressOf(ENDPOINTS[name])).toThrow('must be checked');
  });
});
