import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { waitForRedis } from '../support/timers.ts';
import { VERSIONS } from '../support/upstreams.ts';
import { guessWindow } from '../support/window-guesses.ts';

const GUESSES = 700;

const describeRedis = hasRedis ? describe : describe.skip;

describeRedis('a window that somebody else opened (needs redis-server on the PATH)', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  test.each(VERSIONS)(
    'of %s is not found by guesses at three replicas, its own id among them in every spelling, which use nothing of it up',
    async (version) => {
      waitForRedis();
      const guessed = await guessWindow(version, redis.url, GUESSES);
      expect(guessed).toMatchObject({ codes: { NOT_FOUND: GUESSES }, owner: 'CERTIFIED' });
      // The id of a window of V2 is that of its record: one that is not the caller's own is not read.
      if (version === 'V2') expect(guessed.reads).toBe(0);
    },
  );
});
