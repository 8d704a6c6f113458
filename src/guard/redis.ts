import { Redis } from 'ioredis';
import { opened, type AttemptRecord, type Step } from './attempt.ts';
import { RECORD_TTL_MS, StoreUnavailable, type AttemptStore } from './store.ts';

/** Nothing waits for a Redis that is dead or frozen: an answer "unavailable" is due within 200 ms. */
const COMMAND_TIMEOUT_MS = 110;
const UPDATE_TIMEOUT_MS = 120;

/** A connection that fails fast and comes back by itself. */
export function connectRedis(url: string, commandTimeoutMs = COMMAND_TIMEOUT_MS): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 500,
    commandTimeout: commandTimeoutMs,
    reconnectOnError: ({ message }) => message.includes('READONLY'), // another one has taken over this address
    retryStrategy: (tries) => Math.min(tries * 100, 1_000),
  });
  redis.on('error', () => {}); // every command reports its own; without a listener the process would end
  redis.connect().catch(() => {});
  return redis;
}

/** The value and the server's clock: replicas need not agree on the time. */
const READ = "local t = redis.call('TIME'); return {redis.call('GET', KEYS[1]) or '', t[1], t[2]}";

/** Writes only over what was read, and not when whoever asked has been told long ago that it did not work. */
const REPLACE = `
  local t = redis.call('TIME')
  if t[1] * 1000 + t[2] / 1000 > tonumber(ARGV[4]) then return redis.error_reply('too late') end
  if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1`;

/** Each round that fails is one that another caller won, and whoever loses to a flight in progress has nothing to write. */
const MAX_ROUNDS = 20;

export function createRedisStore(redis: Redis, prefix = 'identity:attempt:'): AttemptStore {
  async function update<T>(key: string, step: (found: AttemptRecord | null, now: number) => Step<T>): Promise<T> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const [kept, seconds, micros] = (await redis.eval(READ, 1, key)) as [string, string, string];
      const now = Number(seconds) * 1000 + Number(micros) / 1000;
      const { record, reply } = step(kept === '' ? null : decode(kept), now);
      if (!record) return reply;
      if (await redis.eval(REPLACE, 1, key, kept, encode(record), RECORD_TTL_MS, now + COMMAND_TIMEOUT_MS))
        return reply;
    }
    throw new StoreUnavailable('Too much contention');
  }

  const store: AttemptStore = {
    async update(key, step) {
      const { promise: late, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(reject, UPDATE_TIMEOUT_MS);
      try {
        return await Promise.race([update(prefix + key, step), late]);
      } catch {
        throw new StoreUnavailable('Redis does not answer'); // what ioredis throws quotes the command, key included
      } finally {
        clearTimeout(timer);
      }
    },
    async check() {
      await store.update('check', () => ({ record: opened('check', null), reply: undefined }));
    },
    async close() {
      redis.disconnect();
    },
  };
  return store;
}

function encode({ owner, method, attempts, state, code, startedAt, since, until, failed }: AttemptRecord): string {
  return JSON.stringify([owner, method, attempts, state, code, startedAt, since, until, failed]);
}

function decode(text: string): AttemptRecord {
  const [owner, method, attempts, state, code, startedAt, since, until, failed] = JSON.parse(text);
  return { owner, method, attempts, state, code, startedAt, since, until, failed };
}
