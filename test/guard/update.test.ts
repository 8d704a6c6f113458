import { describe, expect, test } from '@jest/globals';
import { opened, type AttemptRecord } from '../../src/guard/attempt-rules.ts';
import { createMemoryStore, StoreFull, StoreUnavailable, type AttemptStore } from '../../src/guard/store.ts';
import { readRecord, update } from '../../src/guard/update.ts';

const OWNED = opened('owner', 'SMS');
const NOW = 1_000;

/** A store that meets so many writes of somebody else, or fails to write, and the deadlines it was given. */
function storeWith({ lost = 0, error }: { lost?: number; error?: Error }) {
  const memory = createMemoryStore(() => NOW);
  const deadlines: unknown[] = [];
  let left = lost;
  const store: AttemptStore = {
    ...memory,
    async replace(key, expected, next, deadline) {
      deadlines.push(deadline);
      if (error) throw error;
      if (left > 0) {
        left -= 1;
        await memory.replace(key, expected, JSON.stringify({ ...OWNED, attempts: lost - left }));
      }
      return memory.replace(key, expected, next);
    },
  };
  return { store, deadlines };
}

/** Counts the attempts of a record up. */
const countUp = (found: AttemptRecord | null, now: number) => {
  const record = { ...OWNED, attempts: (found?.attempts ?? 0) + 1 };
  return { record, reply: [found?.attempts ?? null, now] };
};

describe('an update', () => {
  test('applies its step to what is kept, and answers what it found', async () => {
    const { store, deadlines } = storeWith({});
    expect(await update(store, 'a', countUp)).toMatchObject({ reply: [null, NOW], record: null, isKept: true });
    expect(await update(store, 'a', countUp)).toMatchObject({ reply: [1, NOW], record: { attempts: 1 }, isKept: true });
    expect((await readRecord(store, 'a')).record).toEqual({ ...OWNED, attempts: 2 });
    expect(deadlines).toEqual([NOW + 2_000, NOW + 2_000]);
  });

  test('applies its step anew after each write of somebody else, twenty times in all', async () => {
    const { store, deadlines } = storeWith({ lost: 19 });
    expect(await update(store, 'a', countUp)).toMatchObject({ reply: [19, NOW], isKept: true });
    expect(deadlines).toHaveLength(20);
    await expect(update(storeWith({ lost: 20 }).store, 'a', countUp)).rejects.toBeInstanceOf(StoreUnavailable);
  });

  test('writes nothing where its step changes nothing', async () => {
    const { store, deadlines } = storeWith({});
    expect(await update(store, 'a', () => ({ reply: 'nothing' }))).toMatchObject({ reply: 'nothing', isKept: true });
    expect([deadlines, (await store.read('a')).text]).toEqual([[], null]);
  });

  test('that the store does not answer may not be kept, and is not tried again', async () => {
    const { store, deadlines } = storeWith({ error: new StoreUnavailable('silent') });
    expect(await update(store, 'a', countUp)).toMatchObject({ reply: [null, NOW], isKept: false });
    expect(deadlines).toHaveLength(1);
  });

  test.each([new StoreFull(), new TypeError('a defect')])('fails where nothing was written: $name', async (error) => {
    await expect(update(storeWith({ error }).store, 'a', countUp)).rejects.toBe(error);
  });

  test('knows between which moments of this process the store was asked', async () => {
    const before = performance.now();
    const { askedAt, heardAt } = await readRecord(createMemoryStore(), 'a');
    expect([before, askedAt, heardAt, performance.now()].toSorted((a, b) => a - b)).toEqual([
      before,
      askedAt,
      heardAt,
      expect.any(Number),
    ]);
  });
});
