import type { Call, FieldProblem, NextStep } from 'iamport-identity-client';
import type { Words } from './words.ts';

/** What the page shows after an answer. */
export interface View {
  /** The first screen, as where a verification is over. */
  readonly screen: 'first' | 'result' | 'same';
  /** What the gateway's own message does not say. */
  readonly hint: string;
  /** The code can be typed, or the window opened; the code is over; or the result has to be read first. */
  readonly entry: 'open' | 'over' | 'read' | 'same';
  /** Null where it is not known. */
  readonly attemptsLeft: number | null | 'same';
  /** The same call makes no sense before this time, in milliseconds; 0 where it does. */
  readonly blockedUntil: number;
  readonly fields: readonly FieldProblem[];
}

/** The gateway does not always know how long to wait. */
const SOME_SECONDS = 5_000;

/** A number can be asked for one code a minute, also where the answer was lost. */
const A_MINUTE = 60_000;

const SAME: View = { screen: 'same', hint: '', entry: 'same', attemptsLeft: 'same', blockedUntil: 0, fields: [] };

/** One case for each step: the compiler names one that is missing. */
export function viewOf(next: NextStep, call: Call, words: Words): View {
  switch (next.step) {
    case 'done':
      return { ...SAME, screen: 'result' };
    case 'confirm':
    case 'window':
      return { ...SAME, entry: 'open' };
    case 'retype':
      return { ...SAME, entry: 'open', attemptsLeft: next.attemptsRemaining };
    case 'go-on': // a success of a newer gateway: nobody is called verified for it
      return SAME;
    case 'fix-fields':
      return { ...SAME, fields: next.fields };
    case 'wait':
      return { ...SAME, blockedUntil: timeOf(next.retryAt) ?? Date.now() + SOME_SECONDS };
    case 'request-again':
      if (call !== 'request') return { ...SAME, entry: 'over' };
      return { ...SAME, hint: words.codeUnknown, entry: 'over', blockedUntil: Date.now() + A_MINUTE };
    case 'read':
      return { ...SAME, entry: 'read' };
    case 'other-way':
      return { ...SAME, screen: 'first', hint: next.method === 'APP' ? words.useApp : '' };
    case 'start-over':
      return { ...SAME, screen: 'first', hint: reference(next.providerCode, words) };
    case 'try-later':
      return { ...SAME, blockedUntil: timeOf(next.retryAt) ?? 0 };
    case 'contact-support':
      return { ...SAME, hint: `${words.askSupport} ${reference(next.providerCode, words)}`.trim() };
  }
}

function timeOf(instant: string | null): number | null {
  return instant === null ? null : Date.parse(instant);
}

function reference(providerCode: string | null, words: Words): string {
  return providerCode === null ? '' : words.supportCode(providerCode);
}
