import type { Carrier, FieldProblem, RequestIdentityOtpInput } from 'iamport-identity-client';
import { byId, inputById } from './elements.ts';
import { words, type Words } from './words.ts';

/** A field has the name that the gateway gives it, in its input and in `InvalidInputError`. */
type Field = keyof Words['problems'];

const field = (id: string) => byId(id) as HTMLInputElement | HTMLSelectElement;
const isField = (name: string): name is Field => Object.hasOwn(words().problems, name);

/** The two ways to verify, by the ids of their first screens: by code in this form, or in the provider's window. */
export type Door = 'details' | 'window';

const door = (id: Door) => inputById(`door-${id}`);

export const chosenDoor = (): Door => (door('window').checked ? 'window' : 'details');

export function chooseDoor(id: Door): void {
  door(id).checked = true;
}

/** What was typed, as the gateway takes it. */
export function readDetails(): RequestIdentityOtpInput {
  const genderDigit = field('genderDigit').value;
  return {
    name: field('name').value.trim(),
    birthday: birthdayOf(field('birthday').value, genderDigit),
    genderDigit,
    carrier: field('carrier').value as Carrier,
    phone: field('phone').value.trim(),
  };
}

/** Six digits and the one that tells the century: 900101 and 1 are 1990-01-01. */
export function birthdayOf(sixDigits: string, genderDigit: string): string {
  const century = '1256'.includes(genderDigit) ? '19' : '20';
  return `${century}${sixDigits.slice(0, 2)}-${sixDigits.slice(2, 4)}-${sixDigits.slice(4)}`;
}

export function fillDetails(details: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(details)) field(name).value = value;
}

/** The fields of a form that are empty, or have another form than the gateway takes: it need not be asked. */
export function problemsOf(form: HTMLFormElement): FieldProblem[] {
  const fields = [...form.querySelectorAll<HTMLInputElement | HTMLSelectElement>('input, select')];
  return fields
    .filter((it) => !it.checkValidity())
    .flatMap(({ id }) => (isField(id) ? [{ name: id, message: words().problems[id] }] : []));
}

/**
 * Marks these fields and no other, and moves to the first. Answers the messages of those that the page does not have.
 * A birthday has another form here than in the gateway's input, so its problem has words of the page.
 */
export function markFields(problems: readonly FieldProblem[]): string[] {
  for (const name of Object.keys(words().problems)) mark(name, '');
  const known = problems.filter(({ name }) => isField(name));
  for (const { name, message } of known) mark(name, name === 'birthday' ? words().problems.birthday : message);
  if (known[0]) field(known[0].name).focus();
  return problems.filter((it) => !known.includes(it)).map(({ message }) => message);
}

function mark(name: string, message: string): void {
  field(name).ariaInvalid = message === '' ? null : 'true';
  byId(`${name}-problem`).textContent = message;
}
