import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Config } from '../../src/config.ts';
import { createMemoryStore, StoreUnavailable, type AttemptStore } from '../../src/guard/store.ts';
import { todayInSeoul } from '../../src/seoul.ts';
import { readTestIdentities } from '../../src/test-identities.ts';
import { createTestUpstream, type TestState } from '../../src/upstream/test-upstream.ts';
import { createFolders, GUARD_SECRET, linesIn } from '../support/audit.ts';
import { CONFIRM_EVERYTHING, startGateway, testConfig, type TestGateway } from '../support/gateway.ts';
import { newPrivateKey } from '../support/keys.ts';
import { freshPath } from '../support/store-file.ts';
import { callerHeaders, TOKENS } from '../support/tokens.ts';
import type { IdentityUpstream } from '../../src/upstream/upstream.ts';
import { plain, verificationOn } from '../support/verification.ts';

const REQUEST = `mutation ($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { __typename
  ... on IdentityOtpSent { impUid } ... on IdentityError { code message retryable } } }`;
const READ = `query ($impUid: ID!) { certification(impUid: $impUid) { __typename
  ... on Certification { certified name pgProvider personId(audience: "shop") proof(audience: "shop", claims: [NAME]) isAtLeastAge(years: 19) }
  ... on IdentityError { code message retryable } } }`;
const DELETE = `mutation ($impUid: ID!) { deleteCertification(impUid: $impUid) { __typename
  ... on IdentityError { code message retryable } } }`;

const IDENTITY = { phone: '010-1234-5678', name: '홍길동', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
const CODE = '314159';
const IMP_UID = /^test_[\da-f]{32}$/;

const dayIn = (days: number): string => todayInSeoul(new Date(Date.now() + days * 86_400_000));
const pathOf = createFolders();

function fileOf(content: unknown): string {
  const file = pathOf('identities.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function fileWith(changes: object = {}, until = dayIn(30)): string {
  return fileOf({ until, identities: [{ ...IDENTITY, code: CODE, ...changes }] });
}

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).toReversed()) await thing.close();
});

interface Options {
  readonly file?: string;
  readonly config?: Partial<Config>;
  readonly store?: AttemptStore;
}

async function start({ file = fileWith(), config = {}, store }: Options = {}): Promise<TestGateway> {
  const guard = { redisUrl: null, storeFile: null, secret: GUARD_SECRET, claims: true };
  const gateway = await startGateway({
    iamport: { testIdentitiesFile: file },
    config: { auth: TOKENS, guard, ...config },
    ...(store && { store }),
  });
  opened.push(gateway);
  return gateway;
}

const reviewer = await callerHeaders('reviewer', 'certification:ci', 'certification:delete');
const stranger = await callerHeaders('stranger', 'certification:ci', 'certification:delete');

async function requested(gateway: TestGateway, input: object = IDENTITY): Promise<string> {
  const sent = await gateway.run(REQUEST, { input }, reviewer);
  expect(sent).toEqual({ __typename: 'IdentityOtpSent', impUid: expect.stringMatching(IMP_UID) });
  return sent['impUid'] as string;
}

