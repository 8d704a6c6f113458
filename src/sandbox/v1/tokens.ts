import { randomBytes } from 'node:crypto';
import type { Answer } from '../answers.ts';
import { missing, success, wrongCredentials } from './answers.ts';
import type { Body } from './body.ts';

export const SANDBOX_KEY = 'sandbox_key';
export const SANDBOX_SECRET = 'sandbox_secret';

const TOKEN_MS = 30 * 60_000;
const TOKEN_LAST_MS = 60_000;
const TOKEN_EXTENSION_MS = 5 * 60_000;

/** `POST /users/getToken`: one token at a time, handed out again until it expires. */
export function createTokens(now: () => number) {
  let token: { readonly value: string; expiresAt: number } | undefined;
  return {
    getToken: (body: Body): Answer => {
      const absent = ['imp_key', 'imp_secret'].find((field) => !body.get(field));
      if (absent !== undefined) return missing(absent);
      if (body.get('imp_key') !== SANDBOX_KEY || body.get('imp_secret') !== SANDBOX_SECRET) return wrongCredentials();
      const at = now();
      if (token === undefined || at >= token.expiresAt) {
        token = { value: randomBytes(20).toString('hex'), expiresAt: at + TOKEN_MS };
      } else if (token.expiresAt - at <= TOKEN_LAST_MS) {
        token.expiresAt += TOKEN_EXTENSION_MS;
      }
      return success({ access_token: token.value, now: seconds(at), expired_at: seconds(token.expiresAt) });
    },
    isValidToken: (value: string): boolean => token !== undefined && value === token.value && now() < token.expiresAt,
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
