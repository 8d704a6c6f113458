import type { JSONWebKeySet } from 'jose';
import type { ProofConfig } from '../config.ts';
import { createPersonId, type PersonId } from './person-id.ts';
import { createSigner, type Sign } from './signer.ts';

/** What this gateway says of a person under keys of its own; null for what it has no key for. */
export interface Proofs {
  readonly personId: PersonId | null;
  readonly sign: Sign | null;
  /** The keys that verify proofs, none where it has none. */
  readonly jwks: JSONWebKeySet;
}

export const NO_PROOFS: ProofConfig = { personIdKey: null, privateKeys: null, issuer: null };

export function createProofs({ personIdKey, privateKeys, issuer }: ProofConfig): Proofs {
  const signer = privateKeys === null || issuer === null ? null : createSigner(privateKeys, issuer);
  return {
    personId: personIdKey === null ? null : createPersonId(personIdKey),
    sign: signer?.sign ?? null,
    jwks: signer?.jwks ?? { keys: [] },
  };
}
