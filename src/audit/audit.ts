import type { AuditConfig } from '../config.ts';
import { createChain, type ChainParts } from './chain.ts';
import { openRecordFile, openStandardOutput, type RecordFile } from './file.ts';
import { NO_LINES, readLine, type Seal } from './line.ts';
import type { AuditNews } from './news.ts';
import { createRecord, type AccessRecord } from './record.ts';

/** Where the access record goes: `AUDIT_FILE` and `AUDIT_FAILURE`, or a place of the host's own. */
export interface AuditOptions extends Partial<AuditConfig> {
  /** Takes one line, without a line break, in place of a file; an operation is answered once it resolves. Calls never overlap. */
  readonly write?: (line: string) => void | Promise<void>;
  /** The line that `write` took last before this start: the chain continues after it. */
  readonly last?: string | null;
}

export interface Audit extends AccessRecord {
  /** An operation without a line is refused. */
  readonly isRefusing: boolean;
  /** The next line opens the file anew: it was renamed. */
  reopen(): void;
  close(): Promise<void>;
}

interface Parts {
  readonly seal: Seal;
  readonly onNews: (news: AuditNews) => void;
}

/** The access record, null where it is off. Errors: `ConfigError` where its file cannot be used. */
export function createAudit(options: AuditOptions | undefined, { seal, onNews }: Parts): Audit | null {
  const place = options && placeOf(options);
  if (!place) return null;
  const { last, cutBytes } = place;
  const end = (last !== null && readLine(last)) || NO_LINES;
  const chain = createChain({ write: (lines) => place.write(lines), end, seal });
  const tellEnd = (kind: 'continues' | 'reopened' | 'closed'): void => {
    const { seq, hash } = chain.end();
    onNews({ kind, seq, hash });
  };
  if (cutBytes > 0) onNews({ kind: 'cut', bytes: cutBytes });
  tellEnd('continues');
  return {
    ...createRecord(chain, onNews),
    isRefusing: options.failure !== 'continue',
    reopen() {
      place.reopen();
      tellEnd('reopened');
    },
    async close() {
      await chain.settled();
      await place.close();
      tellEnd('closed');
    },
  };
}

function placeOf({ file, write, last = null }: AuditOptions): RecordFile | null {
  if (write) return { last, cutBytes: 0, write: oneByOne(write), reopen() {}, async close() {} };
  if (file === null || file === undefined) return null;
  return file === '-' ? openStandardOutput() : openRecordFile(file);
}

/** A host takes each line by itself; those that it took before one that it could not are a part of the chain. */
function oneByOne(write: NonNullable<AuditOptions['write']>): ChainParts['write'] {
  return async (lines) => {
    for (const [taken, line] of lines.entries()) {
      try {
        await write(line);
      } catch (error) {
        return { lines: taken, error };
      }
    }
    return { lines: lines.length };
  };
}
