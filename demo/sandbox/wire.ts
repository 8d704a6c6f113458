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
    byId('own-limit').hidden = true;
    return (status, answered) => {
      outcome.textContent = resultOf(answered)?.__typename ?? status;
      body.append(side(answer, [status, answered === null ? '' : pretty(answered)]));
      byId('own-limit').hidden = !isOwnLimit(name, answered);
      void onAnswer();
    };
  };
}

function side(title: string, ...parts: [head: string, code: string][]): HTMLElement {
  const pre = element('pre', '');
  for (const [head, code] of parts) {
    if (pre.hasChildNodes()) pre.append('\n\n');
    pre.append(element('span', 'head', head), code && '\n', ...highlight(code.trim()));
  }
  pre.lang = 'en';
  pre.role = 'group';
  pre.ariaLabel = title;
  return element('div', 'side', element('h3', '', title), pre);
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

interface Result {
  readonly __typename?: string;
  readonly retryAt?: string | null;
}

/** The member of the union that was answered. */
function resultOf(body: unknown): Result | undefined {
  const data = (body as { data?: Record<string, Result> | null } | null)?.data;
  return Object.values(data ?? {})[0];
}

/** The limit of codes for each number is the only one of a minute; a carrier's limit tells no time. */
function isOwnLimit(name: string, body: unknown): boolean {
  const { __typename: type, retryAt } = resultOf(body) ?? {};
  return (
    name === 'RequestIdentityOtp' &&
    type === 'RateLimitedError' &&
    typeof retryAt === 'string' &&
    Date.parse(retryAt) <= Date.now() + 60_000
  );
}
