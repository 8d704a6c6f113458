import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Config, IamportConfig } from '../../src/config.ts';
import type { AttemptRecord } from '../../src/guard/attempt-rules.ts';
import { createMemoryStore, StoreUnavailable, type AttemptStore } from '../../src/guard/store.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { startGateway, testConfig, type Fields, type TestGateway } from '../support/gateway.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { createTcpRelay } from '../support/tcp-relay.ts';
import { hurryRedis, waitForRedis } from '../support/timers.ts';
import { createUpstreamProxy } from '../support/upstream-proxy.ts';
import { until } from '../support/until.ts';
import { verificationOn } from '../support/verification.ts';

const READ = `query($impUid: ID!) { certification(impUid: $impUid) {
  __typename ... on Certification { certified } ... on IdentityError { code } } }`;
const REQUEST = `mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) {
  __typename ... on IdentityError { code } } }`;
const PERSON = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
const UNAVAILABLE = { __typename: 'UpstreamError', code: 'UPSTREAM_UNAVAILABLE' };
const IMP_UID = 'imp_900200000001';
const RIGHT = '123456';

const base = testConfig('http://127.0.0.1');

/** Callers may read what is theirs and nothing else; a limit that is never reached is kept in the same Redis. */
function on(redisUrl: string): Partial<Config> {
  return {
    guard: { redisUrl, storeFile: null, secret: 'the same on every replica, 32 characters', claims: true },
    auth: { ...base.auth, anonymousScopes: new Set(['certification:ci']) },
    limits: { ...base.limits, confirmsPerIp: [{ points: 1_000_000, seconds: 3_600 }] },
  };
}

interface Trouble {
  readonly name: string;
  readonly begin: (redis: TestRedis) => unknown;
  readonly end: (redis: TestRedis) => unknown;
  /** Whether it can still be read. */
  readonly isReadable: boolean;
  /** Whether what was counted before is gone with it. */
  readonly forgets: boolean;
}

const TROUBLES: readonly Trouble[] = [
  {
    name: 'killed',
    begin: (redis) => redis.stop(),
    end: (redis) => startOwnRedis(Number(new URL(redis.url).port)),
    isReadable: false,
    forgets: true,
  },
  {
    name: 'frozen',
    begin: (redis) => redis.freeze(),
    end: (redis) => redis.thaw(),
    isReadable: false,
    forgets: false,
  },
  {
    name: 'read-only',
    begin: (redis) => administer(redis, (admin) => admin.replicaof('127.0.0.1', '1')),
    end: (redis) => administer(redis, (admin) => admin.replicaof('NO', 'ONE')),
    isReadable: true,
    forgets: false,
  },
  {
    name: 'out of memory',
    begin: (redis) => administer(redis, (admin) => admin.config('SET', 'maxmemory', '1')),
    end: (redis) => administer(redis, (admin) => admin.config('SET', 'maxmemory', '0')),
    isReadable: true,
    forgets: false,
  },
];

const describeRedis = hasRedis ? describe : describe.skip;

const closers: (() => unknown)[] = [];

// All at once: a gateway that hangs must not keep a Redis running.
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

async function start(redisUrl: string, iamport: Partial<IamportConfig> = {}): Promise<TestGateway> {
  const gateway = await startGateway({ config: on(redisUrl), iamport });
  closers.push(() => gateway.close());
  await until(
    () => readyz(gateway),
    (status) => status === 200,
  );
  return gateway;
}

async function startOwnRedis(port?: number): Promise<TestRedis> {
  const redis = await startRedis(port);
  closers.push(() => redis.stop());
  return redis;
}

