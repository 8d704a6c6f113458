import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { openFile, type FileLink, type FileNews } from '../../src/guard/file-link.ts';

const undo: (() => void)[] = [];

// What uses a file is closed before its directory is removed.
afterEach(() => {
  for (const step of undo.splice(0).toReversed()) step();
});

/** The path of a file that does not exist, in a directory of its own, until the end of the test. */
export function freshPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'identity-store-'));
  undo.push(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'attempts.db');
}

/** A store file that is open until the end of the test, on a clock of the test's own where one is given. */
export function opened(
  path = freshPath(),
  { clock, tell = () => {} }: { clock?: { boot?: string; ms: number }; tell?: (news: FileNews) => void } = {},
): FileLink {
  const machine = clock && { boot: clock.boot ?? 'a boot', now: () => clock.ms };
  const file = openFile(path, tell, machine);
  undo.push(() => file.close());
  return file;
}
