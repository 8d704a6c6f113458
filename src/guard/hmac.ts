import { createHmac, createSecretKey } from 'node:crypto';

/** What a value stands for; the same value under another label is another HMAC. */
type Label =
  | 'caller'
  | 'impUid'
  | 'code'
  | 'phone'
  | 'ip'
  | 'request'
  | 'request-seal'
  | 'window'
  | 'secret'
  | 'audit'
  | 'test-identity';

/** 128 bits of HMAC-SHA-256: six digits or a phone number could be found by trying in a plain hash. */
export type Hmac = (label: Label, ...values: string[]) => string;

/** One request asks for these several times, and so does the next of the same caller. Codes and phones do not stay in memory. */
const REPEATED: ReadonlySet<Label> = new Set(['caller', 'ip']);
const MAX_REMEMBERED = 1_000;

export function createHmacs(secret: string): Hmac {
  const key = createSecretKey(secret, 'utf8');
  const remembered = new Map<string, string>();

  function compute(message: string): string {
    return createHmac('sha256', key).update(message).digest().subarray(0, 16).toString('base64url');
  }

  return (label, ...values) => {
    const message = JSON.stringify([label, ...values]);
    if (!REPEATED.has(label)) return compute(message);
    const known = remembered.get(message);
    if (known !== undefined) return known;
    const hmac = compute(message);
    remembered.set(message, hmac);
    if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.keys().next().value!);
    return hmac;
  };
}
