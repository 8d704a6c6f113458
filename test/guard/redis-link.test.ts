import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Redis, type Cluster } from 'ioredis';
import { createHmacs } from '../../src/guard/hmac.ts';
import { createRedisStore } from '../../src/guard/redis.ts';
import { connectRedis, type RedisClient, type RedisLink, type RedisNews } from '../../src/guard/redis-link.ts';
import { watchSecret } from '../../src/guard/redis-secret.ts';
import { createRedisWindows } from '../../src/guard/redis-windows.ts';
import { StoreUnavailable } from '../../src/guard/store.ts';
import { createReport } from '../../src/report.ts';
import { hasRedis, startCluster, startRedis, startSentinel, type TestRedis } from '../support/redis.ts';
import { hurryRedis, waitForRedis } from '../support/timers.ts';
import { until } from '../support/until.ts';

const describeRedis = hasRedis ? describe : describe.skip;

/** Everything logged so far, as "level fields message". */
let lines: string[];
let onRedis: (news: RedisNews) => void;
const closers: (() => unknown)[] = [];

/** A log of its own for each test: the loss of a Redis that has ended with the last one is told a second later. */
beforeEach(() => {
  const own: string[] = [];
  const logTo = (level: string) => (fields: object, message: string) =>
    void own.push(`${level} ${JSON.stringify(fields)} ${message}`);
  lines = own;
  ({ onRedis } = createReport({ info: logTo('info'), warn: logTo('warn'), error: logTo('error') }));
});
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

const reasons = (): string[] => lines.flatMap((line) => /"reason":"(\w+)"/.exec(line)?.[1] ?? []);

function link(url: string): RedisLink {
  const made = connectRedis(url, onRedis);
  closers.push(() => made.client.disconnect());
  return made;
}

async function ready(url: string): Promise<RedisLink> {
  const made = link(url);
  await once(made.client, 'ready');
  return made;
}

async function start(...options: string[]): Promise<TestRedis> {
  const redis = await startRedis(undefined, options);
  closers.push(() => redis.stop());
  return redis;
}

/** An operator's connection, which waits where it is cut off. */
function patient(url: string): Redis {
  const redis = new Redis(url);
  closers.push(() => redis.disconnect());
  return redis;
}

