import { type Answer, LATE_MS, delivered } from '../answers.ts';
import { invalidRequest, outstanding } from './answers.ts';

const KEPT_MS = 3 * 3_600_000;
const MAX_KEYS = 100_000;

// In quotes, as the standard's draft has it, or without.
const KEY = /^(?:"([\w-]{16,256})"|([\w-]{16,256}))$/;

/**
 * The first answer of every idempotency key, for 3 hours. A repeat gets it whole, even where the first one was lost on the way,
 * and whatever its own path and body are. A first answer that is late or never sent counts as outstanding for 30 seconds.
 */
export function createIdempotency(now: () => number) {
  const answers = new Map<string, { readonly answer: Answer; readonly at: number }>();

  return function once(header: string | undefined, act: () => Answer): Answer {
    if (header === undefined) return act();
    const match = KEY.exec(header);
    const key = match?.[1] ?? match?.[2];
    if (key === undefined) return invalidRequest('Idempotency-Key');
    const at = now();
    const first = answers.get(key);
    if (first !== undefined && at < first.at + KEPT_MS) {
      const isSlow = first.answer.delivery === 'late' || first.answer.delivery === 'never';
      return isSlow && at < first.at + LATE_MS ? outstanding() : delivered(first.answer, 'whole');
    }
    const answer = act();
    // A 401 comes before the key is looked at.
    if (answer.status === 401) return answer;
    answers.delete(key);
    answers.set(key, { answer, at });
    const [oldest] = answers.keys();
    if (answers.size > MAX_KEYS) answers.delete(oldest!);
    return answer;
  };
}
