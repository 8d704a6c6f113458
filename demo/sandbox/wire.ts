import { byId, element } from '../elements.ts';
import type { Watch } from '../graphql.ts';
import { words } from '../words.ts';
import { highlight } from './highlight.ts';

/** Shows each request and its answer in the order they went. The newest is open. */
export function createWire(onAnswer: () => Promise<void>): Watch {
  return ({ name, query, variables, language: asked }) => {
    const outcome = element('span', 'outcome', '…');
    const summary = element('summary', '', element('code', '', name), ' ', outcome);
    const { request, answer } = words();
    const details = element('details', '', summary) as HTMLDetailsElement;
    const headers = `POST /graphql\ncontent-type: application/json\naccept-language: ${asked}`;
    const body = element(
      'div',
      'sides',
      side(request, [headers, ''], ['"variables":', pretty(variables)], ['"query":', query]),
    );
    details.append(body);
    details.open = true;

    for (const other of byId('exchanges').querySelectorAll('details')) other.open = false;
    byId('exchanges').append(element('li', '', details));
    return (status, answered) => {
      outcome.textContent = typeNameOf(answered) ?? status;
      body.append(side(answer, [status, answered === null ? '' : pretty(answered)]));
      void onAnswer();
    };
  };
}

/** A region that scrolls can be reached by the keyboard. */
function side(title: string, ...parts: [head: string, code: string][]): HTMLElement {
  const pre = element('pre', '');
  for (const [head, code] of parts) {
    if (pre.hasChildNodes()) pre.append('\n\n');
    pre.append(element('span', 'head', head), code && '\n', ...highlight(code.trim()));
  }
  pre.tabIndex = 0;
  pre.lang = 'en';
  pre.role = 'group';
  pre.ariaLabel = title;
  return element('div', 'side', element('h3', '', title), pre);
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** The member of the union that was answered. */
function typeNameOf(body: unknown): string | undefined {
  const data = (body as { data?: Record<string, { __typename?: string }> | null } | null)?.data;
  const [result] = Object.values(data ?? {});
  return result?.__typename;
}
