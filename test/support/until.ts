import { setTimeout as delay } from 'node:timers/promises';

/** Asks again until the answer is right; the time limit of the test ends it. */
export async function until<T>(ask: () => T | Promise<T>, isRight: (answer: T) => boolean = Boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    await delay(10);
  }
}
