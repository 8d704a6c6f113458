import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Values } from './setting.ts';
import type { PROOFS } from './settings.ts';

/** The key of pseudonyms, and the keys and the issuer of proofs; null for what there is none of. */
export type ProofConfig = Values<typeof PROOFS>;

/** On the sandbox, which has no real people, random keys stand in for those that are not set. */
export function readProofs({ personIdKey, privateKeys, issuer }: ProofConfig, isSandbox: boolean): ProofConfig {
  if (!isSandbox) return { personIdKey, privateKeys, issuer };
  return {
    personIdKey: personIdKey ?? randomBytes(32).toString('base64'),
    privateKeys: privateKeys ?? randomKey(),
    issuer: issuer ?? 'sandbox',
  };
}

function randomKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function proofProblems(env: Readonly<Record<string, string | undefined>>): string[] {
  const { PROOF_PRIVATE_KEY: key, PROOF_ISSUER: issuer, PERSON_ID_KEY: personIdKey, GUARD_SECRET: secret } = env;
  const problems: string[] = [];
  if (key && !issuer) problems.push('PROOF_ISSUER must be set together with PROOF_PRIVATE_KEY');
  if (issuer && !key) problems.push('PROOF_PRIVATE_KEY must be set together with PROOF_ISSUER');
  if (personIdKey && personIdKey === secret)
    problems.push('PERSON_ID_KEY must not be GUARD_SECRET: that can be replaced, and this never can');
  return problems;
}
