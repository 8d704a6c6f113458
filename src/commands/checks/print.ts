import { styleText } from 'node:util';
import type { Finding } from './finding.ts';

const COLORS = { ok: 'green', warning: 'yellow', problem: 'red' } as const;

/** Where the text of a finding begins, after its state and its name. */
const INDENT = 22;

/** One line; in a terminal, lines of its width that begin below each other. */
export function lineOf({ state, name, text }: Finding, columns: number | undefined): string {
  const head = `  ${styleText(COLORS[state], state.padEnd(8))}  ${name.padEnd(INDENT - 12)}`;
  return head + wrapped(text, (columns ?? Infinity) - INDENT).join(`\n${' '.repeat(INDENT)}`);
}

function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** The last line: how many problems and warnings there are. */
export function sumOf(found: readonly Finding[]): string {
  const parts = (['problem', 'warning'] as const).flatMap((state) => {
    const many = count(found, state);
    return many === 0 ? [] : [`${many} ${state}${many === 1 ? '' : 's'}`];
  });
  return parts.length === 0 ? 'All is well.' : `${parts.join(' and ')}.`;
}

export function count(found: readonly Finding[], state: Finding['state']): number {
  return found.filter((finding) => finding.state === state).length;
}
