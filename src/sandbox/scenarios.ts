import {
  type Answer,
  type Delivery,
  delivered,
  empty,
  gzipBomb,
  htmlError,
  oversized,
  success,
  truncated,
} from './answers.ts';
import type { MAGIC_IMP_UIDS, MAGIC_PHONES } from './magic.ts';
import {
  type Certification,
  type Entry,
  optionalFieldsAbsent,
  optionalFieldsNull,
  toCertification,
  unusualValues,
} from './records.ts';
import { type Form, REFUSALS, type Refusal, refuse, refuseUnder, tooMany } from './refusals.ts';

export const MAGIC_CODE = '123456';

/** How one magic impUid differs from a verification that behaves; a row without a property behaves there. */
export interface Scenario {
  /** The form wrong codes are refused in; 200 unless told. */
  readonly form?: Form;
  /** What a wrong code is refused with; `wrongCode` unless told. */
  readonly wrongCode?: Refusal;
  /** What every confirm gets, whatever the code. */
  readonly confirm?: (entry: Entry) => Answer;
  /** How the record looks once certified. */
  readonly shape?: (record: Certification) => object;
  /** Certified before anybody asked; milliseconds. */
  readonly certifiedAt?: number;
  /** 401 on every call that names it, or on the first only. */
  readonly denied?: 'always' | 'once';
  readonly isUnknown?: true;
  /** How the answer of every call travels; the call itself takes effect. */
  readonly delivery?: Delivery;
  /** Confirm and delete take effect, and then their answers are lost; reads behave. */
  readonly losesChanges?: true;
  /** What every call that names it gets; nothing happens to the record. */
  readonly always?: (record: Certification) => Answer;
}

/** `imp_900SSSnnnnnn`: SSS picks the row, nnnnnn is free. `magic.ts` says what each does. */
export const SCENARIOS: Readonly<Record<keyof typeof MAGIC_IMP_UIDS, Scenario>> = {
  200: {},
  201: { form: 400 },
  202: { form: 500 },
  203: { wrongCode: REFUSALS.reworded },
  204: { wrongCode: REFUSALS.reworded, form: 400 },
  210: { confirm: () => refuse(REFUSALS.expired, 200) },
  211: { confirm: () => refuse(REFUSALS.expired, 400) },
  212: { confirm: () => refuse(REFUSALS.expired, 500) },
  220: { confirm: () => refuse(REFUSALS.attemptsExceeded, 200) },
  221: { confirm: () => refuse(REFUSALS.attemptsExceeded, 400) },
  222: { confirm: () => refuse(REFUSALS.attemptsExceeded, 500) },
  260: { confirm: () => refuse(REFUSALS.appCancelled, 200) },
  261: { confirm: () => refuse(REFUSALS.appCancelled, 400) },
  262: { confirm: () => refuse(REFUSALS.appCancelled, 500) },
  230: { shape: optionalFieldsAbsent },
  231: { shape: optionalFieldsNull },
  232: { shape: unusualValues },
  240: { confirm: (entry) => success(toCertification(entry)) },
  400: { certifiedAt: Date.parse('2024-03-01T09:00:00+09:00') },
  401: { denied: 'always' },
  491: { denied: 'once' },
  404: { isUnknown: true },
  500: { always: () => refuse(REFUSALS.internalError, 500) },
  503: { always: () => refuseUnder(503, REFUSALS.maintenance) },
  600: { always: htmlError },
  601: { always: empty },
  602: { always: truncated },
  603: { always: () => success(null) },
  604: { always: (record) => success({ ...record, imp_uid: neighbour(record.imp_uid) }) },
  610: { always: (record) => delivered(success(record), 'never') },
  611: { delivery: 'late' },
  612: { always: (record) => delivered(success(record), 'half') },
  613: { always: (record) => delivered(success(record), 'reset') },
  614: { losesChanges: true },
  620: { always: oversized },
  621: { always: gzipBomb },
  630: { always: tooMany },
};

const MAGIC = /^imp_900(\d{3})\d{6}$/;

/** The row of a magic impUid; one outside the table is unknown. Undefined for any other impUid. */
export function scenarioOf(impUid: string): Scenario | undefined {
  const number = MAGIC.exec(impUid)?.[1];
  return number === undefined ? undefined : (rowOf(SCENARIOS, number) ?? { isUnknown: true });
}

function neighbour(impUid: string): string {
  return `${impUid.slice(0, -1)}${(Number(impUid.slice(-1)) + 1) % 10}`;
}

/** How an OTP request differs from one that is answered with the code on its way. */
export interface RequestScenario {
  readonly refusal?: Refusal;
  /** The code is sent; this is how the answer travels. */
  readonly delivery?: Delivery;
}

/** By the first three of the phone's last four digits; the fourth is the form, 0, 1 or 2. */
export const REQUEST_SCENARIOS: Readonly<Record<keyof typeof MAGIC_PHONES, RequestScenario>> = {
  101: { refusal: REFUSALS.identityMismatch },
  102: { refusal: REFUSALS.lineNotEligible },
  103: { refusal: REFUSALS.appRequired },
  104: { refusal: REFUSALS.smsFailed },
  105: { refusal: REFUSALS.sendLimit },
  106: { refusal: REFUSALS.rateLimited },
  107: { refusal: REFUSALS.maintenance },
  108: { refusal: REFUSALS.merchantNotSetUp },
  109: { refusal: REFUSALS.mvnoMismatch },
  110: { refusal: REFUSALS.inProgress },
  111: { refusal: REFUSALS.internalError },
  112: { refusal: REFUSALS.smsRequired },
  113: { refusal: REFUSALS.lineBlocked },
  114: { refusal: REFUSALS.ageNotAllowed },
  115: { refusal: REFUSALS.malformed },
  190: { delivery: 'reset' },
  191: { delivery: 'never' },
};

const FORMS: Readonly<Record<string, Form>> = { 0: 200, 1: 400, 2: 500 };

/** The row of a phone number; empty, as for most numbers, where nothing is unusual. */
export function requestScenarioOf(phone: string): RequestScenario & { readonly form?: Form } {
  const form = FORMS[phone.slice(-1)];
  return form === undefined ? {} : { ...rowOf(REQUEST_SCENARIOS, phone.slice(-4, -1)), form };
}

/** The tables have a row for each sentence of `magic.ts`, and digits can name none of them. */
function rowOf<Row>(table: Readonly<Record<string, Row>>, digits: string): Row | undefined {
  return table[digits];
}
