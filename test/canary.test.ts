import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { SignJWT } from 'jose';
import { readConfig } from '../src/config.ts';
import { describe as describeError } from '../src/log.ts';
import { MESSAGES } from '../src/graphql/messages.ts';
import {
  createSandbox,
  SANDBOX_KEY,
  SANDBOX_MERCHANT_CODE,
  SANDBOX_SECRET,
  type Sandbox,
} from '../src/sandbox/sandbox.ts';
import { MAGIC_CODE, SCENARIOS } from '../src/sandbox/scenarios.ts';
import { createFolders, linesIn } from './support/audit.ts';
import { createFinder, type Canaries } from './support/canaries.ts';
import { CONFIRM_EVERYTHING, startGateway, type Answer, type Fields, type TestGateway } from './support/gateway.ts';
import { startGatewayProcess, waitsForRedis, type GatewayProcess } from './support/gateway-process.ts';
import {
  bomb,
  end,
  envelope,
  hang,
  plain,
  refusal,
  refusalV2,
  startFaultyUpstream,
  verification,
  type Fault,
  type FaultyUpstream,
} from './support/faulty-upstream.ts';
import { hasRedis, startRedis, type TestRedis } from './support/redis.ts';
import { COMPLETE, OPEN, passWindow } from './support/person-window.ts';
import { newPrivateKey } from './support/keys.ts';
import { startOtlpReceiver, type OtlpReceiver } from './support/otlp-receiver.ts';
import { waitForRedis } from './support/timers.ts';
import { until } from './support/until.ts';

const ERRORS = '... on IdentityError { code message } ... on InvalidInputError { fields { name message } }';
const REQUEST = `mutation($input: RequestIdentityOtpInput!) {
  requestIdentityOtp(input: $input) { __typename ... on IdentityOtpSent { impUid } ${ERRORS} } }`;
const RESEND = `mutation($impUid: ID!) { resendIdentityOtp(impUid: $impUid) { __typename ${ERRORS} } }`;
const APP = `mutation($impUid: ID!) { confirmIdentityApp(impUid: $impUid) { __typename ... on Certification { name } ${ERRORS} } }`;
const READ = `query($impUid: ID!) { certification(impUid: $impUid) { __typename ... on Certification { name phone birthday } ${ERRORS} } }`;
const DELETE = `mutation($impUid: ID!) { deleteCertification(impUid: $impUid) { __typename ${ERRORS} } }`;
const ENTITIES = `query($representations: [_Any!]!) { _entities(representations: $representations) { __typename ... on Certification { name phone uniqueKey personId(audience: "shop") proof(audience: "shop", claims: [NAME, PERSON_ID]) } } }`;

const PERSON = { name: '카나리아', phone: '010-8282-0001', birthday: '1991-07-23', genderDigit: '1', carrier: 'SKT' };
const WRONG_CODE = '271828';
const AUTH_SECRET = 'auth-secret-canary-of-32-characters-or-more';
const ROUTER_SECRET = 'router-secret-canary';
const GUARD_SECRET = 'guard-secret-canary-of-32-characters-or-more';
const REDIS_PASSWORD = 'redis-password-canary';
const CHANNEL_KEY = 'channel-key-canary';
const PERSON_ID_KEY = 'person-id-key-canary-of-32-characters-or-more';
const PROOF_KEY = newPrivateKey();
const BYPASS = 'bypass-canary';
const CLIENT_IP = '203.0.113.77';
const RECEIVER_KEY = 'receiver-key-canary';

/** What is known before anything runs; the journey adds what the upstream makes up. */
const CANARIES: Canaries = {
  'the API key': [SANDBOX_KEY],
  'the API secret': [SANDBOX_SECRET],
  'the channel key': [CHANNEL_KEY],
  'the options for the provider': [BYPASS],
  'the guard secret': [GUARD_SECRET],
  'the auth secret': [AUTH_SECRET],
  'the key of pseudonyms': [PERSON_ID_KEY],
  'the key of proofs': [PROOF_KEY, PROOF_KEY.split('\n')[1]!],
  'the router secret': [ROUTER_SECRET],
  'the Redis password': [REDIS_PASSWORD],
  'the client address': [CLIENT_IP],
  'the key of the receiver of traces': [RECEIVER_KEY],
  'the caller': ['caller-canary'],
  otp: [WRONG_CODE, MAGIC_CODE],
  name: [PERSON.name, '홍길동'],
  // Not 010-1234-5678: the messages have it as an example.
  phone: ['01082820001', '010-8282-0001', '10-8282-0001', '821082820001', '1082820001', '01012345678'],
  birthday: ['1991-07-23', '19910723', '910723', '1990-01-01', '19900101', '631119600'],
};

