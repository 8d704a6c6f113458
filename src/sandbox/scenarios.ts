import { type Answer, type Delivery, delivered, empty, htmlError, truncated } from './answers.ts';
import type { Entry } from './entry.ts';
import type { MAGIC_IMP_UIDS, MAGIC_PHONES } from './magic.ts';
import { type Form, REFUSALS, type Refusal } from './refusals.ts';
import type { ApiVersion, CallKind, Shape } from './version.ts';

export const MAGIC_CODE = '123456';

/** How one magic impUid differs from a verification that behaves; a row without a property behaves there. */
export interface Scenario {
  /** The form wrong codes are refused in; 200 unless told. */
  readonly form?: Form;
  /** What a wrong code is refused with; `wrongCode` unless told. */
  readonly wrongCode?: Refusal;
  /** What every confirm gets, whatever the code: a refusal, or a success whose record is not certified. */
  readonly confirm?: Refusal | 'uncertified';
  /** What every resend of V2 is refused with. */
  readonly resend?: Refusal;
  /** How the record looks once certified. */
  readonly shape?: Shape;
  /** Certified before anybody asked; milliseconds. */
  readonly certifiedAt?: number;
  /** 401 on every call that names it, or on the first only. */
  readonly denied?: 'always' | 'once';
  readonly isUnknown?: true;
  /** The record is there, and no code was sent for it. */
  readonly isUnsent?: true;
  /** How the answer of every call travels; the call itself takes effect. */
  readonly delivery?: Delivery;
  /** Every change takes effect, and then its answer is lost; reads behave. */
  readonly losesChanges?: true;
  /** What every call that names it gets; nothing happens to the record. */
  readonly always?: (version: ApiVersion, certified: Entry, kind: CallKind) => Answer;
}

/** `imp_900SSSnnnnnn` or `magic900SSSnnnnnn`: SSS picks the row, nnnnnn is free. */
export const SCENARIOS: Readonly<Record<keyof typeof MAGIC_IMP_UIDS, Scenario>> = {
  200: {},
  201: { form: 400 },
  202: { form: 500 },
  203: { wrongCode: REFUSALS.reworded },
  204: { wrongCode: REFUSALS.reworded, form: 400 },
  210: { confirm: REFUSALS.expired },
  211: { confirm: REFUSALS.expired, form: 400 },
  212: { confirm: REFUSALS.expired, form: 500 },
  220: { confirm: REFUSALS.attemptsExceeded },
  221: { confirm: REFUSALS.attemptsExceeded, form: 400 },
  222: { confirm: REFUSALS.attemptsExceeded, form: 500 },
  260: { confirm: REFUSALS.appCancelled },
  261: { confirm: REFUSALS.appCancelled, form: 400 },
  262: { confirm: REFUSALS.appCancelled, form: 500 },
  230: { shape: 'absent' },
  231: { shape: 'null' },
  232: { shape: 'unusual' },
  233: { shape: 'status' },
  240: { confirm: 'uncertified' },
  241: { isUnsent: true },
  242: { resend: REFUSALS.sendLimit },
  400: { certifiedAt: Date.parse('2024-03-01T09:00:00+09:00') },
  401: { denied: 'always' },
  491: { denied: 'once' },
  404: { isUnknown: true },
  500: { always: (version) => version.refuse(REFUSALS.internalError, 500) },
  503: { always: (version) => version.refuseUnder(503, REFUSALS.maintenance) },
  600: { always: htmlError },
  601: { always: empty },
  602: { always: (version, entry, kind) => truncated(version.success(entry, kind)) },
  603: { always: (version, _, kind) => version.nothing(kind) },
  604: { always: (version, entry, kind) => version.success({ ...entry, impUid: neighbour(entry.impUid) }, kind) },
  610: { always: (version, entry, kind) => delivered(version.success(entry, kind), 'never') },
  611: { delivery: 'late' },
  612: { always: (version, entry, kind) => delivered(version.success(entry, kind), 'half') },
  613: { always: (version, entry, kind) => delivered(version.success(entry, kind), 'reset') },
  614: { losesChanges: true },
  620: { always: (version, entry, kind) => version.oversized(entry, kind) },
  621: { always: (version) => version.bomb() },
  630: { always: (version) => version.tooMany() },
};

const MAGIC = /^(?:imp_|magic)900(\d{3})\d{6}$/;

/** The row of a magic impUid; one outside the table is unknown. Undefined for any other impUid. */
export function scenarioOf(impUid: string): Scenario | undefined {
  const number = MAGIC.exec(impUid)?.[1];
  return number === undefined ? undefined : (rowOf(SCENARIOS, number) ?? { isUnknown: true });
}

function neighbour(impUid: string): string {
  return `${impUid.slice(0, -1)}${(Number(impUid.slice(-1)) + 1) % 10}`;
}

/** How an OTP request differs from one that is answered with the code on its way. */
interface RequestScenario {
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

/** The row of these digits; undefined where a table has none. */
function rowOf<Row>(table: Readonly<Record<string, Row>>, digits: string): Row | undefined {
  return table[digits];
}