describe('the address of a Redis', () => {
  /** What a connection sends first to a server that only listens. */
  async function firstSent(protocol: string, credentials: string, path: string): Promise<Buffer> {
    const first = Promise.withResolvers<Buffer>();
    const server = createTcpServer((socket) => {
      socket
        .on('error', () => {})
        .once('data', (data: Buffer) => {
          first.resolve(data);
          socket.destroy();
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => void server.close());
    link(`${protocol}://${credentials}@127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    return first.promise;
  }
  const TLS_HANDSHAKE = 22;

  test.each([
    ['redis', ''],
    ['redis-cluster', ''],
    ['redis-sentinel', '/identity'],
  ])('that has a user or a password alone begins with them: %s', async (protocol, path) => {
    expect(String(await firstSent(protocol, 'user:canary', path))).toMatch(/auth\r\n\$4\r\nuser\r\n\$6\r\ncanary/i);
    expect(String(await firstSent(protocol, ':canary', path))).toMatch(/auth\r\n(\$7\r\ndefault\r\n)?\$6\r\ncanary/i);
    const [byte] = await firstSent(protocol.replace('redis', 'rediss'), 'user:canary', path);
    expect(byte).toBe(TLS_HANDSHAKE);
  });

  test('that is none is refused at once', () => {
    expect(() => link('http://localhost')).toThrow(TypeError);
  });
});

describe('a link to Redis', () => {
  const CLOSED = 'redis://127.0.0.1:1';
  type Timer = 'clearInterval' | 'clearTimeout' | 'setInterval' | 'setTimeout';

  /** A link that nobody answers, with these timers in the hands of the test. */
  function held(...timers: readonly Timer[]) {
    const told: string[] = [];
    const made = connectRedis(CLOSED, ({ kind }) => told.push(kind));
    made.client.disconnect();
    const all = ['clearInterval', 'clearTimeout', 'setInterval', 'setTimeout'] as const;
    const real = ['Date', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const;
    jest.useFakeTimers({ doNotFake: [...real, ...all.filter((timer) => !timers.includes(timer))] });
    closers.push(() => jest.useRealTimers());
    return { ...made, told: () => told.filter((kind) => kind !== 'trouble') };
  }

  test('gives up a command that is not answered within 200 ms, and leaves no timer behind', async () => {
    const { heard } = held('setInterval', 'clearInterval');
    expect(await heard(Promise.resolve('answer'))).toBe('answer');
    let isOver = false;
    const silent = heard(new Promise(() => {})).finally(() => (isOver = true));
    const given = expect(silent).rejects.toBeInstanceOf(StoreUnavailable);
    jest.advanceTimersByTime(96);
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    jest.advanceTimersByTime(104);
    await given;
    expect(jest.getTimerCount()).toBe(0);
  });

  test('looks its address up again where a replica answers, once in five seconds', () => {
    const { client } = link(CLOSED);
    const moves = (message: string): unknown => (client as Redis).options.reconnectOnError?.(new Error(message));
    const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000_000);
    closers.push(() => clock.mockRestore());
    expect([moves('OOM'), moves('READONLY'), moves('READONLY'), moves('OOM')]).toEqual([false, true, false, false]);
    clock.mockReturnValue(1_004_999);
    expect(moves('READONLY')).toBe(false);
    clock.mockReturnValue(1_005_000);
    expect(moves('READONLY')).toBe(true);
  });

  test('is lost a second after its connection, and once, unless that is back or ended', () => {
    const { client, told } = held('setTimeout', 'clearTimeout');
    const meet = (event: string, ms: number): void => {
      client.emit(event);
      jest.advanceTimersByTime(ms);
    };
    meet('ready', 0);
    meet('ready', 0);
    meet('reconnecting', 900);
    meet('ready', 2_000);
    expect(told()).toEqual(['up']);
    meet('reconnecting', 900);
    meet('reconnecting', 100);
    meet('reconnecting', 2_000);
    expect(told()).toEqual(['up', 'lost']);
    meet('ready', 0);
    meet('reconnecting', 0);
    meet('end', 2_000);
    expect(told()).toEqual(['up', 'lost', 'up']);
  });
});

/** Not by `once` of node, which an error ends. */
const reconnecting = (client: RedisClient): Promise<unknown> =>
  new Promise((resolve) => void client.once('reconnecting', resolve));

const told = (count: number): Promise<string[]> => until(reasons, (all) => all.length >= count);

describeRedis('why Redis cannot be used (needs redis-server on the PATH)', () => {
  test.each([
    ['WRONGPASS', ':canary-wrong@', ['--requirepass', 'canary-right']],
    ['NOAUTH', '', ['--requirepass', 'canary-right']],
  ])('is %s in the log, once for all tries, and without a password', async (reason, credentials, options) => {
    const redis = await start(...options);
    const { client } = link(redis.url.replace('//', `//${credentials}`));
    for (let tries = 0; tries < 3; tries += 1) await reconnecting(client);
    expect(reasons()).toEqual([reason]);
    expect(lines.join()).not.toContain('canary');
  });

  test('is a refused connection until it stands, and again after the next loss', async () => {
    const redis = await start();
    const port = Number(new URL(redis.url).port);
    await redis.stop();
    const { client } = link(redis.url);
    for (let tries = 0; tries < 3; tries += 1) await reconnecting(client);
    expect(reasons()).toEqual(['ECONNREFUSED']);
    const again = await startRedis(port);
    closers.push(() => again.stop());
    await once(client, 'ready');
    await again.stop();
    expect(await told(2)).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  });

  test.each([
    ['a cluster', 'redis-cluster://127.0.0.1:1', 'ECONNREFUSED'],
    ['sentinels', 'redis-sentinel://127.0.0.1:1/identity', 'SENTINELS'],
  ])('is told of %s as well', async (_name, url, reason) => {
    link(url);
    expect(await told(1)).toEqual([reason]);
  });

  test('is a host name that cannot be looked up', async () => {
    link('redis://redis.invalid');
    expect(await told(1)).toEqual([expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/)]);
  });

  type Spoil = (admin: RedisClient) => Promise<unknown>;
  test.each<[string, Spoil, Spoil]>([
    ['OOM', (admin) => admin.config('SET', 'maxmemory', '1'), (admin) => admin.config('SET', 'maxmemory', '0')],
    ['READONLY', (admin) => admin.replicaof('127.0.0.1', '1'), (admin) => admin.replicaof('NO', 'ONE')],
    [
      'NOPERM',
      (admin) => admin.acl('SETUSER', 'default', '-eval', '-set'),
      (admin) => admin.acl('SETUSER', 'default', '+@all'),
    ],
  ])('is %s in the log, once until a write succeeds again', async (reason, spoil, mend) => {
    const redis = await start();
    const { client: admin } = await ready(redis.url);
    const store = createRedisStore(await ready(redis.url));
    waitForRedis();
    const writes = [() => store.check(), () => store.replace('key', null, 'text'), () => store.check()];
    for (const [round, write] of writes.entries()) {
      await spoil(admin);
      for (let tries = 0; tries < 3; tries += 1) {
        await expect(store.replace('canary', null, 'canary')).rejects.toBeInstanceOf(StoreUnavailable);
        await store.replace('canary', 'another', 'canary').catch(() => {}); // which would write nothing
      }
      expect(reasons()).toEqual(Array(round + 1).fill(reason));
      await mend(admin);
      await until(() =>
        write().then(
          () => true,
          () => false,
        ),
      );
    }
    expect(lines.join()).not.toContain('canary');
  });
});

describeRedis('a policy that evicts (needs redis-server on the PATH)', () => {
  const warned = (): string[] => lines.filter((line) => line.includes('noeviction'));

  test.each(['allkeys-lru', 'volatile-ttl'])('is a warning at start, where it is %s', async (policy) => {
    const redis = await start('--maxmemory-policy', policy);
    link(redis.url);
    expect(await until(warned, ({ length }) => length > 0)).toEqual([expect.stringMatching(`^warn .*${policy}`)]);
  });

  test.each([
    ['noeviction is in force', 'noeviction', '+config'],
    ['CONFIG is forbidden', 'allkeys-lru', '-config'],
  ])('is not told where %s', async (_name, policy, right) => {
    const redis = await start('--maxmemory-policy', policy);
    await patient(redis.url).acl('SETUSER', 'default', right);
    const { client } = await ready(redis.url);
    await client.config('GET', 'maxmemory-policy').catch(() => {}); // answered after the question of the start
    expect(lines).toEqual(['info {} Redis is connected']);
  });
});

describeRedis('replicas with different GUARD_SECRETs (needs redis-server on the PATH)', () => {
  const DIFFERENT = 'error {} GUARD_SECRET is not the one of the other replicas';
  const secrets = (): string[] => lines.filter((line) => line.includes('GUARD_SECRET'));

  async function replica(url: string, secret: string, ttlMs?: number): Promise<() => void> {
    const made = link(url);
    const end = watchSecret(made, createHmacs(secret), onRedis, ttlMs);
    closers.push(end);
    await once(made.client, 'ready');
    await made.client.ping(); // answered after the comparison
    return end;
  }

  test('say so, and those with the same one do not', async () => {
    const redis = await start();
    await replica(redis.url, 'one');
    await replica(redis.url, 'one');
    expect(secrets()).toEqual([]);
    await replica(redis.url, 'canary');
    expect(await until(secrets, ({ length }) => length > 0)).toEqual([expect.stringContaining(DIFFERENT)]);
    expect(secrets().join()).not.toContain('canary');
  });

  test('say so while the first one is in use, and no longer once it has gone', async () => {
    const redis = await start();
    const end = await replica(redis.url, 'one', 200);
    await replica(redis.url, 'two', 200);
    const { client } = await ready(redis.url);
    const before = await client.get('identity:v2:secret');
    // The key outlives its time, since the first replica renews it.
    await until(async () => {
      const { length } = lines;
      await client.wait(0, 0);
      return length > 0 && (await evals(client)) >= 12;
    });
    expect([await client.get('identity:v2:secret'), secrets()]).toEqual([before, [expect.stringContaining(DIFFERENT)]]);
    end();
    expect((await until(secrets, ({ length }) => length > 1))[1]).toMatch(/^info .* again/);
    expect(await client.get('identity:v2:secret')).not.toBe(before);
  });

  async function evals(client: RedisClient): Promise<number> {
    return Number(/^cmdstat_eval:calls=(\d+)/m.exec(await client.info('commandstats'))?.[1]);
  }
});

const WINDOW = { name: 'one', key: 'a', points: 3, ms: 60_000 };
const KEYS = Array.from({ length: 20 }, (_, index) => `key-${index}`);

/** Attempts under twenty keys, which lie on all nodes, and limits of two windows in one step. */
async function expectToWork(made: RedisLink): Promise<void> {
  waitForRedis();
  const store = createRedisStore(made);
  const replaced = KEYS.map((key) => store.replace(key, null, `text of ${key}`));
  expect(await Promise.all(replaced)).toEqual(KEYS.map(() => true));
  const texts = await Promise.all(KEYS.map(async (key) => (await store.read(key)).text));
  expect(texts).toEqual(KEYS.map((key) => `text of ${key}`));
  const windows = createRedisWindows(made);
  const other = { ...WINDOW, name: 'two', points: 2 };
  const takes = await Promise.all([1, 2, 3, 4].map(() => windows.take([WINDOW, other])));
  expect(takes.filter(({ counted }) => counted.length === 2)).toHaveLength(2);
  await store.check();
}

describeRedis('a Redis user with rights of its own (needs redis-server on the PATH)', () => {
  test('has enough with those that the settings page names', async () => {
    const [, rights] = /`(~identity:[^`]+)`/.exec(readFileSync('docs/settings.md', 'utf8'))!;
    const redis = await start();
    const admin = patient(redis.url);
    await admin.acl('SETUSER', 'gateway', 'on', '>canary', ...rights!.split(/\s+/));
    const made = link(redis.url.replace('//', '//gateway:canary@'));
    closers.push(watchSecret(made, createHmacs('secret'), onRedis));
    await once(made.client, 'ready');
    await expectToWork(made);
    expect(await admin.exists('identity:v2:secret')).toBe(1);
    expect(await admin.acl('LOG')).toEqual([]);
  });
});

describeRedis('a Redis Cluster (needs redis-server on the PATH)', () => {
  let nodes: readonly TestRedis[];
  beforeAll(async () => {
    nodes = await startCluster();
  });
  afterAll(() => Promise.all(nodes.map((node) => node.stop())));

  async function allReady(url: string): Promise<RedisLink> {
    const made = await ready(url);
    const cluster = made.client as Cluster;
    await until(() => cluster.nodes().length === 3 && cluster.nodes().every(({ status }) => status === 'ready'));
    return made;
  }
  const hosts = (): string => nodes.map(({ url }) => new URL(url).host).join(',');

  test('keeps attempts and limits, found by the address of one node', async () => {
    await expectToWork(await allReady(`redis-cluster://${new URL(nodes[1]!.url).host}`));
    expect(reasons()).toEqual([]);
  });

  test('that refuses the password has that in the log, and no password', async () => {
    const admin = patient(nodes[0]!.url);
    await admin.config('SET', 'requirepass', 'canary-right');
    link(`redis-cluster://:canary-wrong@${new URL(nodes[0]!.url).host}`);
    expect(await told(1)).toEqual(['WRONGPASS']);
    await admin.config('SET', 'requirepass', '');
    expect(lines.join()).not.toContain('canary');
  });

  test('is named in the log where REDIS_URL has one server', async () => {
    const store = createRedisStore(await ready(nodes[0]!.url));
    waitForRedis();
    await Promise.allSettled(KEYS.map((key) => store.read(key)));
    expect(reasons()).toEqual(['MOVED']);
    expect(lines.at(-1)).toContain('redis-cluster://');
  });

  test('that has lost a node denies what was on it, serves the rest, and sends nothing a second time', async () => {
    const made = await allReady(`redis-cluster://${hosts()}`);
    const slots = await Promise.all(KEYS.map((key) => made.client.cluster('KEYSLOT', key)));
    const isOnLast = (index: number): boolean => slots[index]! >= (2 * 16_384) / 3;
    await nodes[2]!.freeze();
    const cutOff = made.client.eval('return 1', 1, KEYS[slots.findIndex((_, index) => isOnLast(index))]!);
    const store = createRedisStore(made, '');
    const answers = await Promise.allSettled(KEYS.map((key) => store.replace(key, null, 'kept')));
    expect(answers.map(({ status }) => status === 'rejected')).toEqual(KEYS.map((_, index) => isOnLast(index)));
    process.kill(nodes[2]!.pid, 'SIGKILL'); // without an answer first
    await expect(cutOff).rejects.toThrow('Connection is closed');
  });
});

