import type { Caller } from '../caller.ts';
import type { Certification } from '../generated/resolvers.ts';
import type { CertificationRecord } from '../upstream/record.ts';
import type { Proofs } from '../proofs/proofs.ts';
import { claimOf, isProvable } from './proof-claims.ts';

const ABOUT_THE_VERIFICATION = [
  '__typename',
  'impUid',
  'merchantUid',
  'pgTid',
  'pgProvider',
  'certified',
  'certifiedAt',
  'origin',
] as const;

type PersonalField = Exclude<keyof Certification, (typeof ABOUT_THE_VERIFICATION)[number]>;

/** Each field that tells something of a person, and the part of the record that it tells. A new field has to stand in one of the two lists. */
const ABOUT_THE_PERSON: Readonly<Record<PersonalField, keyof CertificationRecord>> = {
  name: 'name',
  gender: 'gender',
  birth: 'birth',
  birthday: 'birthday',
  isAtLeastAge: 'birthday',
  foreigner: 'foreigner',
  foreignerV2: 'foreignerV2',
  phone: 'phone',
  carrier: 'carrier',
  uniqueKey: 'uniqueKey',
  uniqueInSite: 'uniqueInSite',
  personId: 'uniqueKey',
  proof: 'certified', // without claims it tells that alone
};

const IMPERSONAL: ReadonlySet<string> = new Set(ABOUT_THE_VERIFICATION);
const NEEDS_CI_SCOPE: ReadonlySet<string> = new Set<PersonalField>(['uniqueKey', 'uniqueInSite']);

/** Whether a field of a certification tells something of the person. A field of the host's own counts as one that does. */
export function isPersonal(field: string): boolean {
  return !IMPERSONAL.has(field);
}

/** Which of the selected personal fields have a value for this caller. */
export function answeredFields(
  record: CertificationRecord,
  selected: ReadonlySet<string>,
  caller: Caller | null,
  proofs: Proofs,
): readonly string[] {
  if (!record.certified) return [];
  const isAnswered = (name: string): boolean => {
    if (NEEDS_CI_SCOPE.has(name) && !caller?.scopes.has('certification:ci')) return false;
    if (name === 'personId' && !proofs.personId) return false;
    if ((name === 'proof' || claimOf(name)) && !(proofs.sign && isProvable(record))) return false;
    const part = partOf(name);
    return part === undefined || record[part] !== null;
  };
  return [...selected].filter(isAnswered).toSorted();
}

/** Undefined for a field of the host's own. */
function partOf(name: string): keyof CertificationRecord | undefined {
  return claimOf(name)?.part ?? ABOUT_THE_PERSON[name as PersonalField];
}
