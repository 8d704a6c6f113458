// Pictures of pages: docs/images/pictures.json names for each the hash of the sources that it shows.
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'docs/images';
const RECORD = 'pictures.json';
const DEMO = ['demo/**/*.{ts,css,html}', 'schema/operations/*'];

/** What each picture shows. Styles and words of packages are not part of it: take new pictures after an update of those. */
const PICTURES: Readonly<Record<string, readonly string[]>> = {
  'demo.png': DEMO,
  'demo.ko.png': DEMO,
  'demo-phone.png': DEMO,
  'explorer.png': ['explorer/*.{ts,tsx,css,html}', 'schema/operations/*', 'src/sandbox/magic.ts'],
};

export type Picture = keyof typeof PICTURES;

/** The pictures that show other sources than those of today: `npm run screenshot` makes them. */
export function picturesBehind(root = '.'): Picture[] {
  const recorded = JSON.parse(readFileSync(join(root, FOLDER, RECORD), 'utf8')) as Record<string, string>;
  return Object.keys(PICTURES).filter((picture) => recorded[picture] !== hashOf(root, picture));
}

export function recordPictures(root = '.'): void {
  const hashes = Object.keys(PICTURES).map((picture) => [picture, hashOf(root, picture)]);
  writeFileSync(join(root, FOLDER, RECORD), `${JSON.stringify(Object.fromEntries(hashes), null, 2)}\n`);
}

function hashOf(root: string, picture: Picture): string {
  const hash = createHash('sha256');
  for (const path of globSync([...PICTURES[picture]!], { cwd: root }).toSorted()) {
    hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex').slice(0, 12);
}
