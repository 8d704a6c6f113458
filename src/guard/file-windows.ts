import type { FileLink, FileRecord } from './file-link.ts';
import { MAX_KEYS, take, type Count, type WindowStore } from './windows.ts';

/** Windows of one name are one kind of record. */
const kindOf = (name: string): string => `limit:${name}`;

export function createFileWindows(file: FileLink, maxKeys = MAX_KEYS): WindowStore {
  return {
    take: (windows) =>
      file.write((records, now) => {
        const { waits, counts } = take(windows, ({ name, key }) => countIn(records.get(kindOf(name), key)), now);
        const counted = counts.map(({ used, endsAt }, index) => {
          const window = windows[index]!;
          const kind = kindOf(window.name);
          if (!records.get(kind, window.key)) records.makeRoom(kind, maxKeys, Number.MAX_VALUE);
          records.set(kind, window.key, { value: String(used), endsAt });
          return { window, endsAt };
        });
        return { waits, counted };
      }),
    giveBack: (counted) =>
      file.write((records) => {
        for (const { window, endsAt } of counted) {
          const kind = kindOf(window.name);
          const count = countIn(records.get(kind, window.key));
          if (count?.endsAt === endsAt && count.used > 0)
            records.set(kind, window.key, { value: String(count.used - 1), endsAt });
        }
      }),
  };
}

function countIn(record: FileRecord | null): Count | undefined {
  return record ? { used: Number(record.value), endsAt: record.endsAt } : undefined;
}
