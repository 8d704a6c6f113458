import { calendarDay, dayOfMidnight } from '../seoul.ts';
import type { JsonObject } from './envelope.ts';

/** One certification in the upstream's own words. Absent, null and "" are all null here. */
export interface CertificationRecord {
  readonly imp_uid: string;
  readonly merchant_uid: string | null;
  readonly pg_tid: string | null;
  readonly pg_provider: string;
  readonly name: string | null;
  readonly gender: UpstreamGender | null;
  /** Unix seconds of midnight in Seoul. */
  readonly birth: number | null;
  /** `YYYY-MM-DD`. */
  readonly birthday: string | null;
  readonly foreigner: boolean;
  readonly foreigner_v2: boolean | null;
  readonly phone: string | null;
  readonly carrier: UpstreamCarrier | null;
  readonly certified: boolean;
  /** Unix seconds. */
  readonly certified_at: number | null;
  readonly unique_key: string | null;
  readonly unique_in_site: string | null;
  readonly origin: string | null;
}

const GENDERS = ['male', 'female'] as const;
export type UpstreamGender = (typeof GENDERS)[number];

/** Each network by its names, former ones included. */
const NETWORKS = { SKT: 'SKT', KT: 'KT', KTF: 'KT', LGT: 'LGT', LGU: 'LGT', 'LGU+': 'LGT' } as const;
type Network = (typeof NETWORKS)[keyof typeof NETWORKS];
export type UpstreamCarrier = Network | `${Network}_MVNO`;

/** Called for every field whose value could not be read; never with the value. */
export type OnDrift = (field: keyof CertificationRecord) => void;

/**
 * The record in an upstream answer, whatever shape it came in: one unreadable field costs that field and no other.
 * `certified` is true for the literal `true` alone.
 */
export function decodeCertification(response: JsonObject, onDrift: OnDrift): CertificationRecord {
  const read = <T>(field: keyof CertificationRecord, decode: (value: unknown) => T | undefined): T | null => {
    const value = response[field];
    if (isNothing(value)) return null;
    const decoded = decode(value);
    if (decoded === undefined) onDrift(field);
    return decoded ?? null;
  };
  /** A value the vendor always sends: without it the record is still worth more than an error. */
  const required = <T>(field: keyof CertificationRecord, decode: (value: unknown) => T | undefined, fallback: T): T => {
    const value = read(field, decode);
    if (value === null) onDrift(field);
    return value ?? fallback;
  };
  const certified = read('certified', flag) === true;
  const birth = read('birth', secondsBelow(2 ** 31));
  const record: CertificationRecord = {
    imp_uid: required('imp_uid', text, ''),
    merchant_uid: read('merchant_uid', text),
    pg_tid: read('pg_tid', text),
    pg_provider: required('pg_provider', text, 'unknown'),
    name: read('name', text),
    gender: read('gender', oneOf(GENDERS)),
    birth,
    // An unreadable birthday may say another day.
    birthday: isNothing(response['birthday']) && birth !== null ? dayOfMidnight(birth) : read('birthday', day),

    foreigner: required('foreigner', flag, false),
    foreigner_v2: read('foreigner_v2', flag),
    phone: read('phone', text),
    carrier: read('carrier', carrier),
    certified,
    certified_at: read('certified_at', secondsBelow(1e11)) || null, // 0 is "not yet", never 1970
    unique_key: read('unique_key', text),
    unique_in_site: read('unique_in_site', text),
    origin: read('origin', text),
  };
  return certified ? record : { ...record, ...NOBODY };
}

/** Without proof a record is about nobody, whatever else it says. In it 0 stands for "not yet", and not for 1970. */
const NOBODY = {
  name: null,
  gender: null,
  birth: null,
  birthday: null,
  phone: null,
  carrier: null,
  certified_at: null,
  unique_key: null,
  unique_in_site: null,
} as const satisfies Partial<CertificationRecord>;

/** The longest text taken from the upstream: a page's address has this many characters, a `data:` URL can have any number. */
const MAX_TEXT_LENGTH = 2_048;

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.length <= MAX_TEXT_LENGTH ? value : undefined;
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function oneOf<T extends string>(values: readonly T[]): (value: unknown) => T | undefined {
  return (value) => values.find((known) => known === value);
}

function carrier(value: unknown): UpstreamCarrier | undefined {
  const parts = typeof value === 'string' ? /^([A-Z]+\+?)(_MVNO)?$/.exec(value.toUpperCase()) : null;
  const name = Object.keys(NETWORKS).find((known) => known === parts?.[1]) as keyof typeof NETWORKS | undefined;
  return name && (parts?.[2] ? `${NETWORKS[name]}_MVNO` : NETWORKS[name]);
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

/** Some servers leave the hyphens out. */
function day(value: unknown): string | undefined {
  const parts = typeof value === 'string' ? /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(value) : null;
  return (parts && calendarDay(parts[1]!, parts[2]!, parts[3]!)) ?? undefined;
}

/** The names of its fields. */
export const FIELDS = Object.keys(decodeCertification({}, () => {})) as (keyof CertificationRecord)[];
