import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkConfirm, checkRequest, mobileNumber } from '../../src/graphql/input.ts';
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
    '\u202d010-1234-5678\u202c',
    '\u2068010\u20111234\u20115678\u2069',
    '010–1234–5678',
    '０１０－１２３４－５６７８',
    '０１０１２３４５６７８',
    '010\u00a01234\u30005678',
    'tel:+82-10-1234-5678',
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
    '010-1234-56789',
    'tel:',
    '٠١٠١٢٣٤٥٦٧٨',
    '010123456a8',
  ])('is not %j', (spelling) => {
    expect(mobileNumber(spelling)).toBeNull();
  });
});

describe('a code', () => {
  const codeOf = (otp: string): unknown => {
    const checked = checkConfirm('imp_123456', otp);
    return checked.ok ? checked.value.otp : checked.failure.fields;
  };

  test.each([
    '123 456',
    '123-456',
    ' 123456\n',
    '１２３４５６',
    '\u200b123\u2060456\ufeff',
    '\u202d123456\u202c',
    '1 2 3 4 5 6',
  ])('is the same however it was pasted: %j', (spelling) => {
    expect(codeOf(spelling)).toBe('123456');
  });

  test.each(['', '12345', '1234567', '12345a', '１２３４５', '123.456', '12345²³', '12345O', '١٢٣٤٥٦'])(
    'of anything but six digits is told by field and rule, and not repeated: %j',
    (spelling) => {
      expect(codeOf(spelling)).toEqual([{ name: 'otp', rule: 'OTP' }]);
    },
  );
});

describe('any spelling', () => {
  const noise = fc.array(
    fc.constantFrom(' ', '-', '\u2010', '\u2011', '–', '\u200b', '\u202d', '\u2069', '\u00a0', '\u3000'),
    {
      maxLength: 2,
    },
  );
  const digit = (value: string) => fc.constantFrom(value, String.fromCharCode(value.charCodeAt(0) + 0xfee0));
  const spelled = (digits: string) =>
    fc
      .tuple(...Array.from(digits, (value) => fc.tuple(digit(value), noise)))
      .map((parts) => parts.map(([value, after]) => value + after.join('')).join(''));

  test('of a phone number is one number, and of a code one code', () => {
    fc.assert(
      fc.property(spelled('01012345678'), spelled('123456'), (phone, otp) => {
        expect(mobileNumber(phone)).toBe('01012345678');
        expect(checkConfirm('imp_123456', otp)).toEqual({ ok: true, value: { impUid: 'imp_123456', otp: '123456' } });
      }),
      { numRuns: 500 },
    );
  });

  test('with a letter in it is refused', () => {
    fc.assert(
      fc.property(spelled('1234567890'), fc.constantFrom('a', 'O', 'l', '가', 'ａ', '+', '/'), (text, letter) => {
        expect(mobileNumber(text.slice(0, 5) + letter + text.slice(5))).toBeNull();
        expect(checkConfirm('imp_123456', text.slice(0, 5) + letter).ok).toBe(false);
      }),
    );
  });
});

describe('a name', () => {
  const input = { phone: '01012345678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' } as const;
  const nameOf = (name: string): unknown => {
    const checked = checkRequest({ ...input, name }, '2026-11-26');
    return checked.ok ? checked.value.name : checked.failure.fields;
  };

  test.each([
    ['홍길동'.normalize('NFD'), '홍길동'],
    ['  홍길동 ', '홍길동'],
    ['HONG   GIL\u00a0DONG', 'HONG GIL DONG'],
    ['\u202d홍길동\u202c\u200b', '홍길동'],
  ])('is sent composed, with single spaces and without marks: %j', (given, sent) => {
    expect(nameOf(given)).toBe(sent);
  });

  test.each(['', ' ', '\u200b', '홍\u0000길동', '가'.repeat(61)])('cannot be %j', (name) => {
    expect(nameOf(name)).toEqual([{ name: 'name', rule: 'NAME' }]);
  });
});

describe('a birthday and a gender digit', () => {
  test('may be written with full-width digits', () => {
    const input = {
      name: '홍길동',
      phone: '01012345678',
      birthday: '１９９０－０１－０１',
      genderDigit: '１',
      carrier: 'SKT',
    } as const;
    expect(checkRequest(input, '2026-11-26')).toMatchObject({
      ok: true,
      value: { birthday: '1990-01-01', genderDigit: '1' },
    });
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
