/**
 * Can somebody complete a window that another person opened, by guessing?
 *
 *   npx node bench/guess.ts                   10,000 guesses on each upstream
 *   GUESSES=100000 npx node bench/guess.ts    as many as you like
 *
 * Three replicas share one redis-server, and limits are off, which would end this after a few. The person has passed the window
 * and not come back yet. Exits with 1 where a guess was answered with anything but NOT_FOUND, or the person is not certified
 * afterwards.
 */
import { startRedis } from '../test/support/redis.ts';
import { VERSIONS } from '../test/support/upstreams.ts';
import { guessWindow } from '../test/support/window-guesses.ts';

const GUESSES = Number(process.env['GUESSES'] ?? 10_000);

const redis = await startRedis();
let isWrong = false;
for (const version of VERSIONS) {
  const began = performance.now();
  const { codes, owner, reads } = await guessWindow(version, redis.url, GUESSES);
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  const answers = Object.entries(codes).map(([code, count]) => `${code} ${count}`);
  process.stdout.write(
    `${version}: ${answers.join(', ')}; ${reads} reads upstream; the person: ${owner}; ${seconds} s\n`,
  );
  isWrong ||= codes['NOT_FOUND'] !== GUESSES || owner !== 'CERTIFIED';
}
await redis.stop();
process.exit(isWrong ? 1 : 0);
