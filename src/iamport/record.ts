import { dayOfMidnight } from '../seoul.ts';
import type { JsonObject } from '../upstream/json.ts';
import {
  carrier,
  createFieldReader,
  day,
  flag,
  isNothing,
  NOBODY,
  oneOf,
  text,
  type CertificationRecord,
  type OnDrift,
} from '../upstream/record.ts';

const GENDERS = { male: 'MALE', female: 'FEMALE' } as const;

/**
 * The record in an answer of the V1 API, in which 0 stands for "not yet" and not for 1970. `certified` is true for the literal
 * `true` alone.
 */
export function decodeCertification(response: JsonObject, onDrift: OnDrift): CertificationRecord {
  const { read, required } = createFieldReader(response, onDrift);
  const certified = read('certified', 'certified', flag) === true;
  const birth = read('birth', 'birth', secondsBelow(2 ** 31));
  const record: CertificationRecord = {
    impUid: required('impUid', 'imp_uid', text, ''),
    merchantUid: read('merchantUid', 'merchant_uid', text),
    pgTid: read('pgTid', 'pg_tid', text),
    pgProvider: required('pgProvider', 'pg_provider', text, 'unknown'),
    name: read('name', 'name', text),
    gender: read('gender', 'gender', oneOf(GENDERS)),
    birth,
    // An unreadable birthday may say another day.
    birthday:
      isNothing(response['birthday']) && birth !== null ? dayOfMidnight(birth) : read('birthday', 'birthday', day),
    foreigner: required('foreigner', 'foreigner', flag, false),
    foreignerV2: read('foreignerV2', 'foreigner_v2', flag),
    phone: read('phone', 'phone', text),
    carrier: read('carrier', 'carrier', carrier),
    certified,
    certifiedAt: read('certifiedAt', 'certified_at', secondsBelow(1e11)) || null,
    uniqueKey: read('uniqueKey', 'unique_key', text),
    uniqueInSite: read('uniqueInSite', 'unique_in_site', text),
    origin: read('origin', 'origin', text),
  };
  return certified ? record : { ...record, ...NOBODY };
}

/** Whole unix seconds from an integer, a float or either as a string; beyond the limit they are no date, or milliseconds. */
function secondsBelow(limit: number): (value: unknown) => number | undefined {
  return (value) => {
    const isNumeric =
      typeof value === 'number' || (typeof value === 'string' && /^-?\d{1,15}(\.\d{1,9})?$/.test(value));
    const whole = isNumeric ? Math.floor(Number(value)) : Number.NaN;
    return Math.abs(whole) < limit ? whole : undefined;
  };
}
