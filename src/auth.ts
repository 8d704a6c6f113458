import { createPublicKey, createSecretKey, hash, timingSafeEqual, type webcrypto } from 'node:crypto';
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions, JWTVerifyResult } from 'jose';
import * as errors from 'jose/errors';
import { createRemoteJWKSet, jwksCache } from 'jose/jwks/remote';
import { jwtVerify } from 'jose/jwt/verify';
import { SCOPES, type Identity } from './caller.ts';
import type { AuthConfig } from './config.ts';
import type { CallerRefusal } from './events.ts';
import { sharedSecret } from './config/values.ts';

/** Headers as node, Fastify, Express or fetch give them. */
export type RequestHeaders = Headers | Readonly<Record<string, string | string[] | undefined>>;

/** One header by its lower-case name; repeated ones are joined. */
export function header(headers: RequestHeaders, name: string): string | undefined {
  const value = headers instanceof Headers ? (headers.get(name) ?? undefined) : headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Names the caller of a request; null where the request names none. Errors: `Unauthenticated`; anything else is the issuer's outage. */
export type Authenticate = (request: { readonly headers: RequestHeaders }) => Promise<Identity | null>;

/**
 * The request claims to be somebody and cannot prove it, or did not come through the router. The message is for the client;
 * the reason is counted and logged, so that it is one of a fixed set.
 */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated';
  readonly reason: CallerRefusal;

  constructor(message: string, reason: CallerRefusal = 'other') {
    super(message);
    this.reason = reason;
  }
}

/** The issuer's keys could not be had, for which no token is to blame: an outage, and not a reason to log people out. */
class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/** The keys are there, and the token names none of them. */
const TOKENS_FAULT = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys];

const CLOCK_LEEWAY_S = 30;
const MAX_CACHED_TOKENS = 10_000;
/** A key set of this age is fetched anew, beside the requests: a key that the issuer withdraws lives little longer. */
const KEY_SET_REFRESH_MS = 60_000;

/** A key set that cannot be fetched anew serves until this age: the issuer can be down for as long without being missed. */
const KEY_SET_MAX_AGE_MS = 5 * 60_000;

/** An unknown key id causes no further fetch of the key set for this long, so that made-up key ids cost nothing. */
const JWKS_COOLDOWN_MS = 30_000;

/** Asymmetric ones for keys that anybody may know, HMAC for a shared secret; never both, and never `none`. */
const RSA_AND_ECDSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];
/** RFC 9864 gives the curve of EdDSA a name of its own; issuers send either. */
export const ASYMMETRIC = [...RSA_AND_ECDSA, 'EdDSA', 'Ed25519'];
const SYMMETRIC = ['HS256', 'HS384', 'HS512'];

export function createAuthenticate(config: AuthConfig, jwksCooldownMs = JWKS_COOLDOWN_MS): Authenticate {
  const verify = createVerify(config, jwksCooldownMs);
  const isRouter = config.routerSecret === null ? null : secretEqual(config.routerSecret);
  const anonymous = config.anonymousScopes && {
    subject: 'anonymous',
    isAnonymous: true,
    scopes: config.anonymousScopes,
  };

  return async ({ headers }) => {
    const authorization = header(headers, 'authorization');
    const routerAuthorization = header(headers, 'router-authorization');
    if (isRouter && !isRouter(routerAuthorization ?? ''))
      throw new Unauthenticated('The router secret is missing or wrong', 'router-secret');
    if (!verify || !authorization?.trim()) return anonymous; // some clients send the header empty before they log in
    const token = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw new Unauthenticated('The token is not a bearer token', 'not-bearer');
    return verify(token);
  };
}

interface Keys {
  readonly algorithms: string[];
  readonly find: JWTVerifyGetKey;
  /** The key set in use, compared by identity: a verification that is cached lives no longer than its key set. */
  current(): unknown;
}

