import type { Call, Gender, RequestIdentityOtpInput } from 'iamport-identity-client';
import { byId, element, fieldsetById } from './elements.ts';
import { chosenDoor, type Door } from './form.ts';
import type { View } from './steps.ts';
import { language, words } from './words.ts';

export type Screen = Door | 'code' | 'result';

/** A code on its way to a person. */
export interface SentCode {
  readonly impUid: string;
  /** What it was requested with. */
  readonly input: RequestIdentityOtpInput;
  readonly resendAt: string;
  readonly expiresAt: string;
  /** Null where it is not known. */
  readonly attemptsLeft: number | null;
  readonly entry: Exclude<View['entry'], 'same'>;
}

/** A window that the person was verified in, to be completed; or to be read, where the answer to that was lost. */
export interface PassedWindow {
  readonly impUid: string;
  readonly isLost: boolean;
}

/** How far the person is; both are null until a code was sent or a window was passed. */
export interface Progress {
  readonly sent: SentCode | null;
  readonly passed: PassedWindow | null;
}

/** What the documents select of a certification; the upstream can have less. */
export interface Person {
  readonly name: string | null;
  readonly birthday: string | null;
  readonly gender?: Gender | null;
  readonly isAtLeastAge?: boolean | null;
  readonly certifiedAt: string | null;
}

const SCREENS: readonly Screen[] = ['details', 'code', 'window', 'result'];

/** Shows one of them, with what the person can do there. */
export function showScreen(screen: Screen, { sent, passed }: Progress): void {
  for (const id of SCREENS) byId(id).hidden = id !== screen;
  byId('doors').hidden = screen !== 'details' && screen !== 'window';
  for (const step of document.querySelectorAll<HTMLElement>('[data-step]')) {
    const { door = chosenDoor(), step: name } = step.dataset;
    step.hidden = door !== chosenDoor();
    step.ariaCurrent = name === screen ? 'step' : null;
  }
  const entry = sent?.entry ?? 'open';
  byId('entry').hidden = entry !== 'open';
  byId('look').hidden = entry !== 'read';
  byId('resend').className = entry === 'over' ? 'primary' : 'secondary';
  byId('finish').hidden = passed === null;
  byId('open').className = passed === null ? 'primary' : 'secondary';
}

/** Moves the focus to what the person uses next. */
export function moveFocus(screen: Screen, { sent, passed }: Progress): void {
  const onCode = { open: 'otp', over: 'resend', read: 'look' }[sent?.entry ?? 'open'];
  const onWindow = passed === null ? 'open' : 'finish';
  byId({ details: 'name', code: onCode, window: onWindow, result: 'welcome' }[screen]).focus();
}

/** A role of `alert` reads it out. It keeps its language when the page's changes. */
export function showNotice(message: string): void {
  byId('notice').textContent = message;
  byId('notice').lang = language();
  if (message !== '') byId('notice').scrollIntoView({ block: 'nearest' }); // the focus may have moved to far below
}

export function showPerson(person: Person): void {
  const { rows, genders, yes, no, welcome } = words();
  const texts = {
    name: person.name,
    birthday: person.birthday,
    gender: person.gender && genders[person.gender],
    isAtLeastAge: typeof person.isAtLeastAge === 'boolean' ? (person.isAtLeastAge ? yes : no) : null,
    certifiedAt: person.certifiedAt && dateTime(person.certifiedAt),
  };
  const shown = Object.keys(rows).map((key) => key as keyof typeof rows);
  byId('welcome').textContent = welcome(person.name ?? '');
  byId('person').replaceChildren(
    ...shown.flatMap((row) => (texts[row] ? [element('dt', '', rows[row]), element('dd', '', texts[row])] : [])),
  );
}

/** To the minute, so that it is one line on a phone. */
function dateTime(instant: string): string {
  return new Date(instant).toLocaleString(language(), { dateStyle: 'medium', timeStyle: 'short' });
}

export interface Times extends Progress {
  /** The call that runs. */
  readonly call: Call | null;
  readonly blockedUntil: number;
}

/** Everything that changes with time, once a second. */
export function showTimes({ sent, passed, call, blockedUntil }: Times): void {
  const { send, sending, open, opening, openAgain, finish, look, confirming } = words();
  fieldsetById('doors').disabled = call !== null; // the answer belongs to the door that was chosen
  button('send', call === 'request' ? sending : send, call, blockedUntil);
  button('open', call === 'open' ? opening : passed ? openAgain : open, call, blockedUntil);
  button('finish', isOneOf(call, 'complete', 'read') ? confirming : passed?.isLost ? look : finish, call, blockedUntil);
  if (sent) showCodeTimes(sent, call, blockedUntil);
}

function showCodeTimes(sent: SentCode, call: Call | null, blockedUntil: number): void {
  const { sending, confirm, confirming, resend, sentTo, attempts, timeLeft, timeOver } = words();
  const { input, attemptsLeft, expiresAt, resendAt } = sent;
  button('confirm', call === 'confirm' ? confirming : confirm, call, blockedUntil);
  const resendFrom = Math.max(blockedUntil, Date.parse(resendAt));
  button('resend', isOneOf(call, 'resend', 'request') ? sending : resend, call, resendFrom);
  write('sent-to', sentTo(input.phone));
  write('attempts', attemptsLeft === null ? '' : attempts(attemptsLeft));
  const left = Date.parse(expiresAt) - Date.now();
  write('countdown', left > 0 ? timeLeft(clock(left)) : timeOver);
}

const isOneOf = (call: Call | null, ...calls: Call[]): boolean => call !== null && calls.includes(call);

/** `aria-disabled` and not `disabled`: a button that has the focus keeps it. */
function button(id: string, label: string, call: Call | null, from: number): void {
  const isBusy = call !== null;
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
