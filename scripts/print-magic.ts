// Writes the tables of docs/sandbox.md and docs/ko/sandbox.md from the sentences of the sandbox; `--check` only compares them.
import { readFileSync } from 'node:fs';
import { MAGIC_IMP_UIDS, MAGIC_PHONES } from '../src/sandbox/magic.ts';
import { root, table, write } from './document.ts';
import { MAGIC_IMP_UIDS_KO, MAGIC_PHONES_KO } from './magic.ko.ts';

await writeTables('docs/sandbox.md', 'src/sandbox/magic.ts', {
  impUids: table(['SSS', 'what happens'], Object.entries(MAGIC_IMP_UIDS)),
  phones: table(['digits', 'what happens'], rowsOfPhones(MAGIC_PHONES)),
});
await writeTables('docs/ko/sandbox.md', 'scripts/magic.ko.ts', {
  impUids: table(['SSS', '결과'], Object.entries(MAGIC_IMP_UIDS_KO)),
  phones: table(['끝 네 자리', '결과'], rowsOfPhones(MAGIC_PHONES_KO)),
});

/** Each table stands between `<!-- name -->` and `<!-- /name -->`. */
async function writeTables(path: string, source: string, tables: Readonly<Record<string, string>>): Promise<void> {
  let text = readFileSync(new URL(path, root), 'utf8');
  for (const [name, rows] of Object.entries(tables)) {
    const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)];
    if (from < start.length || to < from) throw new Error(`${path} has no part between ${start} and ${end}`);
    text = `${text.slice(0, from)}\n\n${rows}\n${text.slice(to)}`;
  }
  await write(path, text, source);
}

function rowsOfPhones(sentences: Readonly<Record<string, string>>): string[][] {
  return Object.entries(sentences).map(([digits, sentence]) => [`${digits}n`, sentence]);
}
