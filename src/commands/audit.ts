import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { readLine } from '../audit/line.ts';
import { createVerifier, type Problem, type Verified } from '../audit/verify.ts';
import { createHmacs } from '../guard/hmac.ts';
import type { Invocation } from './invocation.ts';

/** The command: prints what was found, and answers the exit code. */
export async function verify({ operands, env }: Invocation): Promise<number> {
  const { ok, message } = await auditVerify(operands, env['GUARD_SECRET']?.trim() || null);
  process.stdout.write(`${message}\n`);
  return ok ? 0 : 1;
}

export interface Answer {
  readonly ok: boolean;
  /** For people, without a line break at its end. */
  readonly message: string;
}

/**
 * Checks an access record: every file of it, in any order, gzipped or not. With the secret it also finds lines that somebody
 * without it has made. Errors: none; a file that cannot be read is an answer.
 */
export async function auditVerify(files: readonly string[], guardSecret: string | null): Promise<Answer> {
  if (files.length === 0) return { ok: false, message: 'Name the files of the access record.' };
  const hmac = guardSecret === null ? null : createHmacs(guardSecret);
  const verifier = createVerifier(hmac && ((text) => hmac('audit', text)));
  try {
    for (const file of await inOrder(files)) {
      let line = 0;
      for await (const text of linesOf(file)) {
        line += 1;
        const problem = verifier.add(text, { file, line });
        if (problem) return { ok: false, message: bad(problem) };
      }
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { ok: false, message: error.message };
  }
  return good(verifier.result(), guardSecret !== null);
}

class Unreadable extends Error {}

function bad({ file, line, reason }: Problem): string {
  return `${file} line ${line}: ${reason}.`;
}

function good({ lines, first, last, end, from, chains, missed, others }: Verified, isSealChecked: boolean): Answer {
  if (lines === 0) return { ok: false, message: 'There is no line of an access record.' };
  const notes = [
    `ok${isSealChecked ? '' : ', but for the seals'}: ${lines} lines from ${first} to ${last}`,
    `the last one has number ${end.seq} and hash ${end.hash}`,
    ...(from > 1 ? [`the first one has number ${from}: older lines are in files that were not given`] : []),
    ...(chains > 1 ? [`${chains} chains begin in these files`] : []),
    ...(missed > 0 ? [`${missed} operations have no line, since it could not be written`] : []),
    ...(others > 0 ? [`${others} lines are parts of lines, or not of the record`] : []),
    `verified: no line between the first and the last was changed, removed or moved${isSealChecked ? ', and each has the seal of GUARD_SECRET' : ' without those after it'}`,
    ...(isSealChecked
      ? []
      : ['not verified: the seals, since GUARD_SECRET is not set; a chain forged as a whole is not found']),
    'not verified: whether lines are missing after the last one, which its number and hash in the log tell',
  ];
  return { ok: true, message: notes.join('\n') };
}

/** By the time of the first line: names of rotated files do not sort by age. */
async function inOrder(files: readonly string[]): Promise<readonly string[]> {
  const starts = await Promise.all(files.map(async (file) => ({ file, ...(await startOf(file)) })));
  return starts.toSorted((a, b) => a.atMs - b.atMs || a.seq - b.seq).map(({ file }) => file);
}

async function startOf(file: string): Promise<{ readonly atMs: number; readonly seq: number }> {
  for await (const text of linesOf(file)) {
    const line = readLine(text);
    if (line) return { atMs: Date.parse(line.at) || 0, seq: line.seq };
  }
  return { atMs: 0, seq: 0 };
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file);
  const chunks = file.endsWith('.gz') ? pipeline(bytes, createGunzip(), () => {}) : bytes;
  let rest = '';
  try {
    for await (const chunk of chunks.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (error) {
    throw new Unreadable(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  if (rest !== '') yield rest;
}
