import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

export const GUARD_SECRET = 'a-guard-secret-of-at-least-32-characters';

/** A line of the access record. */
export interface AuditLine {
  readonly type: string;
  readonly at: string;
  readonly who: string | null;
  readonly from: string | null;
  readonly whose: string | null;
  readonly what: string;
  readonly outcome: string;
  readonly fields: readonly string[] | null;
  readonly missed?: number;
  readonly seq: number;
  readonly prev: string | null;
}

/** The whole lines of a file. */
export function linesIn(file: string): AuditLine[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('"}'));
  return lines.map((line) => JSON.parse(line) as AuditLine);
}

/** Paths in new folders, all of which go when the tests of the file have ended. */
export function createFolders(): (name?: string) => string {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  return (name = 'access.jsonl') => {
    const folder = mkdtempSync(join(tmpdir(), 'audit-'));
    folders.push(folder);
    return join(folder, name);
  };
}
