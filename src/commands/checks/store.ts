import { ConfigError, type Config } from '../../config.ts';
import { createFileStore } from '../../guard/file.ts';
import { openFile } from '../../guard/file-link.ts';
import { isFileSecretShared } from '../../guard/file-secret.ts';
import { createHmacs } from '../../guard/hmac.ts';
import { createRedisStore } from '../../guard/redis.ts';
import { connectRedis, evictionPolicy, evicts, type RedisLink } from '../../guard/redis-link.ts';
import { isSecretShared } from '../../guard/redis-secret.ts';
import { troubleIn } from '../../guard/redis-trouble.ts';
import { ok, problem, TooSlow, warning, within, type Finding } from './finding.ts';

const CONNECT_MS = 3_000;
const COMMAND_MS = 2_000;
const ROUND_TRIPS = 7;

/** A median round trip from here on is a warning: a confirm waits for four, and the gateway gives up a command after 120 ms. */
const SLOW_MS = 50;

/** Where attempts and limits are kept: whether it answers, forgets nothing, and is shared with the other replicas. */
export async function checkStore({ guard }: Config): Promise<readonly Finding[]> {
  const { redisUrl, storeFile, secret } = guard;
  if (redisUrl !== null) return checkRedis(redisUrl, secret);
  if (storeFile !== null) return checkFile(storeFile, secret);
  return [
    ok(
      'store',
      'attempts and limits are in the memory of one process; STORE_FILE or REDIS_URL keeps them over a restart',
    ),
  ];
}

async function checkFile(path: string, secret: string): Promise<readonly Finding[]> {
  try {
    const file = openFile(path, () => {});
    try {
      await createFileStore(file).check();
      const text = 'attempts and limits are in a file of this machine, which can be written';
      return [ok('store', text), fileSecret(await isFileSecretShared(file, createHmacs(secret)))];
    } finally {
      file.close();
    }
  } catch (error) {
    const reason = error instanceof ConfigError ? error.problems.join('; ') : 'STORE_FILE does not answer in time';
    return [problem('store', `${reason}: nothing is confirmed without it`)];
  }
}

function fileSecret(isShared: boolean | null): Finding {
  if (isShared === null)
    return ok('secret', 'nothing has used this file lately, so that GUARD_SECRET is compared with none');
  if (isShared) return ok('secret', 'GUARD_SECRET is the one under which the file is used');
  const text =
    'GUARD_SECRET is not the one under which the file was used in the last ten minutes: keep that one, or attempts, owners and limits begin anew';
  return problem('secret', text);
}

async function checkRedis(redisUrl: string, secret: string): Promise<readonly Finding[]> {
  const news: { trouble?: string } = {};
  const link = connectRedis(redisUrl, (told) => {
    if (told.kind === 'trouble') news.trouble = told.sentence;
  });
  try {
    if (!(await isUp(link))) return [unusable(news.trouble ?? `it does not answer within ${CONNECT_MS / 1_000} s`)];
    return [await latency(link), await eviction(link), await sharing(link, secret)];
  } catch (error) {
    const slow = error instanceof TooSlow ? `it does not answer within ${COMMAND_MS / 1_000} s` : null;
    return [unusable(slow ?? troubleIn(error) ?? 'it refuses a command of the gateway')];
  } finally {
    link.client.disconnect();
  }
}

/** A connection that fails is tried again until then: one node of several may be down. */
async function isUp({ client }: RedisLink): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  client.once('ready', () => resolve(true));
  return within(CONNECT_MS, promise).catch(() => false);
}

function unusable(reason: string): Finding {
  return problem('store', `Redis cannot be used, since ${reason}: nothing is confirmed without it`);
}

/** Times the read of a confirm; the write of `/readyz` comes first, so that a missing permission shows as well. */
async function latency({ client }: RedisLink): Promise<Finding> {
  const store = createRedisStore({ client, heard: (command) => command, wrote() {} });
  await within(COMMAND_MS, store.check());
  const times: number[] = [];
  for (let trip = 0; trip < ROUND_TRIPS; trip += 1) {
    const since = performance.now();
    await within(COMMAND_MS, store.read('check'));
    times.push(performance.now() - since);
  }
  const ms = times.toSorted((a, b) => a - b)[(ROUND_TRIPS - 1) / 2]!;
  const text = `Redis can be written, and answers in ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms (median of ${ROUND_TRIPS})`;
  if (ms < SLOW_MS) return ok('store', text);
  return warning('store', `${text}, of which a confirm needs four: place it nearer, since 120 ms count as silence`);
}

async function eviction({ client }: RedisLink): Promise<Finding> {
  const policy = await within(COMMAND_MS, evictionPolicy(client));
  if (policy === null) return ok('eviction', 'Redis does not tell its maxmemory-policy, which has to be noeviction');
  if (!evicts(policy)) return ok('eviction', `maxmemory-policy is ${policy}`);
  const text = `Redis may forget attempts, owners and limits before their time: set its maxmemory-policy, ${policy} now, to noeviction`;
  return warning('eviction', text);
}

async function sharing(link: RedisLink, secret: string): Promise<Finding> {
  const isShared = await within(COMMAND_MS, isSecretShared(link, createHmacs(secret)));
  if (isShared === null)
    return ok('secret', 'no replica runs on this Redis, so that GUARD_SECRET is compared with none');
  if (isShared) return ok('secret', 'GUARD_SECRET is the one of the other replicas');
  const text =
    'GUARD_SECRET is not the one of the replicas on this Redis: use one everywhere, or attempts, owners and limits are not shared';
  return problem('secret', text);
}
