import type { Entry } from './entry.ts';
import { HONG } from './people.ts';
import { REFUSALS, type Refusal } from './refusals.ts';
import { MAGIC_CODE, type Scenario } from './scenarios.ts';

const CODE_WINDOW_MS = 3 * 60_000;
const MAX_WRONG_CODES = 5;
const MAX_ENTRIES = 100_000;

export function createEntry(entry: Pick<Entry, 'impUid' | 'person' | 'requestedAt'> & Partial<Entry>): Entry {
  return {
    merchantUid: null,
    pgProvider: 'danal',
    isFromWindow: false,
    code: null,
    windowFrom: null,
    wrongCodes: 0,
    certifiedAt: null,
    failure: null,
    tries: 1,
    ...entry,
  };
}

/** The record of a magic impUid before any call. */
export function magicEntry(impUid: string, scenario: Scenario, now: number): Entry {
  return createEntry({
    impUid,
    merchantUid: `order_${impUid.slice(-9)}`,
    person: HONG,
    isFromWindow: scenario.isUnsent ?? false,
    code: scenario.isUnsent ? null : MAGIC_CODE,
    requestedAt: scenario.certifiedAt ?? now,
    certifiedAt: scenario.certifiedAt ?? null,
  });
}

export function isSent({ windowFrom, code }: Entry): boolean {
  return windowFrom !== null || code !== null;
}

/** The newest verifications, by impUid. */
export function createEntries() {
  // null marks a deleted verification, so that a magic impUid does not come back to life.
  const entries = new Map<string, Entry | null>();
  return {
    has: (impUid: string) => entries.has(impUid),
    get: (impUid: string) => entries.get(impUid) ?? undefined,
    remove: (impUid: string) => entries.set(impUid, null),
    remember(entry: Entry): void {
      entries.set(entry.impUid, entry);
      const [oldest] = entries.keys();
      if (entries.size > MAX_ENTRIES) entries.delete(oldest!);
    },
  };
}

type Verdict = 'accepted' | 'already-certified' | 'not-sent' | 'code-missing' | Refusal;

/** Decides on a confirm. The record is certified after `accepted`, except where the row says otherwise. */
export function judge(entry: Entry, otp: string | undefined, scenario: Scenario, at: number): Verdict {
  if (scenario.confirm === 'uncertified') return 'accepted';
  if (scenario.confirm !== undefined) return ended(entry, scenario.confirm, at);
  if (entry.certifiedAt !== null) return 'already-certified';
  if (!isSent(entry)) return 'not-sent';
  if (entry.code !== null && !otp) return 'code-missing';
  if (entry.wrongCodes >= MAX_WRONG_CODES) return ended(entry, REFUSALS.attemptsExceeded, at);
  entry.windowFrom ??= at;
  if (at - entry.windowFrom >= CODE_WINDOW_MS) return ended(entry, REFUSALS.expired, at);
  if (entry.code !== null && otp !== entry.code) {
    entry.wrongCodes += 1;
    return scenario.wrongCode ?? REFUSALS.wrongCode;
  }
  entry.certifiedAt = at;
  return 'accepted';
}

function ended(entry: Entry, refusal: Refusal, at: number): Refusal {
  entry.failure ??= { refusal, at };
  return refusal;
}
