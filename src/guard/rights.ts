import {
  aged,
  isLeased,
  lostWindow,
  type Attempt,
  type AttemptRecord,
  type ConfirmCode,
  type LostWindowAge,
} from './attempt-rules.ts';

/**
 * What a reader may see: nothing; a record without proof, which has nothing personal in it; a record that was certified in a
 * window; or any.
 */
export type ReadRight<W = LostWindowAge> =
  | { readonly kind: 'none' | 'unproven' | 'any' }
  | { readonly kind: 'window'; readonly window: W };

/** What `owner` may read. Only what this owner's own code has proven, or may have, is theirs. */
export function readRight(found: AttemptRecord | null, owner: string, now: number, leaseMs: number): ReadRight {
  if (found?.owner !== owner) return { kind: 'none' };
  if (found.state === 'CERTIFIED') return { kind: 'any' };
  const lost = found.state === 'DEAD' || isLeased(found, now, leaseMs) ? null : lostWindow(found, leaseMs);
  if (lost) return { kind: 'window', window: aged(lost, now) };
  return { kind: found.method === null ? 'none' : 'unproven' }; // a claim gives the right to try, and no other
}

/** Whether `owner` may delete it: what they requested here, or certified. */
export function mayDelete(found: AttemptRecord | null, owner: string): boolean {
  return found?.owner === owner && (found.method !== null || found.state === 'CERTIFIED');
}

/** How an attempt with the same code ended, for a caller that waits for it. */
export type OtherEnd<W = LostWindowAge> =
  | { readonly kind: 'in-flight' }
  /** It was right, or lost its process and may have been: `right` says which record shows that. */
  | { readonly kind: 'read'; readonly right: ReadRight<W> }
  /** `code` is OUTCOME_UNKNOWN where later attempts stand in its place. */
  | { readonly kind: 'reject'; readonly code: ConfirmCode; readonly attempts: number };

export function otherEnd(
  found: AttemptRecord | null,
  { owner, code }: Pick<Attempt, 'owner' | 'code'>,
  now: number,
  leaseMs: number,
): OtherEnd {
  if (!found) return { kind: 'reject', code: 'OUTCOME_UNKNOWN', attempts: 0 };
  const { attempts, failed, wrong } = found;
  if (wrong.includes(code)) return { kind: 'reject', code: 'WRONG_CODE', attempts };
  if (found.code !== code || failed)
    return { kind: 'reject', code: (found.code === code && failed) || 'OUTCOME_UNKNOWN', attempts };
  return isLeased(found, now, leaseMs)
    ? { kind: 'in-flight' }
    : { kind: 'read', right: readRight(found, owner, now, leaseMs) };
}
