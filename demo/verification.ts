import {
  CertificationDocument,
  CompleteIdentityWindowDocument,
  ConfirmIdentityOtpDocument,
  nextStep,
  OpenIdentityWindowDocument,
  RequestIdentityOtpDocument,
  ResendIdentityOtpDocument,
  type Call,
  type IdentityResult,
  type RequestIdentityOtpInput,
  type TypedDocument,
} from 'iamport-identity-client';
import { formById, inputById } from './elements.ts';
import { chooseDoor, chosenDoor, markFields, type Door } from './form.ts';
import { graphql, GraphqlError, type Watch } from './graphql.ts';
import { moveFocus, showNotice, showPerson, showScreen, showTimes } from './screens.ts';
import type { PassedWindow, Screen, SentCode } from './screens.ts';
import { viewOf, type View } from './steps.ts';
import { receiveCode } from './web-otp.ts';
import { openWindow, type WindowEnd } from './window.ts';
import { language, words } from './words.ts';

type Answer = IdentityResult & { readonly message?: string };

/** What `IdentityOtpSent` has. */
export interface SentOtp extends Pick<SentCode, 'impUid' | 'resendAt' | 'expiresAt'> {
  readonly attemptsAllowed: number;
}

export type Verification = ReturnType<typeof createVerification>;

/**
 * The journey of one person by either door: a code that is requested and confirmed, or the provider's window that is opened and
 * completed. Nothing is sent but by a button of theirs, or as they come out of the window, since a request costs money and a confirm
 * is an attempt. What was typed is kept in memory alone, and only until it is over.
 */
