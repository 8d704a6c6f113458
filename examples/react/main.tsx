/**
 * The verification as a React app: a form, a field for the code, and what each step asks of them.
 * Start the gateway first; its sandbox answers, and keeps the SMS at http://127.0.0.1:4010/sandbox/inbox.
 *
 *   npm install && npm start       then open http://127.0.0.1:8000
 */
import {
  CertificationDocument,
  ConfirmIdentityOtpDocument,
  nextStep,
  RequestIdentityOtpDocument,
  type Call,
  type IdentityResult,
  type NextStep,
  type RequestIdentityOtpInput,
} from 'iamport-identity-client';
import { useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Code, Details } from './forms.tsx';
import { graphql } from './graphql.ts';

/** What the last call answered: its step, and the words for the person. */
interface Answer {
  readonly next: NextStep;
  readonly message: string;
}

function answerOf(result: IdentityResult & { readonly message?: string }, call: Call): Answer {
  return { next: nextStep(result, call), message: result.message ?? '' };
}

/** The call may have been processed all the same: it is no failure. */
function withoutAnswer(call: Call): Answer {
  const code = 'OUTCOME_UNKNOWN';
  return answerOf({ __typename: 'OutcomeUnknownError', code, message: 'We got no answer.' }, call);
}

function App() {
  const [input, setInput] = useState<RequestIdentityOtpInput | null>(null);
  const [impUid, setImpUid] = useState<string | null>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [isBusy, setBusy] = useState(false);
  const next = answer?.next;

  // After `wait` the same call can be made again: the buttons come back.
  useEffect(() => {
    if (next?.step !== 'wait') return;
    const delay = next.retryAt === null ? 5_000 : Date.parse(next.retryAt) - Date.now();
    const timer = setTimeout(() => setAnswer(null), delay);
    return () => clearTimeout(timer);
  }, [next]);

  /** One call at a time, and each only because the person asked for it: it costs money, or an attempt. */
  async function run(call: Call, send: () => Promise<Answer>): Promise<void> {
    setBusy(true);
    const answered = await send().catch(() => withoutAnswer(call));
    const { step } = answered.next;
    if (step === 'start-over') setImpUid(null);
    if (step === 'start-over' || step === 'done') setInput(null); // what was typed is personal
    setAnswer(answered);
    setBusy(false);
  }

  function request(details: RequestIdentityOtpInput): Promise<void> {
    setInput(details);
    return run('request', async () => {
      const { requestIdentityOtp: result } = await graphql(RequestIdentityOtpDocument, { input: details });
      if (result.__typename === 'IdentityOtpSent') setImpUid(result.impUid);
      return answerOf(result, 'request');
    });
  }

  function confirm(id: string, otp: string): Promise<void> {
    return run('confirm', async () => {
      const { confirmIdentityOtp: result } = await graphql(ConfirmIdentityOtpDocument, { impUid: id, otp });
      return answerOf(result, 'confirm');
    });
  }

  function read(id: string): Promise<void> {
    return run('read', async () => {
      const { certification: result } = await graphql(CertificationDocument, { impUid: id });
      return answerOf(result, 'read');
    });
  }

  if (next?.step === 'done') return <h1>You are verified</h1>;
  const isDisabled = isBusy || next?.step === 'wait';
  const fields = next?.step === 'fix-fields' ? next.fields : [];
  const offersNewCode = input !== null && (next?.step === 'request-again' || next?.step === 'retype');
  return (
    <main>
      <h1>Verify your identity</h1>
      {answer && <p role="alert">{[answer.message, hintFor(answer.next)].join(' ')}</p>}
      {impUid === null && <Details {...{ fields, isDisabled }} onSubmit={(details) => void request(details)} />}
      {impUid !== null && next?.step !== 'request-again' && next?.step !== 'read' && (
        <Code {...{ fields, isDisabled }} onSubmit={(otp) => void confirm(impUid, otp)} />
      )}
      {impUid !== null && next?.step === 'read' && (
        <button disabled={isDisabled} onClick={() => void read(impUid)}>
          Look whether it worked
        </button>
      )}
      {offersNewCode && (
        <button disabled={isDisabled} onClick={() => void request(input)}>
          Send a new code
        </button>
      )}
    </main>
  );
}

/** What the message does not say. The compiler names a step that has no case. */
function hintFor(next: NextStep): string {
  switch (next.step) {
    case 'retype':
      return next.attemptsRemaining === null ? '' : `You can try ${next.attemptsRemaining} more times.`;
    case 'confirm':
      return 'Type the six digits that we sent to your phone.';
    case 'contact-support':
    case 'start-over':
      return next.providerCode === null ? '' : `(${next.providerCode})`;
    case 'try-later':
      return 'Please try again later.';
    case 'done':
    case 'fix-fields':
    case 'go-on':
    case 'other-way':
    case 'read':
    case 'request-again':
    case 'wait':
    case 'window':
      return '';
  }
}

createRoot(document.body).render(<App />);
