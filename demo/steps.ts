import type { FieldProblem, NextStep } from 'iamport-identity-client';
import type { Words } from './words.ts';

/** What the page shows after an answer. */
export interface View {
  readonly screen: 'details' | 'code' | 'result' | 'same';
  /** What the gateway's own message does not say. */
  readonly hint: string;
  /** On the screen of the code: it can be typed, it is over, or the result has to be read first. */
  readonly entry: 'open' | 'over' | 'read' | 'same';
  /** The same call makes no sense before this time, in milliseconds; 0 where it does. */
  readonly blockedUntil: number;
  readonly fields: readonly FieldProblem[];
}

/** The gateway does not always know how long to wait. */
const SOME_SECONDS = 5_000;

const SAME: View = { screen: 'same', hint: '', entry: 'same', blockedUntil: 0, fields: [] };

/** One case for each step: the compiler names one that is missing. */
export function viewOf(next: NextStep, words: Words): View {
  switch (next.step) {
    case 'done':
      return { ...SAME, screen: 'result' };
    case 'confirm':
      return { ...SAME, screen: 'code', entry: 'open' };
    case 'go-on': // a success of a newer gateway: nobody is called verified for it
    case 'window': // this page opens none
      return SAME;
    case 'fix-fields':
      return { ...SAME, fields: next.fields };
    case 'retype':
      return { ...SAME, screen: 'code', entry: 'open' };
    case 'wait':
      return { ...SAME, blockedUntil: timeOf(next.retryAt) ?? Date.now() + SOME_SECONDS };
    case 'request-again':
      return { ...SAME, hint: words.newCode, entry: 'over' };
    case 'read':
      return { ...SAME, screen: 'code', entry: 'read' };
    case 'other-way':
      return { ...SAME, screen: 'details', hint: HINTS[next.method ?? 'line'](words) };
    case 'start-over':
      return { ...SAME, screen: 'details', hint: join(words.startOver, reference(next.providerCode, words)) };
    case 'try-later':
      return { ...SAME, hint: words.tryLater, blockedUntil: timeOf(next.retryAt) ?? 0 };
    case 'contact-support':
      return { ...SAME, hint: join(words.askSupport, reference(next.providerCode, words)) };
  }
}

const HINTS = {
  SMS: (words: Words) => words.useSms,
  APP: (words: Words) => words.useApp,
  line: (words: Words) => words.useOtherLine,
};

function timeOf(instant: string | null): number | null {
  return instant === null ? null : Date.parse(instant);
}

function reference(providerCode: string | null, words: Words): string {
  return providerCode === null ? '' : words.supportCode(providerCode);
}

const join = (...sentences: string[]): string => sentences.filter(Boolean).join(' ');
