import type { Entry } from '../entry.ts';
import {
  type Person,
  ciOf,
  diOf,
  isMobileNumber,
  readBirthday,
  readGenderDigit,
  transactionNumber,
} from '../people.ts';
import type { Shape } from '../version.ts';

/** The upstream's record, in its own words. Times are unix seconds, 0 meaning "not yet". */
interface Certification {
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

const ORIGIN = 'https://example.com/sign-up';

/** What the upstream answers about a verification: the person appears only once certified. */
export function toCertification(entry: Entry): Certification {
  const { impUid, merchantUid, pgProvider, person, certifiedAt } = entry;
  const isCertified = certifiedAt !== null;
  const known = <T>(value: T): T | null => (isCertified ? value : null);
  return {
    imp_uid: impUid,
    merchant_uid: merchantUid ?? `nobody_${impUid}`,
    pg_tid: known(transactionNumber(impUid, certifiedAt ?? 0)),
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
    unique_key: known(ciOf(person)),
    unique_in_site: known(diOf(person)),
    origin: ORIGIN,
  };
}

function seoulMidnight(birthday: string): number {
  return Date.parse(`${birthday}T00:00:00+09:00`) / 1000;
}

/** The person an OTP request describes, or the name of the field that is wrong. */
export function readPerson(body: ReadonlyMap<string, string>): Person | string {
  const text = (field: string) => body.get(field)?.trim() ?? '';
  const digits = (field: string) => text(field).replace(/\D/g, '');
  if (text('name') === '') return 'name';
  if (!isMobileNumber(digits('phone'))) return 'phone';
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
    ...readGenderDigit(genderDigit),
    hasCi: true,
  };
}

/** The certified record as the shape has it. */
export function shaped(record: Certification, shape: Shape): object {
  return SHAPES[shape](record);
}

const SHAPES: Readonly<Record<Shape, (record: Certification) => object>> = {
  absent: requiredFields,
  null: (record) => ({
    ...Object.fromEntries(Object.keys(record).map((field) => [field, null])),
    ...requiredFields(record),
  }),
  unusual: unusualValues,
  status: (record) => ({ ...record, certified: 'true' }),
};

function requiredFields({ imp_uid, pg_provider, foreigner, certified }: Certification): object {
  return { imp_uid, pg_provider, foreigner, certified };
}

/** Every oddity an imitation of the upstream was seen to send, in one record. */
function unusualValues(record: Certification): object {
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
