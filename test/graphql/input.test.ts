import { describe, expect, test } from '@jest/globals';
import { checkRequest, mobileNumber } from '../../src/graphql/input.ts';
import { isAtLeastAge, todayInSeoul } from '../../src/seoul.ts';

describe('a Korean mobile number', () => {
  test.each([
    '010-1234-5678',
    '01012345678',
    '010.1234.5678',
    '010 1234 5678',
    '(010) 1234-5678',
    '+82 10-1234-5678',
    '+82-010-1234-5678',
    '82 10 1234 5678',
    '0082 10 1234 5678',
    ' 010-1234-5678 ',
  ])('is one number however it is spelled: %j', (spelling) => {
    expect(mobileNumber(spelling)).toBe('01012345678');
  });

  test.each([
    ['011-123-4567', '0111234567'],
    ['+82 16 1234 5678', '01612345678'],
  ])('may have an old prefix: %s', (spelling, digits) => {
    expect(mobileNumber(spelling)).toBe(digits);
  });

  test.each([
    '',
    '010',
    '010-123-4567',
    '012-1234-5678',
    '+81 10 1234 5678',
    '+82 2 123 4567',
    '０１０１２３４５６７８',
    '010-1234-56789',
    '010123456a8',
  ])('is not %j', (spelling) => {
    expect(mobileNumber(spelling)).toBeNull();
  });
});

describe('the method of a request', () => {
  const input = {
    name: '홍길동',
    phone: '010-1234-5678',
    birthday: '1990-01-01',
    genderDigit: '1',
    carrier: 'SKT',
  } as const;

  test.each([
    [{}, 'SMS'],
    [{ method: null }, 'SMS'],
    [{ method: 'SMS' }, 'SMS'],
    [{ method: 'APP' }, 'APP'],
  ] as const)('is, of %j, %s', (given, method) => {
    expect(checkRequest({ ...input, ...given }, '2026-11-23')).toMatchObject({ ok: true, value: { method } });
  });
});

describe('age in Seoul', () => {
  test.each([
    ['2007-11-23', 19, '2026-11-23', true],
    ['2007-11-24', 19, '2026-11-23', false],
    ['2007-11-24', 18, '2026-11-23', true],
    ['2004-02-29', 19, '2023-02-28', false],
    ['2004-02-29', 19, '2023-03-01', true],
    ['1990-01-01', 150, '2026-11-23', false],
    ['1990-01-01', 0, '2026-11-23', true],
    ['1990-01-01', -5, '2026-11-23', true],
    ['2026-11-24', 0, '2026-11-23', false],
  ])('born on %s, %i by %s: %s', (birthday, years, today, expected) => {
    expect(isAtLeastAge(birthday, years, today)).toBe(expected);
  });

  test('starts the day nine hours before UTC does', () => {
    expect(todayInSeoul(new Date('2026-11-23T14:59:59Z'))).toBe('2026-11-23');
    expect(todayInSeoul(new Date('2026-11-23T15:00:00Z'))).toBe('2026-11-24');
  });
});
