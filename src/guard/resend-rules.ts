import { ATTEMPTS_ALLOWED, isLeased, type AttemptRecord, type ConfirmCode, type Step } from './attempt-rules.ts';

/** What a caller may have sent again. */
export type Resend =
  | { readonly kind: 'none' }
  /** There is a verification and no message to be sent again: it is approved in an app, or its phone is not known. */
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'reject'; readonly code: ConfirmCode; readonly attempts: number }
  /** `phone` is the HMAC by which limits count it. */
  | { readonly kind: 'allowed'; readonly phone: string; readonly attempts: number };

/**
 * Whether the code of a verification may be sent again. The attempts stay counted. The new code can be one that was wrong before,
 * which therefore is forgotten.
 */
export function resend(found: AttemptRecord | null, owner: string, now: number, leaseMs: number): Step<Resend> {
  if (found?.owner !== owner) return { reply: { kind: 'none' } };
  const { state, attempts, failed, method, phone, wrong } = found;
  const rejected = (code: ConfirmCode): Step<Resend> => ({ reply: { kind: 'reject', code, attempts } });
  if (state === 'CERTIFIED') return rejected('ALREADY_CERTIFIED');
  if (state === 'DEAD') return rejected(failed ?? 'TOO_MANY_ATTEMPTS');
  if (attempts >= ATTEMPTS_ALLOWED) return rejected('TOO_MANY_ATTEMPTS');
  if (isLeased(found, now, leaseMs)) return rejected('IN_PROGRESS');
  if (method !== 'SMS' || !phone) return { reply: { kind: 'unavailable' } };
  const reply: Resend = { kind: 'allowed', phone, attempts };
  return wrong.length === 0 ? { reply } : { record: { ...found, wrong: [] }, reply };
}
