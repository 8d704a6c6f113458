import {
  CertificationDocument,
  ConfirmIdentityOtpDocument,
  nextStep,
  RequestIdentityOtpDocument,
  type Call,
  type IdentityResult,
  type RequestIdentityOtpInput,
  type TypedDocument,
} from 'iamport-identity-client';
import { byId, formById, inputById } from './elements.ts';
import { markFields, problemsOf, readDetails } from './form.ts';
import { graphql, type Watch } from './graphql.ts';
import { showNotice, showPerson, showScreen, showTimes, type Screen, type Verification } from './screens.ts';
import { viewOf } from './steps.ts';
import { receiveCode } from './web-otp.ts';
import { language, words } from './words.ts';

type Answer = IdentityResult & { readonly message?: string };

/** What `IdentityOtpSent` has. */
export interface SentOtp extends Pick<Verification, 'impUid' | 'resendAt' | 'expiresAt'> {
  readonly attemptsAllowed: number;
}

/**
 * The journey of one person: request, confirm, and a read after a lost answer. Nothing is sent but by a button of theirs, since a
 * request costs money and a confirm is an attempt. What was typed is kept in memory alone, and only until it is over.
 */
export function createVerification(watch: Watch) {
  let screen: Screen = 'details';
  let details: RequestIdentityOtpInput | null = null;
  let sent: Verification | null = null;
  let call: Call | null = null;
  let blockedUntil = 0;
  let smsWatch = new AbortController();

  const ask = <Result, Variables>(document: TypedDocument<Result, Variables>, variables: Variables) =>
    graphql(document, variables, language(), watch);

  function request(input: RequestIdentityOtpInput): Promise<void> {
    return run('request', async () => {
      details = input;
      const { requestIdentityOtp: result } = await ask(RequestIdentityOtpDocument, { input });
      if (result.__typename === 'IdentityOtpSent') awaitCode(result, input.phone);
      return result;
    });
  }

  function confirm(impUid: string, otp: string): Promise<void> {
    return run('confirm', async () => {
      const { confirmIdentityOtp: result } = await ask(ConfirmIdentityOtpDocument, { impUid, otp });
      if (result.__typename === 'Certification') showPerson(result);
      return result;
    });
  }

  /** Looks how it ended: it costs nothing and is no attempt. */
  function read(impUid: string): Promise<void> {
    return run('read', async () => {
      const { certification: result } = await ask(CertificationDocument, { impUid });
      if (result.__typename === 'Certification') showPerson(result);
      return result;
    });
  }

  /** One call at a time: a second tap while it runs does nothing. */
  async function run(kind: Call, send: () => Promise<Answer>): Promise<void> {
    if (call !== null || Date.now() < blockedUntil) return;
    call = kind;
    showNotice('');
    tick();
    // Without an answer it is not known whether it worked, as where the gateway itself got none.
    const lost = { __typename: 'OutcomeUnknownError', code: 'OUTCOME_UNKNOWN', message: words().noAnswer };
    const answer = await send().catch((): Answer => lost);
    call = null;
    follow(answer, kind);
  }

  /** Shows what the person does next. */
  function follow(answer: Answer, kind: Call): void {
    const next = nextStep(answer, kind);
    const view = viewOf(next, words());
    blockedUntil = view.blockedUntil;
    if (sent) {
      const attemptsLeft = next.step === 'retype' ? next.attemptsRemaining : sent.attemptsLeft;
      sent = { ...sent, entry: view.entry === 'same' ? sent.entry : view.entry, attemptsLeft };
    }
    goTo(view.screen === 'same' ? screen : view.screen);
    if (next.step === 'retype') inputById('otp').select();
    const others = markFields(view.fields);
    const notYet = kind === 'read' && next.step === 'confirm' ? words().notYet : '';
    showNotice([answer.message, ...others, view.hint, notYet].filter(Boolean).join(' '));
  }

  function goTo(next: Screen): void {
    screen = next;
    if (screen !== 'code') {
      sent = null;
      smsWatch.abort();
    }
    if (screen === 'result') {
      details = null;
      for (const id of ['details', 'code']) formById(id).reset();
    }
    showScreen(screen, sent);
    tick();
  }

  function awaitCode({ attemptsAllowed, ...otp }: SentOtp, phone: string): void {
    sent = { ...otp, phone, attemptsLeft: attemptsAllowed, entry: 'open' };
    formById('code').reset();
    smsWatch.abort();
    smsWatch = new AbortController();
    void receiveCode(smsWatch.signal).then((code) => code !== null && typeCode(code));
  }

  /** Puts a code into its field; the person sends it. */
  function typeCode(code: string): void {
    const field = inputById('otp');
    field.value = code;
    field.focus();
  }

  /** Back to the form. While a call runs it does nothing: its answer decides what comes next. */
  function startOver(): void {
    if (call !== null) return;
    showNotice('');
    markFields([]);
    blockedUntil = 0;
    goTo('details');
  }

  /** The texts and buttons that change with time. */
  function tick(): void {
    showTimes({ sent, call, blockedUntil });
  }

  onSubmit('details', () => request(readDetails()));
  onSubmit('code', async () => {
    if (sent?.entry === 'open') await confirm(sent.impUid, inputById('otp').value);
  });
  onClick('look', () => sent && read(sent.impUid));
  onClick('resend', () => details && sent && Date.now() >= Date.parse(sent.resendAt) && request(details));
  onClick('back', startOver);
  onClick('again', startOver);
  formById('details').addEventListener('input', () => {
    blockedUntil = 0; // other details are another call
    tick();
  });
  setInterval(tick, 1_000);

  return {
    tick,
    typeCode,
    startOver,
    /** From the screen of the code on, as after a request for it. */
    resume: (otp: SentOtp, input: RequestIdentityOtpInput): void => {
      if (call !== null) return;
      startOver();
      details = input;
      awaitCode(otp, input.phone);
      goTo('code');
    },
  };
}

/** Nothing is sent while the form has a field that cannot be right. */
function onSubmit(id: string, send: () => Promise<void>): void {
  const form = formById(id);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const problems = problemsOf(form);
    markFields(problems);
    if (problems.length === 0) void send();
  });
}

function onClick(id: string, act: () => unknown): void {
  byId(id).addEventListener('click', () => void act());
}
