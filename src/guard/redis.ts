import type { RedisLink } from './redis-link.ts';
import { RECORD_TTL_MS, type AttemptStore } from './store.ts';

/** The value and the server's clock: replicas need not agree on the time. */
const READ = "local t = redis.call('TIME'); return {redis.call('GET', KEYS[1]) or '', t[1], t[2]}";

/** Compare-and-set with a deadline on the server's clock. */
const REPLACE = `
  local t = redis.call('TIME')
  if t[1] * 1000 + t[2] / 1000 > tonumber(ARGV[4]) then return redis.error_reply('too late') end
  if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1`;

/** With the version of the record's shape: replicas of another version must not misread it. */
const KEY_PREFIX = 'identity:v2:attempt:';

export function createRedisStore({ client: redis, heard, wrote }: RedisLink, prefix = KEY_PREFIX): AttemptStore {
  return {
    async read(key) {
      const answer = heard(redis.eval(READ, 1, prefix + key));
      const [text, seconds, micros] = (await answer) as [string, string, string];
      return { text: text === '' ? null : text, now: Number(seconds) * 1000 + Number(micros) / 1000 };
    },
    async replace(key, expected, next, deadline = Number.MAX_SAFE_INTEGER) {
      const answer = redis.eval(REPLACE, 1, prefix + key, expected ?? '', next, RECORD_TTL_MS, deadline);
      const isReplaced = (await heard(answer)) === 1;
      if (isReplaced) wrote();
      return isReplaced;
    },
    async check() {
      await heard(redis.set(`${prefix}check`, '', 'PX', RECORD_TTL_MS));
      wrote();
    },
    async close() {
      redis.disconnect();
    },
  };
}
