import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import type * as Sqlite from 'node:sqlite';
import { ConfigError } from '../config.ts';
import type { MachineClock } from './machine-clock.ts';

/** `IDGW`, which tells a store of this gateway from the SQLite files of other programs. */
const APPLICATION_ID = 0x49_44_47_57;

/** The version of the tables below and of the records in them. */
const VERSION = 1;

/** Everything that has an end, by kind: attempts, and the windows of each limit. `clock` is one row. */
const SCHEMA = `
  CREATE TABLE record (
    kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, ends_at REAL NOT NULL, PRIMARY KEY (kind, key)
  ) STRICT;
  CREATE INDEX record_by_end ON record (kind, ends_at);
  CREATE TABLE kind (kind TEXT PRIMARY KEY, records INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TRIGGER record_in AFTER INSERT ON record BEGIN
    INSERT INTO kind VALUES (new.kind, 1) ON CONFLICT (kind) DO UPDATE SET records = records + 1;
  END;
  CREATE TRIGGER record_out AFTER DELETE ON record BEGIN
    UPDATE kind SET records = records - 1 WHERE kind = old.kind;
  END;
  CREATE TABLE clock (boot TEXT NOT NULL, ahead REAL NOT NULL, mark REAL NOT NULL) STRICT;
  INSERT INTO clock VALUES ('', 0, 0);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};`;

/** How long a start waits for another process that uses the file; the process does nothing else meanwhile. */
const START_MS = 5_000;

/**
 * The store in a file, made where there is none. Only this user may read it, and the two files that SQLite keeps beside it.
 * Errors: `ConfigError` with the reason.
 */
export function openDatabase(path: string, clock: MachineClock): Sqlite.DatabaseSync {
  try {
    closeSync(openSync(path, 'a', 0o600));
    const { DatabaseSync } = loadSqlite();
    const db = new DatabaseSync(path, { timeout: START_MS });
    try {
      prepare(db, clock);
      // Volumes that are mounted for a group open their files to it.
      for (const file of [path, `${path}-wal`, `${path}-shm`]) makePrivate(file);
    } catch (error) {
      db.close();
      throw error;
    }
    return db;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw refused(whyNotOpened(error));
  }
}

/** SQLite is loaded by the first store in a file. Releases of Node 24 before 24.15 call it experimental on standard error. */
function loadSqlite(): typeof Sqlite {
  const emitWarning = Reflect.get(process, 'emitWarning') as (...warning: unknown[]) => void;
  process.emitWarning = (...warning: unknown[]) => {
    if (warning[1] !== 'ExperimentalWarning') Reflect.apply(emitWarning, process, warning);
  };
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

function makePrivate(file: string): void {
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
}

/** A file of another program is left as it was. */
function prepare(db: Sqlite.DatabaseSync, clock: MachineClock): void {
  const isNew = isEmpty(db);
  if (!isNew && number(db, 'PRAGMA application_id') !== APPLICATION_ID)
    throw refused('is a file of another program: name a file that does not exist yet');
  if (!isNew && number(db, 'PRAGMA user_version') !== VERSION)
    throw refused('is of another version of this gateway: name a file that does not exist yet');
  // A commit is in the system's hands when it is answered: it outlives this process, but not always a loss of power.
  const { journal_mode: journal } = db.prepare('PRAGMA journal_mode = WAL').get()!;
  if (journal !== 'wal') throw refused('is on a file system without shared memory: name a file on a local disk');
  db.exec('PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE');
  if (isEmpty(db)) db.exec(SCHEMA);
  else if (db.prepare('PRAGMA quick_check(1)').get()!['quick_check'] !== 'ok') throw refused(DAMAGED);
  db.prepare('UPDATE clock SET boot = ?, ahead = mark - ? WHERE boot <> ?').run(clock.boot, clock.now(), clock.boot);
  db.exec('COMMIT; PRAGMA busy_timeout = 0');
}

function isEmpty(db: Sqlite.DatabaseSync): boolean {
  return number(db, 'PRAGMA application_id') === 0 && number(db, 'SELECT count(*) FROM sqlite_schema') === 0;
}

function number(db: Sqlite.DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get()!)[0]);
}

const DAMAGED =
  'is damaged or no store of this gateway: move it away, or name a file that does not exist yet; attempts and limits then begin anew';

const WHY_NOT: Readonly<Record<string, string>> = {
  ENOENT: 'is in a directory that does not exist',
  ENOTDIR: 'is in a directory that does not exist',
  EISDIR: 'is a directory: name a file in it',
  EACCES: 'cannot be written by this user: the file and its directory must be writable',
  EPERM: 'belongs to another user, so that others could read it: name a file of this user',
  EROFS: 'is on a file system that is read-only',
  ENOSPC: 'is on a disk that is full',
  5: 'is locked by another program',
  8: 'cannot be written by this user: the file and its directory must be writable',
  11: DAMAGED,
  13: 'is on a disk that is full',
  14: 'cannot be written by this user: the file and its directory must be writable',
  26: DAMAGED,
};

/** By the code of a system error, or of SQLite (https://sqlite.org/rescode.html) without its details. */
function whyNotOpened(error: unknown): string {
  const { code, errcode } = error as { code?: string; errcode?: number };
  const name = errcode === undefined ? String(code) : String(errcode & 0xff);
  return WHY_NOT[name] ?? `cannot be opened (${name})`;
}

function refused(problem: string): ConfigError {
  return new ConfigError([`STORE_FILE ${problem}`]);
}
