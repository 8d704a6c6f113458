import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeCertification } from '../../src/iamport/record.ts';
import { FIELDS, type CertificationRecord } from '../../src/upstream/record.ts';

const CERTIFIED = {
  imp_uid: 'imp_123456789012',
  merchant_uid: 'order_1',
  pg_tid: '202601310000000001',
  pg_provider: 'danal',
  name: '홍길동',
  gender: 'male',
  birth: 631119600,
  birthday: '1990-01-01',
  foreigner: false,
  foreigner_v2: false,
  phone: '01012345678',
  carrier: 'SKT',
  certified: true,
  certified_at: 1769824800,
  unique_key: 'ci',
  unique_in_site: 'di',
  origin: 'data:text/html,x',
};

/** The same in the words of a record. */
const RECORD = {
  impUid: 'imp_123456789012',
  merchantUid: 'order_1',
  pgTid: '202601310000000001',
  pgProvider: 'danal',
  name: '홍길동',
  gender: 'MALE',
  birth: 631119600,
  birthday: '1990-01-01',
  foreigner: false,
  foreignerV2: false,
  phone: '01012345678',
  carrier: 'SKT',
  certified: true,
  certifiedAt: 1769824800,
  uniqueKey: 'ci',
  uniqueInSite: 'di',
  origin: 'data:text/html,x',
};

const FIELD_OF = Object.fromEntries(Object.keys(CERTIFIED).map((name, at) => [name, Object.keys(RECORD)[at]!]));
const fieldOf = (name: string) => FIELD_OF[name] as keyof CertificationRecord;

function decode(changes: Record<string, unknown>) {
  const drifted: string[] = [];
  const record = decodeCertification({ ...CERTIFIED, ...changes }, (field) => drifted.push(field));
  return { record, drifted };
}

