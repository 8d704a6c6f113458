import { describe, expect, test } from '@jest/globals';
import type { CertificationRecord } from '../../src/upstream/record.ts';
import { ok } from '../../src/outcome.ts';
import { createLoaders } from '../../src/graphql/loaders.ts';

describe('the certification loader', () => {
  test('reads at most eight at a time, each key once, and answers in order', async () => {
    const waiting: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const asked: string[] = [];
    const certification = async (impUid: string) => {
      asked.push(impUid);
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => waiting.push(resolve));
      running -= 1;
      return ok({ impUid } as CertificationRecord);
    };
    const { certification: loader } = createLoaders(certification);
    const keys = Array.from({ length: 40 }, (_, index) => `imp_${index % 20}`);
    const answers = Promise.all(keys.map((key) => loader.load(key)));
    const state = { settled: false };
    void answers.then(() => (state.settled = true));
    while (!state.settled) {
      waiting.shift()?.();
      await new Promise(setImmediate);
    }
    expect(await answers).toEqual(keys.map((impUid) => ok({ impUid })));
    expect([most, asked.length]).toEqual([8, 20]);
  });
});
