import type { Hmac } from './hmac.ts';
import type { RedisLink, RedisNews } from './redis-link.ts';

const KEY = 'identity:v2:secret';

/** Longer than a code can be right. A secret that was changed everywhere is in force for as long before it is accepted. */
const TTL_MS = 10 * 60_000;

/** The first replica writes what its secret makes of a constant; each that has the same keeps the key alive. */
const AGREE = `
  if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1`;

/** Whether the replicas of the last ten minutes have the same secret; null without any. Only reads, and so agrees to nothing. */
export async function isSecretShared({ client }: Pick<RedisLink, 'client'>, hmac: Hmac): Promise<boolean | null> {
  const proof = await client.get(KEY);
  return proof === null ? null : proof === hmac('secret');
}

/**
 * Tells when this replica has another `GUARD_SECRET` than those that were here first, and when it no longer has: with two
 * secrets each attempt, owner and limit exists twice. Answers a function that ends the watch.
 */
export function watchSecret(
  { client }: Pick<RedisLink, 'client'>,
  hmac: Hmac,
  tell: (news: RedisNews) => void,
  ttlMs = TTL_MS,
): () => void {
  const proof = hmac('secret');
  let told = true;
  const compare = async (): Promise<void> => {
    const isShared = (await client.eval(AGREE, 1, KEY, proof, ttlMs)) === 1;
    if (isShared !== told) tell({ kind: 'secret', isShared });
    told = isShared;
  };
  const compareIfUp = (): void => void compare().catch(() => {}); // what is wrong with Redis is told by the commands themselves
  client.on('ready', compareIfUp);
  const timer = setInterval(compareIfUp, ttlMs / 5).unref();
  return () => clearInterval(timer);
}
