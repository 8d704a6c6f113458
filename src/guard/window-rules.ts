// The rules of the provider's own window: pure functions from one record to the next, as those of an attempt.

import { opened, type AttemptRecord, type Step } from './attempt-rules.ts';

/** What is kept of one window, under the HMAC of its id. Times are in ms of the store's clock. */
export interface WindowRecord {
  /** An HMAC. */
  readonly owner: string;
  readonly openedAt: number;
  /** The call that used it up, by a random name; null before. */
  readonly usedBy: string | null;
}

/** How long a window can be completed. */
export const WINDOW_MS = 15 * 60_000;

export function openedWindow(owner: string, now: number): WindowRecord {
  return { owner, openedAt: now, usedBy: null };
}

/** How long ago `owner` opened a window, in ms; null where they cannot complete it. */
export function ageOf(found: WindowRecord | null, owner: string, now: number): number | null {
  if (found?.owner !== owner || found.usedBy !== null) return null;
  const age = now - found.openedAt;
  return age < WINDOW_MS ? age : null;
}

/** Uses a window up, and answers whether `owner` could. */
export function useUp(
  found: WindowRecord | null,
  owner: string,
  call: string,
  now: number,
): Step<boolean, WindowRecord> {
  const isUsable = found !== null && ageOf(found, owner, now) !== null;
  return isUsable ? { record: { ...found, usedBy: call }, reply: true } : { reply: false };
}

/** Gives back what `call` alone has used up, and answers whether it had. */
export function giveBack(found: WindowRecord | null, call: string): Step<boolean, WindowRecord> {
  return found?.usedBy === call ? { record: { ...found, usedBy: null }, reply: true } : { reply: false };
}

/**
 * The verification that the window of `owner` certified is theirs, whoever claimed it. One that somebody else requested or
 * certified is not: the id of a window can stand in it as the merchantUid that this other caller was talked into.
 */
export function certifiedByWindow(found: AttemptRecord | null, owner: string): Step<boolean> {
  const isForeign = found !== null && found.owner !== owner && (found.method !== null || found.state === 'CERTIFIED');
  return isForeign ? { reply: false } : { record: { ...opened(owner, 'WINDOW'), state: 'CERTIFIED' }, reply: true };
}
