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

  function show(): void {
    byId('messages').replaceChildren(...messages.slice(0, SHOWN).map((message) => bubble(message)));
    byId('no-messages').hidden = messages.length > 0;
  }

  function bubble({ code, sentAt }: Message): HTMLElement {
    const time = new Date(sentAt).toLocaleTimeString(language(), { hour: '2-digit', minute: '2-digit' });
    const button = element('button', 'bubble', words().sms(code), element('span', 'act', words().useCode));
    button.addEventListener('click', () => onCode(code));
    return element('li', '', element('time', '', time), button);
  }

  /** Its messages come with the calls of this page, so it is read after each. */
  async function refresh(): Promise<void> {
    const response = await fetch(INBOX).catch(() => null); // a gateway that has gone: the next call says so
    if (!response?.ok) return;
    messages = (await response.json()) as Message[];
    show();
  }

  return { show, refresh };
}
