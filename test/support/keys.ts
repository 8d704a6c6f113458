import { generateKeyPairSync } from 'node:crypto';

/** A new private key as `PROOF_PRIVATE_KEY` takes it. */
export function newPrivateKey(curve: 'P-256' | 'Ed25519' = 'P-256'): string {
  const { privateKey } =
    curve === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
