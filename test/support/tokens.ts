import { SignJWT } from 'jose';
import type { AuthConfig } from '../../src/config.ts';

export const SECRET = 'a-secret-of-at-least-32-characters';

/** Callers are named by tokens signed with the secret above; nobody is anonymous. */
export const TOKENS: AuthConfig = {
  jwksUrl: null,
  publicKey: null,
  secret: SECRET,
  issuer: null,
  audience: null,
  routerSecret: null,
  anonymousScopes: null,
};

/** The headers of a caller with these scopes. */
export async function callerHeaders(subject: string, ...scopes: string[]): Promise<{ authorization: string }> {
  const token = new SignJWT({ scope: scopes.join(' ') }).setProtectedHeader({ alg: 'HS256' });
  const signed = await token.setSubject(subject).setExpirationTime('5m').sign(new TextEncoder().encode(SECRET));
  return { authorization: `Bearer ${signed}` };
}
