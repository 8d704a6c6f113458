import { createPublicKey, type KeyObject } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWK } from 'jose';
import { ASYMMETRIC } from '../../auth.ts';
import type { AuthConfig, Config } from '../../config.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

const LIMIT_MS = 5_000;
const MIN_RSA_BITS = 2_048;
const CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const KINDS = 'RSA of 2048 bits, EC on P-256, P-384 or P-521, or Ed25519';

/** Whether the keys that verify callers' tokens can be fetched or read, and are of a kind that can. */
export async function checkCallers({ auth, isSandbox }: Config): Promise<readonly Finding[]> {
  const { jwksUrl, publicKey, secret } = auth;
  if (jwksUrl !== null) return [await checkKeySet(new URL(jwksUrl))];
  if (publicKey !== null) return [checkPublicKey(publicKey)];
  if (secret !== null) return [ok('callers', 'their tokens are verified with AUTH_SECRET')];
  if (isSandbox) return [ok('callers', 'anybody may call with every scope, since the sandbox has no real data')];
  return [anonymous(auth)];
}

function anonymous({ routerSecret }: AuthConfig): Finding {
  const callers = routerSecret === null ? 'anybody may call' : 'whatever the router lets through may call';
  const next = 'set AUTH_JWKS_URL, AUTH_PUBLIC_KEY or AUTH_SECRET to tell them apart';
  return warning('callers', `${callers} without a token, and all are one caller: ${next}`);
}

function checkPublicKey(pem: string): Finding {
  if (canVerify(createPublicKey(pem))) return ok('callers', 'their tokens are verified with AUTH_PUBLIC_KEY');
  return problem('callers', `AUTH_PUBLIC_KEY can verify no token: it must be ${KINDS}`);
}

async function checkKeySet(url: URL): Promise<Finding> {
  const published = createRemoteJWKSet(url, { timeoutDuration: LIMIT_MS });
  const since = performance.now();
  try {
    await published.reload();
  } catch (error) {
    return problem('callers', `${url.host} ${whyNoKeySet(error)}`);
  }
  const ms = Math.round(performance.now() - since);
  const keys = published.jwks()?.keys ?? [];
  const usable = keys.filter(isUsable).length;
  if (usable > 0)
    return ok('callers', `${url.host} answers in ${ms} ms; of its ${keys.length} keys ${usable} can verify tokens`);
  return problem(
    'callers',
    `${url.host} publishes no key that can verify a token: it must be ${KINDS}, for signatures`,
  );
}

function whyNoKeySet(error: unknown): string {
  if (error instanceof errors.JWKSTimeout)
    return `does not answer within ${LIMIT_MS / 1_000} s: check AUTH_JWKS_URL and the way to it`;
  if (error instanceof errors.JOSEError) return 'answers no key set: check the path of AUTH_JWKS_URL';
  const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
  const why = typeof code === 'string' && /^[A-Z_]+$/.test(code) ? ` (${code})` : '';
  return `cannot be reached${why}: check AUTH_JWKS_URL, the name look-up, the firewall and the certificate`;
}

/** As jose chooses a key for one of the algorithms that are accepted. */
function isUsable(jwk: JWK): boolean {
  const { alg, use = 'sig', key_ops: operations = ['verify'] } = jwk;
  if (alg !== undefined && !ASYMMETRIC.includes(alg)) return false;
  if (use !== 'sig' || !operations.includes('verify') || 'd' in jwk) return false;
  try {
    return canVerify(createPublicKey({ key: jwk, format: 'jwk' }));
  } catch {
    return false;
  }
}

function canVerify({
  asymmetricKeyType: type,
  asymmetricKeyDetails: { modulusLength, namedCurve } = {},
}: KeyObject): boolean {
  if (type === 'rsa') return modulusLength! >= MIN_RSA_BITS;
  return type === 'ed25519' || (type === 'ec' && CURVES.has(namedCurve!));
}
