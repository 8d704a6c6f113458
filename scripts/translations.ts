// Pages in Korean: each names the hash of the English text that it translates, and is behind when that text has changed.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Pages that have a translation: those for buyers, operators and people who call the gateway. */
const WANTED = [
  'README.md',
  'docs/{client,clients,federation,glossary,operating,proofs,refusals,sandbox,security,window}.md',
  'docs/guides/*.md',
];

/** Pages that `scripts/print-errors.ts` writes in both languages: `npm run codegen:check` compares them. */
const GENERATED = ['docs/ko/errors/**'];

export interface Translation {
  readonly english: string;
  readonly korean: string;
  readonly state: 'current' | 'behind' | 'missing' | 'of no page';
  /** The first line that the translation of today's English text has. */
  readonly firstLine: string;
}

/** Every page that is wanted in Korean, and every one that is there. */
export function translations(root = '.'): Translation[] {
  const there = globSync(['README.ko.md', 'docs/ko/**/*.md'], { cwd: root, exclude: GENERATED }).map(englishOf);
  const pages = new Set([...globSync(WANTED, { cwd: root }), ...there]);
  return [...pages].toSorted().map((english) => translationOf(root, english));
}

function translationOf(root: string, english: string): Translation {
  const korean = koreanOf(english);
  if (!existsSync(join(root, english))) return { english, korean, state: 'of no page', firstLine: '' };
  const text = readFileSync(join(root, english));
  const firstLine = `<!-- ${english} ${createHash('sha256').update(text).digest('hex').slice(0, 12)} -->`;
  if (!existsSync(join(root, korean))) return { english, korean, state: 'missing', firstLine };
  const [line] = readFileSync(join(root, korean), 'utf8').split('\n');
  return { english, korean, state: line === firstLine ? 'current' : 'behind', firstLine };
}

export const koreanOf = (english: string): string =>
  english === 'README.md' ? 'README.ko.md' : english.replace(/^docs\//, 'docs/ko/');

export const englishOf = (korean: string): string =>
  korean === 'README.ko.md' ? 'README.md' : korean.replace(/^docs\/ko\//, 'docs/');

if (import.meta.main) {
  const lines = translations().map(({ korean, state, firstLine }) => `${state.padEnd(10)} ${korean}  ${firstLine}\n`);
  process.stdout.write(lines.join('')); // at once, since a reader such as `head` goes early
}