describe('a reviewer', () => {
  test('is certified as a test identity by its code, reads and deletes, and nothing is asked of the upstream', async () => {
    const gateway = await start();
    const impUid = await requested(gateway);
    expect(await gateway.confirm(impUid, '000000', reviewer)).toMatchObject({
      code: 'WRONG_CODE',
      attemptsRemaining: 4,
    });
    const certified = await gateway.confirm(impUid, CODE, reviewer);
    expect(certified).toEqual({
      __typename: 'Certification',
      impUid,
      merchantUid: null,
      pgTid: null,
      pgProvider: 'test',
      name: '홍길동',
      gender: 'MALE',
      birth: 631_119_600,
      birthday: '1990-01-01',
      foreigner: false,
      foreignerV2: false,
      phone: '01012345678',
      carrier: 'SKT',
      certified: true,
      certifiedAt: expect.stringMatching(/^\d{4}-/),
      uniqueKey: null,
      uniqueInSite: null,
      origin: null,
    });
    expect(await gateway.confirm(impUid, CODE, reviewer)).toEqual(certified); // an idempotent repeat
    expect(await gateway.run(READ, { impUid }, reviewer)).toMatchObject({ certified: true, isAtLeastAge: true });
    expect(await gateway.run(DELETE, { impUid }, reviewer)).toEqual({ __typename: 'CertificationDeleted' });
    expect(await gateway.run(READ, { impUid }, reviewer)).toMatchObject({ code: 'NOT_FOUND' });
    expect(gateway.sandbox.requests).toEqual([]);
    expect(gateway.sandbox.inbox).toEqual([]);
  });

  test('has five attempts, and a right code is refused after them', async () => {
    const gateway = await start();
    const impUid = await requested(gateway);
    for (let code = 0; code < 5; code += 1) await gateway.confirm(impUid, `00000${code}`, reviewer);
    expect(await gateway.confirm(impUid, CODE, reviewer)).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
  });

  test('owns the verification: for others it does not exist', async () => {
    const gateway = await start();
    const impUid = await requested(gateway);
    await gateway.confirm(impUid, CODE, reviewer);
    expect(await gateway.confirm(impUid, CODE, stranger)).toMatchObject({ code: 'NOT_FOUND' });
    for (const document of [READ, DELETE])
      expect(await gateway.run(document, { impUid }, stranger)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('counts in the limits as any other request does', async () => {
    const rates = { requestsPerCaller: [{ points: 1, seconds: 60 }] };
    const gateway = await start({ config: { limits: { ...testConfig('').limits, ...rates } } });
    await requested(gateway);
    const again = await gateway.run(REQUEST, { input: { ...IDENTITY, merchantUid: 'again' } }, reviewer);
    expect(again).toMatchObject({ code: 'RATE_LIMITED' });
  });

  test.each([
    ['another name', { name: '홍길순' }, 'IDENTITY_MISMATCH'],
    ['another birthday', { birthday: '1990-01-02' }, 'IDENTITY_MISMATCH'],
    ['another carrier', { carrier: 'KT' }, 'IDENTITY_MISMATCH'],
    ['the app', { method: 'APP' }, 'SMS_REQUIRED'],
  ])('who asks with the phone and %s is refused without a call to the upstream', async (_what, changes, code) => {
    const gateway = await start();
    expect(await gateway.run(REQUEST, { input: { ...IDENTITY, ...changes } }, reviewer)).toMatchObject({ code });
    expect(gateway.sandbox.requests).toEqual([]);
  });

  test('never gets a proof or a person id, and the record of accesses lists none', async () => {
    const file = pathOf();
    const proofs = {
      personIdKey: 'p'.repeat(32),
      privateKeys: newPrivateKey(),
      issuer: 'https://identity.example.com',
    };
    const gateway = await start({ config: { proofs, audit: { file, failure: 'refuse' } } });
    const impUid = await requested(gateway);
    await gateway.confirm(impUid, CODE, reviewer);
    expect(await gateway.run(READ, { impUid }, reviewer)).toMatchObject({
      proof: null,
      personId: null,
      name: '홍길동',
    });
    expect(linesIn(file).at(-1)!.fields).toEqual(['isAtLeastAge', 'name']);
  });
});

test('each line of the log and of the access record about a test identity is marked, and no other', async () => {
  const file = pathOf();
  const gateway = await start({ config: { audit: { file, failure: 'refuse' } } });
  const impUid = await requested(gateway);
  await gateway.confirm(impUid, CODE, reviewer);
  await gateway.confirm('imp_900200000001', '123456', reviewer);
  const operations = gateway
    .log()
    .split('\n')
    .filter((line) => line.includes('"operation"'))
    .map((line) => JSON.parse(line) as { call: string; test?: true; upstreamCalls: number });
  expect(operations.map(({ call, test: mark, upstreamCalls }) => [call, mark, upstreamCalls])).toEqual([
    ['request', true, 0],
    ['confirm', true, 0],
    ['confirm', undefined, 1],
  ]);
  expect(linesIn(file).map((line) => [line.what, (line as { test?: true }).test])).toEqual([
    ['request', true],
    ['confirm', true],
    ['confirm', undefined],
  ]);
  expect(gateway.log()).toContain('test identities are answered');
  for (const secret of [CODE, '홍길동', '01012345678']) expect(gateway.log()).not.toContain(secret);
});

test('people are verified at the upstream, beside test identities', async () => {
  const gateway = await start({ file: fileWith({ phone: '010-0000-0001' }) });
  const sent = await gateway.run(REQUEST, { input: IDENTITY }, reviewer);
  const { impUid, code } = gateway.sandbox.inbox[0]!;
  expect(sent['impUid']).toBe(impUid);
  expect(await gateway.confirm(impUid, code, reviewer)).toMatchObject({ certified: true, pgProvider: 'danal' });
  expect(await gateway.run(DELETE, { impUid }, reviewer)).toEqual({ __typename: 'CertificationDeleted' });
});

test.each(['test_00000000000000000000000000000000', 'TEST_00000000000000000000000000000000'])(
  'a made-up impUid of the form is nobody’s, and the upstream never sees it: %s',
  async (impUid) => {
    const gateway = await start();
    const readAny = await callerHeaders('backend', 'certification:read-any', 'certification:delete');
    expect(await gateway.confirm(impUid, CODE, stranger)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await gateway.run(READ, { impUid }, readAny)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await gateway.run(DELETE, { impUid }, readAny)).toMatchObject({ code: 'NOT_FOUND' });
    expect(gateway.sandbox.requests).toEqual([]);
  },
);

test('a backend that may read anything sees that a code was not entered yet', async () => {
  const gateway = await start();
  const impUid = await requested(gateway);
  const readAny = await callerHeaders('backend', 'certification:read-any');
  const record = await gateway.run(READ, { impUid }, readAny);
  expect(record).toMatchObject({ certified: false, name: null, pgProvider: 'test' });
});

test('replicas that share a store of attempts share test identities', async () => {
  const store = createMemoryStore();
  const [one, other] = [await start({ store }), await start({ store })];
  const impUid = await requested(one);
  expect(await other.confirm(impUid, CODE, reviewer)).toMatchObject({ certified: true });
  expect(await one.run(READ, { impUid }, reviewer)).toMatchObject({ certified: true });
});

test('a restart on a store file keeps them', async () => {
  const guard = { redisUrl: null, storeFile: freshPath(), secret: GUARD_SECRET, claims: true };
  const before = await start({ config: { guard } });
  const impUid = await requested(before);
  await opened.pop()!.close();
  const after = await start({ config: { guard } });
  expect(await after.confirm(impUid, CODE, reviewer)).toMatchObject({ certified: true });
  await opened.pop()!.close();
});

/** The upstream by itself, before one that cannot be reached, with states in memory. */
function upstreamAlone(
  isOver: () => boolean = () => false,
  behaviour: Partial<IdentityUpstream> = {},
  states = new Map<string, TestState>(),
) {
  const real = verificationOn('http://127.0.0.1:9');
  opened.push(real);
  const person = { ...IDENTITY, phone: '01012345678', merchantUid: 'window-1', company: null, device: null };
  const upstream = createTestUpstream(
    { ...real.iamport, ...behaviour },
    {
      ...readTestIdentities(fileWith()),
      isOver,
      states: {
        hmacOf: (phone) => phone,
        find: async (impUid) => states.get(impUid) ?? null,
        replace: async (impUid, _expected, next) => void states.set(impUid, next),
      },
    },
  );
  const request = () => plain(upstream.request({ ...person, carrier: 'SKT', method: 'SMS' }, null)) as Promise<string>;
  return { upstream, request };
}

test('no window is completed with a test identity, whatever merchantUid its request had', async () => {
  const { upstream, request } = upstreamAlone();
  const confirmed = await upstream.confirm(await request(), CODE);
  if (!confirmed.ok) throw confirmed.failure;
  expect([confirmed.value.merchantUid, upstream.windowIdOf(confirmed.value)]).toEqual([null, null]);
});

test('a code is sent again only for one that is there, and without a call', async () => {
  const resend = () => () => Promise.reject(new Error('The upstream was asked'));
  const { upstream, request } = upstreamAlone(() => false, { resend });
  expect(await plain(upstream.resend(await request())!())).toBeUndefined();
  expect(await plain(upstream.resend(`test_${'0'.repeat(32)}`)!())).toMatchObject({ refusal: 'NOT_FOUND' });
  expect(upstreamAlone().upstream.resend(`test_${'0'.repeat(32)}`)).toBeNull(); // as of PortOne V1
});

test('a replica that has certified nobody itself places a certification of another one in its time', async () => {
  const states = new Map<string, TestState>();
  const [one, other] = [upstreamAlone(undefined, {}, states), upstreamAlone(undefined, {}, states)];
  const since = performance.now();
  const impUid = await one.request();
  await one.upstream.confirm(impUid, CODE);
  const read = await other.upstream.certification(impUid);
  if (!read.ok) throw read.failure;
  expect(other.upstream.certifiedIn(read.value, { since, until: performance.now() })).toBe('inside');
  expect(other.upstream.certifiedIn(read.value, { since: since - 20_000, until: since - 10_000 })).toBe('outside');
});

test('a verification that is certified already is not confirmed again', async () => {
  const { upstream, request } = upstreamAlone();
  const impUid = await request();
  await upstream.confirm(impUid, CODE);
  expect(await plain(upstream.confirm(impUid, CODE))).toMatchObject({ refusal: 'UNRECOGNISED', status: 400 });
});

describe('after their last day', () => {
  test('a gateway starts, refuses requests of test identities, and asks nothing of the upstream', async () => {
    const gateway = await start({ file: fileWith({}, dayIn(-1)) });
    expect(gateway.log()).toContain('the time of the test identities is over');
    const answer = await gateway.run(REQUEST, { input: IDENTITY }, reviewer);
    expect(answer).toMatchObject({ __typename: 'RequestRejectedError', code: 'IDENTITY_MISMATCH' });
    expect(gateway.sandbox.requests).toEqual([]);
  });

  test('what was verified before does not exist', async () => {
    let isOver = false;
    const { upstream, request } = upstreamAlone(() => isOver);
    const impUid = await request();
    expect(await plain(upstream.confirm(impUid, CODE))).toMatchObject({ certified: true });
    isOver = true;
    const gone = { kind: 'refusal', refusal: 'NOT_FOUND' };
    expect(await plain(upstream.certification(impUid))).toMatchObject(gone);
    expect(await plain(upstream.confirm(impUid, CODE))).toMatchObject(gone);
    expect(await plain(upstream.delete(impUid)!)).toMatchObject(gone);
  });
});

test('a write whose answer is lost is no failure: the record is read back', async () => {
  const memory = createMemoryStore();
  let isLosing = false;
  const store: AttemptStore = {
    ...memory,
    async replace(key, expected, next, deadline) {
      const isReplaced = await memory.replace(key, expected, next, deadline);
      // Only the state of the test identity has these words.
      if (isLosing && next.includes('certifiedAt')) throw new StoreUnavailable('Lost');
      return isReplaced;
    },
  };
  const gateway = await start({ store });
  const impUid = await requested(gateway);
  isLosing = true;
  expect(await gateway.run(CONFIRM_EVERYTHING, { impUid, otp: CODE }, reviewer)).toMatchObject({ certified: true });
});

describe('TEST_IDENTITIES_FILE', () => {
  const ENTRY = { ...IDENTITY, code: CODE };
  const problemsOf = (content: unknown): readonly string[] => {
    try {
      readTestIdentities(fileOf(content));
      return [];
    } catch (error) {
      return (error as { problems: readonly string[] }).problems;
    }
  };
  const FORM = expect.stringMatching(/^TEST_IDENTITIES_FILE must name a JSON file with until/) as never;
  const about = (problem: string): string => `TEST_IDENTITIES_FILE identity 1 ${problem}`;
  const NOBODYS = about(
    'must have a phone of 010-0xxx-xxxx or 010-1xxx-xxxx, which are given to nobody: another one can be a real person',
  );
  const FIELDS = about('must have phone, code (six digits), name, birthday, genderDigit and carrier, and no more');
  const INPUT = (fields: string): string => about(`has fields that no request could have: ${fields}`);

  test('is read as a person types', () => {
    const typed = { ...ENTRY, phone: '+82 10 1234 5678', name: ' 홍길동 ' };
    expect(readTestIdentities(fileOf({ until: dayIn(90), identities: [typed] }))).toEqual({
      until: dayIn(90),
      identities: [{ ...ENTRY, phone: '01012345678' }],
    });
  });

  test.each<[string, unknown, string[]]>([
    ['no JSON', '{', [FORM]],
    ['no identities', { until: dayIn(1), identities: [] }, [FORM]],
    ['no day', { until: '2026-02-30', identities: [ENTRY] }, [FORM]],
    [
      'a day more than 90 days ahead',
      { until: dayIn(91), identities: [ENTRY] },
      ['TEST_IDENTITIES_FILE until must be at most 90 days ahead'],
    ],
    ['a code of five digits', { until: dayIn(1), identities: [{ ...ENTRY, code: '12345' }] }, [FIELDS]],
    ['a field too many', { until: dayIn(1), identities: [{ ...ENTRY, uniqueKey: 'canary' }] }, [FIELDS]],
    [
      'an identity that no request could have',
      { until: dayIn(1), identities: [{ ...ENTRY, phone: '02-123-4567', genderDigit: '3' }] },
      [INPUT('phone, genderDigit')],
    ],
    [
      'a phone twice',
      { until: dayIn(1), identities: [ENTRY, { ...ENTRY, phone: '01012345678' }] },
      ['TEST_IDENTITIES_FILE must have each phone once'],
    ],
    ...['010-2000-0000', '010-9999-9999', '011-123-4567', '016-000-0000'].map((phone): [string, unknown, string[]] => [
      `the number ${phone}, which a person can have`,
      { until: dayIn(1), identities: [{ ...ENTRY, phone }] },
      [NOBODYS],
    ]),
  ])('with %s is refused, without a value', (_what, content, problems) => {
    expect(problemsOf(content)).toEqual(problems);
  });

  test('with a number that a person can have ends the start', async () => {
    await expect(start({ file: fileWith({ phone: '010-2000-0000' }) })).rejects.toThrow('given to nobody');
  });
});
