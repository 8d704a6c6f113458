import { describe, expect, test } from '@jest/globals';
import { opened, type AttemptRecord } from '../../src/guard/attempt-rules.ts';
import { resend } from '../../src/guard/resend-rules.ts';

const LEASE_MS = 25_000;
const NOW = 100_000;
const SENT = opened('alice', 'SMS', 'phone');

const by = (owner: string, found: AttemptRecord | null) => resend(found, owner, NOW, LEASE_MS);
const of = (changes: Partial<AttemptRecord>) => by('alice', { ...SENT, ...changes });

describe('a code that is sent again', () => {
  test('is one for the phone that the first went to, and the attempts stay counted', () => {
    expect(of({ attempts: 3 })).toEqual({ reply: { kind: 'allowed', phone: 'phone', attempts: 3 } });
  });

  test('can be one that was wrong before', () => {
    const { record } = of({ attempts: 2, wrong: ['one', 'two'] });
    expect(record).toEqual({ ...SENT, attempts: 2, wrong: [] });
  });

  test('is nothing for any other caller, nor for a verification that nobody knows', () => {
    for (const step of [by('bob', SENT), by('alice', null)]) expect(step).toEqual({ reply: { kind: 'none' } });
  });

  test.each<[string, Partial<AttemptRecord>, string]>([
    ['certified', { state: 'CERTIFIED' }, 'ALREADY_CERTIFIED'],
    ['dead', { state: 'DEAD', failed: 'CODE_EXPIRED' }, 'CODE_EXPIRED'],
    ['without attempts', { attempts: 5 }, 'TOO_MANY_ATTEMPTS'],
    ['being confirmed', { state: 'IN_FLIGHT', startedAt: NOW - 1, attempts: 1 }, 'IN_PROGRESS'],
  ])('is refused for one that is %s', (_what, changes, code) => {
    expect(of(changes).reply).toMatchObject({ kind: 'reject', code });
  });

  test.each<[string, Partial<AttemptRecord>]>([
    ['that is approved in an app', { method: 'APP' }],
    ['that was requested elsewhere', { method: null, phone: null }],
  ])('does not exist for one %s', (_what, changes) => {
    expect(of(changes)).toEqual({ reply: { kind: 'unavailable' } });
  });
});
