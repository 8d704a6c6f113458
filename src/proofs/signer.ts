import { createPublicKey, hash, randomUUID, type KeyObject } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';
import { SignJWT } from 'jose/jwt/sign';
import { signingKeys, type SigningKey } from '../config/signing-keys.ts';

/** Signs claims for one audience: a compact JWS that expires after ten minutes. */
export type Sign = (audience: string, claims: Readonly<Record<string, unknown>>) => Promise<string>;

interface Signer {
  readonly sign: Sign;
  /** The public keys of all private ones, as RFC 7517 has them. */
  readonly jwks: JSONWebKeySet;
}

const LIFETIME = '10m';

/** Signs with the first of the keys. Errors: a TypeError for a text that has none. */
export function createSigner(privateKeys: string, issuer: string): Signer {
  const keys = signingKeys(privateKeys);
  const [first] = keys ?? [];
  if (!keys || !first) throw new TypeError('PROOF_PRIVATE_KEY is not usable');
  const { key, alg } = first;
  const { kid } = publicJwk(first);
  return {
    sign: (audience, claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, kid, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(LIFETIME)
        .setJti(randomUUID())
        .sign(key),
    jwks: { keys: keys.map(publicJwk) },
  };
}

function publicJwk({ key, alg }: SigningKey) {
  const jwk = publicPart(key);
  // RFC 7638: the members that make the key, in the order of the alphabet. `y` is undefined, and so left out, for Ed25519.
  const kid = hash('sha256', JSON.stringify(jwk), 'base64url');
  return { ...jwk, kid, alg, use: 'sig' };
}

function publicPart(key: KeyObject) {
  const { crv, kty, x, y } = createPublicKey(key).export({ format: 'jwk' });
  return { crv, kty, x, ...(y !== undefined && { y }) } as { crv: string; kty: string; x: string; y?: string };
}
