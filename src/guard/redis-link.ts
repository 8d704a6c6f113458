import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type * as Ioredis from 'ioredis';
import type { Cluster, Redis, RedisCommander, RedisOptions } from 'ioredis';
import { redisAddress, type RedisAddress } from '../config/redis-address.ts';
import { createTroubles, type RedisTrouble } from './redis-trouble.ts';
import type { SecretNews } from './secret-watch.ts';
import { StoreUnavailable } from './store.ts';

/** What an operator should know of Redis. */
export type RedisNews =
  | { readonly kind: 'up' }
  | { readonly kind: 'lost' }
  | ({ readonly kind: 'trouble' } & RedisTrouble)
  /** Keys can be forgotten before their time. */
  | { readonly kind: 'evicts'; readonly policy: string }
  | SecretNews;

/** The part of ioredis that one server and a cluster have in common. */
export type RedisClient = RedisCommander & EventEmitter & { disconnect(): void };

export interface RedisLink {
  readonly client: RedisClient;
  /**
   * What Redis answers to one command. Errors: `StoreUnavailable`, also for silence; what ioredis throws quotes the command, key
   * included.
   */
  readonly heard: <T>(command: Promise<T>) => Promise<T>;
  /** A command has written: what commands met before is over. */
  readonly wrote: () => void;
}

/** How long Redis may be silent: an answer "unavailable" is due within 200 ms. */
const SILENCE = { ticks: 5, tickMs: 24 };

/** After this much of it a connection is given up with all that waits on it; until another stands, answers come at once. */
const CONNECTION_SILENCE_MS = 2_000;

/** How often an address is looked up again because what answers there has become a replica. */
const MOVED_EVERY_MS = 5_000;

/** A connection that comes back so soon has not been lost: some servers close idle ones. */
const LOST_AFTER_MS = 1_000;

/** How often a cluster is asked which node has which slot; a node that has lost one also says so. */
const SLOTS_EVERY_MS = 5_000;

const CONNECTION = {
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: true, // one write for the commands of one turn of the event loop
  maxRetriesPerRequest: 0, // what is cut off may have happened; it is never sent again
  connectTimeout: 500,
  socketTimeout: CONNECTION_SILENCE_MS,
} satisfies RedisOptions;

/** A connection that fails fast and comes back by itself. Errors: TypeError for a URL that is none. */
export function connectRedis(url: string, tell: (news: RedisNews) => void = () => {}): RedisLink {
  const address = redisAddress(url);
  if (!address) throw new TypeError('The URL of Redis is none');
  const client = createClient(address);
  const troubles = createTroubles((trouble) => tell({ kind: 'trouble', ...trouble }));
  // Every command reports its own error; without a listener for `error` the process would end.
  for (const event of ['error', 'node error', 'sentinelError'])
    client.on(event, (error) => troubles.met('connection', error));
  client.on('ready', () => troubles.over('connection'));
  client.once('ready', () => void tellEviction(client, tell));
  tellChanges(client, tell);
  client.connect().catch(() => {});
  return {
    client,
    heard: (command) => heard(command, (error) => troubles.met('command', error)),
    wrote: () => troubles.over('command'),
  };
}

function createClient(address: RedisAddress): Redis | Cluster {
  // Loaded here and not above: a start without Redis would spend some 4 % of its CPU time on it.
  const { Cluster, Redis } = createRequire(import.meta.url)('ioredis') as typeof Ioredis;
  const retryStrategy = (tries: number): number => Math.min(tries * 100, 1_000);
  const options = { ...CONNECTION, retryStrategy, reconnectOnError: createReconnectOnError() };
  if (address.kind === 'single') return new Redis(address.url, options);
  const { nodes, credentials, isTls } = address;
  if (address.kind === 'cluster') {
    const cluster = new Cluster([...nodes], {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: retryStrategy,
      // Zero switches a retry off: a command that was cut off must not be sent again, nor one that was denied come late.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      slotsRefreshInterval: SLOTS_EVERY_MS,
      redisOptions: { ...CONNECTION, ...credentials, ...(isTls && { tls: {} }) },
      // Certificates are for names, which the default look-up replaces by addresses.
      ...(isTls && { dnsLookup: (name: string, found: (error: null, address: string) => void) => found(null, name) }),
    });
    // Otherwise a node is connected by its first command, and denies all others meanwhile.
    cluster.on('+node', (node: Redis) => void node.connect().catch(() => {}));
    return cluster;
  }
  const { username, password } = credentials;
  return new Redis({
    ...options,
    ...credentials,
    // Redis and its sentinels have the same password, or the sentinels have none and ignore it.
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && { sentinelPassword: password }),
    ...(isTls && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
    sentinels: [...nodes],
    name: address.master,
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: CONNECTION.connectTimeout,
  });
}

/** A name can have moved to another server while the old one, a replica now, still answers. */
function createReconnectOnError(): (error: Error) => boolean {
  let movedAt = Number.NEGATIVE_INFINITY;
  return ({ message }) => {
    if (!message.includes('READONLY') || performance.now() - movedAt < MOVED_EVERY_MS) return false;
    movedAt = performance.now();
    return true;
  };
}

function tellChanges(client: RedisClient, tell: (news: RedisNews) => void): void {
  let told: 'up' | 'lost' | null = null;
  let losing: NodeJS.Timeout | undefined;
  const change = (kind: 'up' | 'lost'): void => {
    clearTimeout(losing);
    losing = undefined;
    if (kind !== told) tell({ kind });
    told = kind;
  };
  client.on('ready', () => change('up'));
  client.on('reconnecting', () => (losing ??= setTimeout(change, LOST_AFTER_MS, 'lost').unref()));
  client.on('end', () => clearTimeout(losing));
}

async function tellEviction(client: RedisClient, tell: (news: RedisNews) => void): Promise<void> {
  const policy = await evictionPolicy(client);
  if (policy !== null && evicts(policy)) tell({ kind: 'evicts', policy });
}

/** Null where nothing is known, since managed servers often forbid CONFIG. */
export async function evictionPolicy(client: RedisClient): Promise<string | null> {
  const answer = await client.config('GET', 'maxmemory-policy').catch(() => null);
  return Array.isArray(answer) && answer.length > 1 ? String(answer[1]) : null;
}

/** Whether keys can be forgotten before their time. */
export function evicts(policy: string): boolean {
  return /^(allkeys|volatile)-/.test(policy);
}

/**
 * Silence is counted in ticks, at each of which an answer could have been heard: the time in which this process was too busy to
 * listen is not Redis' fault.
 */
async function heard<T>(command: Promise<T>, onError: (error: unknown) => void): Promise<T> {
  const { promise: silence, reject } = Promise.withResolvers<never>();
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
    if (ticks === SILENCE.ticks) reject();
  }, SILENCE.tickMs);
  try {
    return await Promise.race([command, silence]);
  } catch (error) {
    onError(error);
    throw new StoreUnavailable('Redis does not answer');
  } finally {
    clearInterval(timer);
  }
}
