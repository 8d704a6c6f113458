import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { openDatabase } from './file-format.ts';
import { MACHINE_CLOCK, type MachineClock } from './machine-clock.ts';
import type { SecretNews } from './secret-watch.ts';
import { StoreUnavailable } from './store.ts';

/** What an operator should know of the file, each once. */
export type FileNews =
  | { readonly kind: 'lost'; readonly reason: string; readonly sentence: string }
  | { readonly kind: 'back' }
  | SecretNews;

export interface FileRecord {
  readonly value: string;
  /** In ms of the store's clock. A record that has ended may still be found. */
  readonly endsAt: number;
}

/** The records of one transaction. */
export interface Records {
  get(kind: string, key: string): FileRecord | null;
  set(kind: string, key: string, record: FileRecord): void;
  /**
   * Room for one more record of a kind, which has `max` at most: deletes a few that have ended, and where it is full one that
   * ends by `spareUntil`. False where there is none.
   */
  makeRoom(kind: string, max: number, spareUntil: number): boolean;
}

/** Reads and writes of one transaction, and the time by the store's clock. */
type FileStep<T> = (records: Records, now: number) => T;

export interface FileLink {
  /** Takes a step that may write, alone among all processes. Errors: `StoreUnavailable` within 200 ms; then nothing is written. */
  write<T>(step: FileStep<T>): Promise<T>;
  /** Takes a step that only reads. Errors: as `write`. */
  read<T>(step: FileStep<T>): Promise<T>;
  close(): void;
}

/**
 * How long a step waits for a lock, which another process holds for a moment. It is tried so often at least: the time in which this
 * process was too busy to try is not the lock's fault.
 */
const PATIENCE = { ms: 120, tries: 5, pauseMs: 2 };

/** More than one, so that a store full of ended records empties. */
const ENDED_AT_ONCE = 4;

/** Errors: `ConfigError` for a file that cannot be used. */
export function openFile(
  path: string,
  tell: (news: FileNews) => void = () => {},
  clock: MachineClock = MACHINE_CLOCK,
): FileLink {
  const db = openDatabase(path, clock);
  const transactions = createTransactions(db, clock);
  const troubles = createTroubles(tell);

  /** This process goes on while it waits for the lock, as it would not in SQLite's own `busy_timeout`. */
  async function take<T>(transaction: (step: FileStep<T>) => T, step: FileStep<T>): Promise<T> {
    const until = performance.now() + PATIENCE.ms;
    for (let tries = 1; ; tries += 1) {
      if (!db.isOpen) throw new StoreUnavailable('The store file is closed');
      try {
        return transaction(step);
      } catch (error) {
        const reason = reasonOf(error);
        if (reason === null) throw error;
        const isOver = tries >= PATIENCE.tries && performance.now() >= until;
        if (reason !== 'LOCKED' || isOver) {
          troubles.met(reason);
          throw new StoreUnavailable('The store file cannot be used');
        }
      }
      await delay(PATIENCE.pauseMs);
    }
  }

  return {
    async write(step) {
      const result = await take(transactions.write, step);
      troubles.over();
      return result;
    },
    read: (step) => take(transactions.read, step),
    close() {
      if (db.isOpen) db.close();
    },
  };
}

/** The store's time is the machine's, moved so that no time of an earlier write lies ahead of it. */
const NOW = 'max(mark, ? + ahead)';

function createTransactions(db: DatabaseSync, clock: MachineClock) {
  const prepare = (sql: string): StatementSync => db.prepare(sql);
  const [commit, rollback] = [prepare('COMMIT'), prepare('ROLLBACK')];
  const recordsAt = createRecords(prepare);

  function createTransaction(begin: StatementSync, tellTime: StatementSync) {
    return <T>(step: FileStep<T>): T => {
      begin.run();
      try {
        const { now } = tellTime.get(clock.now()) as { now: number };
        const result = step(recordsAt(now), now);
        commit.run();
        return result;
      } finally {
        if (db.isTransaction) rollback.run();
      }
    };
  }

  return {
    read: createTransaction(prepare('BEGIN'), prepare(`SELECT ${NOW} AS now FROM clock`)),
    write: createTransaction(
      prepare('BEGIN IMMEDIATE'),
      prepare(`UPDATE clock SET mark = ${NOW} RETURNING mark AS now`),
    ),
  };
}

function createRecords(prepare: (sql: string) => StatementSync): (now: number) => Records {
  const get = prepare('SELECT value, ends_at AS endsAt FROM record WHERE kind = ? AND key = ?');
  const set = prepare(`
    INSERT INTO record VALUES (?, ?, ?, ?)
    ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, ends_at = excluded.ends_at`);
  const count = prepare('SELECT records FROM kind WHERE kind = ?');
  const drop = prepare(`
    DELETE FROM record WHERE rowid IN
      (SELECT rowid FROM record WHERE kind = ? AND ends_at <= ? ORDER BY ends_at LIMIT ?)`);
  const isFull = (kind: string, max: number): boolean => Number(count.get(kind)?.['records'] ?? 0) >= max;

  return (now) => ({
    get: (kind, key) => (get.get(kind, key) as FileRecord | undefined) ?? null,
    set: (kind, key, { value, endsAt }) => void set.run(kind, key, value, endsAt),
    makeRoom(kind, max, spareUntil) {
      drop.run(kind, now, ENDED_AT_ONCE);
      return !isFull(kind, max) || drop.run(kind, spareUntil, 1).changes > 0;
    },
  });
}

/** By SQLite's primary result code: https://sqlite.org/rescode.html */
const REASONS: Readonly<Record<number, string>> = {
  5: 'LOCKED',
  6: 'LOCKED',
  8: 'READONLY',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  26: 'CORRUPT',
};

const SENTENCES: Readonly<Record<string, string>> = {
  LOCKED: 'another program holds its lock',
  READONLY: 'it cannot be written',
  IOERR: 'its disk fails, or is not large enough',
  CORRUPT: 'it is damaged',
  FULL: 'its disk is full',
  CANTOPEN: 'the files beside it cannot be opened',
  OTHER: 'SQLite cannot use it',
};

/** Null for what is not SQLite's: a full store, or a defect. */
function reasonOf(error: unknown): string | null {
  const { code, errcode } = error as { code?: string; errcode?: number };
  return code === 'ERR_SQLITE_ERROR' ? (REASONS[Number(errcode) & 0xff] ?? 'OTHER') : null;
}

/** Tells each reason once until it changes, or until a step has written. */
function createTroubles(tell: (news: FileNews) => void) {
  let told: string | null = null;
  return {
    met(reason: string): void {
      if (reason !== told) tell({ kind: 'lost', reason, sentence: SENTENCES[reason]! });
      told = reason;
    },
    over(): void {
      if (told !== null) tell({ kind: 'back' });
      told = null;
    },
  };
}