function createVerify(config: AuthConfig, jwksCooldownMs: number): ((token: string) => Promise<Identity>) | null {
  const keys = createKeys(config, jwksCooldownMs);
  if (!keys) return null;
  const options: JWTVerifyOptions = {
    algorithms: keys.algorithms,
    clockTolerance: CLOCK_LEEWAY_S,
    requiredClaims: ['exp'],
    ...(config.issuer !== null && { issuer: config.issuer }),
    ...(config.audience !== null && { audience: config.audience }),
  };
  /** By digest, so that no token stays in memory; about 500 bytes each. */
  const verified = new Map<
    string,
    { readonly identity: Identity; readonly expiresAt: number; readonly keySet: unknown }
  >();

  return async (token) => {
    const key = hash('sha256', token, 'base64');
    // Read before the verification, which may fetch another key set: then the next request verifies once more.
    const keySet = keys.current();
    const known = verified.get(key);
    if (known && known.keySet === keySet && Date.now() < known.expiresAt) return known.identity;
    verified.delete(key);
    const { payload } = await verifyWith(keys, token, options).catch(refuse);
    if (typeof payload.sub !== 'string' || payload.sub === '')
      throw new Unauthenticated('The token names nobody', 'no-subject');
    const identity = { subject: payload.sub, isAnonymous: false, scopes: scopesOf(payload) };
    verified.set(key, { identity, expiresAt: (payload.exp! + CLOCK_LEEWAY_S) * 1000, keySet });
    if (verified.size > MAX_CACHED_TOKENS) verified.delete(verified.keys().next().value!);
    return identity;
  };
}

/** Without a key id several keys of a set can fit: each is tried until the signature is right. */
async function verifyWith({ find }: Keys, token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, find, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      const verified = await jwtVerify(token, key, options).catch(unlessOtherKey);
      if (verified) return verified;
    }
    throw error;
  }
}

/** Claims are checked after the signature, so that their errors are final; jose rejects a key that is too weak by a TypeError. */
function unlessOtherKey(error: unknown): null {
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof TypeError) return null;
  throw error;
}

function createKeys(config: AuthConfig, jwksCooldownMs: number): Keys | null {
  if (config.jwksUrl !== null) return publishedKeys(config.jwksUrl, jwksCooldownMs);
  if (config.publicKey !== null) {
    const key = createPublicKey(config.publicKey);
    return { algorithms: ASYMMETRIC, find: async () => key, current: () => key };
  }
  if (config.secret !== null) {
    const keys = hmacKeys(sharedSecret(config.secret));
    return { algorithms: SYMMETRIC, find: async ({ alg }) => keys.get(alg)!, current: () => keys };
  }
  return null;
}

/** One for each algorithm: jose would import the bytes of a secret for every token anew. */
function hmacKeys(secret: Uint8Array): ReadonlyMap<string, webcrypto.CryptoKey> {
  const key = createSecretKey(secret);
  return new Map(
    SYMMETRIC.map((alg) => [
      alg,
      key.toCryptoKey({ name: 'HMAC', hash: alg.replace('HS', 'SHA-') }, false, ['verify']),
    ]),
  );
}

/** The issuer's key set: fetched at first use, when it is too old, and for a key id that is not in it. */
function publishedKeys(url: string, cooldownDuration: number): Keys {
  const cache: { jwks?: JSONWebKeySet; uat?: number } = {};
  let refreshedAt = 0;
  const published = createRemoteJWKSet(new URL(url), {
    timeoutDuration: 2_000,
    cooldownDuration,
    cacheMaxAge: KEY_SET_MAX_AGE_MS,
    [jwksCache]: cache as Record<string, never>, // jose writes each key set that it fetches into it, and when
  });

  function refreshInTime({ uat = Number.POSITIVE_INFINITY }: typeof cache): void {
    if (Date.now() - Math.max(uat, refreshedAt) < KEY_SET_REFRESH_MS) return;
    refreshedAt = Date.now();
    published.reload().catch(ignore); // tried again later; past its age the key set is fetched by the request itself
  }

  return {
    algorithms: ASYMMETRIC,
    find: (header, input) =>
      published(header, input).catch((error) => {
        throw TOKENS_FAULT.some((known) => error instanceof known) ? error : new KeysUnavailable();
      }),
    // Past its age the key set equals nothing, so that the next request fetches it anew.
    current() {
      refreshInTime(cache);
      return published.fresh ? cache.jwks : {};
    },
  };
}

/** What jose throws can quote the token's claims. */
function refuse(error: unknown): never {
  if (error instanceof KeysUnavailable) throw error;
  if (error instanceof errors.JWTExpired) throw new Unauthenticated('The token has expired', 'expired');
  throw new Unauthenticated('The token cannot be verified', 'unverifiable');
}

/** `scope` is OAuth's claim, `scp` that of Entra ID and Okta; each is one string or a list. */
function scopesOf({ scope, scp }: JWTPayload): Identity['scopes'] {
  const named = new Set([scope, scp].flatMap((claim) => (typeof claim === 'string' ? claim.split(' ') : claim)));
  return new Set(SCOPES.filter((known) => named.has(known)));
}

/** In constant time, whatever the lengths. */
function secretEqual(secret: string): (given: string) => boolean {
  const expected = digest(secret);
  return (given) => timingSafeEqual(digest(given), expected);
}

function ignore(): void {}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
