// Writes the tables of docs/sandbox.md from the sentences of the sandbox; `--check` only compares them.
import { readFileSync } from 'node:fs';
import { MAGIC_IMP_UIDS, MAGIC_PHONES } from '../src/sandbox/magic.ts';
import { root, table, write } from './document.ts';

const PATH = 'docs/sandbox.md';

let text = readFileSync(new URL(PATH, root), 'utf8');
put('impUids', table(['SSS', 'what happens'], Object.entries(MAGIC_IMP_UIDS)));
put('phones', table(['digits', 'what happens'], rowsOfPhones()));
await write(PATH, text, 'src/sandbox/magic.ts');

function rowsOfPhones(): string[][] {
  return Object.entries(MAGIC_PHONES).map(([digits, sentence]) => [`${digits}n`, sentence]);
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
function put(name: string, part: string): void {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)];
  if (from < start.length || to < from) throw new Error(`${PATH} has no part between ${start} and ${end}`);
  text = `${text.slice(0, from)}\n\n${part}\n${text.slice(to)}`;
}