describe('decodeCertification', () => {
  test('reads a complete record as it is', () => {
    expect(decode({})).toEqual({ record: RECORD, drifted: [] });
  });

  test('fills every field of a record', () => {
    expect(Object.keys(decode({}).record).toSorted()).toEqual([...FIELDS].toSorted());
  });

  test.each([[undefined], [null], ['']])('takes %j for no value in every optional field, without drift', (nothing) => {
    const optional = Object.keys(CERTIFIED).filter(
      (field) => !['imp_uid', 'pg_provider', 'foreigner', 'certified'].includes(field),
    );
    const { record, drifted } = decode(Object.fromEntries(optional.map((field) => [field, nothing])));
    expect(optional.map((field) => record[fieldOf(field)])).toEqual(optional.map(() => null));
    expect(drifted).toEqual([]);
  });

  test.each([
    ['in winter', '1990-01-01T00:00:00+09:00', '1990-01-01'],
    ['before 1970', '1959-12-31T00:00:00+08:30', '1959-12-31'],
    ['in a summer with daylight saving', '1988-07-15T00:00:00+10:00', '1988-07-15'],
    ['in such a summer by today\u2019s offset', '1988-07-15T00:00:00+09:00', '1988-07-15'],
    ['in 1970', '1970-01-02T00:00:00+09:00', '1970-01-02'],
    ['at noon', '1990-01-01T12:00:00+09:00', null],
    ['never, as 0 says', '1970-01-01T00:00:00Z', null],
  ])('takes the day in Seoul of a birth %s where there is no birthday, without drift', (_when, midnight, birthday) => {
    const birth = Date.parse(midnight) / 1000;
    const { record, drifted } = decode({ birthday: null, birth });
    expect([record.birthday, record.birth, drifted]).toEqual([birthday, birth, []]);
  });

  test('prefers a birthday to a birth', () => {
    expect(decode({ birthday: '1990-01-01', birth: 0 }).record.birthday).toBe('1990-01-01');
  });

  test.each([
    ['certified_at', '1769824800', 1769824800],
    ['certified_at', 1769824800.9, 1769824800],
    ['certified_at', '1769824800.25', 1769824800],
    ['certified_at', 4102444800, 4102444800],
    ['certified_at', 0, null],
    ['certified_at', '0', null],
    ['birth', '631119600', 631119600],
    ['birth', -315651600, -315651600],
    ['birth', 0, 0],
    ['birthday', '19900101', '1990-01-01'],
    ['merchant_uid', 42, '42'],
    ['foreigner_v2', true, true],
    ['carrier', 'KTF', 'KT'],
    ['carrier', 'LGU', 'LGT'],
    ['carrier', 'LGU+', 'LGT'],
    ['carrier', 'lgu+', 'LGT'],
    ['carrier', 'skt', 'SKT'],
    ['carrier', 'KTF_MVNO', 'KT_MVNO'],
    ['carrier', 'Lgu_Mvno', 'LGT_MVNO'],
    ['carrier', 'LGU+_MVNO', 'LGT_MVNO'],
    ['carrier', 'SKT_MVNO', 'SKT_MVNO'],
  ])('reads %s %j as %j without drift', (field, sent, read) => {
    const { record, drifted } = decode({ [field]: sent });
    expect([record[fieldOf(field)], drifted]).toEqual([read, []]);
  });

  test.each([
    ['gender', '1', null],
    ['carrier', 'SKY', null],
    ['carrier', 'MVNO5G', null],
    ['carrier', 'KTX_MVNO', null],
    ['carrier', 'constructor', null],
    ['carrier', ['KT'], null],
    ['carrier', ' SKT', null],
    ['carrier', 'SKT_MVNO2', null],
    ['birthday', '1990-02-30', null],
    ['birthday', '0001-01-01', null],
    ['birthday', '9999-12-31', null],
    ['birthday', 19900101, null],
    ['birthday', 'A1990-01-01', null],
    ['birthday', '1990-01-011', null],
    ['birth', 2 ** 31, null],
    ['certified_at', 1769824800000, null],
    ['certified_at', '1e9', null],
    ['certified_at', ['1769824800'], null],
    ['name', { first: '길동' }, null],
    ['foreigner_v2', 'Y', null],
    ['foreigner', 'N', false],
    ['pg_provider', null, 'unknown'],
    ['imp_uid', null, ''],
    ['certified', 'true', false],
    ['certified', 1, false],
  ])('cannot read %s %j: answers %j, and says which field drifted', (field, sent, read) => {
    const { record, drifted } = decode({ [field]: sent });
    expect(record[fieldOf(field)]).toEqual(read);
    expect(drifted).toContain(fieldOf(field));
  });

  test('reads texts of 2,048 characters, and no longer ones', () => {
    const longest = 'x'.repeat(2_048);
    expect(decode({ origin: longest })).toMatchObject({ record: { origin: longest }, drifted: [] });
    expect(decode({ origin: `${longest}x` })).toMatchObject({ record: { origin: null }, drifted: ['origin'] });
  });

  test('takes 0 for "not yet" while not certified', () => {
    const { record } = decode({ certified: false, birth: 0, certified_at: 0 });
    expect(record).toMatchObject({ certified: false, birth: null, certifiedAt: null });
  });

  test('is about nobody while not certified, whatever else it says', () => {
    const { record } = decode({ certified: 'true' });
    for (const field of [
      'name',
      'gender',
      'birth',
      'birthday',
      'phone',
      'carrier',
      'certifiedAt',
      'uniqueKey',
      'uniqueInSite',
    ] as const) {
      expect([field, record[field]]).toEqual([field, null]);
    }
  });

  test('survives any JSON in any field, keeps the types of the schema, and is certified by the literal true alone', () => {
    const json = fc.jsonValue().map((value) => value as unknown);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(CERTIFIED)), json), (response) => {
        const record = decodeCertification(response, () => {});
        expect(record.certified).toBe(response['certified'] === true);
        expect(record.birthday ?? '1990-01-01').toMatch(/^\d{4}-\d\d-\d\d$/);
        expect(Number.isInteger(record.birth ?? 0) && Number.isInteger(record.certifiedAt ?? 0)).toBe(true);
        expect([typeof record.impUid, typeof record.pgProvider, typeof record.foreigner]).toEqual([
          'string',
          'string',
          'boolean',
        ]);
      }),
    );
  });
});