describeRedis.each(TROUBLES)('while Redis is $name (needs redis-server on the PATH)', (trouble) => {
  let redis: TestRedis;
  let gateway: TestGateway;
  beforeEach(async () => {
    redis = await startOwnRedis();
    gateway = await start(redis.url);
    waitForRedis();
    await gateway.confirm(IMP_UID, '000000');
    expect(await gateway.confirm(IMP_UID, '000001')).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 3 });
    hurryRedis();
    await trouble.begin(redis);
  });

  test('every confirm answers UPSTREAM_UNAVAILABLE as data, and none is sent upstream', async () => {
    const sent = gateway.sandbox.requests.length;
    const codes = [RIGHT, ...Array.from({ length: 30 }, (_, index) => String(100_000 + index))];
    const answers = await Promise.all(codes.map((otp) => gateway.confirm(IMP_UID, otp)));
    const elsewhere = await gateway.confirm('imp_900200000002', RIGHT);
    expect([...answers, elsewhere].map(code)).toEqual(Array(32).fill('UPSTREAM_UNAVAILABLE'));
    expect(elsewhere).toMatchObject(UNAVAILABLE);
    expect(gateway.sandbox.requests).toHaveLength(sent);
  });

  if (trouble.isReadable) {
    test('a read is answered as before, since whose it is can be looked up', async () => {
      waitForRedis();
      expect(await gateway.run(READ, { impUid: IMP_UID })).toMatchObject({ code: 'NOT_FOUND' });
    });
  } else {
    test('a read answers UPSTREAM_UNAVAILABLE as data and asks nothing upstream, since nobody knows whose it is', async () => {
      const sent = gateway.sandbox.requests.length;
      expect(await gateway.run(READ, { impUid: IMP_UID })).toEqual(UNAVAILABLE);
      expect(gateway.sandbox.requests).toHaveLength(sent);
    });
  }

  test('a request for a code answers UPSTREAM_UNAVAILABLE as data and no message is sent, since its owner could not be kept', async () => {
    const sent = gateway.sandbox.requests.length;
    expect(await gateway.run(REQUEST, { input: PERSON })).toEqual(UNAVAILABLE);
    expect(gateway.sandbox.requests).toHaveLength(sent);
  });

  test('/readyz is 503 until it is over, and /livez stays 200', async () => {
    expect([await readyz(gateway), await livez(gateway)]).toEqual([503, 200]);
    await trouble.end(redis);
    await until(
      () => readyz(gateway),
      (status) => status === 200,
    );
    expect(await livez(gateway)).toBe(200);
  });

  test(`confirms work again afterwards without a restart, and ${
    trouble.forgets ? 'the five of a new record are counted' : 'the attempts made before still count'
  }`, async () => {
    await Promise.all([RIGHT, '100000', '100001'].map((otp) => gateway.confirm(IMP_UID, otp)));
    await trouble.end(redis);
    await until(() => gateway.confirm('imp_900200000003', RIGHT), isCertification);
    waitForRedis();
    const impUid = trouble.forgets ? 'imp_900200000004' : IMP_UID;
    const guesses: Fields[] = [];
    for (const otp of ['000002', '000003', '000004', '000005', '000006', '000007', RIGHT])
      guesses.push(await gateway.confirm(impUid, otp));
    expect(guesses.map(({ attemptsRemaining }) => attemptsRemaining)).toEqual(
      trouble.forgets ? [4, 3, 2, 1, 0, 0, 0] : [2, 1, 0, 0, 0, 0, 0],
    );
    expect(code(guesses.at(-1)!)).toBe('TOO_MANY_ATTEMPTS');
    expect(gateway.calls(`/confirm/${impUid}`)).toHaveLength(5);
  });
});

describeRedis('an operator (needs redis-server on the PATH)', () => {
  test('is told once that Redis is lost, and once that it is back', async () => {
    const redis = await startOwnRedis();
    const gateway = await start(redis.url);
    const isUp = async () =>
      /^identity_store_up (\d)$/m.exec(await (await fetch(`${gateway.adminUrl}/metrics`)).text())?.[1];
    await redis.stop();
    await until(isUp, (value) => value === '0');
    await until(
      async () => gateway.log(),
      (log) => log.includes('Redis is lost'),
    );
    for (let index = 0; index < 3; index += 1) await gateway.confirm(IMP_UID, RIGHT);
    await startOwnRedis(Number(new URL(redis.url).port));
    await until(isUp, (value) => value === '1');
    const told = gateway.log().match(/"msg":"Redis is [^"]*"/g);
    expect(told).toEqual([
      '"msg":"Redis is connected"',
      '"msg":"Redis is lost: nothing is confirmed until it is back"',
      '"msg":"Redis is connected"',
    ]);
  });
});