export function createVerification(watch: Watch) {
  let sent: SentCode | null = null;
  let passed: PassedWindow | null = null;
  let isBusy = false;
  let lastCall: Call = 'request';
  let blockedUntil = 0;
  let smsWatch = new AbortController();

  /** One call; its kind says what comes next where the answer is lost. */
  function ask<Result, Variables>(call: Call, document: TypedDocument<Result, Variables>, variables: Variables) {
    lastCall = call;
    tick();
    return graphql(document, variables, language(), watch);
  }

  async function requestCode(input: RequestIdentityOtpInput): Promise<Answer> {
    const { requestIdentityOtp: result } = await ask('request', RequestIdentityOtpDocument, { input });
    if (result.__typename === 'IdentityOtpSent') awaitCode(result, input);
    // The hint says more than the message of the gateway: for how long to wait.
    return result.__typename === 'OutcomeUnknownError' ? { ...result, message: '' } : result;
  }

  /** A verification that gets no other code is replaced by a new one: the person has asked for a code already. */
  async function resendCode({ impUid, input }: SentCode): Promise<Answer> {
    const { resendIdentityOtp: result } = await ask('resend', ResendIdentityOtpDocument, { impUid });
    if (nextStep(result, 'resend').step === 'request-again') return requestCode(input);
    if (result.__typename === 'IdentityOtpSent') awaitCode(result, input);
    return result;
  }

  async function confirmCode(impUid: string, otp: string): Promise<Answer> {
    const { confirmIdentityOtp: result } = await ask('confirm', ConfirmIdentityOtpDocument, { impUid, otp });
    if (result.__typename === 'Certification') showPerson(result);
    return result;
  }

  /** How it ended: that costs nothing and is no attempt. */
  async function readResult(impUid: string): Promise<Answer> {
    const { certification: result } = await ask('read', CertificationDocument, { impUid });
    if (result.__typename === 'Certification') showPerson(result);
    return result;
  }

  async function verifyInWindow(): Promise<Answer> {
    const { openIdentityWindow: opened } = await ask('open', OpenIdentityWindowDocument, {});
    if (opened.__typename !== 'IdentityWindow') return opened;
    const returnTo = `${location.origin}${location.pathname}?language=${language()}`;
    return leaveWindow(await openWindow(opened, returnTo));
  }

  async function leaveWindow({ impUid, reason }: WindowEnd): Promise<Answer> {
    if (impUid !== null) return completeWindow(impUid);
    return { __typename: 'OtpRejectedError', code: 'WINDOW_NOT_COMPLETED', message: words().windowLeft(reason) };
  }

  /** By the caller that opened it: on a phone, with the same token as before it went away. */
  async function completeWindow(impUid: string): Promise<Answer> {
    passed = { impUid, isLost: false };
    show('window');
    const { completeIdentityWindow: result } = await ask('complete', CompleteIdentityWindowDocument, { impUid });
    if (result.__typename === 'Certification') showPerson(result);
    return result;
  }

  /** A completion that was lost on its way there is made now. */
  async function readWindow(impUid: string): Promise<Answer> {
    const result = await readResult(impUid);
    return result.__typename === 'CertificationNotFoundError' ? completeWindow(impUid) : result;
  }

  /** One at a time: a second tap while it runs does nothing. Of several calls the last one's answer counts. */
  async function run(act: () => Promise<Answer>): Promise<void> {
    if (isBusy || Date.now() < blockedUntil) return;
    isBusy = true;
    showNotice('');
    const answer = await act().catch(answerOf);
    isBusy = false;
    follow(answer, lastCall);
  }

  function runWith<State>(state: State | null, act: (state: State) => Promise<Answer>): void {
    if (state !== null) void run(() => act(state));
  }

  /** Shows what the person does next. */
  function follow(answer: Answer, call: Call): void {
    const next = nextStep(answer, call);
    const view = viewOf(next, call, words());
    blockedUntil = view.blockedUntil;
    if (view.screen === 'same') updateProgress(view);
    else endProgress();
    if (view.screen === 'result') clearForms();
    show(view.screen === 'result' ? 'result' : currentScreen());
    if (next.step === 'retype') inputById('otp').select();
    const others = markFields(view.fields);
    const notYet = call === 'read' && next.step === 'confirm' ? words().notYet : '';
    showNotice([answer.message, ...others, view.hint, notYet].filter(Boolean).join(' '));
  }

  function updateProgress({ entry, attemptsLeft }: View): void {
    if (sent && entry !== 'same') sent = { ...sent, entry };
    if (sent && attemptsLeft !== 'same') sent = { ...sent, attemptsLeft };
    if (passed && entry !== 'same') passed = entry === 'read' ? { ...passed, isLost: true } : null;
  }

  function endProgress(): void {
    sent = null;
    passed = null;
    smsWatch.abort();
  }

  function clearForms(): void {
    for (const id of ['details', 'code']) formById(id).reset();
  }

  const currentScreen = (): Screen => (sent ? 'code' : chosenDoor());

  function show(screen: Screen): void {
    showScreen(screen, { sent, passed });
    moveFocus(screen, { sent, passed });
    tick();
  }

  function awaitCode({ attemptsAllowed, ...otp }: SentOtp, input: RequestIdentityOtpInput): void {
    sent = { ...otp, input, attemptsLeft: attemptsAllowed, entry: 'open' };
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

  /** Shows a door as at first, without the focus. While a call runs it does nothing: its answer decides what comes next. */
  function enter(door: Door): void {
    if (isBusy) return;
    showNotice('');
    markFields([]);
    endProgress();
    blockedUntil = 0;
    chooseDoor(door);
    showScreen(door, { sent, passed });
    tick();
  }

  /** The texts and buttons that change with time. */
  function tick(): void {
    showTimes({ sent, passed, call: isBusy ? lastCall : null, blockedUntil });
  }

  return {
    enter,
    tick,
    typeCode,
    request: (input: RequestIdentityOtpInput): void => void run(() => requestCode(input)),
    resend: (): void => {
      if (sent && Date.now() >= Date.parse(sent.resendAt)) runWith(sent, resendCode);
    },
    confirm: (otp: string): void => {
      if (sent?.entry === 'open') runWith(sent, ({ impUid }) => confirmCode(impUid, otp));
    },
    read: (): void => runWith(sent, ({ impUid }) => readResult(impUid)),
    openWindow: (): void => void run(verifyInWindow),
    finishWindow: (): void =>
      runWith(passed, ({ impUid, isLost }) => (isLost ? readWindow(impUid) : completeWindow(impUid))),
    /** On a phone: the browser comes back from the window. */
    comeBack: (end: WindowEnd): void => {
      enter('window');
      void run(() => leaveWindow(end));
    },
    startOver: (): void => {
      enter(chosenDoor());
      moveFocus(currentScreen(), { sent, passed });
    },
    /** Other details are another call. */
    unblock: (): void => {
      blockedUntil = 0;
      tick();
    },
    /** For an example of the sandbox: as after a request. */
    resumeCode: (otp: SentOtp, input: RequestIdentityOtpInput): void => {
      if (isBusy) return;
      enter('details');
      awaitCode(otp, input);
      show('code');
    },
    /** For an example of the sandbox: as after a window that the person has passed. */
    resumeWindow: (impUid: string, hint: string): void => {
      if (isBusy) return;
      enter('window');
      passed = { impUid, isLost: false };
      show('window');
      showNotice(hint);
    },
  };
}

/**
 * A call without data. One that the gateway answered with `errors` changes nothing on the page but the message. Where no answer came it
 * is not known whether it worked, as where the gateway itself got none.
 */
function answerOf(error: unknown): Answer {
  if (!(error instanceof GraphqlError)) {
    return { __typename: 'OutcomeUnknownError', code: 'OUTCOME_UNKNOWN', message: words().noAnswer };
  }
  return { __typename: error.name, message: error.code === 'UNAUTHENTICATED' ? words().needsToken : error.message };
}
