import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { envelope, startFaultyUpstream, type Fault, type FaultyUpstream } from '../support/faulty-upstream.ts';
import { startGateway, testConfig, type Answer, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const ENTITIES = `query($representations: [_Any!]!) { _entities(representations: $representations) {
  __typename ... on Certification { impUid certified name } } }`;

function entities(keys: unknown[], extra: object = {}) {
  const representations = keys.map((impUid) => ({ __typename: 'Certification', impUid, ...extra }));
  return gateway.post({ query: ENTITIES, variables: { representations } });
}

const certifiedLongAgo = (serial: number): string => `imp_900400${String(serial).padStart(6, '0')}`;

describe('_entities', () => {
  test('resolves 100 references to 10 impUids with 10 reads, in order', async () => {
    const before = gateway.calls('GET /certifications/').length;
    const keys = Array.from({ length: 100 }, (_, index) => certifiedLongAgo(index % 10));
    const { body } = await entities(keys);
    expect(body.errors).toBeUndefined();
    expect((body.data!['_entities'] as unknown as { impUid: string }[]).map(({ impUid }) => impUid)).toEqual(keys);
    expect(gateway.calls('GET /certifications/').length - before).toBe(10);
  });

  test('tells bad keys once, gives each failing read its own error, and leaves the neighbours', async () => {
    const before = gateway.sandbox.requests.length;
    const good = certifiedLongAgo(501);
    const keys = [good, '../users', 'imp_900404000001', { impUid: good }, [good], null, 'imp_900500000001', good];
    const { status, body } = await entities(keys);
    const answered = body.data!['_entities'] as unknown as ({ impUid: string } | null)[];
    expect(status).toBe(200);
    expect(answered.map((entity) => entity?.impUid ?? null)).toEqual([good, null, null, null, null, null, null, good]);
    expect(codesByEntry(body)).toEqual([
      [1, 'INVALID_INPUT'],
      [6, 'UPSTREAM_UNAVAILABLE'],
    ]);
    expect(
      gateway.sandbox.requests
        .slice(before)
        .map(({ path }) => path)
        .filter((path) => path.includes(good)),
    ).toHaveLength(1);
  });

  test.each([
    ['an unknown name', 'X'],
    ['a scalar', 'DateTime'],
    ['an input', 'RequestIdentityOtpInput'],
    ['an enum', 'Carrier'],
    ['a union', 'CertificationResult'],
    ['an interface', 'IdentityError'],
    ['the query type', 'Query'],
    ['a type without a key', 'OtpRejectedError'],
    ['a federation type', '_Entity'],
    ['an introspection type', '__Schema'],
    ['a name every object has', 'constructor'],
    ['the prototype', '__proto__'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 1],
    ['an object', { toString: 1 }],
    ['a list', ['Certification']],
  ])('tells a representation whose type is %s once, and answers its neighbours', async (_name, __typename) => {
    const good = { __typename: 'Certification', impUid: certifiedLongAgo(503) };
    const bad = { __typename, impUid: good.impUid };
    const noKey = { __typename: 'Certification', impUid: '' };
    const representations = [noKey, bad, good, bad];
    const { status, body } = await gateway.post({ query: ENTITIES, variables: { representations } });
    expect(status).toBe(200);
    expect(body.data!['_entities']).toMatchObject([null, null, { impUid: good.impUid }, null]);
    expect(codesByEntry(body)).toEqual([
      [0, 'INVALID_INPUT'],
      [1, 'UNKNOWN_ENTITY'],
    ]);
    expect(gateway.log()).not.toContain('"level":50');
  });

  test.each([['text'], [7], [true], [[]], [{}]])(
    'takes %j in place of a representation for no entity',
    async (entry) => {
      const { status, body } = await gateway.post({ query: ENTITIES, variables: { representations: [entry, entry] } });
      expect([status, body.data!['_entities']]).toEqual([200, [null, null]]);
      expect(codesByEntry(body)).toEqual([[0, 'UNKNOWN_ENTITY']]);
    },
  );

  test('takes nothing but the key from a representation', async () => {
    const { body } = await entities([certifiedLongAgo(502)], { name: '임꺽정', certified: false });
    expect(body.data!['_entities']).toEqual([
      { __typename: 'Certification', impUid: certifiedLongAgo(502), certified: true, name: '홍길동' },
    ]);
  });

  test('resolves at most 100 references of a request', async () => {
    const before = gateway.calls('GET /certifications/').length;
    const { body } = await entities(Array.from({ length: 120 }, (_, index) => certifiedLongAgo(600 + index)));
    const answered = body.data!['_entities'] as unknown as (object | null)[];
    expect(answered.map(Boolean)).toEqual([...Array(100).fill(true), ...Array(20).fill(false)]);
    expect(codesByEntry(body)).toEqual([[100, 'TOO_MANY_REFERENCES']]);
    expect(gateway.calls('GET /certifications/').length - before).toBe(100);
  });

  test.each([
    [
      'two aliases',
      'a: _entities(representations: $r) { __typename } b: _entities(representations: $r) { __typename }',
    ],
    ['a fragment', '_entities(representations: $r) { __typename } ...More'],
    ['an inline fragment', '... { _entities(representations: $r) { __typename } } ...More'],
  ])('is refused twice in one operation, through %s', async (_name, fields) => {
    const before = gateway.sandbox.requests.length;
    const query = `query($r: [_Any!]!) { ${fields} }
      ${fields.includes('...More') ? 'fragment More on Query { b: _entities(representations: $r) { __typename } }' : ''}`;
    const { status, body } = await gateway.post({ query, variables: { r: [] } });
    expect(status).toBe(400);
    expect(body.errors!.map(({ message }) => message)).toEqual(['An operation may have one _entities field.']);
    expect(gateway.sandbox.requests).toHaveLength(before);
  });
});

/** Where in the list each error belongs, and its code. */
function codesByEntry({ errors = [] }: Answer['body']): [entry: number, code: string][] {
  const told = errors as unknown as { path: [string, number]; extensions: { code: string } }[];
  return told.map(({ path, extensions }): [number, string] => [path[1], extensions.code]).toSorted(([a], [b]) => a - b);
}

describe('the size of an answer', () => {
  let upstream: FaultyUpstream;
  let large: TestGateway;
  beforeAll(async () => {
    upstream = await startFaultyUpstream();
    large = await startGateway({ iamport: { baseUrl: upstream.url } });
  });
  afterAll(() => Promise.all([upstream.close(), large.close()]));

  /** A certified record with an `origin` of so many characters. */
  const withOrigin =
    (length: number): Fault =>
    (response, impUid) => {
      const facts = { certified: true, certified_at: 1_700_000_000, name: '홍길동', origin: 'x'.repeat(length) };
      const record = { imp_uid: impUid, pg_provider: 'danal', foreigner: false, ...facts };
      return envelope(200, { code: 0, message: null, response: record })(response, impUid, 1);
    };
  const oneReference = Array.from({ length: 100 }, () => ({ __typename: 'Certification', impUid: 'imp_123456789012' }));
  const aliased = (field: string, count: number, prefix = 'a'): string =>
    Array.from({ length: count }, (_, index) => `${prefix}${index}: ${field}`).join(' ');

  test('leaves out a text that is longer than an address, and counts it as drift', async () => {
    upstream.fault = withOrigin(2_049);
    const query = '{ certification(impUid: "imp_123456789012") { ... on Certification { name origin } } }';
    expect(await large.run(query)).toEqual({ name: '홍길동', origin: null });
    const metrics = await (await fetch(`${large.adminUrl}/metrics`)).text();
    expect(metrics).toContain('identity_upstream_drift_total{field="origin"} 1');
    upstream.fault = withOrigin(2_048);
    expect(await large.run(query)).toEqual({ name: '홍길동', origin: 'x'.repeat(2_048) });
  });

  test('stays below 1 MB for 30 aliases of a long text in 100 references, and says so once', async () => {
    upstream.fault = withOrigin(2_000);
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Certification { ${aliased('origin', 30)} } } }`;
    const { status, text, body } = await large.post({ query, variables: { r: oneReference } });
    expect([status, text.length < 1_000_000]).toEqual([200, true]);
    expect(body.errors!.map(({ extensions }) => extensions!.code)).toEqual(['ANSWER_TOO_LARGE']);
    const values = (body.data!['_entities'] as unknown as object[]).flatMap((entity) => Object.values(entity));
    expect(values.filter((value) => value !== null)).toEqual(
      Array(Math.floor(600_000 / 2_002)).fill('x'.repeat(2_000)),
    );
  });

  test('is whole for every field of 100 references with ordinary values', async () => {
    upstream.fault = withOrigin(100);
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Certification { impUid name birthday origin } } }`;
    const { body } = await large.post({ query, variables: { r: oneReference } });
    expect(body.errors).toBeUndefined();
    expect(body.data!['_entities']).toHaveLength(100);
  });

  test('is refused for an alias of more than 64 characters', async () => {
    const query = (length: number): string =>
      `{ certification(impUid: "imp_123456789012") { ... on IdentityError { ${'a'.repeat(length)}: code } } }`;
    const refused = await large.post({ query: query(65) });
    expect([refused.status, refused.body.errors!.length]).toEqual([400, 1]);
    expect(refused.body.errors![0]!.message).toBe('A document may have 30 aliases of 64 characters each.');
    expect((await large.post({ query: query(64) })).status).toBe(200);
  });

  test.each([
    ['__schema', '{ types { name } }'],
    ['_service', '{ sdl }'],
    ['__type', '{ name }', '(name: "Certification")'],
  ])('is refused for two %s fields in one operation', async (name, fields, args = '') => {
    const { status, body } = await large.post({ query: `{ a: ${name}${args} ${fields} b: ${name}${args} ${fields} }` });
    expect([status, body.errors!.map(({ message }) => message)]).toEqual([
      400,
      [`An operation may have one ${name} field.`],
    ]);
  });

  test('is refused for aliases that fragments multiply, however few the document has', async () => {
    const aliases = (count: number): string => Array.from({ length: count }, (_, index) => `s${index}: sdl`).join(' ');
    const spread = (count: number) => `{ _service { ${aliases(count - 10)} ...A } } fragment A on _Service { ...B ...C }
      fragment B on _Service { b0: sdl b1: sdl ...C } fragment C on _Service { c0: sdl c1: sdl c2: sdl c3: sdl }`;
    expect((await large.post({ query: spread(30) })).status).toBe(200);
    const refused = await large.post({ query: spread(31) });
    expect([refused.status, refused.body.errors!.length]).toEqual([400, 1]);
    const doubling = Array.from({ length: 60 }, (_, n) => `fragment F${n} on _Service { ...F${n + 1} ...F${n + 1} }`);
    const query = `{ _service { ...F0 } } ${doubling.join(' ')} fragment F60 on _Service { a: sdl }`;
    expect((await large.post({ query })).status).toBe(400);
  });

  test('is refused for an alias inside an introspection, and given to the query that tools send', async () => {
    const query = '{ __schema { types { ...T } } } fragment T on __Type { name fields { a: name } }';
    const { status, body } = await large.post({ query });
    expect([status, body.errors!.map(({ message }) => message)]).toEqual([
      400,
      ['An introspection may have no aliases.'],
    ]);
    expect((await large.post({ query: getIntrospectionQuery() })).status).toBe(200);
  });

  test('a scope that is missing is told once for each field, however often it is asked for', async () => {
    upstream.fault = withOrigin(100);
    const noScopes = await startGateway({
      iamport: { baseUrl: upstream.url },
      config: {
        auth: { ...testConfig(upstream.url).auth, anonymousScopes: new Set(['certification:read-any'] as const) },
      },
    });
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Certification {
      ${aliased('uniqueKey', 15)} ${aliased('uniqueInSite', 15, 'b')} } } }`;
    const { body } = await noScopes.post({ query, variables: { r: oneReference } });
    await noScopes.close();
    expect(body.errors!.map(({ extensions }) => extensions!.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(JSON.stringify(body.data)).not.toMatch(/[a-z0-9]":"/);
  });
});
