import type { Config } from '../../config.ts';
import { signingKeys } from '../../config/signing-keys.ts';
import { ok, type Finding } from './finding.ts';

/** Which of the fields `personId` and `proof` have values. Keys that cannot be used, or lack the other setting, stop the start. */
export function checkProofs({ proofs, isSandbox }: Pick<Config, 'proofs' | 'isSandbox'>): readonly Finding[] {
  if (isSandbox) return [ok('proofs', 'personId and proof are on, with random keys where none are set')];
  const { personIdKey, privateKeys, issuer } = proofs;
  const keys = privateKeys === null ? 0 : signingKeys(privateKeys)!.length;
  const proof = `on: ${keys === 1 ? 'one key' : `${keys} keys, of which the first signs`}, and the issuer ${issuer}`;
  return [
    ok('personId', personIdKey === null ? 'off, since PERSON_ID_KEY is not set: the field is null' : 'on'),
    ok('proof', keys > 0 ? proof : 'off, since PROOF_PRIVATE_KEY is not set: the field is null'),
  ];
}
