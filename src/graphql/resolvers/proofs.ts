import type { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../error-code.ts';
import type { MissingSetting } from '../../events.ts';
import type { CertificationResolvers } from '../../generated/resolvers.ts';
import type { IdentityContext } from '../context.ts';
import { claimsOf, isProvable } from '../proof-claims.ts';
import { orNull, TOO_LARGE } from './access.ts';

/** ASCII alone, so that one audience has one spelling. */
const AUDIENCE = /^[!-~]{1,100}$/;

/** The size of a proof without its claims, and of a person id, at most. */
const PROOF_BYTES = 600;
const PERSON_ID_BYTES = 45;

export const personId: CertificationResolvers['personId'] = ({ uniqueKey: ci }, { audience }, { identity }, info) => {
  if (!AUDIENCE.test(audience)) return orNull(wrongAudience(identity, info.fieldName));
  const { bounds, proofs } = identity;
  if (!proofs.personId) return orNull(notConfigured(identity, 'PERSON_ID_KEY', info.fieldName));
  if (ci === null) return null;
  return bounds.takeText(PERSON_ID_BYTES) ? proofs.personId(audience, ci) : orNull(bounds.once(...TOO_LARGE));
};

export const proof: CertificationResolvers['proof'] = (record, { audience, claims }, { identity }, info) => {
  if (!AUDIENCE.test(audience)) return orNull(wrongAudience(identity, info.fieldName));
  const { bounds, proofs } = identity;
  const { sign, personId: idOf } = proofs;
  if (!sign) return orNull(notConfigured(identity, 'PROOF_PRIVATE_KEY', info.fieldName));
  if (!idOf && claims.includes('PERSON_ID')) return orNull(notConfigured(identity, 'PERSON_ID_KEY', info.fieldName));
  if (!isProvable(record)) return null;
  const told = claimsOf(record, claims, (ci) => idOf!(audience, ci));
  // Before it is signed: a document can ask for thousands.
  const bytes = PROOF_BYTES + 2 * Buffer.byteLength(JSON.stringify(told));
  return bounds.takeText(bytes) ? sign(audience, told) : orNull(bounds.once(...TOO_LARGE));
};

function wrongAudience({ bounds }: IdentityContext, field: string): GraphQLError | null {
  const code: ErrorCode = 'BAD_USER_INPUT';
  return bounds.once(`The audience of ${field} must be 1 to 100 visible ASCII characters.`, code, field);
}

/** The setting is named to the operator alone. */
function notConfigured({ bounds, onMissing }: IdentityContext, setting: MissingSetting, field: string) {
  onMissing(setting);
  return bounds.once(`This gateway has no key for ${field}.`, 'NOT_CONFIGURED', field);
}