/** A process that can be made to fail in a way nobody expected, with all of it in the error. */
const CRASH_HOOK = `--import=data:text/javascript,${encodeURIComponent(`
  const failure = () => Object.assign(new Error(process.env.CRASH, { cause: new Error(process.env.CRASH) }), { options: process.env.CRASH });
  process.on('SIGUSR2', () => { throw failure(); });
  process.on('SIGHUP', () => { Promise.reject(failure()); });
`)}`;
const CRASH = ['The crash:', ...Object.values(CANARIES).flat()].join('\n');

/** All that the sandbox can bring about; these two take another upstream. */
const EVERY_OUTCOME = Object.keys(MESSAGES.en.failure).filter(
  (code) => !['OVERLOADED', 'UPSTREAM_REJECTED'].includes(code),
);
const EVERY_CODE = [
  ...EVERY_OUTCOME,
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'UNKNOWN_ENTITY',
];

const newFile = createFolders();
const describeRedis = hasRedis ? describe : describe.skip;

describeRedis('after a whole journey with every class of failure (needs redis-server on the PATH)', () => {
  let redis: TestRedis;
  let admin: Redis;
  let sandbox: Sandbox;
  let receiver: OtlpReceiver;
  let gateway: GatewayProcess;
  let monitor: Redis;
  let canaries: Canaries;
  let found: (text: string) => string[];
  const answers: string[] = [];
  const commands: string[] = [];
  const impUids = new Set<string>();
  const tokens: string[] = [];
  const stored = new Map<string, { value: string | null; ttlMs: number }>();
  const owned: Fields[] = [];
  let measured: string;
  const auditFile = newFile();
  let exitCode: number | null;

  /** One POST; what is the owner's own is left out of what must be clean. */
  async function ask(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await gateway.post(body, { 'router-authorization': ROUTER_SECRET, ...headers });
    const { data, errors } = answer.body;
    const owners = Object.values(data ?? {})
      .flat()
      // A page needs the channel key to open a window: the provider's script takes it.
      .filter((field) => ['Certification', 'IdentityWindow'].includes(String(field?.['__typename'])));
    owned.push(...owners);
    answers.push(owners.length > 0 ? JSON.stringify(errors ?? []) : answer.text);
    answers.push(JSON.stringify([...answer.headers]));
    return answer;
  }

  async function bearer(subject: string, claims: object = {}, secret = AUTH_SECRET, expires = '5m') {
    const token = await new SignJWT({ scope: 'certification:ci certification:delete', ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(`caller-canary-${subject}`)
      .setExpirationTime(expires)
      .sign(new TextEncoder().encode(secret));
    tokens.push(token, ...token.split('.').slice(1));
    return { authorization: `Bearer ${token}`, 'x-forwarded-for': CLIENT_IP };
  }

  const confirm = (impUid: string, otp: string, headers: Record<string, string>): Promise<Answer> =>
    ask({ query: CONFIRM_EVERYTHING, variables: { impUid, otp } }, headers);

  beforeAll(async () => {
    [redis, sandbox, receiver] = await Promise.all([startRedis(), createSandbox(), startOtlpReceiver()]);
    const open = new Redis(redis.url);
    await open.config('SET', 'requirepass', REDIS_PASSWORD);
    open.disconnect();
    const redisUrl = redis.url.replace('//', `//:${REDIS_PASSWORD}@`);
    admin = new Redis(redisUrl, { retryStrategy: () => null });
    admin.on('error', () => {});
    monitor = await admin.monitor();
    monitor.on('error', () => {});
    monitor.on('monitor', (_time, args: string[]) => commands.push(args.join(' ')));
    gateway = await startGatewayProcess(
      {
        LOG_LEVEL: 'trace',
        CRASH,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${RECEIVER_KEY}`,
        IAMPORT_BASE_URL: sandbox.url,
        IAMPORT_CHANNEL_KEY: CHANNEL_KEY,
        IAMPORT_MERCHANT_CODE: SANDBOX_MERCHANT_CODE,
        IAMPORT_BYPASS: JSON.stringify({ option: BYPASS }),
        CONFIRM_TIMEOUT_MS: '1500',
        READ_TIMEOUT_MS: '1000',
        REDIS_URL: redisUrl,
        GUARD_SECRET,
        AUDIT_FILE: auditFile,
        AUTH_SECRET,
        PERSON_ID_KEY,
        PROOF_PRIVATE_KEY: PROOF_KEY,
        PROOF_ISSUER: 'https://identity.example.com',
        ROUTER_SECRET,
        TRUST_PROXY: '127.0.0.1',
        LIMIT_REQUESTS_PER_PHONE: '1/60s',
        LIMIT_REQUESTS_PER_CALLER: '10000/1h',
        LIMIT_REQUESTS_PER_IP: '10000/1h',
        LIMIT_REQUESTS: '10000/1h',
        LIMIT_CONFIRMS_PER_CALLER: '20/1h',
        LIMIT_CONFIRMS_PER_IP: '10000/1h',
      },
      [CRASH_HOOK, waitsForRedis(8)],
    );

    // Not all at once: a machine that is busy answers UPSTREAM_UNAVAILABLE in place of what is looked for.
    for (const part of [succeed, useWindow, refuseRequests, makeMistakes, reachLimits, pretend, meetEveryScenario])
      await part();
    await lookIntoRedis();
    await loseRedis();
    measured = await metrics();
    exitCode = await gateway.end('SIGUSR2');

    const { access_token: accessToken } = await login(sandbox.url);
    canaries = {
      ...CANARIES,
      'the access token': [accessToken],
      'the caller’s token': tokens,
      'the codes that were sent': sandbox.inbox.map(({ code }) => code),
      CI: valuesOf('uniqueKey'),
      DI: valuesOf('uniqueInSite'),
      'the person id': valuesOf('personId'),
      'the proofs': valuesOf('proof'),
    };
    found = createFinder(canaries);
  });
  afterAll(async () => {
    monitor?.disconnect();
    admin?.disconnect();
    await gateway?.end('SIGKILL');
    await receiver?.close();
    await sandbox?.close();
    await redis?.stop();
  });

  const valuesOf = (field: string): string[] => [
    ...new Set(owned.flatMap((record) => (record[field] as string | null | undefined) || [])),
  ];

  /** Request, a wrong code, the right one, again, another, read, as an entity, deleted. */
  async function succeed(): Promise<void> {
    const owner = await bearer('owner');
    const sent = await ask({ query: REQUEST, variables: { input: PERSON } }, owner);
    const impUid = sent.body.data!['requestIdentityOtp']!['impUid'] as string;
    impUids.add(impUid);
    await ask({ query: REQUEST, variables: { input: { ...PERSON, phone: '+82 10-8282-0001' } } }, owner);
    await ask({ query: REQUEST, variables: { input: { ...PERSON, phone: '01082820002', method: 'APP' } } }, owner);
    await ask({ query: RESEND, variables: { impUid } }, owner);
    await confirm(impUid, WRONG_CODE, owner);
    const { code } = sandbox.inbox.find((sms) => sms.impUid === impUid)!;
    await Promise.all([confirm(impUid, code, owner), confirm(impUid, code, owner), confirm(impUid, '314159', owner)]);
    await confirm(impUid, code, owner);
    await confirm(impUid, WRONG_CODE, owner);
    await ask({ query: APP, variables: { impUid } }, owner);
    await ask({ query: READ, variables: { impUid } }, owner);
    const representations = [{ __typename: 'Certification', impUid, name: PERSON.name, phone: PERSON.phone }];
    await ask({ query: ENTITIES, variables: { representations } }, owner);
    await ask({ query: ENTITIES, variables: { representations } }, await bearer('without-scope', { scope: '' }));
    await ask({ query: CONFIRM_EVERYTHING, variables: { impUid, otp: code } }, await bearer('owner', { scope: '' }));
    const thief = await bearer('thief');
    await confirm(impUid, code, thief);
    for (const query of [READ, DELETE]) await ask({ query, variables: { impUid } }, thief);
    await ask({ query: DELETE, variables: { impUid } }, owner);
  }

  /** A window that is cancelled, passed, completed by the wrong caller and the right one, and completed again. */
  async function useWindow(): Promise<void> {
    const owner = await bearer('owner-of-a-window');
    const { body } = await ask({ query: OPEN }, owner);
    const window = { ...body.data!['openIdentityWindow']!, channelKey: null } as unknown as Fields; // the sandbox knows one of its own
    impUids.add(window['merchantUid'] as string);
    const complete = (impUid: string, caller: Record<string, string>): Promise<Answer> =>
      ask({ query: COMPLETE, variables: { impUid } }, caller);
    for (const person of [null, 'adult'] as const) {
      const impUid = await passWindow(sandbox.url, window, person);
      impUids.add(impUid);
      await complete(impUid, await bearer('thief'));
      await Promise.all([complete(impUid, owner), complete(impUid, owner)]);
      await complete(impUid, owner);
      await ask({ query: READ, variables: { impUid } }, owner);
      await confirm(impUid, WRONG_CODE, owner);
    }
    await complete(`${PERSON.name} ${WRONG_CODE}`, owner);
  }

  /** Every kind of refusal of a request, in every form. */
  async function refuseRequests(): Promise<void> {
    const caller = await bearer('refused');
    const endings = Array.from({ length: 15 }, (_, index) => 101 + index).flatMap((row) =>
      [0, 1, 2].map((form) => `${row}${form}`),
    );
    await Promise.all(
      [...endings, '1900', '1910'].map((ending) =>
        ask({ query: REQUEST, variables: { input: { ...PERSON, phone: `0108282${ending}` } } }, caller),
      ),
    );
  }

  /** Four at a time, since some take as long as the gateway waits. */
  async function meetEveryScenario(): Promise<void> {
    const left = Object.keys(SCENARIOS);
    const meetNext = async (): Promise<void> => {
      for (let scenario = left.pop(); scenario !== undefined; scenario = left.pop()) {
        const caller = await bearer(`scenario-${scenario}`);
        const impUid = `imp_900${scenario}828282`;
        impUids.add(impUid);
        await Promise.all([confirm(impUid, MAGIC_CODE, caller), confirm(impUid, WRONG_CODE, caller)]);
        for (const query of [READ, DELETE]) await ask({ query, variables: { impUid } }, caller);
      }
    };
    await Promise.all(Array.from({ length: 4 }, meetNext));
  }

  /** What a person, a client developer or an attacker could send that is not as it should be. */
  async function makeMistakes(): Promise<void> {
    const caller = await bearer('clumsy');
    const impUid = 'imp_900200999999';
    const otp = WRONG_CODE;
    impUids.add(impUid);
    const bodies: unknown[] = [
      { query: CONFIRM_EVERYTHING, variables: { impUid, otp: Number(otp) } },
      { query: CONFIRM_EVERYTHING, variables: { impUid, otp: { code: otp } } },
      { query: CONFIRM_EVERYTHING, variables: { impUid, otp: `${otp} ` } },
      { query: CONFIRM_EVERYTHING, variables: { impUid: `../${PERSON.phone}`, otp } },
      { query: CONFIRM_EVERYTHING, variables: { impUid: [PERSON.phone], otp } },
      { query: `mutation { confirmIdentityOtp(impUid: "${impUid}", otp: "${otp}") { __typename } }` },
      { query: `mutation { confirmIdentityOtp(impUid: "${impUid}", otp: ${otp}) { __typename } }` },
      {
        query: `mutation($otp: String = "${otp}") { confirmIdentityOtp(impUid: "${impUid}", otp: $otp) { __typename } }`,
      },
      { query: `mutation { "${otp}" ${PERSON.name} }` },
      { query: `mutation { a(b: "${PERSON.name}` },
      { query: `{ certification(impUid: {a: "${PERSON.phone}"}) { __typename } }` },
      { query: `{ __typename }`, variables: otp },
      { query: [otp, PERSON.phone] },
      {
        query: REQUEST,
        variables: { input: { ...PERSON, name: `${PERSON.name}\u0000`, phone: '02-8282-0001', genderDigit: '9' } },
      },
      {
        query: REQUEST,
        variables: { input: { ...PERSON, phone: 1082820001, birthday: 19910723, carrier: PERSON.name } },
      },
      { query: REQUEST, variables: { input: { ...PERSON, birthday: '1991-07-23T00:00:00Z', unknown: PERSON.phone } } },
      { query: REQUEST, variables: { input: [PERSON.name, PERSON.phone] } },
      { query: REQUEST, variables: { input: PERSON.phone } },
      { query: ENTITIES, variables: { representations: [PERSON.phone, { __typename: PERSON.name }] } },
      {
        query: ENTITIES,
        variables: { representations: [{ __typename: 'Certification', impUid: { name: PERSON.name } }] },
      },
      { query: ENTITIES, variables: { representations: [{ __typename: PERSON.name, impUid: otp }] } },
      [
        { query: CONFIRM_EVERYTHING, variables: { impUid, otp } },
        { query: CONFIRM_EVERYTHING, variables: { impUid, otp } },
      ],
      `{"query":"${CONFIRM_EVERYTHING}","variables":{"otp":"${otp}"`,
      `${otp}${PERSON.name}`,
      JSON.stringify({ query: '{ __typename }', variables: { name: PERSON.name.repeat(20_000) } }),
    ];
    await Promise.all(bodies.map((body) => ask(body, caller)));
    impUids.add('imp_900204999999');
    await confirm('imp_900204999999', WRONG_CODE, caller);
    await ask(`otp=${otp}&name=${PERSON.name}`, { ...caller, 'content-type': 'text/plain' });
    await ask(`otp=${otp}`, { ...caller, 'content-type': otp });
    const get = await fetch(`${gateway.url}?otp=${otp}&name=${encodeURIComponent(PERSON.name)}`, { headers: caller });
    answers.push(await get.text());
    answers.push(await raw(gateway.url, `GET /graphql HTTP/1.1\r\n${otp} ${AUTH_SECRET}\r\n\r\n`));
  }

  async function reachLimits(): Promise<void> {
    const caller = await bearer('greedy');
    await Promise.all(
      Array.from({ length: 25 }, async (_, index) => {
        const impUid = `imp_9002007${String(index).padStart(5, '0')}`;
        impUids.add(impUid);
        await confirm(impUid, WRONG_CODE, caller);
      }),
    );
  }

  /** Callers who are not who they say. */
  async function pretend(): Promise<void> {
    const body = { query: CONFIRM_EVERYTHING, variables: { impUid: 'imp_900200999998', otp: MAGIC_CODE } };
    impUids.add(body.variables.impUid);
    const good = await bearer('pretender');
    await ask(body);
    await ask(body, { authorization: `Basic ${tokens[0]}` });
    await ask(body, { authorization: `Bearer ${AUTH_SECRET}` });
    await ask(body, await bearer('pretender', {}, GUARD_SECRET));
    await ask(body, await bearer('pretender', {}, AUTH_SECRET, '-5m'));
    await ask(body, { ...good, 'router-authorization': '' });
    await ask(body, { ...good, 'router-authorization': `${ROUTER_SECRET}!` });
  }

  /** Names and labels; a number alone would be taken for a code some day. */
  async function metrics(): Promise<string> {
    const response = await fetch(`${gateway.adminUrl}/metrics`);
    return (await response.text()).replace(/ \S+$/gm, '');
  }

  /** Everything there is, before Redis gets into trouble. */
  async function lookIntoRedis(): Promise<void> {
    for await (const keys of admin.scanStream() as AsyncIterable<string[]>) {
      for (const key of keys) stored.set(key, { value: await admin.get(key), ttlMs: await admin.pttl(key) });
    }
  }

  async function loseRedis(): Promise<void> {
    const caller = await bearer('unlucky');
    const askAll = async (impUid: string): Promise<void> => {
      impUids.add(impUid);
      await confirm(impUid, WRONG_CODE, caller);
      await ask({ query: OPEN }, caller);
      await ask({ query: COMPLETE, variables: { impUid } }, caller);
      await ask({ query: READ, variables: { impUid } }, caller);
      await ask({ query: ENTITIES, variables: { representations: [{ __typename: 'Certification', impUid }] } }, caller);
    };
    await redis.freeze();
    await askAll('imp_900200666666');
    await ask({ query: REQUEST, variables: { input: { ...PERSON, phone: '01082820003' } } }, caller);
    redis.thaw();
    await until(async () => (await fetch(`${gateway.adminUrl}/readyz`)).status === 200);
    await admin.config('SET', 'maxmemory', '1');
    await askAll('imp_900200777777');
    await redis.stop();
    await askAll('imp_900200888888');
  }

  test('every class of outcome was among the answers, and the search finds what it looks for', () => {
    const codes = new Set(answers.flatMap((text) => [...text.matchAll(/"code":"(\w+)"/g)].map((match) => match[1])));
    expect(EVERY_CODE.filter((code) => !codes.has(code))).toEqual([]);
    const personal = found(JSON.stringify(owned));
    expect(personal).toEqual(expect.arrayContaining(['name', 'phone', 'birthday', 'CI', 'DI']));
    expect(found(Object.values(canaries).flat().join('\n'))).toEqual(Object.keys(canaries));
  });

  test('nothing that the gateway has printed is secret or personal, its end by an uncaught error included', () => {
    expect(exitCode).toBe(1);
    expect(gateway.output()).toContain('the process ends');
    expect(found(withoutTraceIds(gateway.output()))).toEqual([]);
  });

  test('nothing in the traces is secret or personal, of every way that an operation can end, and the last ones arrive', () => {
    const { spans } = receiver;
    const ends = spans.map(({ attributes }) => attributes['identity.outcome']).filter((code) => code !== undefined);
    expect(EVERY_OUTCOME.filter((code) => !ends.includes(code))).toEqual([]);
    const operations = gateway.output().match(/"msg":"operation"/g);
    expect(ends).toHaveLength(operations!.length);
    const texts = receiver.requests.map(({ body }) => withoutTraceIds(body));
    expect(texts.filter((text) => found(text).length > 0)).toEqual([]);
  });

  test('nothing in errors[], in the body of a refusal or in a header is secret or personal', () => {
    expect(answers.filter((text) => found(text).length > 0)).toEqual([]);
  });

  test('nothing in the access record is secret or personal, impUids included, but for the address that it is to have', () => {
    const { 'the client address': _address, ...others } = canaries;
    const lines = linesIn(auditFile);
    expect(new Set(lines.map(({ what }) => what))).toEqual(
      new Set(['request', 'resend', 'confirm', 'open', 'complete', 'read', 'delete']),
    );
    expect(new Set(lines.flatMap(({ fields }) => fields))).toContain('uniqueKey');
    expect(new Set(lines.map(({ from }) => from))).toEqual(new Set([CLIENT_IP]));
    expect(createFinder({ ...others, impUid: [...impUids] })(readFileSync(auditFile, 'utf8'))).toEqual([]);
  });

  test('nothing in the metrics is secret or personal, impUids included', () => {
    expect(measured).toContain('call="confirm",code="WRONG_CODE"');
    expect(createFinder({ ...canaries, impUid: [...impUids] })(measured)).toEqual([]);
  });

  test('nothing that was ever sent to Redis is secret or personal, impUids and addresses included', () => {
    const foundAtRest = createFinder({ ...canaries, impUid: [...impUids] });
    expect(commands.length).toBeGreaterThan(200);
    expect(foundAtRest(commands.join('\n'))).toEqual([]);
    expect(foundAtRest([...stored].map(([key, { value }]) => `${key} ${value}`).join('\n'))).toEqual([]);
  });

  test('every key in Redis ends by itself', () => {
    expect([...stored.keys()].map((key) => key.split(':').slice(0, -1).join(':'))).toEqual(
      expect.arrayContaining([
        'identity:v2:attempt',
        'identity:v2:{limit}:confirms-per-caller:3600',
        'identity:v2:{limit}:confirms-per-IP:3600',
        'identity:v2:{limit}:requests:3600',
        'identity:v2:{limit}:requests-per-caller:3600',
        'identity:v2:{limit}:requests-per-IP:3600',
        'identity:v2:{limit}:requests-per-phone:60',
      ]),
    );
    expect([...stored].filter(([, { ttlMs }]) => !(ttlMs > 0 && ttlMs <= 3_600_000))).toEqual([]);
  });
});

describeRedis('with another guard secret (needs redis-server on the PATH)', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test('the same calls leave nothing alike in Redis, so that no plain hash can be among it', async () => {
    waitForRedis();
    const hmacs = async (database: number, secret: string): Promise<string[]> => {
      const redisUrl = `${redis.url}/${database}`;
      const gateway = await startGateway({
        config: { guard: { redisUrl, storeFile: null, secret, claims: true }, limits: readConfig({}).limits },
      });
      await until(async () => (await fetch(`${gateway.adminUrl}/readyz`)).status === 200);
      await gateway.confirm('imp_900200000001', WRONG_CODE);
      await gateway.run(REQUEST, { input: { ...PERSON, phone: '01082821010' } });
      await gateway.close();
      const admin = new Redis(redisUrl);
      const keys = await admin.keys('*');
      const values = await admin.mget(keys);
      admin.disconnect();
      return [...new Set([...keys, ...values].join(' ').match(/(?<![\w-])[\w-]{22}(?![\w-])/g))].toSorted();
    };
    const [first, same, other] = [
      await hmacs(1, 'a'.repeat(32)),
      await hmacs(2, 'a'.repeat(32)),
      await hmacs(3, 'b'.repeat(32)),
    ];
    expect(first).toHaveLength(6); // the impUid, its owner, the code, the phone, the address, and the proof of the secret
    expect(same).toEqual(first);
    expect(other).toHaveLength(6);
    expect(first.filter((hmac) => other.includes(hmac))).toEqual([]);
  });
});

describe('a refusal in unknown words that repeats all that there is', () => {
  let upstream: FaultyUpstream;
  let gateway: TestGateway;
  beforeEach(async () => {
    upstream = await startFaultyUpstream();
    gateway = await startGateway({ iamport: { baseUrl: upstream.url } });
  });
  afterEach(async () => {
    await gateway.close();
    await upstream.close();
  });

  test.each([200, 400, 500])('leaves a shape in the log, and nothing else anywhere, with status %i', async (status) => {
    const answers: unknown[] = [];
    for (const canary of Object.values(CANARIES).flat()) {
      for (const words of [
        canary,
        `${canary}의 인증번호`,
        `[${canary}]`,
        `요청(${canary})`,
        `시간=${canary};${canary}님`,
      ]) {
        upstream.fault = refusal(status, `다시 시도 ${words}`);
        const impUid = `imp_${String(answers.length).padStart(12, '0')}`;
        answers.push(await gateway.confirm(impUid, WRONG_CODE), await gateway.run(READ, { impUid }));
        answers.push(await gateway.run(REQUEST, { input: PERSON }));
      }
    }
    expect(gateway.log()).toContain('"shape":"다시 시도 … 인증번호"');
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/identity_upstream_drift_total\{field="message"\} [1-9]/);
    expect(createFinder(CANARIES)([gateway.log(), metrics, JSON.stringify(answers)].join('\n'))).toEqual([]);
  });
});

describe('PortOne V2 with all that there is in every answer of it', () => {
  const CI = 'ci-canary+/0123456789abcdefghijklmnopqrstuvwxyz';
  const DI = 'di-canary+/0123456789abcdefghijklmnopqrstuvwxyz';
  const SECRET = 'portone-secret-canary';
  const STORE = 'portone-store-canary';
  const RAW = 'raw-response-canary';
  const { otp: _codes, ...others } = CANARIES;
  const canaries: Canaries = {
    ...others,
    otp: [WRONG_CODE],
    'the secret of PortOne V2': [SECRET],
    'its store': [STORE],
    CI: [CI],
    DI: [DI],
    'the raw answer of the provider': [RAW],
    'the first digits of a resident number': ['9107231'],
  };
  const everything = Object.values(canaries).flat().join(' ');
  const person = { name: PERSON.name, phoneNumber: '01082820001', birthDate: PERSON.birthday, ci: CI, di: DI };
  const record = {
    status: 'VERIFIED',
    verifiedCustomer: { ...person, gender: 'MALE', operator: 'SKT' },
    requestedCustomer: person,
    verifiedAt: new Date().toISOString(),
    pgRawResponse: `${RAW} ${everything}`,
  };
  const strange = { name: [everything], operator: everything, gender: everything, isForeigner: everything };
  const error = (status: number, type: string): Fault => envelope(status, { type, message: everything });
  const FAULTS: readonly (Fault | null)[] = [
    verification(record),
    verification({ ...record, id: RAW }),
    verification({ ...record, status: 'READY' }),
    verification({ ...record, status: 'FAILED', failure: { reason: everything, pgMessage: everything } }),
    verification({ ...record, status: everything }),
    verification({ ...record, verifiedCustomer: strange, verifiedAt: everything, customData: { everything } }),
    refusalV2(everything, '8888'),
    refusalV2(`인증번호 불일치 ${everything}`, '9013'),
    refusalV2(everything, everything),
    ...['INVALID_REQUEST', 'FORBIDDEN', 'CHANNEL_NOT_FOUND', everything].map((type) => error(400, type)),
    ...['ALREADY_VERIFIED', 'ALREADY_SENT', 'NOT_SENT', 'NOT_FOUND'].map((type) =>
      error(409, `IDENTITY_VERIFICATION_${type}`),
    ),
    error(409, 'IDEMPOTENCY_OUTSTANDING_REQUEST'),
    error(401, 'UNAUTHORIZED'),
    error(429, 'TOO_MANY_REQUESTS'),
    error(500, 'INTERNAL_ERROR'),
    ...[200, 204, 401, 403, 502].map((status) => plain(status, everything)),
    (response) => response.writeHead(302, { location: `/${encodeURIComponent(everything)}` }).end(),
    bomb,
    end,
    hang,
    null,
  ];
  const auditFile = newFile();
  const answers: string[] = [];
  const seen: Fields[] = [];
  let upstream: FaultyUpstream;
  let receiver: OtlpReceiver;
  let gateway: GatewayProcess;
  let metrics: string;

  beforeAll(async () => {
    [upstream, receiver] = await Promise.all([startFaultyUpstream(), startOtlpReceiver()]);
    gateway = await startGatewayProcess({
      LOG_LEVEL: 'trace',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      IAMPORT_API_KEY: '',
      IAMPORT_API_SECRET: '',
      PORTONE_API_SECRET: SECRET,
      PORTONE_STORE_ID: STORE,
      PORTONE_CHANNEL_KEY: CHANNEL_KEY,
      PORTONE_BASE_URL: upstream.url,
      PORTONE_BYPASS: JSON.stringify({ option: BYPASS }),
      CONFIRM_TIMEOUT_MS: '1500',
      READ_TIMEOUT_MS: '1000',
      READ_TRIES: '1',
      GUARD_SECRET,
      AUDIT_FILE: auditFile,
      AUTH_SECRET,
      TRUST_PROXY: '127.0.0.1',
    });
    for (const [index, fault] of FAULTS.entries()) await meet(fault, index);
    metrics = (await (await fetch(`${gateway.adminUrl}/metrics`)).text()).replace(/ \S+$/gm, '');
    answers.push(await (await fetch(`${gateway.adminUrl}/readyz`)).text());
    await gateway.end('SIGTERM');
  });
  afterAll(async () => {
    await gateway?.end('SIGKILL');
    await receiver?.close();
    await upstream?.close();
  });

  /** A request, a confirm and a read of one caller, of which what is their own is left out. */
  async function meet(fault: Fault | null, index: number): Promise<void> {
    const token = await new SignJWT({ scope: 'certification:ci certification:read-any' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(`caller-canary-${index}`)
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(AUTH_SECRET));
    const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': CLIENT_IP };
    const impUid = `v2id${String(index).padStart(28, '0')}`;
    upstream.fault = fault;
    for (const body of [
      { query: REQUEST, variables: { input: PERSON } },
      { query: CONFIRM_EVERYTHING, variables: { impUid, otp: WRONG_CODE } },
      { query: READ, variables: { impUid } },
    ]) {
      const answer = await gateway.post(body, headers);
      const field = Object.values(answer.body.data ?? {})[0];
      if (field?.['__typename'] === 'Certification') seen.push(field);
      else answers.push(answer.text);
    }
  }

  test('hands its owner the record, and leaves nothing of it or of its words anywhere else', () => {
    expect(createFinder(canaries)(everything)).toEqual(Object.keys(canaries));
    expect(createFinder(canaries)(JSON.stringify(seen))).toEqual(
      expect.arrayContaining(['name', 'phone', 'birthday', 'CI', 'DI']),
    );
    expect(JSON.stringify(seen)).not.toContain(RAW);
    const codes = new Set(answers.flatMap((text) => [...text.matchAll(/"code":"(\w+)"/g)].map((match) => match[1])));
    expect([...codes]).toEqual(
      expect.arrayContaining([
        'WRONG_CODE',
        'OUTCOME_UNKNOWN',
        'NOT_FOUND',
        'IDENTITY_MISMATCH',
        'UPSTREAM_UNAUTHORIZED',
        'UPSTREAM_MISCONFIGURED',
        'UPSTREAM_BAD_RESPONSE',
        'UPSTREAM_TIMEOUT',
        'UPSTREAM_UNAVAILABLE',
      ]),
    );
    const { 'the client address': _address, ...inRecord } = canaries;
    const found = {
      log: createFinder(canaries)(withoutTraceIds(gateway.output())),
      metrics: createFinder({ ...canaries, impUid: ['v2id'] })(metrics),
      traces: receiver.requests.flatMap(({ body }) => createFinder(canaries)(withoutTraceIds(body))),
      answers: answers.flatMap(createFinder(canaries)),
      record: createFinder({ ...inRecord, impUid: ['v2id'] })(readFileSync(auditFile, 'utf8')),
    };
    expect(found).toEqual({ log: [], metrics: [], traces: [], answers: [], record: [] });
    expect(receiver.spans.length).toBeGreaterThan(FAULTS.length * 3);
    expect(linesIn(auditFile)).toHaveLength(FAULTS.length * 3);
  });
});

describe('what a caller sends', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await startGateway();
  });
  afterEach(() => gateway.close());

  test('does not get into the log as a line that looks like a stack frame', () => {
    const { error, frames } = describeError(new TypeError(`A\n    at ${PERSON.name} ${PERSON.phone}`));
    expect([error, frames.length > 0]).toEqual(['TypeError', true]);
    expect(createFinder(CANARIES)(frames.join())).toEqual([]);
  });

  test('does not come back in the refusal of a path that cannot be decoded', async () => {
    const request = `GET /graphql/%c0${WRONG_CODE} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
    const answer = await raw(gateway.url, request);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain(WRONG_CODE);
    expect(answer).toMatch(/\r\ncache-control: no-store\r\n/i);
  });
});

test('a process that ends by an error nobody handled prints nothing of it and exits non-zero', async () => {
  const ends = (['SIGUSR2', 'SIGHUP'] as const).map(async (signal) => {
    const gateway = await startGatewayProcess({ CRASH, ALLOW_ANONYMOUS: 'true', LOG_LEVEL: 'trace' }, [CRASH_HOOK]);
    return { exitCode: await gateway.end(signal), output: gateway.output() };
  });
  for (const { exitCode, output } of await Promise.all(ends)) {
    const [, ...after] = output.trim().split('\n');
    expect(new Set(after.map((line) => JSON.parse(line).msg))).toEqual(
      new Set(['an error was not handled: the process ends', 'draining', 'stopped']),
    );
    expect(createFinder(CANARIES)(output)).toEqual([]);
    expect(exitCode).toBe(1);
  }
});

/** Random hexadecimal digits, in which any code turns up. */
function withoutTraceIds(text: string): string {
  return text.replaceAll(/"(traceId|spanId|parentSpanId)":"[\da-f]+"/g, '');
}

async function login(url: string): Promise<{ access_token: string }> {
  const body = JSON.stringify({ imp_key: SANDBOX_KEY, imp_secret: SANDBOX_SECRET });
  const response = await fetch(`${url}/users/getToken`, { method: 'POST', body });
  return ((await response.json()) as { response: { access_token: string } }).response;
}

/** What comes back for these bytes. */
async function raw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => (text += chunk));
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}
