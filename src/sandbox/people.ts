import { createHash } from 'node:crypto';

export interface Person {
  readonly name: string;
  /** Digits only. */
  readonly phone: string;
  /** In the words of V1, such as LGT_MVNO. */
  readonly carrier: string;
  /** `YYYY-MM-DD` */
  readonly birthday: string;
  readonly gender: 'male' | 'female';
  readonly isForeigner: boolean;
  /** Some of the ways to verify a person give no CI. */
  readonly hasCi: boolean;
}

export const HONG: Person = {
  name: '홍길동',
  phone: '01012345678',
  carrier: 'SKT',
  birthday: '1990-01-01',
  gender: 'male',
  isForeigner: false,
  hasCi: true,
};

/** The CI: 88 characters, the same for the same person whatever the phone. */
export function ciOf(person: Person): string | null {
  return person.hasCi ? personDigest('sha512', person) : null;
}

/** The DI: 64 characters. */
export function diOf(person: Person): string {
  return personDigest('sha384', person);
}

function personDigest(algorithm: 'sha512' | 'sha384', { name, birthday, gender }: Person): string {
  return createHash(algorithm).update(`${name}\n${birthday}\n${gender}`).digest('base64');
}

/** `YYYYMMDDhhmmss` in Seoul, with which Danal's transaction numbers begin. */
function seoulDigits(ms: number): string {
  return new Date(ms + 9 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);
}

/** Danal's number of a verification that was certified at this time. */
export function transactionNumber(impUid: string, certifiedAt: number): string {
  return `${seoulDigits(certifiedAt)}${impUid.slice(-10)}`;
}

export function isMobileNumber(digits: string): boolean {
  return /^01[016789]\d{7,8}$/.test(digits);
}

/** What the seventh digit of a resident number tells, beside the century. */
export function readGenderDigit(digit: string): Pick<Person, 'gender' | 'isForeigner'> {
  return { gender: Number(digit) % 2 === 1 ? 'male' : 'female', isForeigner: Number(digit) >= 5 };
}

/** A birthday of six digits, whose century the gender digit tells, or of eight; null where that day does not exist. */
export function readBirthday(digits: string, genderDigit: string): string | null {
  const full = digits.length === 6 ? `${/[1256]/.test(genderDigit) ? '19' : '20'}${digits}` : digits;
  if (full.length !== 8) return null;
  const birthday = `${full.slice(0, 4)}-${full.slice(4, 6)}-${full.slice(6)}`;
  const date = new Date(`${birthday}T00:00:00Z`);
  // February 30th parses as March 1st: only a date that survives the round trip exists.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(birthday) ? birthday : null;
}
