import { byId, formById, inputById } from './elements.ts';
import { chosenDoor, markFields, problemsOf, readDetails } from './form.ts';
import type { Verification } from './verification.ts';

/** Which act of the person calls what. */
export function connectControls(verification: Verification): void {
  byId('doors').addEventListener('change', () => verification.enter(chosenDoor()));
  onSubmit('details', () => verification.request(readDetails()));
  onSubmit('code', () => verification.confirm(inputById('otp').value));
  onClick('look', verification.read);
  onClick('resend', verification.resend);
  onClick('open', verification.openWindow);
  onClick('finish', verification.finishWindow);
  onClick('back', verification.startOver);
  onClick('again', verification.startOver);
  formById('details').addEventListener('input', verification.unblock);
  setInterval(verification.tick, 1_000);
}

/** Nothing is sent while the form has a field that cannot be right. */
function onSubmit(id: string, send: () => void): void {
  const form = formById(id);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const problems = problemsOf(form);
    markFields(problems);
    if (problems.length === 0) send();
  });
}

function onClick(id: string, act: () => void): void {
  byId(id).addEventListener('click', act);
}
