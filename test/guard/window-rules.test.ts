import { describe, expect, test } from '@jest/globals';
import { opened } from '../../src/guard/attempt-rules.ts';
import {
  ageOf,
  certifiedByWindow,
  giveBack,
  openedWindow,
  useUp,
  WINDOW_MS,
  type WindowRecord,
} from '../../src/guard/window-rules.ts';

const OPENED_AT = 1_000;
const WINDOW = openedWindow('alice', OPENED_AT);
const USED: WindowRecord = { ...WINDOW, usedBy: 'first' };

describe('a window', () => {
  test('is as old as the store says, to its owner and until the last moment of 15 minutes', () => {
    expect(WINDOW_MS).toBe(15 * 60_000);
    expect(ageOf(WINDOW, 'alice', OPENED_AT)).toBe(0);
    expect(ageOf(WINDOW, 'alice', OPENED_AT + WINDOW_MS - 1)).toBe(WINDOW_MS - 1);
  });

  test.each([
    ['was never opened', null, 'alice', OPENED_AT],
    ['is somebody else’s', WINDOW, 'mallory', OPENED_AT],
    ['is over', WINDOW, 'alice', OPENED_AT + WINDOW_MS],
    ['was used', USED, 'alice', OPENED_AT],
  ])('that %s has no age and cannot be used', (_, found, owner, now) => {
    expect(ageOf(found, owner, now)).toBeNull();
    expect(useUp(found, owner, 'second', now)).toEqual({ reply: false });
  });

  test('is used by one call, which alone can give it back', () => {
    const { record, reply } = useUp(WINDOW, 'alice', 'first', OPENED_AT + 1);
    expect([record, reply]).toEqual([USED, true]);
    expect(giveBack(USED, 'second')).toEqual({ reply: false });
    expect(giveBack(null, 'first')).toEqual({ reply: false });
    expect(giveBack(USED, 'first')).toEqual({ record: WINDOW, reply: true });
    expect(giveBack(WINDOW, 'first')).toEqual({ reply: false });
  });
});

describe('a verification that the window of alice has certified', () => {
  const HERS = { ...opened('alice', 'WINDOW'), state: 'CERTIFIED' };

  test.each([
    ['nobody knows here', null],
    ['she opened', opened('alice', 'WINDOW')],
    ['she requested', opened('alice', 'SMS')],
    ['she certified before', { ...opened('alice', null), state: 'CERTIFIED' as const }],
    ['somebody else has claimed', opened('mallory', null)],
    [
      'somebody else has claimed and is trying',
      { ...opened('mallory', null), state: 'IN_FLIGHT' as const, attempts: 1 },
    ],
    [
      'somebody else has claimed and tried in vain',
      { ...opened('mallory', null), state: 'DEAD' as const, attempts: 5 },
    ],
  ])('and that %s is hers', (_, found) => {
    expect(certifiedByWindow(found, 'alice')).toEqual({ record: HERS, reply: true });
  });

  test.each([
    ['requested by SMS', opened('bob', 'SMS')],
    ['requested in the app', opened('bob', 'APP')],
    ['opened', opened('bob', 'WINDOW')],
    ['certified', { ...opened('bob', null), state: 'CERTIFIED' as const }],
  ])('and that somebody else has %s is not', (_, found) => {
    expect(certifiedByWindow(found, 'alice')).toEqual({ reply: false });
  });
});
