import { element } from '../elements.ts';

/** The tokens of GraphQL and JSON that have a colour; the rest is plain. */
const TOKENS = new RegExp(
  [
    String.raw`(?<comment>#.*)`,
    String.raw`(?<key>"(?:[^"\\]|\\.)*"(?=:))`,
    String.raw`(?<text>"(?:[^"\\]|\\.)*")`,
    String.raw`(?<variable>\$\w+)`,
    String.raw`(?<word>\b(?:query|mutation|fragment|on|true|false|null)\b)`,
    String.raw`(?<number>\b\d+\b)`,
    String.raw`(?<type>\b[A-Z]\w*)`,
  ].join('|'),
  'gu',
);

/** The code as text and spans, each with its kind as class. */
export function highlight(code: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const match of code.matchAll(TOKENS)) {
    const [kind] = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)!;
    parts.push(code.slice(end, match.index), element('span', kind, match[0]));
    end = match.index + match[0].length;
  }
  return [...parts, code.slice(end)];
}
