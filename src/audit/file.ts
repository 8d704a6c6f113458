import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '../config.ts';
import type { Written } from './chain.ts';
import { isOfRecord, readLine } from './line.ts';

export interface RecordFile {
  /** The last whole line of the file, or where it has none of the file that was rotated last; null without any. */
  readonly last: string | null;
  /** Bytes after it that are no whole line: the process ended while it wrote them. */
  readonly cutBytes: number;
  write(lines: readonly string[]): Promise<Written>;
  /** The next line opens the file anew: it was renamed. */
  reopen(): void;
  close(): Promise<void>;
}

/** File mode: its owner alone reads and writes it. */
const MODE = 0o600;

/** How much of a file's end is read to find its last line: no line is as long. */
const END_BYTES = 65_536;

const LINE_BREAK = 0x0a;

/** Ends a line that was cut: without a mark, one that lacks its line break alone would become a whole line of the chain. */
const CUT = '~\n';

/**
 * A file to which one process appends. Lines are handed to the operating system before `write` resolves, and not forced to the
 * disk: lines survive the end of the process, and the last ones may not survive a loss of power.
 * Errors: `ConfigError` where the file cannot be opened, or has lines of something else.
 */
export function openRecordFile(path: string): RecordFile {
  const { last, cutBytes, ...start } = readEnd(path);
  let file: FileHandle | null = null;
  let size: number | null = start.size; // as this process has left it, null where it is to be found out
  let isCut = false;
  let isStale = false;

  async function opened(): Promise<FileHandle> {
    if (isStale) await close();
    if (file) return file;
    file = await open(path, 'a+', MODE);
    const found = await file.stat();
    size ??= found.size;
    isCut = found.size > 0 && (await file.read(Buffer.alloc(1), 0, 1, found.size - 1)).buffer[0] !== LINE_BREAK;
    return file;
  }

  async function append(lines: readonly string[]): Promise<Written> {
    const handle = await opened();
    const found = fstatSync(handle.fd); // from memory, and a tenth of the cost of asking another thread
    if (found.nlink === 0) throw withCode('DELETED'); // lines would go to a file that nobody can open
    if (found.isFile() && found.size !== size) throw withCode('CHANGED');
    const cut = isCut ? CUT : '';
    const bytes = Buffer.from(`${cut}${lines.join('\n')}\n`);
    const written = await writeTo(handle, bytes);
    if (written.error !== undefined) {
      await close();
      return { lines: breaksIn(bytes.subarray(cut.length, written.length)), error: written.error };
    }
    size = found.size + bytes.length;
    isCut = false;
    return { lines: lines.length };
  }

  async function close(): Promise<void> {
    const closing = file;
    file = null;
    size = null;
    isStale = false;
    await closing?.close().catch(() => {});
  }

  return {
    last,
    cutBytes,
    async write(lines) {
      try {
        return await append(lines);
      } catch (error) {
        await close(); // what the file holds now is found out when it is opened again
        throw error;
      }
    },
    reopen() {
      isStale = true;
    },
    close,
  };
}

/** Lines on standard output, beside those of the log. The chain begins anew with each process: nobody can read its end. */
export function openStandardOutput(): RecordFile {
  return {
    last: null,
    cutBytes: 0,
    write: (lines) =>
      new Promise((resolve, reject) => {
        process.stdout.write(`${lines.join('\n')}\n`, (error) =>
          error ? reject(error) : resolve({ lines: lines.length }),
        );
      }),
    reopen() {},
    async close() {},
  };
}

interface End {
  readonly last: string | null;
  readonly cutBytes: number;
  readonly size: number;
}

function readEnd(path: string): End {
  try {
    const end = endOf(path, 'a+');
    if (end.isForeign) throw new ConfigError(['AUDIT_FILE must name a new file, or an access record']);
    const before = end.last === null ? rotatedLast(path) : null;
    return before === null ? end : { ...end, last: endOf(before, 'r').last };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([`AUDIT_FILE cannot be opened for writing (${(error as NodeJS.ErrnoException).code})`]);
  }
}

/** The last whole line of a file, and how much follows it. A file whose lines are all of something else is foreign. */
function endOf(path: string, flags: 'a+' | 'r'): End & { readonly isForeign: boolean } {
  const file = openSync(path, flags, MODE);
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, END_BYTES));
    const length = readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const breakAt = bytes.subarray(0, length).lastIndexOf(LINE_BREAK);
    const lines = bytes
      .subarray(0, breakAt + 1)
      .toString()
      .split('\n')
      .slice(0, -1);
    const last = lines.findLast((line) => readLine(line) !== null) ?? null;
    return { last, cutBytes: length - breakAt - 1, size, isForeign: lines.length > 0 && !lines.some(isOfRecord) };
  } finally {
    closeSync(file);
  }
}

/** The file that was rotated last, as logrotate names it: `access.jsonl.1`, `access.jsonl-20260131`. */
function rotatedLast(path: string): string | null {
  const [dot, dash] = [`${basename(path)}.`, `${basename(path)}-`];
  const rotated = readdirSync(dirname(path), { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.gz'))
    .filter(({ name }) => name.startsWith(dot) || name.startsWith(dash))
    .map(({ name }) => join(dirname(path), name))
    .map((file) => ({ file, at: statSync(file).mtimeMs }))
    .toSorted((a, b) => b.at - a.at);
  return rotated[0]?.file ?? null;
}

/** How many of the bytes were written, and why the others were not. */
async function writeTo(
  file: FileHandle,
  bytes: Buffer,
): Promise<{ readonly length: number; readonly error?: unknown }> {
  let length = 0;
  try {
    while (length < bytes.length) length += (await file.write(bytes, length)).bytesWritten;
    return { length };
  } catch (error) {
    return { length, error };
  }
}

function breaksIn(bytes: Buffer): number {
  return bytes.filter((byte) => byte === LINE_BREAK).length;
}

function withCode(code: string): Error {
  return Object.assign(new Error('The file is not as it was left'), { code });
}
