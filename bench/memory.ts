import { begin, finish } from '../src/guard/attempt-rules.ts';
import { createHmacs } from '../src/guard/hmac.ts';
import { createMemoryStore } from '../src/guard/store.ts';
import { createMemoryWindows } from '../src/guard/windows.ts';

// How much memory do live records and the windows of limits take? Growth of heap and rss when the memory store is full, with
// every record as a rejected confirm leaves it; then growth of the heap when a window has as many keys as it keeps.

const RECORDS = 100_000;
/** More than a window keeps. */
const KEYS = 60_000;
const KEPT_KEYS = 50_000;
const LIMIT_MB = 64;
const RULES = { leaseMs: 20_000, claims: true };

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

await limitWindow(1_000);
const beforeWindow = settled();
const window = await limitWindow(KEYS);
const windowHeap = settled().heapUsed - beforeWindow.heapUsed;
print(
  `heap  ${megabytes(windowHeap)} MB, ${Math.round(windowHeap / KEPT_KEYS)} bytes per key of a limit, after ${KEYS} keys`,
);
const { waits } = await window.take([windowOf(KEYS - 1)]);
if (waits[0] === 0) throw new Error('The newest key is kept');
if (rss > LIMIT_MB * 2 ** 20) process.exitCode = 1;

async function fill(records: number) {
  const filled = createMemoryStore();
  for (let serial = 0; serial < records; serial += 1) {
    const impUid = `imp_${serial + 100_000_000_000}`;
    const key = hmac('impUid', impUid);
    const attempt = {
      lease: hmac('code', String(serial)),
      owner: hmac('caller', `user-${serial}`),
      code: hmac('code', impUid, '123456'),
      method: 'SMS',
    } as const;
    const { reply } = begin(null, attempt, performance.now(), RULES);
    if (reply.kind !== 'begun') throw new Error('Every record is new');
    const ended = finish(reply, { kind: 'rejected', code: 'WRONG_CODE' }, RULES.leaseMs);
    await filled.replace(key, null, JSON.stringify(ended));
  }
  return filled;
}

async function limitWindow(keys: number) {
  const filled = createMemoryWindows();
  for (let serial = 0; serial < keys; serial += 1) await filled.take([windowOf(serial)]);
  return filled;
}

function windowOf(serial: number) {
  return { name: 'hour', key: hmac('ip', `user-${serial}`), points: 1, ms: 3_600_000 };
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
