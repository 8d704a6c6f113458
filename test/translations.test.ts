import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { englishOf, koreanOf, translations } from '../scripts/translations.ts';
import { blocksOf } from './support/documents.ts';

test('pages in Korean translate the English text of today, and none is missing', () => {
  const wrong = translations().filter(({ state }) => state !== 'current');
  // `npm run translations` prints the first line of each page: write it when the text fits again.
  expect(wrong.map(({ korean, state }) => `${korean}: ${state}`)).toEqual([]);
});

test('pages in Korean have the code of the English page', () => {
  const codeOf = (page: string): string[] =>
    blocksOf(page)
      .filter(({ language }) => language !== 'mermaid')
      .map(({ text }) => text);
  for (const { english, korean, state } of translations())
    if (state === 'current') expect([korean, ...codeOf(korean)]).toEqual([korean, ...codeOf(english)]);
});

test('pages in Korean link to the English page once, and to Korean pages wherever there is one', () => {
  for (const korean of globSync(['README.ko.md', 'docs/ko/**/*.md'])) {
    const text = readFileSync(korean, 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => join(dirname(korean), path!));
    const translated = targets.filter((target) => koreanOf(target) !== target && existsSync(koreanOf(target)));
    expect([korean, ...translated]).toEqual([korean, englishOf(korean)]);
  }
});

test('a page that is translated links to its translation once, as the first link', () => {
  for (const { english, korean } of translations()) {
    const [, target] = /\]\(([^)]+)\)/.exec(readFileSync(english, 'utf8'))!;
    expect([english, join(dirname(english), target!)]).toEqual([english, korean]);
  }
});

test('a translation is behind when the English text has changed, missing without a file, and of no page without an English one', () => {
  const root = mkdtempSync(join(tmpdir(), 'pages-'));
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const states = (): Record<string, string> =>
    Object.fromEntries(translations(root).map(({ korean, state }) => [korean, state]));

  for (const page of ['README.md', 'docs/guides/sign-up.md', 'docs/proofs.md']) put(page, '# A page\n');
  for (const { english, firstLine } of translations(root))
    if (english !== 'docs/proofs.md') put(koreanOf(english), `${firstLine}\n\n# 문서\n`);
  put('docs/ko/guides/gone.md', '<!-- docs/guides/gone.md 000000000000 -->\n');
  put('docs/ko/errors/README.md', '# 생성한 문서\n');
  expect(states()).toEqual({
    'README.ko.md': 'current',
    'docs/ko/guides/gone.md': 'of no page',
    'docs/ko/guides/sign-up.md': 'current',
    'docs/ko/proofs.md': 'missing',
  });

  put('docs/guides/sign-up.md', '# Another page\n');
  expect(states()).toMatchObject({ 'docs/ko/guides/sign-up.md': 'behind', 'README.ko.md': 'current' });
  rmSync(root, { recursive: true });
});
