import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeVerification } from '../../src/portone/record.ts';
import { FIELDS, NOBODY } from '../../src/upstream/record.ts';

const CUSTOMER = {
  name: '홍길동',
  operator: 'SKT',
  phoneNumber: '01012345678',
  birthDate: '1990-01-01',
  gender: 'MALE',
  isForeigner: false,
  ci: 'ci',
  di: 'di',
};
const VERIFIED = {
  status: 'VERIFIED',
  id: '0123456789abcdef0123456789abcdef',
  channel: { type: 'LIVE', pgProvider: 'DANAL' },
  customData: 'order_1',
  verifiedCustomer: CUSTOMER,
  verifiedAt: '2026-01-31T02:00:00Z',
  pgTxId: '202601310000000001',
  pgRawResponse: '{"name":"홍길동"}',
};

/** The same in the words of a record. */
const RECORD = {
  impUid: '0123456789abcdef0123456789abcdef',
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
  origin: null,
};

function decode(changes: Record<string, unknown>, customer: Record<string, unknown> = {}) {
  const drifted: string[] = [];
  const body = { ...VERIFIED, verifiedCustomer: { ...CUSTOMER, ...customer }, ...changes };
  const record = decodeVerification(body, (field) => drifted.push(field));
  return { record, drifted };
}

