import { createHmac } from 'node:crypto';

/** What a value stands for; the same value under another label is another HMAC. */
export type Label = 'caller' | 'impUid' | 'code' | 'phone' | 'ip' | 'secret' | 'audit';

/** 128 bits of HMAC-SHA-256: six digits or a phone number could be found by trying in a plain hash. */
export type Hmac = (label: Label, ...values: string[]) => string;

export function createHmacs(secret: string): Hmac {
  return (label, ...values) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([label, ...values]))
      .digest()
      .subarray(0, 16)
      .toString('base64url');
}
