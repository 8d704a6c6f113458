import type { RedisLink } from './redis-link.ts';
import type { Counted, Window, WindowStore } from './windows.ts';

/** The version tells these keys from those of older releases. The tag in braces puts all keys of a call in one Cluster slot. */
const PREFIX = 'identity:v2:{limit}:';

/**
 * `take` of windows.ts in Lua: a compare-and-set as for attempts would never settle on the key that all calls share. A value
 * is "calls end", in ms of the server's clock, and the key expires with it.
 */
const TAKE = `
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  local waits, used, ends, denied, after = {}, {}, {}, false, 0
  for i, key in ipairs(KEYS) do
    local points, ms = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local calls, last = string.match(redis.call('GET', key) or '', '^(%d+) (%d+)$')
    used[i], ends[i] = tonumber(calls or 0), tonumber(last or 0)
    if ends[i] <= now then used[i], ends[i] = 0, now + ms end
    waits[i] = used[i] < points and 0 or ends[i] - now
    denied = denied or waits[i] > 0
    after = math.max(after, waits[i])
  end
  if denied then return {waits, {}, after} end
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.0f %.0f', used[i] + 1, ends[i]), 'PX', ends[i] - now)
    if used[i] + 1 >= tonumber(ARGV[2 * i - 1]) then after = math.max(after, ends[i] - now) end
  end
  return {waits, ends, after}`;

/** Gives back only in the window that counted, which its end names: in the next one it would be a credit. */
const GIVE_BACK = `
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  for i, key in ipairs(KEYS) do
    local calls, last = string.match(redis.call('GET', key) or '', '^(%d+) (%d+)$')
    if last == ARGV[i] and tonumber(calls) > 0 and tonumber(last) > now then
      redis.call('SET', key, string.format('%.0f %s', calls - 1, last), 'PX', last - now)
    end
  end`;

export function createRedisWindows({ client: redis, heard }: RedisLink): WindowStore {
  async function ask(windows: readonly Window[]) {
    const keys = windows.map(keyOf);
    const rates = windows.flatMap(({ points, ms }) => [points, ms]);
    const answer = await redis.eval(TAKE, keys.length, ...keys, ...rates);
    const [waits, ends, nextInMs] = answer as [number[], number[], number];
    return { waits, counted: ends.map((endsAt, index) => ({ window: windows[index]!, endsAt })), nextInMs };
  }
  async function uncount(counted: readonly Counted[]): Promise<unknown> {
    const keys = counted.map(({ window }) => keyOf(window));
    return redis.eval(GIVE_BACK, keys.length, ...keys, ...counted.map(({ endsAt }) => endsAt));
  }

  return {
    async take(windows) {
      const answer = ask(windows);
      try {
        return await heard(answer);
      } catch (error) {
        // An answer that comes too late to let the call through has counted it: that is undone where it still comes.
        void answer.then(({ counted }) => uncount(counted)).catch(() => {});
        throw error;
      }
    },
    async giveBack(counted) {
      await heard(uncount(counted));
    },
  };
}

function keyOf({ name, key }: Window): string {
  return `${PREFIX}${name}:${key}`;
}
