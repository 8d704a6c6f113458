import { createHmac, createSecretKey } from 'node:crypto';

/** The pseudonym of the person with this CI for one audience. */
export type PersonId = (audience: string, ci: string) => string;

/**
 * HMAC-SHA-256 of the JSON text `["<audience>","<CI>"]`, in 43 characters of base64url. Services keep it for years: any other
 * computation would make everybody a new person.
 */
export function createPersonId(secret: string): PersonId {
  const key = createSecretKey(secret, 'utf8');
  return (audience, ci) =>
    createHmac('sha256', key)
      .update(JSON.stringify([audience, ci]))
      .digest('base64url');
}
