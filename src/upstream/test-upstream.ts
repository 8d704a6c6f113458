import { midnightOf } from '../seoul.ts';
import { createCertificationClock } from './clock.ts';
import { UpstreamRefusal, type Refusal } from './errors.ts';
import { newId } from './new-id.ts';
import type { CertificationRecord } from './record.ts';
import { outcomeOf, type IdentityRequest, type IdentityUpstream } from './upstream.ts';

/** A test identity for the reviewers of app stores: a phone number that nobody has, and a fixed code. */
export interface TestIdentity extends Pick<IdentityRequest, 'name' | 'phone' | 'birthday' | 'genderDigit' | 'carrier'> {
  readonly code: string;
}

/** The state of one verification of a test identity, as it is stored. */
export interface TestState {
  /** HMAC of the phone, so that the state names nobody. */
  readonly hmac: string;
  /** Unix seconds; null until the code was right. */
  readonly certifiedAt: number | null;
  readonly isDeleted?: true;
}

/** The store of these states, which replicas share. Errors: `UpstreamFault`. */
export interface TestStates {
  readonly hmacOf: (phone: string) => string;
  find(impUid: string): Promise<TestState | null>;
  /** Errors: an `UpstreamFault` also where something else than `expected` is kept. */
  replace(impUid: string, expected: TestState | null, next: TestState): Promise<void>;
}

interface TestUpstreamOptions {
  readonly identities: readonly TestIdentity[];
  /** Whether their time is over: then none can be verified, and what was verified does not exist. */
  readonly isOver: () => boolean;
  readonly states: TestStates;
}

const TEST_IMP_UID = /^test_[\da-f]{32}$/i;

export function isTestImpUid(impUid: string): boolean {
  return TEST_IMP_UID.test(impUid);
}

/**
 * Answers for test identities without any call, and hands everything else on. A phone of theirs goes no further, whatever else a
 * request says, and neither does an impUid of their form.
 */
export function createTestUpstream(real: IdentityUpstream, options: TestUpstreamOptions): IdentityUpstream {
  const phones = new Set(options.identities.map(({ phone }) => phone));
  const test = createVerifications(options);
  return {
    ...real,
    request: (person, address) =>
      phones.has(person.phone) ? outcomeOf(test.request(person)) : real.request(person, address),
    confirm: (impUid, otp) => (isTestImpUid(impUid) ? outcomeOf(test.confirm(impUid, otp)) : real.confirm(impUid, otp)),
    certification: (impUid, signal) =>
      isTestImpUid(impUid) ? outcomeOf(test.certification(impUid)) : real.certification(impUid, signal),
    readBack: (impUid) => (isTestImpUid(impUid) ? outcomeOf(test.certification(impUid)) : real.readBack(impUid)),
    resend(impUid) {
      const send = real.resend(impUid); // null where codes are not sent again: nothing is different there for a reviewer
      return send && isTestImpUid(impUid) ? () => outcomeOf(test.has(impUid)) : send;
    },
    delete: (impUid) => (isTestImpUid(impUid) ? outcomeOf(test.remove(impUid)) : real.delete(impUid)),
    windowIdOf: (record) => (isTestImpUid(record.impUid) ? null : real.windowIdOf(record)),
    certifiedIn: (record, interval) => (isTestImpUid(record.impUid) ? test : real).certifiedIn(record, interval),
  };
}

function createVerifications({ identities, isOver, states }: TestUpstreamOptions) {
  const clock = createCertificationClock();

  /** The verification of an impUid, and the unix second by the clock of this machine, as each replica dates. Errors: NOT_FOUND. */
  async function find(impUid: string) {
    const state = isOver() ? null : await states.find(impUid);
    const identity = state && identities.find(({ phone }) => states.hmacOf(phone) === state.hmac);
    if (!state || !identity || state.isDeleted) throw refused('NOT_FOUND', 404);
    const [now, at] = [Math.floor(Date.now() / 1_000), performance.now()];
    clock.hearDate(now * 1_000, { since: at, until: at });
    return { state, identity, now };
  }

  return {
    /** A request that is not about the identity in every field is refused, as a carrier would. */
    async request(person: IdentityRequest): Promise<string> {
      if (isOver() || !identities.some((identity) => isAbout(person, identity))) throw refused('INVALID_INPUT', 400);
      if (person.method === 'APP') throw refused('SMS_REQUIRED', 400);
      const impUid = `test_${newId()}`;
      await states.replace(impUid, null, { hmac: states.hmacOf(person.phone), certifiedAt: null });
      return impUid;
    },
    async confirm(impUid: string, otp: string | null): Promise<CertificationRecord> {
      const { state, identity, now } = await find(impUid);
      // A real upstream refuses in words that are not known, and the record then tells by whom it was certified.
      if (state.certifiedAt !== null) throw refused('UNRECOGNISED', 400);
      if (otp !== identity.code) throw refused('WRONG_OTP', 400);
      await states.replace(impUid, state, { ...state, certifiedAt: now });
      return recordOf(impUid, identity, now);
    },
    async certification(impUid: string): Promise<CertificationRecord> {
      const { state, identity } = await find(impUid);
      return recordOf(impUid, identity, state.certifiedAt);
    },
    async remove(impUid: string): Promise<void> {
      const { state } = await find(impUid);
      await states.replace(impUid, state, { ...state, isDeleted: true });
    },
    async has(impUid: string): Promise<void> {
      await find(impUid);
    },
    certifiedIn: (({ certifiedAt }, interval) => clock.place(certifiedAt, interval)) as IdentityUpstream['certifiedIn'],
  };
}

const FIELDS = ['name', 'phone', 'birthday', 'genderDigit', 'carrier'] as const;

function isAbout(person: IdentityRequest, identity: TestIdentity): boolean {
  return FIELDS.every((field) => person[field] === identity[field]);
}

function refused(refusal: Refusal | 'UNRECOGNISED', status: number): UpstreamRefusal {
  return new UpstreamRefusal({ refusal, providerCode: null, shape: null }, status);
}

/** Without a CI and a DI, by which a backend knows a person again. */
function recordOf(impUid: string, identity: TestIdentity, certifiedAt: number | null): CertificationRecord {
  const { name, phone, birthday, genderDigit, carrier } = identity;
  const isCertified = certifiedAt !== null;
  const isForeign = '5678'.includes(genderDigit);
  const known = <T>(value: T): T | null => (isCertified ? value : null);
  return {
    impUid,
    merchantUid: null,
    pgTid: null,
    pgProvider: 'test',
    name: known(name),
    gender: known('1357'.includes(genderDigit) ? ('MALE' as const) : ('FEMALE' as const)),
    birth: known(midnightOf(birthday)),
    birthday: known(birthday),
    foreigner: isCertified && isForeign,
    foreignerV2: known(isForeign),
    phone: known(phone),
    carrier: known(carrier),
    certified: isCertified,
    certifiedAt,
    uniqueKey: null,
    uniqueInSite: null,
    origin: null,
  };
}
