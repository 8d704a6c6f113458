import type { Call, Gender } from 'iamport-identity-client';
import { byId, element } from './elements.ts';
import type { View } from './steps.ts';
import { language, words } from './words.ts';

export type Screen = Exclude<View['screen'], 'same'>;

/** A code on its way to a person. */
export interface Verification {
  readonly impUid: string;
  readonly phone: string;
  readonly resendAt: string;
  readonly expiresAt: string;
  /** Null where it is not known. */
  readonly attemptsLeft: number | null;
  readonly entry: Exclude<View['entry'], 'same'>;
}

/** What the documents select of a certification; the upstream can have less. */
export interface Person {
  readonly name: string | null;
  readonly birthday: string | null;
  readonly gender?: Gender | null;
  readonly isAtLeastAge?: boolean | null;
  readonly certifiedAt: string | null;
}

const SCREENS: readonly Screen[] = ['details', 'code', 'result'];

/** Shows one of them, and moves the focus to what the person uses next. */
export function showScreen(screen: Screen, sent: Verification | null): void {
  for (const id of SCREENS) byId(id).hidden = id !== screen;
  for (const step of document.querySelectorAll<HTMLElement>('[data-step]')) {
    step.ariaCurrent = step.dataset['step'] === screen ? 'step' : null;
  }
  const entry = sent?.entry ?? 'open';
  byId('entry').hidden = entry !== 'open';
  byId('look').hidden = entry !== 'read';
  byId('resend').className = entry === 'over' ? 'primary' : 'secondary';
  const onCode = { open: 'otp', over: 'resend', read: 'look' }[entry];
  byId({ details: 'name', code: onCode, result: 'welcome' }[screen]).focus();
}

/** A role of `alert` reads it out. It keeps its language when the page's changes. */
export function showNotice(message: string): void {
  byId('notice').textContent = message;
  byId('notice').lang = language();
}

export function showPerson(person: Person): void {
  const { rows, genders, yes, no, welcome } = words();
  const texts = {
    name: person.name,
    birthday: person.birthday,
    gender: person.gender && genders[person.gender],
    isAtLeastAge: typeof person.isAtLeastAge === 'boolean' ? (person.isAtLeastAge ? yes : no) : null,
    certifiedAt: person.certifiedAt && new Date(person.certifiedAt).toLocaleString(language()),
  };
  const shown = Object.keys(rows).map((key) => key as keyof typeof rows);
  byId('welcome').textContent = welcome(person.name ?? '');
  byId('person').replaceChildren(
    ...shown.flatMap((row) => (texts[row] ? [element('dt', '', rows[row]), element('dd', '', texts[row])] : [])),
  );
}

export interface Times {
  readonly sent: Verification | null;
  /** The call that runs. */
  readonly call: Call | null;
  readonly blockedUntil: number;
}

/** Everything that changes with time, once a second. */
export function showTimes({ sent, call, blockedUntil }: Times): void {
  const { send, sending, confirm, confirming, resend, sentTo, attempts, timeLeft, timeOver } = words();
  button('send', call === 'request' ? sending : send, call !== null, blockedUntil);
  if (sent === null) return;
  const { phone, attemptsLeft, expiresAt, resendAt } = sent;
  button('confirm', call === 'confirm' ? confirming : confirm, call !== null, blockedUntil);
  button('resend', call === 'request' ? sending : resend, call !== null, Math.max(blockedUntil, Date.parse(resendAt)));
  write('sent-to', sentTo(phone));
  write('attempts', attemptsLeft === null ? '' : attempts(attemptsLeft));
  const left = Date.parse(expiresAt) - Date.now();
  write('countdown', left > 0 ? timeLeft(clock(left)) : timeOver);
}

/** `aria-disabled` and not `disabled`: a button that has the focus keeps it. */
function button(id: string, label: string, isBusy: boolean, from: number): void {
  const wait = from - Date.now();
  write(id, wait > 0 && !isBusy ? words().inTime(label, clock(wait)) : label);
  byId(id).ariaDisabled = String(isBusy || wait > 0);
}

function write(id: string, text: string): void {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

/** Minutes and seconds, such as 2:59. */
function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
