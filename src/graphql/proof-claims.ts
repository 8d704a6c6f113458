import type { ProofClaim } from '../generated/resolvers.ts';
import type { CertificationRecord } from '../upstream/record.ts';
import { isTestImpUid } from '../upstream/test-upstream.ts';
import { isAtLeastAge, todayInSeoul } from '../seoul.ts';

interface Claim {
  /** The name in the JWT: that of JWT (RFC 7519) or of OpenID Connect where they have one. */
  readonly name: string;
  /** The part of the record that it tells. */
  readonly part: keyof CertificationRecord;
  /** Another value than that of the part itself, which is never null here. */
  readonly value?: (part: string, personId: PersonIdOf) => unknown;
}

/** The pseudonym of a CI for the audience of the proof. */
type PersonIdOf = (ci: string) => string;

const CLAIMS: Readonly<Record<ProofClaim, Claim>> = {
  OVER_14: { name: 'age_over_14', part: 'birthday', value: (day) => isAtLeastAge(day, 14, todayInSeoul()) },
  OVER_19: { name: 'age_over_19', part: 'birthday', value: (day) => isAtLeastAge(day, 19, todayInSeoul()) },
  PERSON_ID: { name: 'sub', part: 'uniqueKey', value: (ci, personId) => personId(ci) },
  CERTIFIED_AT: { name: 'certified_at', part: 'certifiedAt' },
  NAME: { name: 'name', part: 'name' },
  BIRTHDAY: { name: 'birthdate', part: 'birthday' },
  GENDER: { name: 'gender', part: 'gender', value: (gender) => gender.toLowerCase() },
  FOREIGNER: { name: 'foreigner', part: 'foreignerV2' },
};

/** Whether there is a proof of a record: a backend that gets one of a test identity would take it for a person's. */
export function isProvable({ certified, impUid }: CertificationRecord): boolean {
  return certified && !isTestImpUid(impUid);
}

/** The claims that were asked for, without those that the record has no value for. */
export function claimsOf(
  record: CertificationRecord,
  asked: readonly ProofClaim[],
  personId: PersonIdOf,
): Readonly<Record<string, unknown>> {
  const claims = asked
    .map((name) => CLAIMS[name])
    .filter(({ part }) => record[part] !== null)
    .map(({ name, part, value }) => [name, value ? value(String(record[part]), personId) : record[part]] as const);
  return Object.fromEntries(claims);
}

const PREFIX = 'proof.';

/** The name of a claim in the access record; nothing for what is none. */
export function nameOfClaim(claim: unknown): string[] {
  return typeof claim === 'string' && Object.hasOwn(CLAIMS, claim) ? [`${PREFIX}${claim}`] : [];
}

/** The claim of a name in the access record; undefined for a field. */
export function claimOf(name: string): Claim | undefined {
  return name.startsWith(PREFIX) ? CLAIMS[name.slice(PREFIX.length) as ProofClaim] : undefined;
}
