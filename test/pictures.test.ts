import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { picturesBehind, recordPictures } from '../scripts/pictures.ts';

test('pictures of pages show the sources of today', () => {
  expect(picturesBehind()).toEqual([]); // `npm run screenshot` takes them; look at them before you commit
});

test('a picture is behind when a source that it shows has changed, or is new', () => {
  const root = mkdtempSync(join(tmpdir(), 'pictures-'));
  try {
    mkdirSync(join(root, 'docs/images'), { recursive: true });
    mkdirSync(join(root, 'src/sandbox'), { recursive: true });
    for (const folder of ['demo', 'explorer', 'schema/operations']) {
      cpSync(folder, join(root, folder), { recursive: true, filter: (path) => !path.includes('node_modules') });
    }
    copyFileSync('src/sandbox/magic.ts', join(root, 'src/sandbox/magic.ts'));
    recordPictures(root);
    expect(picturesBehind(root)).toEqual([]);
    writeFileSync(join(root, 'explorer/main.css'), '');
    expect(picturesBehind(root)).toEqual(['explorer.png']);
    writeFileSync(join(root, 'demo/sandbox/new.ts'), '');
    expect(picturesBehind(root)).toEqual(['demo.png', 'demo.ko.png', 'demo-phone.png', 'explorer.png']);
  } finally {
    rmSync(root, { recursive: true });
  }
});
