import type { FileLink, FileRecord, Records } from './file-link.ts';
import { MAX_KEYS, take, type Count, type Window, type WindowStore } from './windows.ts';

/** Windows of one name are one kind of record. */
const kindOf = (name: string): string => `limit:${name}`;

export function createFileWindows(file: FileLink, maxKeys = MAX_KEYS): WindowStore {
  return {
    take: (windows) =>
      file.write((records, now) => {
        const found = new Map(windows.map((window) => [window, recordOf(records, window)]));
        const { waits, counts, nextInMs } = take(windows, (window) => countIn(found.get(window)), now);
        const counted = counts.map(({ used, endsAt }, index) => {
          const window = windows[index]!;
          const kind = kindOf(window.name);
          if (!found.get(window)) records.makeRoom(kind, maxKeys, Number.MAX_VALUE);
          records.set(kind, window.key, { value: String(used), endsAt });
          return { window, endsAt };
        });
        return { waits, counted, nextInMs };
      }),
    giveBack: (counted) =>
      file.write((records) => {
        for (const { window, endsAt } of counted) {
          const count = countIn(recordOf(records, window));
          if (count?.endsAt === endsAt && count.used > 0)
            records.set(kindOf(window.name), window.key, { value: String(count.used - 1), endsAt });
        }
      }),
  };
}

function recordOf(records: Records, { name, key }: Window): FileRecord | null {
  return records.get(kindOf(name), key);
}

function countIn(record: FileRecord | null | undefined): Count | undefined {
  return record ? { used: Number(record.value), endsAt: record.endsAt } : undefined;
}
