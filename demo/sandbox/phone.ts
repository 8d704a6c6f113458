import { byId, element } from '../elements.ts';
import { language, words } from '../words.ts';

/** A message that the embedded sandbox "sent". */
interface Message {
  readonly impUid: string;
  readonly code: string;
  readonly sentAt: string;
}

const INBOX = new URL('graphql/explorer/inbox', document.baseURI);
const SHOWN = 4;

/** The phone beside the page, with the newest messages of the sandbox. A click on one types its code. */
export function createPhone(onCode: (code: string) => void) {
  let messages: readonly Message[] = [];
  const seen = new Set<string>();

  /** All of them, in the page's language. */
  function show(): void {
    byId('messages').replaceChildren(...messages.map((message) => bubble(message)));
    byId('no-messages').hidden = messages.length > 0;
  }

  function bubble({ code, sentAt }: Message): HTMLElement {
    const time = new Date(sentAt).toLocaleTimeString(language(), { hour: '2-digit', minute: '2-digit' });
    const button = element('button', 'bubble', words().sms(code), element('span', 'act', words().useCode));
    button.addEventListener('click', () => onCode(code));
    return element('li', '', element('time', '', time), button);
  }

  /** Its messages come with the calls of this page, so it is read after each. Only new ones are added: they are read out. */
  async function refresh(): Promise<void> {
    const response = await fetch(INBOX).catch(() => null); // a gateway that has gone: the next call says so
    if (!response?.ok) return;
    const arrived = ((await response.json()) as Message[]).filter(({ impUid, sentAt }) => !seen.has(impUid + sentAt));
    for (const { impUid, sentAt } of arrived) seen.add(impUid + sentAt);
    messages = [...arrived, ...messages].slice(0, SHOWN);
    byId('no-messages').hidden = messages.length > 0;
    byId('messages').prepend(...arrived.slice(0, SHOWN).map((message) => bubble(message)));
    while (byId('messages').childElementCount > SHOWN) byId('messages').lastElementChild!.remove();
  }

  return { show, refresh };
}
