import { createHash } from 'node:crypto';

export interface Person {
  readonly name: string;
  /** Digits only. */
  readonly phone: string;
  readonly carrier: string;
  /** `YYYY-MM-DD` */
  readonly birthday: string;
  readonly gender: 'male' | 'female';
  readonly isForeigner: boolean;
}

/** One verification, from its request to its deletion. Times are milliseconds of the sandbox's clock. */
export interface Entry {
  readonly impUid: string;
  readonly merchantUid: string;
  readonly pgProvider: 'danal' | 'kcp_v2';
  readonly person: Person;
  /** null where the person confirms in an app and no code exists. */
  readonly code: string | null;
  /** When the code's window began; null until the first confirm of a magic impUid. */
  windowFrom: number | null;
  wrongCodes: number;
  certifiedAt: number | null;
}

/** The upstream's record, in its own words. Times are unix seconds, 0 meaning "not yet". */
export interface Certification {
  imp_uid: string;
  merchant_uid: string;
  pg_tid: string | null;
  pg_provider: string;
  name: string | null;
  gender: string | null;
  birth: number;
  birthday: string | null;
  foreigner: boolean;
  foreigner_v2: boolean | null;
  phone: string | null;
  carrier: string | null;
  certified: boolean;
  certified_at: number;
  unique_key: string | null;
  unique_in_site: string | null;
  origin: string;
}

export const HONG: Person = {
  name: '홍길동',
  phone: '01012345678',
  carrier: 'SKT',
  birthday: '1990-01-01',
  gender: 'male',
  isForeigner: false,
};

const ORIGIN = 'https://example.com/sign-up';

/** What the upstream answers about a verification: the person appears only once certified. */
export function toCertification(entry: Entry): Certification {
  const { impUid, merchantUid, pgProvider, person, certifiedAt } = entry;
  const isCertified = certifiedAt !== null;
  const known = <T>(value: T): T | null => (isCertified ? value : null);
  return {
    imp_uid: impUid,
    merchant_uid: merchantUid,
    pg_tid: known(`${seoulDigits(certifiedAt ?? 0)}${impUid.slice(-10)}`),
    pg_provider: pgProvider,
    name: known(person.name),
    gender: known(person.gender),
    birth: isCertified ? seoulMidnight(person.birthday) : 0,
    birthday: known(person.birthday),
    foreigner: isCertified && person.isForeigner,
    foreigner_v2: known(person.isForeigner),
    phone: known(person.phone),
    carrier: known(person.carrier),
    certified: isCertified,
    certified_at: Math.floor((certifiedAt ?? 0) / 1000),
    unique_key: known(personDigest('sha512', person)),
    unique_in_site: known(personDigest('sha384', person)),
    origin: ORIGIN,
  };
}

/** A CI or DI: of the right length, and the same for the same person whatever the phone. */
function personDigest(algorithm: 'sha512' | 'sha384', { name, birthday, gender }: Person): string {
  return createHash(algorithm).update(`${name}\n${birthday}\n${gender}`).digest('base64');
}

function seoulMidnight(birthday: string): number {
  return Date.parse(`${birthday}T00:00:00+09:00`) / 1000;
}

/** `YYYYMMDDhhmmss` in Seoul, with which Danal's transaction numbers begin. */
function seoulDigits(ms: number): string {
  return new Date(ms + 9 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);
}

/** The person an OTP request describes, or the name of the field that is wrong. */
export function readPerson(body: ReadonlyMap<string, string>): Person | string {
  const text = (field: string) => body.get(field)?.trim() ?? '';
  const digits = (field: string) => text(field).replace(/\D/g, '');
  if (text('name') === '') return 'name';
  if (!/^01[016789]\d{7,8}$/.test(digits('phone'))) return 'phone';
  const genderDigit = text('gender_digit');
  if (!/^[1-8]$/.test(genderDigit)) return 'gender_digit';
  const birthday = readBirthday(digits('birth'), genderDigit);
  if (birthday === null) return 'birth';
  if (!['SKT', 'KT', 'LGT'].includes(text('carrier'))) return 'carrier';
  if (!['', 'true', 'false'].includes(text('is_mvno'))) return 'is_mvno';
  if (!['', 'SMS', 'APP'].includes(text('verification_method'))) return 'verification_method';
  return {
    name: text('name'),
    phone: digits('phone'),
    carrier: text('is_mvno') === 'true' ? `${text('carrier')}_MVNO` : text('carrier'),
    birthday,
    gender: Number(genderDigit) % 2 === 1 ? 'male' : 'female',
    isForeigner: Number(genderDigit) >= 5,
  };
}

function readBirthday(digits: string, genderDigit: string): string | null {
  const full = digits.length === 6 ? `${/[1256]/.test(genderDigit) ? '19' : '20'}${digits}` : digits;
  if (full.length !== 8) return null;
  const birthday = `${full.slice(0, 4)}-${full.slice(4, 6)}-${full.slice(6)}`;
  const date = new Date(`${birthday}T00:00:00Z`);
  // February 30th parses as March 1st: only a date that survives the round trip exists.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(birthday) ? birthday : null;
}

export function optionalFieldsAbsent({ imp_uid, pg_provider, foreigner, certified }: Certification): object {
  return { imp_uid, pg_provider, foreigner, certified };
}

export function optionalFieldsNull(record: Certification): object {
  const nulls = Object.fromEntries(Object.keys(record).map((field) => [field, null]));
  return { ...nulls, ...optionalFieldsAbsent(record) };
}

/** Every oddity an imitation of the upstream was seen to send, in one record. */
export function unusualValues(record: Certification): object {
  const { imp_uid, birth, birthday, certified_at } = record;
  return {
    ...record,
    merchant_uid: '',
    pg_tid: '',
    pg_provider: 'danal_next',
    name: '',
    gender: 'unspecified',
    birth: String(birth),
    birthday: birthday?.replaceAll('-', ''),
    foreigner_v2: '',
    phone: '',
    carrier: 'MVNO5G',
    certified_at: Number(imp_uid.slice(-1)) % 2 === 0 ? certified_at + 0.5 : String(certified_at),
    unique_key: '',
    unique_in_site: '',
    origin: '',
    verified_by: 'PASS',
    extra: { nested: [1, null, 'x'] },
  };
}