describeRedis('Redis behind a sentinel (needs redis-server on the PATH)', () => {
  test('keeps attempts and limits on the master, and follows it without a restart', async () => {
    const [master, replica] = await Promise.all([1, 2].map(() => start('--repl-diskless-sync-delay', '0')));
    const admin = patient(replica!.url);
    await admin.replicaof('127.0.0.1', new URL(master!.url).port);
    await until(
      () => admin.info('replication'),
      (info) => info.includes('master_link_status:up'),
    );
    const sentinel = await startSentinel(master!);
    closers.push(() => sentinel.stop());
    const made = await ready(`redis-sentinel://${new URL(sentinel.url).host}/identity`);
    await expectToWork(made);
    hurryRedis();
    await until(() => admin.get('identity:v2:attempt:check').then((text) => text !== null));

    const watcher = patient(sentinel.url);
    await until(() =>
      watcher.call('SENTINEL', 'FAILOVER', 'identity').then(
        () => true,
        () => false, // it does not know the replica yet
      ),
    );
    await until(
      () => admin.info('replication'),
      (info) => info.includes('role:master'),
    );
    await master!.stop();
    const store = createRedisStore(made);
    await until(() =>
      store.replace('after', null, 'text').then(
        () => true,
        () => false,
      ),
    );
    expect(await admin.get('identity:v2:attempt:after')).toBe('text');
    expect((await store.read(KEYS[0]!)).text).toBe(`text of ${KEYS[0]}`);
  });
});