describe('decodeVerification', () => {
  test('reads a verified record as it is, and nothing of the provider’s raw answer', () => {
    expect(decode({})).toEqual({ record: RECORD, drifted: [] });
  });

  test('fills every field of a record', () => {
    expect(Object.keys(decode({}).record).toSorted()).toEqual([...FIELDS].toSorted());
    expect(Object.keys(decode({ status: 'READY' }).record).toSorted()).toEqual([...FIELDS].toSorted());
  });

  test.each([
    ['1901-12-15', -2_147_418_000],
    ['1901-12-14', null],
    ['2038-01-20', null],
  ])('tells the birth on %s in seconds where 32 bits hold them, as GraphQL’s Int has: %j', (birthDate, birth) => {
    const { record, drifted } = decode({}, { birthDate });
    expect([record.birthday, record.birth, drifted]).toEqual([birthDate, birth, []]);
  });

  test.each([['READY'], ['FAILED'], ['REVIEWED'], ['verified'], [true], [null], [undefined]])(
    'is about nobody with the status %j, whatever else it says',
    (status) => {
      const { record, drifted } = decode({ status });
      expect(record).toEqual({
        ...RECORD,
        ...NOBODY,
        certified: false,
        foreigner: false,
        foreignerV2: null,
      });
      expect(drifted.includes('certified')).toBe(status !== 'READY' && status !== 'FAILED');
    },
  );

  test.each([[undefined], [null], ['']])('takes %j for no value in every optional field, without drift', (nothing) => {
    const nobody = Object.fromEntries(Object.keys(CUSTOMER).map((name) => [name, nothing]));
    const others = { channel: nothing, customData: nothing, pgTxId: nothing, verifiedAt: nothing };
    const { record, drifted } = decode(others, nobody);
    expect(record).toEqual({
      ...Object.fromEntries(FIELDS.map((field) => [field, null])),
      impUid: RECORD.impUid,
      pgProvider: 'unknown',
      foreigner: false,
      certified: true,
    });
    expect(drifted).toEqual([]);
  });

  test.each([[undefined], [null], ['홍길동'], [[CUSTOMER]]])('survives the customer %j', (verifiedCustomer) => {
    expect(decode({ verifiedCustomer }).record).toMatchObject({ certified: true, name: null, uniqueKey: null });
  });

  test.each([
    ['operator', 'LGU', 'carrier', 'LGT'],
    ['operator', 'LGU_MVNO', 'carrier', 'LGT_MVNO'],
    ['operator', 'KT_MVNO', 'carrier', 'KT_MVNO'],
    ['gender', 'FEMALE', 'gender', 'FEMALE'],
    ['gender', 'OTHER', 'gender', null],
    ['birthDate', '19900101', 'birthday', '1990-01-01'],
    ['birthDate', '1959-12-31', 'birth', -315738000],
    ['isForeigner', true, 'foreigner', true],
    ['isForeigner', true, 'foreignerV2', true],
    ['isForeigner', null, 'foreigner', false],
    ['isForeigner', null, 'foreignerV2', null],
  ] as const)('reads %s %j as %s %j without drift', (field, sent, name, read) => {
    const { record, drifted } = decode({}, { [field]: sent });
    expect([record[name], drifted]).toEqual([read, []]);
  });

  test.each([
    ['2026-01-31T02:00:00.999Z', 1769824800],
    ['2026-01-31T11:00:00+09:00', 1769824800],
    ['2026-01-31T11:00:00.123456789+09:00', 1769824800],
    ['1969-12-31T23:59:59.5Z', -1],
  ])('reads the time %s as whole seconds, cut off', (verifiedAt, seconds) => {
    const { record, drifted } = decode({ verifiedAt });
    expect([record.certifiedAt, drifted]).toEqual([seconds, []]);
  });

  test.each([
    ['gender', 'male', 'gender'],
    ['operator', 'MVNO5G', 'carrier'],
    ['birthDate', '1990-02-30', 'birthday'],
    ['isForeigner', 'false', 'foreigner'],
    ['name', { first: '길동' }, 'name'],
    ['ci', 'x'.repeat(2_049), 'uniqueKey'],
    ['di', ['di'], 'uniqueInSite'],
  ] as const)('cannot read %s %j, and says that %s drifted', (field, sent, name) => {
    const { record, drifted } = decode({}, { [field]: sent });
    expect([record[name], drifted]).toEqual([name === 'foreigner' ? false : null, [name]]);
  });

  test.each([
    ['verifiedAt', 1769824800, 'certifiedAt'],
    ['verifiedAt', '2026-01-31', 'certifiedAt'],
    ['verifiedAt', '2026-01-31T02:00:00', 'certifiedAt'],
    ['verifiedAt', '2026-13-31T02:00:00Z', 'certifiedAt'],
    ['customData', { order: 1 }, 'merchantUid'],
    ['pgTxId', {}, 'pgTid'],
  ] as const)('cannot read %s %j, and says that %s drifted', (field, sent, name) => {
    const { record, drifted } = decode({ [field]: sent });
    expect([record[name], drifted]).toEqual([null, [name]]);
  });

  test('without an id is about no verification, and says so', () => {
    const { record, drifted } = decode({ id: null });
    expect([record.impUid, drifted]).toEqual(['', ['impUid']]);
  });

  test('survives any JSON in any field, keeps the types of the schema, and is certified by VERIFIED alone', () => {
    const json = fc.jsonValue().map((value) => value as unknown);
    const customer = fc.oneof(json, fc.dictionary(fc.constantFrom(...Object.keys(CUSTOMER)), json));
    const others = fc.dictionary(fc.constantFrom(...Object.keys(VERIFIED)), json);
    const status = fc.oneof(json, fc.constantFrom('VERIFIED', 'READY', 'FAILED'));
    fc.assert(
      fc.property(others, status, customer, (body, status, verifiedCustomer) => {
        const record = decodeVerification({ ...body, status, verifiedCustomer }, () => {});
        expect(record.certified).toBe(status === 'VERIFIED');
        expect(record.birthday ?? '1990-01-01').toMatch(/^\d{4}-\d\d-\d\d$/);
        expect(Number.isInteger(record.birth ?? 0) && Number.isInteger(record.certifiedAt ?? 0)).toBe(true);
        expect([typeof record.impUid, typeof record.pgProvider, typeof record.foreigner]).toEqual([
          'string',
          'string',
          'boolean',
        ]);
        if (!record.certified) expect(record).toMatchObject(NOBODY);
      }),
    );
  });
});
