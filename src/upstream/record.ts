import { calendarDay } from '../seoul.ts';
import type { JsonObject } from './json.ts';

/** One certification, in the words of the schema, whichever upstream keeps it. Absent, null and "" are all null here. */
export interface CertificationRecord {
  readonly impUid: string;
  readonly merchantUid: string | null;
  readonly pgTid: string | null;
  readonly pgProvider: string;
  readonly name: string | null;
  readonly gender: RecordGender | null;
  /** Unix seconds of midnight in Seoul. */
  readonly birth: number | null;
  /** `YYYY-MM-DD`. */
  readonly birthday: string | null;
  readonly foreigner: boolean;
  readonly foreignerV2: boolean | null;
  readonly phone: string | null;
  readonly carrier: RecordCarrier | null;
  readonly certified: boolean;
  /** Unix seconds. */
  readonly certifiedAt: number | null;
  readonly uniqueKey: string | null;
  readonly uniqueInSite: string | null;
  readonly origin: string | null;
}

type RecordGender = 'MALE' | 'FEMALE';

/** Each network by its names, former ones and those of other upstreams included. */
const NETWORKS = { SKT: 'SKT', KT: 'KT', KTF: 'KT', LGT: 'LGT', LGU: 'LGT', 'LGU+': 'LGT' } as const;
type Network = (typeof NETWORKS)[keyof typeof NETWORKS];
export type RecordCarrier = Network | `${Network}_MVNO`;

type RecordField = keyof CertificationRecord;

/** Called for every field whose value could not be read; never with the value. */
export type OnDrift = (field: RecordField) => void;

/** A value of an upstream as a value of the record; undefined where it cannot be read. */
type Decode<T> = (value: unknown) => T | undefined;

/** Reads the fields of an object in an answer, whatever shape they came in: one that cannot be read costs that field and no other. */
interface FieldReader {
  /** Null where the value is absent or unreadable. `from` is the upstream's name of the field. */
  readonly read: <T>(field: RecordField, from: string, decode: Decode<T>) => T | null;
  /** A value that the upstream always sends: without it the record is still worth more than an error. */
  readonly required: <T>(field: RecordField, from: string, decode: Decode<T>, fallback: T) => T;
}

export function createFieldReader(source: JsonObject, onDrift: OnDrift): FieldReader {
  const read: FieldReader['read'] = (field, from, decode) => {
    const value = source[from];
    if (isNothing(value)) return null;
    const decoded = decode(value);
    if (decoded === undefined) onDrift(field);
    return decoded ?? null;
  };
  return {
    read,
    required(field, from, decode, fallback) {
      const value = read(field, from, decode);
      if (value === null) onDrift(field);
      return value ?? fallback;
    },
  };
}

/** Without proof a record is about nobody, whatever else it says. */
export const NOBODY = {
  name: null,
  gender: null,
  birth: null,
  birthday: null,
  phone: null,
  carrier: null,
  certifiedAt: null,
  uniqueKey: null,
  uniqueInSite: null,
} as const satisfies Partial<CertificationRecord>;

/** The names of the fields of a record. */
export const FIELDS = [
  'impUid',
  'merchantUid',
  'pgTid',
  'pgProvider',
  'origin',
  'foreigner',
  'foreignerV2',
  'certified',
  ...(Object.keys(NOBODY) as (keyof typeof NOBODY)[]),
] as const satisfies readonly RecordField[];

/** The longest text taken from the upstream: a page's address has this many characters, a `data:` URL can have any number. */
const MAX_TEXT_LENGTH = 2_048;

export function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

export function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.length <= MAX_TEXT_LENGTH ? value : undefined;
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** `oneOf({ male: 'MALE' })` reads the words on the left as the values on the right. */
export function oneOf<T extends string>(words: Readonly<Record<string, T>>): Decode<T> {
  return (value) => (typeof value === 'string' && Object.hasOwn(words, value) ? words[value] : undefined);
}

export function carrier(value: unknown): RecordCarrier | undefined {
  const parts = typeof value === 'string' ? /^([A-Z]+\+?)(_MVNO)?$/.exec(value.toUpperCase()) : null;
  const name = Object.keys(NETWORKS).find((known) => known === parts?.[1]) as keyof typeof NETWORKS | undefined;
  return name && (parts?.[2] ? `${NETWORKS[name]}_MVNO` : NETWORKS[name]);
}

/** Some servers leave the hyphens out. A placeholder such as 0001-01-01 would make anybody an adult: it is no day of birth. */
export function day(value: unknown): string | undefined {
  const parts = typeof value === 'string' ? /^((?:19|20)\d{2})-?(\d{2})-?(\d{2})$/.exec(value) : null;
  return (parts && calendarDay(parts[1]!, parts[2]!, parts[3]!)) ?? undefined;
}
