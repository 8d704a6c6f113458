import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useState } from 'react';
import { MAGIC_IMP_UIDS, MAGIC_PHONES } from '../src/sandbox/magic.ts';
import { NARROW } from './adjustments.ts';
import { freshImpUid } from './tabs.ts';
import { fillVariables, type Values } from './variables.ts';

/** A message that the embedded sandbox "sent". */
interface Message {
  readonly impUid: string;
  readonly code: string;
  readonly sentAt: string;
}

/** The inbox of the sandbox and its magic numbers; a click puts one into the variables. */
export const SANDBOX_PLUGIN = { title: 'Sandbox', icon: InboxIcon, content: SandboxPanel };

function SandboxPanel() {
  const { messages, refresh } = useMessages();
  const use = useValues();
  return (
    <div className="sandbox-panel">
      <h2>Sandbox</h2>
      <p>Nothing is sent and nobody is verified. Choose a line to put it into the variables.</p>
      <h3>
        Messages
        <button type="button" className="graphiql-button" onClick={refresh}>
          Refresh
        </button>
      </h3>
      {messages.length === 0 && <p>None yet: run RequestIdentityOtp.</p>}
      <ul aria-label="Messages">
        {messages.map(({ impUid, code, sentAt }) =>
          line(code, `${impUid} · ${new Date(sentAt).toLocaleTimeString()}`, () => use({ impUid, otp: code }), impUid),
        )}
      </ul>
      <h3>Magic impUids</h3>
      <p>imp_900, the digits below and any six more. Where a code matters, it is 123456.</p>
      <ul aria-label="Magic impUids">
        {Object.entries(MAGIC_IMP_UIDS).map(([row, sentence]) =>
          line(row, sentence, () => use({ impUid: freshImpUid(row), otp: '123456' })),
        )}
      </ul>
      <h3>Magic phone numbers</h3>
      <p>
        The last four digits decide how a request ends. A number can be asked for once a minute: another click is the
        next of three.
      </p>
      <ul aria-label="Magic phone numbers">
        {Object.entries(MAGIC_PHONES).map(([digits, sentence]) =>
          line(`${digits}0`, sentence, () => use({ input: { phone: `010-1234-${digits}${nextDigit()}` } })),
        )}
      </ul>
    </div>
  );
}

/** The last digit of a magic number is the HTTP status of the refusal, of three; another one each time. */
let clicks = 0;
function nextDigit(): number {
  clicks += 1;
  return (clicks - 1) % 3;
}

function line(name: string, sentence: string, onClick: () => void, key = name) {
  return (
    <li key={key}>
      <button type="button" onClick={onClick}>
        <code>{name}</code>
        <span>{sentence.replaceAll('`', '')}</span>
      </button>
    </li>
  );
}

/** Read again after each operation. */
function useMessages() {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const isFetching = useGraphiQL(({ isFetching }) => isFetching);
  const refresh = async () => {
    const response = await fetch(new URL('inbox', import.meta.url));
    if (response.ok) setMessages((await response.json()) as Message[]);
  };
  useEffect(() => {
    if (!isFetching) refresh().catch(() => {}); // the gateway has gone: the operation says so
  }, [isFetching]);
  return { messages, refresh };
}

/** Puts values into the variables, and opens the first tab that takes them where the active one does not. */
function useValues() {
  const activeTabIndex = useGraphiQL(({ activeTabIndex }) => activeTabIndex);
  const { changeTab, setVisiblePlugin } = useGraphiQLActions();
  return (values: Values) => {
    const filled = fillVariables(values);
    if (filled[0] !== undefined && !filled.includes(activeTabIndex)) changeTab(filled[0]);
    if (NARROW.matches) setVisiblePlugin(null); // it covers the page
  };
}

function InboxIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M3 13.5 6 4.5h12l3 9v6H3zM3 13.5h5l1.5 3h5l1.5-3h5" strokeLinejoin="round" />
    </svg>
  );
}