describeRedis('when Redis goes away in the middle (needs redis-server on the PATH)', () => {
  test.each(TROUBLES)(
    'an answer that comes while it is $name reaches the caller, and the confirm is not sent again',
    async (trouble) => {
      const redis = await startOwnRedis();
      const sandbox = await createSandbox();
      const upstream = await createUpstreamProxy(sandbox.url);
      closers.push(
        () => sandbox.close(),
        () => upstream.close(),
      );
      const gateway = await start(redis.url, { baseUrl: upstream.urlFor('gateway') });
      const confirms = () => sandbox.requests.filter(({ path }) => path.includes('/confirm/'));
      const hold = upstream.holdConfirm(IMP_UID);
      waitForRedis();
      const answer = gateway.confirm(IMP_UID, RIGHT);
      const held = await hold;
      hurryRedis();
      await trouble.begin(redis);
      held.release();
      expect(await answer).toMatchObject({ __typename: 'Certification', name: '홍길동' });
      expect(confirms()).toHaveLength(1);
      if (trouble.forgets) return;

      await trouble.end(redis);
      // The end was not kept, so that it still counts as in flight; a frozen Redis may keep it late, which is true as well.
      await until(
        () => gateway.confirm(IMP_UID, '000000'),
        (answer) => code(answer) === 'IN_PROGRESS' || code(answer) === 'ALREADY_CERTIFIED',
      );
      expect(confirms()).toHaveLength(1);
    },
  );

  test('a code is not sent where nobody could be kept as its owner', async () => {
    const redis = await startOwnRedis();
    const gateway = await start(redis.url);
    await redis.stop();
    const input = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
    const REQUEST = `mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) {
      __typename ... on IdentityError { code } } }`;
    expect(await gateway.run(REQUEST, { input })).toEqual(UNAVAILABLE);
    expect(gateway.calls('/otp/request')).toEqual([]);
  });

  test.each([
    ['hear', 'requests'],
    ['answer', 'answers'],
  ] as const)(
    'a confirm that was refused because Redis was slow to %s sends nothing, uses up no attempt and is in nobody’s way',
    async (_verb, what) => {
      const redis = await startOwnRedis();
      const relay = await createTcpRelay(redis.url);
      closers.push(() => relay.close());
      const gateway = await start(relay.url);
      waitForRedis();
      expect(await gateway.confirm(IMP_UID, '000000')).toMatchObject({ attemptsRemaining: 4 });
      hurryRedis();
      relay.hold(what, "'SET'");
      expect(await gateway.confirm(IMP_UID, '000001')).toMatchObject(UNAVAILABLE);
      relay.release();
      const next = await until(
        () => gateway.confirm(IMP_UID, '000002'),
        (answer) => code(answer) === 'WRONG_CODE',
      );
      expect(next).toMatchObject({ attemptsRemaining: 3 });
      expect(gateway.calls(`/confirm/${IMP_UID}`)).toHaveLength(2);
    },
  );

  test('a replica that took over the address is found without a restart, though the old primary still answers', async () => {
    const [old, replica] = await Promise.all([startOwnRedis(), startOwnRedis()]);
    const relay = await createTcpRelay(old.url);
    closers.push(() => relay.close());
    const gateway = await start(relay.url);
    waitForRedis();
    expect(await gateway.confirm(IMP_UID, '000000')).toMatchObject({ code: 'WRONG_CODE' });
    hurryRedis();
    relay.pointTo(replica.url);
    await administer(old, (admin) => admin.replicaof('127.0.0.1', new URL(replica.url).port));
    await until(() => gateway.confirm('imp_900200000002', RIGHT), isCertification);
  });
});

