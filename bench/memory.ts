import { begin, finish } from '../src/guard/attempt.ts';
import { createHmacs } from '../src/guard/hmac.ts';
import { createMemoryStore } from '../src/guard/store.ts';

// How much memory do live records take? Growth of heap and rss when the memory store is full, with every record as a
// refused confirm leaves it.

const RECORDS = 100_000;
const LIMIT_MB = 64;
const RULES = { flightMs: 20_000, claims: true };

if (!globalThis.gc) throw new Error('Run node with --expose-gc');
const hmac = createHmacs('a-secret-of-at-least-32-characters');

// As much work, with few records at a time: neither compiled code nor room for garbage counts as records.
for (let filled = 0; filled < RECORDS; filled += 1_000) await (await fill(1_000)).close();
const before = settled();
const store = await fill(RECORDS);
const after = settled();

const heap = after.heapUsed - before.heapUsed;
const rss = after.rss - before.rss;
print(`node ${process.version}, ${RECORDS} live records in the memory store`);
print(`heap  ${megabytes(heap)} MB, ${Math.round(heap / RECORDS)} bytes per record`);
print(`rss   ${megabytes(rss)} MB; at most ${LIMIT_MB} MB are allowed`);
await store.close();
if (rss > LIMIT_MB * 2 ** 20) process.exitCode = 1;

async function fill(records: number) {
  const filled = createMemoryStore();
  for (let serial = 0; serial < records; serial += 1) {
    const impUid = `imp_${serial + 100_000_000_000}`;
    const key = hmac('impUid', impUid);
    const attempt = {
      id: hmac('code', String(serial)),
      owner: hmac('caller', `user-${serial}`),
      code: hmac('code', impUid, '123456'),
      method: 'SMS',
    } as const;
    const turn = await filled.update(key, (found, now) => begin(found, attempt, now, RULES));
    if (turn.kind !== 'turn') throw new Error('Every record is new');
    await filled.update(key, (found) => finish(found, turn, { kind: 'refused', code: 'WRONG_CODE' }, 20_000));
  }
  return filled;
}

/** After a collection that gives back what only garbage needed: young space alone can be more than all records. */
function settled(): NodeJS.MemoryUsage {
  globalThis.gc!({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  return process.memoryUsage();
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
