import type { FileLink, FileRecord, Records } from './file-link.ts';
import { IN_USE_MS, MAX_RECORDS, RECORD_TTL_MS, StoreFull, type AttemptStore } from './store.ts';

const KIND = 'attempt';

export function createFileStore(file: FileLink, maxRecords = MAX_RECORDS): AttemptStore {
  function makeRoom(records: Records, now: number): void {
    const hasRoom = records.makeRoom(KIND, maxRecords, now + RECORD_TTL_MS - IN_USE_MS);
    if (!hasRoom) throw new StoreFull('Every record is in use');
  }

  return {
    read: (key) => file.read((records, now) => ({ text: liveText(records.get(KIND, key), now), now })),
    replace: (key, expected, next) =>
      file.write((records, now) => {
        const found = records.get(KIND, key);
        if (liveText(found, now) !== expected) return false;
        if (!found) makeRoom(records, now);
        records.set(KIND, key, { value: next, endsAt: now + RECORD_TTL_MS });
        return true;
      }),
    check: () => file.write(makeRoom),
    async close() {
      file.close();
    },
  };
}

function liveText(found: FileRecord | null, now: number): string | null {
  return found && found.endsAt > now ? found.value : null;
}
