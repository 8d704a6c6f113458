import { createPrivateKey, type KeyObject } from 'node:crypto';

/** A key that signs, and the name of its algorithm in JWS (RFC 7518, RFC 8037). */
export interface SigningKey {
  readonly key: KeyObject;
  readonly alg: 'ES256' | 'EdDSA';
}

const BLOCK = /-----BEGIN PRIVATE KEY-----[\w+/=\s]+-----END PRIVATE KEY-----/g;

/** The private keys in a text of PEM blocks, in their order; null where it has none, another kind of key, or anything beside them. */
export function signingKeys(text: string): readonly SigningKey[] | null {
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0 || text.replaceAll(BLOCK, '').trim() !== '') return null;
  const keys = blocks.map(signingKey);
  return keys.every((key) => key !== null) ? keys : null;
}

function signingKey(pem: string): SigningKey | null {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return { key, alg: 'EdDSA' };
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? { key, alg: 'ES256' } : null;
  } catch {
    return null;
  }
}
