import { midnightOf } from '../seoul.ts';
import { asObject, type JsonObject } from '../upstream/json.ts';
import {
  carrier,
  createFieldReader,
  day,
  flag,
  NOBODY,
  oneOf,
  text,
  type CertificationRecord,
  type OnDrift,
} from '../upstream/record.ts';

const GENDERS = { MALE: 'MALE', FEMALE: 'FEMALE' } as const;
const STATUSES = { VERIFIED: 'VERIFIED', READY: 'READY', FAILED: 'FAILED' } as const;

/** The record in an answer of the V2 API. It is certified by the status VERIFIED alone. */
export function decodeVerification(body: JsonObject, onDrift: OnDrift): CertificationRecord {
  const { read, required } = createFieldReader(body, onDrift);
  const person = createFieldReader(asObject(body['verifiedCustomer']) ?? {}, onDrift);
  const channel = createFieldReader(asObject(body['channel']) ?? {}, onDrift);
  const status = required('certified', 'status', oneOf(STATUSES), 'READY');
  const about = {
    impUid: required('impUid', 'id', text, ''),
    merchantUid: read('merchantUid', 'customData', text),
    pgTid: read('pgTid', 'pgTxId', text),
    pgProvider: channel.read('pgProvider', 'pgProvider', text)?.toLowerCase() ?? 'unknown',
    certified: status === 'VERIFIED',
    origin: null,
  };
  if (!about.certified) return { ...about, ...NOBODY, foreigner: false, foreignerV2: null };
  const birthday = person.read('birthday', 'birthDate', day);
  const isForeigner = person.read('foreigner', 'isForeigner', flag);
  return {
    ...about,
    name: person.read('name', 'name', text),
    gender: person.read('gender', 'gender', gender),
    birth: birthday === null ? null : midnightOf(birthday),
    birthday,
    foreigner: isForeigner ?? false,
    foreignerV2: isForeigner,
    phone: person.read('phone', 'phoneNumber', text),
    carrier: person.read('carrier', 'operator', carrier),
    certifiedAt: read('certifiedAt', 'verifiedAt', instant),
    uniqueKey: person.read('uniqueKey', 'ci', text),
    uniqueInSite: person.read('uniqueInSite', 'di', text),
  };
}

/** The gender OTHER has no value in the schema: it is null, and no drift. */
function gender(value: unknown): CertificationRecord['gender'] | undefined {
  return value === 'OTHER' ? null : oneOf(GENDERS)(value);
}

/** Whole unix seconds of an RFC 3339 time. */
function instant(value: unknown): number | undefined {
  const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
  const ms = isTime ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}
