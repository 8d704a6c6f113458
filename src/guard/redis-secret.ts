import type { Hmac } from './hmac.ts';
import type { RedisLink } from './redis-link.ts';
import { createSecretWatch, SECRET_TTL_MS, type SecretNews } from './secret-watch.ts';

const KEY = 'identity:v2:secret';

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

/** Watches the secret of the replicas on one Redis. Answers a function that ends the watch. */
export function watchSecret(
  { client }: Pick<RedisLink, 'client'>,
  hmac: Hmac,
  tell: (news: SecretNews) => void,
  ttlMs = SECRET_TTL_MS,
): () => void {
  const proof = hmac('secret');
  const agree = async (): Promise<boolean> => (await client.eval(AGREE, 1, KEY, proof, ttlMs)) === 1;
  const { compare, end } = createSecretWatch(agree, tell, ttlMs);
  client.on('ready', compare);
  return end;
}