test('an attempt that is kept after it was denied, and after it was looked for, is given back', async () => {
  const sandbox = await createSandbox();
  const memory = createMemoryStore();
  let late: readonly [key: string, text: string] | undefined;
  let replaces = 0;
  const states: unknown[] = [];
  const store: AttemptStore = {
    ...memory,
    async replace(key, expected, next) {
      replaces += 1;
      if (replaces === 1) {
        late = [key, next];
        throw new StoreUnavailable('slow');
      }
      if (replaces === 4) await memory.replace(late![0], null, late![1]);
      const isReplaced = await memory.replace(key, expected, next);
      const { text } = await memory.read(key);
      const { state, attempts } = JSON.parse(text ?? '{}') as Partial<AttemptRecord>;
      states.push([isReplaced, state, attempts]);
      return isReplaced;
    },
  };
  const gateway = verificationOn(sandbox.url, { store });
  closers.push(
    () => gateway.close(),
    () => sandbox.close(),
  );
  const caller = { subject: 'alice', isAnonymous: false, scopes: new Set<never>(), ip: null };
  expect(await gateway.confirm(caller, IMP_UID, RIGHT)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  await until(
    async () => states.length,
    (count) => count === 3,
  );
  expect(states).toEqual([
    [false, undefined, undefined],
    [false, undefined, undefined],
    [true, 'OPEN', 0],
  ]);
  expect(sandbox.requests).toEqual([]);
});

/** `TIME` of a Redis is the clock of another machine. */
describe.each([5_000, -5_000])("when the store's clock is %i ms ahead of the gateway's", (aheadMs) => {
  const ALICE = { subject: 'alice', isAnonymous: false, scopes: new Set<never>(), ip: null };
  /** Confirms take effect, and then their answers are lost. */
  const LOST = 'imp_900614000001';
  let sandbox: Sandbox;
  let gateway: ReturnType<typeof verificationOn>;
  const upstream = { aheadMs: 0 };

  beforeEach(async () => {
    sandbox = await createSandbox({ now: () => Date.now() + upstream.aheadMs });
    gateway = verificationOn(sandbox.url, { store: createMemoryStore(() => Date.now() + aheadMs) });
    closers.push(
      () => gateway.close(),
      () => sandbox.close(),
    );
  });

  test('a confirm whose answer was lost is the certification, since it is from this attempt', async () => {
    expect(await gateway.confirm(ALICE, LOST, RIGHT)).toMatchObject({ certified: true, name: '홍길동' });
  });

  test('a certification from 4 s before this attempt is ALREADY_CERTIFIED without data', async () => {
    await gateway.iamport.certification(LOST); // logs in, which is when the clocks of upstream and gateway are compared
    upstream.aheadMs = -4_000;
    await gateway.iamport.confirm(LOST, RIGHT);
    upstream.aheadMs = 0;
    expect(await gateway.confirm(ALICE, LOST, RIGHT)).toEqual(
      expect.objectContaining({ __typename: 'OtpRejectedError', code: 'ALREADY_CERTIFIED' }),
    );
  });
});

const code = (answer: Fields): unknown => answer['code'];
const isCertification = (answer: Fields): boolean => answer['__typename'] === 'Certification';

const readyz = async ({ adminUrl }: TestGateway): Promise<number> => (await fetch(`${adminUrl}/readyz`)).status;
const livez = async ({ adminUrl }: TestGateway): Promise<number> => (await fetch(`${adminUrl}/livez`)).status;

async function administer(server: TestRedis, work: (admin: Redis) => Promise<unknown>): Promise<void> {
  const admin = new Redis(server.url, { lazyConnect: true, retryStrategy: () => null });
  await admin.connect();
  await work(admin);
  admin.disconnect();
  await once(admin, 'end');
}
