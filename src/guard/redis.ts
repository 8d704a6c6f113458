import { Redis } from 'ioredis';
import { RECORD_TTL_MS, StoreUnavailable, type AttemptStore } from './store.ts';

/** How long Redis may be silent: an answer "unavailable" is due within 200 ms. */
const SILENCE = { ticks: 5, tickMs: 24 };

/** After this much of it a connection is given up with all that waits on it; until another stands, answers come at once. */
const CONNECTION_SILENCE_MS = 2_000;

/** How often an address is looked up again because what answers there has become a replica. */
const MOVED_EVERY_MS = 5_000;

/** A connection that comes back so soon has not been lost: some servers close idle ones. */
const LOST_AFTER_MS = 1_000;

/** A connection that fails fast and comes back by itself; `onChange` is told when it stands, and when it is lost. */
export function connectRedis(url: string, onChange: (isUp: boolean) => void = () => {}): Redis {
  let movedAt = Number.NEGATIVE_INFINITY;
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0, // what is cut off may have happened; it is never sent again
    connectTimeout: 500,
    socketTimeout: CONNECTION_SILENCE_MS,
    reconnectOnError({ message }) {
      if (!message.includes('READONLY') || performance.now() - movedAt < MOVED_EVERY_MS) return false;
      movedAt = performance.now();
      return true;
    },
    retryStrategy: (tries) => Math.min(tries * 100, 1_000),
  });
  redis.on('error', () => {}); // every command reports its own; without a listener the process would end
  let wasUp: boolean | null = null;
  let losing: NodeJS.Timeout | undefined;
  const change = (isUp: boolean): void => {
    clearTimeout(losing);
    losing = undefined;
    if (isUp !== wasUp) onChange(isUp);
    wasUp = isUp;
  };
  redis.on('ready', () => change(true));
  redis.on('reconnecting', () => (losing ??= setTimeout(change, LOST_AFTER_MS, false).unref()));
  redis.on('end', () => clearTimeout(losing));
  redis.connect().catch(() => {});
  return redis;
}

/**
 * What Redis answers to one command. Its silence is counted in ticks, at each of which an answer could have been heard:
 * the time in which this process was too busy to listen is not Redis' fault.
 * Errors: `StoreUnavailable`, for what ioredis throws quotes the command, key included.
 */
export async function heard<T>(command: Promise<T>): Promise<T> {
  const { promise: silence, reject } = Promise.withResolvers<never>();
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
    if (ticks === SILENCE.ticks) reject();
  }, SILENCE.tickMs);
  try {
    return await Promise.race([command, silence]);
  } catch {
    throw new StoreUnavailable('Redis does not answer');
  } finally {
    clearInterval(timer);
  }
}

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

export function createRedisStore(redis: Redis, prefix = KEY_PREFIX): AttemptStore {
  return {
    async read(key) {
      const answer = heard(redis.eval(READ, 1, prefix + key));
      const [text, seconds, micros] = (await answer) as [string, string, string];
      return { text: text === '' ? null : text, now: Number(seconds) * 1000 + Number(micros) / 1000 };
    },
    async replace(key, expected, next, deadline = Number.MAX_SAFE_INTEGER) {
      const answer = redis.eval(REPLACE, 1, prefix + key, expected ?? '', next, RECORD_TTL_MS, deadline);
      return (await heard(answer)) === 1;
    },
    async check() {
      await heard(redis.set(`${prefix}check`, '', 'PX', RECORD_TTL_MS));
    },
    async close() {
      redis.disconnect();
    },
  };
}
