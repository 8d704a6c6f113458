import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Config, LimitsConfig } from '../src/config.ts';
import { doublingFragments } from './support/fragments.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { callerHeaders, TOKENS } from './support/tokens.ts';

type Headers = Record<string, string>;

let gateway: TestGateway;
let owner: Headers;
let thief: Headers;
let serial = 0;
const opened: { close(): unknown }[] = [];

beforeAll(async () => {
  gateway = await startGateway({ config: { auth: TOKENS, isSandbox: false, isProduction: true } });
  owner = await callerHeaders('owner');
  thief = await callerHeaders('thief', 'certification:delete');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (thing) => thing.close()));
});
afterAll(() => gateway.close());

/** A gateway for one test. */
async function started(config: Partial<Config>, baseUrl?: string): Promise<TestGateway> {
  const own = await startGateway({ config: { auth: TOKENS, ...config }, ...(baseUrl && { iamport: { baseUrl } }) });
  opened.push(own);
  return own;
}

function limits(change: Partial<LimitsConfig>): LimitsConfig {
  const off = { requestsPerPhone: [], requestsPerCaller: [], requestsPerIp: [], requests: [] };
  return { ...off, confirmsPerCaller: [], confirmsPerIp: [], shadow: false, ...change };
}

const ONE_AN_HOUR = [{ points: 1, seconds: 3_600 }];

function impUid(scenario = 200): string {
  serial += 1;
  return `imp_900${scenario}${String(serial).padStart(6, '0')}`;
}

const confirmsOf = (of: TestGateway): number => of.calls('/otp/confirm/').length;

const BRIEF = '{ __typename ... on Certification { name } ... on IdentityError { code } }';
const CONFIRM = `mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) ${BRIEF} }`;
const APP = `mutation($impUid: ID!) { confirmIdentityApp(impUid: $impUid) ${BRIEF} }`;
const READ = `query($impUid: ID!) { certification(impUid: $impUid) ${BRIEF} }`;
const DELETE =
  'mutation($impUid: ID!) { deleteCertification(impUid: $impUid) { __typename ... on IdentityError { code } } }';
const ENTITIES =
  'query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Certification { name } } }';
const REQUEST =
  'mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { __typename ... on IdentityOtpSent { impUid } ... on IdentityError { code } ... on RateLimitedError { retryAt } } }';
const PERSON = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
const NOT_FOUND = { __typename: 'CertificationNotFoundError', code: 'NOT_FOUND' };

/** A call to the sandbox past the gateway, as another system of the same merchant makes it. */
async function outside(of: TestGateway, path: string, body: object): Promise<{ response: { imp_uid: string } }> {
  const post = async (to: string, fields: object, authorization = '') =>
    (
      await fetch(of.sandbox.url + to, { method: 'POST', body: JSON.stringify(fields), headers: { authorization } })
    ).json();
  const login = (await post('/users/getToken', { imp_key: 'sandbox_key', imp_secret: 'sandbox_secret' })) as {
    response: { access_token: string };
  };
  return (await post(path, body, login.response.access_token)) as { response: { imp_uid: string } };
}

const OUTSIDE_PERSON = { name: '홍길동', phone: '01012345678', birth: '900101', gender_digit: '1', carrier: 'SKT' };

/** An upstream that logs everybody in and answers every other call with this. */
async function upstreamThat(answer: (method: string, path: string) => object): Promise<string> {
  const server = createServer((request, response) => {
    const token = { access_token: 'token', now: 0, expired_at: 1_800 };
    const isLogin = request.url === '/users/getToken';
    const body = isLogin ? { code: 0, response: token } : answer(request.method!, request.url!);
    request.resume().on('end', () => response.end(JSON.stringify({ message: null, ...body })));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** One POST written by hand: what `fetch` would correct or refuse. Answers status and body. */
async function raw(of: TestGateway, body: string, headers: string[], line = 'POST /graphql'): Promise<string> {
  const socket = connect(Number(new URL(of.url).port), '127.0.0.1');
  const hasHost = headers.some((header) => /^host:/i.test(header));
  const head = [`${line} HTTP/1.1`, ...(hasHost ? [] : ['host: gateway']), 'connection: close', ...headers];
  const hasType = headers.some((header) => /^content-type:/i.test(header));
  if (!hasType) head.push('content-type: application/json');
  socket.write(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  let answer = '';
  for await (const chunk of socket.setEncoding('utf8')) answer += chunk;
  return answer;
}

const statusOf = (answer: string): number => Number(answer.split(' ')[1]);

describe('one mutation', () => {
  const field = (alias: string): string => `${alias}: confirmIdentityOtp(impUid: $i, otp: $o) { __typename }`;
  const head = 'mutation($i: ID!, $o: String!)';
  const aliases = (count: number): string => Array.from({ length: count }, (_, index) => field(`a${index}`)).join(' ');

  test.each([
    ['two hundred aliases', `${head} { ${aliases(200)} }`],
    ['twenty aliases', `${head} { ${aliases(20)} }`],
    ['the same field twice', `${head} { ${field('a')} ${field('a')} }`],
    ['a field that is skipped', `${head} { ${field('a').replace(' {', ' @skip(if: true) {')} ${field('b')} }`],
    ['inline fragments in each other', `${head} { ... { ... on Mutation { ${field('a')} ... { ${field('b')} } } } }`],
    ['an inline fragment with a directive', `${head} { ... @include(if: false) { ${field('a')} } ${field('b')} }`],
    [
      'two fragments',
      `${head} { ...A ...B } fragment A on Mutation { ${field('a')} } fragment B on Mutation { ${field('b')} }`,
    ],
    ['one fragment twice', `${head} { ...A ...A } fragment A on Mutation { ${field('a')} }`],
    ['fragments that double', `${head} { ...F0 } ${doublingFragments(field('a'))}`],
    ['fragments that double to nothing', `${head} { ...F0 } ${doublingFragments('...Nowhere')}`],
    ['fragments in a circle', `${head} { ...F0 } ${doublingFragments('...F0')}`],
    ['two operations without a choice', `mutation A { __typename } mutation B { __typename }`],
  ])('sends nothing with %s', async (_name, query) => {
    const before = gateway.sandbox.requests.length;
    const { status, body } = await gateway.post({ query, variables: { i: impUid(), o: '000000' } }, owner);
    expect([status, body.data]).toEqual([400, undefined]);
    expect(gateway.sandbox.requests).toHaveLength(before);
  });

  test('runs the operation that is named, and no other', async () => {
    const id = impUid();
    const query = `mutation A($i: ID!, $o: String!) { ${field('a')} } mutation B($i: ID!, $o: String!) { ${field('b')} }`;
    const { body } = await gateway.post({ query, operationName: 'B', variables: { i: id, o: '000000' } }, owner);
    expect(body.data).toEqual({ b: { __typename: 'OtpRejectedError' } });
    expect(gateway.calls(id)).toHaveLength(1);
  });
});

describe('codes tried in parallel', () => {
  test('fifty sockets at a time reach the upstream with one code, and ten such waves with five', async () => {
    const id = impUid();
    const answers: unknown[] = [];
    for (let wave = 0; wave < 10; wave += 1) {
      const codes = Array.from({ length: 50 }, (_, index) => String(wave * 50 + index).padStart(6, '0'));
      const all = await Promise.all(codes.map((otp) => gateway.run(CONFIRM, { impUid: id, otp }, owner)));
      answers.push(...all.map((answer) => answer['code']));
    }
    expect(gateway.calls(id)).toHaveLength(5);
    expect(answers.filter((code) => code === 'WRONG_CODE')).toHaveLength(5);
    expect(new Set(answers)).toEqual(new Set(['WRONG_CODE', 'IN_PROGRESS', 'TOO_MANY_ATTEMPTS']));
    expect(await gateway.run(CONFIRM, { impUid: id, otp: '123456' }, owner)).toMatchObject({
      code: 'TOO_MANY_ATTEMPTS',
    });
    expect(gateway.calls(id)).toHaveLength(5);
  });

  test('an id in capitals is no further five attempts', async () => {
    const id = impUid();
    await gateway.run(CONFIRM, { impUid: id, otp: '000000' }, owner);
    expect(await gateway.run(CONFIRM, { impUid: id.toUpperCase(), otp: '000001' }, thief)).toEqual(NOT_FOUND);
    expect(gateway.calls(id.toUpperCase())).toEqual([]);
  });
});

describe('a code inside the document', () => {
  const call = (otp: string): string => `confirmIdentityOtp(impUid: "imp_900200000000", otp: ${otp}) { __typename }`;

  test.each([
    ['a string', `mutation { ${call('"271828"')} }`],
    ['a block string', `mutation { ${call('"""271828"""')} }`],
    ['a default', `mutation($o: String! = "271828") { ${call('$o')} }`],
    [
      'a default, used in a fragment',
      `mutation($o: String! = "271828") { ...A } fragment A on Mutation { ${call('$o')} }`,
    ],
    ['a list, which would be coerced', `mutation { ${call('["271828"]')} }`],
    ['a number', `mutation { ${call('271828')} }`],
    ['an inline fragment', `mutation { ... { ${call('"271828"')} } }`],
    ['an operation that does not run', `query A { __typename } mutation B { ${call('"271828"')} }`],
    ['an argument given twice', `mutation { ${call('"271828", otp: "271828"')} }`],
  ])('is refused and not repeated: %s', async (_name, query) => {
    const before = gateway.sandbox.requests.length;
    const { status, text } = await gateway.post(
      { query, operationName: query.startsWith('query') ? 'A' : null },
      owner,
    );
    expect(status).toBe(400);
    expect(text).not.toContain('271828');
    expect(gateway.log()).not.toContain('271828');
    expect(gateway.sandbox.requests).toHaveLength(before);
  });
});

describe('an impUid', () => {
  test.each([
    ['../../users/getToken'],
    ['imp_900200000000/../x'],
    ['imp_900200%2f000000'],
    ['imp_900200000000?x=1'],
    ['imp_900200000000#'],
    ['imp_900200000000\u0000'],
    ['imp_900200000000\r\nx: y'],
    ['ｉmp_900200000000'],
    ['imp_90020000000０'],
    ['......'],
    ['x'.repeat(60_000)],
    [1e21],
  ])('that no upstream gave out is invalid everywhere and sent nowhere: %j', async (id) => {
    const before = gateway.sandbox.requests.length;
    const invalid = { code: 'INVALID_INPUT' };
    for (const query of [CONFIRM, APP, READ, DELETE]) {
      const variables = { impUid: id, ...(query === CONFIRM && { otp: '000000' }) };
      expect(await gateway.run(query, variables, thief)).toMatchObject(invalid);
    }
    const representations = [{ __typename: 'Certification', impUid: id }];
    const { body } = await gateway.post({ query: ENTITIES, variables: { representations } }, thief);
    expect([body.data, body.errors]).toMatchObject([{ _entities: [null] }, [{ extensions: invalid }]]);
    expect(gateway.sandbox.requests).toHaveLength(before);
  });

  test.each([[{ id: 'imp_900200000000' }], [['imp_900200000000']], [true], [0.5]])(
    'of another type is refused: %j',
    async (id) => {
      const before = gateway.sandbox.requests.length;
      expect((await gateway.post({ query: READ, variables: { impUid: id } }, owner)).status).toBe(400);
      expect(gateway.sandbox.requests).toHaveLength(before);
    },
  );
});

describe('references', () => {
  test.each<[string, unknown]>([
    ['nothing', null],
    ['a number', 0],
    ['a string', 'Certification'],
    ['a list', [{ __typename: 'Certification' }]],
    ['no type', { impUid: 'imp_900400000001' }],
    ['an unknown type', { __typename: 'Person', impUid: 'imp_900400000001' }],
    ['a type that is no entity', { __typename: 'OtpRejectedError', code: 'WRONG_CODE' }],
    ['an interface', { __typename: 'IdentityError', code: 'WRONG_CODE' }],
    ['the query', { __typename: 'Query' }],
    ['a name every object has', { __typename: 'constructor' }],
    ['a type as a list', { __typename: ['Certification'], impUid: ['imp_900400000001'] }],
    ['a type as an object', { __typename: { toString: 'Certification' } }],
  ])('to %s are answered without data and without an upstream call', async (_name, reference) => {
    const before = gateway.sandbox.requests.length;
    const reader = await callerHeaders('reader', 'certification:read-any');
    const { text, body } = await gateway.post({ query: ENTITIES, variables: { representations: [reference] } }, reader);
    expect(body.errors).toHaveLength(1);
    expect(text).not.toMatch(/홍길동|node_modules|imp_9/);
    expect(gateway.sandbox.requests).toHaveLength(before);
  });

  test('with a prototype in them stop at the door', async () => {
    const body = `{"query":${JSON.stringify(ENTITIES)},"variables":{"representations":[{"__typename":"Certification","__proto__":{"impUid":"imp_900400000001"}}]}}`;
    expect((await gateway.post(body, owner)).status).toBe(400);
  });

  test('by the thousand, nested as deep as fits, end in one error', async () => {
    const before = gateway.sandbox.requests.length;
    const many = await gateway.post({ query: ENTITIES, variables: { representations: Array(10_000).fill(0) } }, owner);
    const deep = `{"query":${JSON.stringify(ENTITIES)},"variables":{"representations":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`;
    for (const { body } of [many, await gateway.post(deep, owner)]) expect(body.errors).toHaveLength(1);
    expect(gateway.sandbox.requests).toHaveLength(before);
  });

  // 64 kB can ask for 60,000 of them, for which every one would be an error of its own.
  test('multiplied by aliases are not answered one by one', async () => {
    const representations = Array.from({ length: 200 }, () => ({ __typename: 'Certification' }));
    const fields = Array.from({ length: 30 }, (_, index) => `a${index}: _entities(representations: $r) { __typename }`);
    const query = `query($r: [_Any!]!) { ${fields.join(' ')} }`;
    const { text } = await gateway.post({ query, variables: { r: representations } });
    expect(text.length).toBeLessThan(64 * 1024);
  });
});

describe('what another system of the merchant requested', () => {
  test('is not readable by whoever claimed it with a wrong code, once the person has certified there', async () => {
    const id = impUid();
    expect(await gateway.run(CONFIRM, { impUid: id, otp: '000000' }, thief)).toMatchObject({ code: 'WRONG_CODE' });
    await outside(gateway, `/certifications/otp/confirm/${id}`, { otp: '123456' });
    expect(await gateway.run(READ, { impUid: id }, thief)).toEqual(NOT_FOUND);
    expect(await gateway.run(CONFIRM, { impUid: id, otp: '000000' }, thief)).toMatchObject({ code: 'WRONG_CODE' });
    expect(await gateway.run(CONFIRM, { impUid: id, otp: '111111' }, thief)).toMatchObject({
      code: 'ALREADY_CERTIFIED',
    });
    const representations = [{ __typename: 'Certification', impUid: id }];
    const { body } = await gateway.post({ query: ENTITIES, variables: { representations } }, thief);
    expect(body.data).toEqual({ _entities: [null] });
  });

  test('cannot be certified without a code by whoever is first to claim an approval in the app', async () => {
    const request = { ...OUTSIDE_PERSON, verification_method: 'APP' };
    const { response } = await outside(gateway, '/certifications/otp/request', request);
    expect(await gateway.run(APP, { impUid: response.imp_uid }, thief)).toEqual(NOT_FOUND);
    expect(gateway.calls(response.imp_uid)).toEqual([]);
  });

  test('cannot be deleted by claiming it', async () => {
    const id = impUid(400);
    expect(await gateway.run(CONFIRM, { impUid: id, otp: '000000' }, thief)).toMatchObject({
      code: 'ALREADY_CERTIFIED',
    });
    expect(await gateway.run(DELETE, { impUid: id }, thief)).toEqual(NOT_FOUND);
    expect(gateway.calls(`DELETE /certifications/${id}`)).toEqual([]);
  });

  test('cannot be read while a wrong code is on its way, right after the person has certified there', async () => {
    const id = impUid();
    await outside(gateway, `/certifications/otp/confirm/${id}`, { otp: '123456' });
    const variables = { impUid: id };
    const [, read] = await Promise.all([
      gateway.run(CONFIRM, { ...variables, otp: '000000' }, thief),
      gateway.run(READ, variables, thief),
    ]);
    expect(read).toEqual(NOT_FOUND);
  });

  test('cannot be deleted while a wrong code is on its way', async () => {
    const variables = { impUid: impUid(400) };
    const [, deleted] = await Promise.all([
      gateway.run(CONFIRM, { ...variables, otp: '000000' }, thief),
      gateway.run(DELETE, variables, thief),
    ]);
    expect(deleted).toEqual(NOT_FOUND);
    expect(gateway.calls(`DELETE /certifications/${variables.impUid}`)).toEqual([]);
  });

  test('shows nobody personal data without `certified: true`, whatever else the record says', async () => {
    const record = { imp_uid: 'imp_123456789012', pg_provider: 'danal', foreigner: false };
    const own = await started(
      {},
      await upstreamThat((method) =>
        method === 'GET'
          ? { code: 0, response: { ...record, certified: 'true', name: '홍길동' } }
          : { code: 1, message: '[9013] 인증번호 불일치', response: null },
      ),
    );
    const variables = { impUid: 'imp_123456789012' };
    expect(await own.run(CONFIRM, { ...variables, otp: '000000' }, thief)).toMatchObject({ code: 'WRONG_CODE' });
    expect((await own.post({ query: READ, variables }, thief)).text).not.toContain('홍길동');
  });
});

describe('an impUid claimed before it exists', () => {
  test('belongs to the caller it is given to all the same, with every attempt', async () => {
    const id = 'imp_123456789012';
    const isIssued = { now: false };
    const url = await upstreamThat((_method, path) => {
      if (path.endsWith('/request')) return { code: 0, response: { imp_uid: id } };
      const message = isIssued.now ? '[9013] 인증번호 불일치' : '존재하지 않는 인증입니다.';
      return { code: 1, message, response: null };
    });
    const own = await started({}, url);
    expect(await own.run(CONFIRM, { impUid: id, otp: '000000' }, thief)).toEqual(NOT_FOUND);
    isIssued.now = true;
    expect(await own.run(REQUEST, { input: PERSON }, owner)).toMatchObject({ impUid: id });
    expect(await own.run(CONFIRM, { impUid: id, otp: '000000' }, thief)).toEqual(NOT_FOUND);
    expect(await own.confirm(id, '000000', owner)).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 4 });
  });
});

describe('scopes', () => {
  const personal = '... on Certification { a: uniqueKey b: uniqueKey c: uniqueInSite ... { d: uniqueInSite } }';

  test('CI and DI stay hidden behind aliases, fragments and references', async () => {
    const id = impUid();
    const reader = await callerHeaders('reader', 'certification:read-any');
    await gateway.run(CONFIRM, { impUid: id, otp: '123456' }, owner);
    const hidden = { a: null, b: null, c: null, d: null };
    const read = await gateway.post(
      { query: `query($impUid: ID!) { certification(impUid: $impUid) { ${personal} } }`, variables: { impUid: id } },
      reader,
    );
    const variables = { r: [{ __typename: 'Certification', impUid: id, unique_key: 'x', uniqueKey: 'x' }] };
    const entity = await gateway.post(
      { query: `query($r: [_Any!]!) { _entities(representations: $r) { ${personal} } }`, variables },
      reader,
    );
    expect([read.body.data, entity.body.data]).toEqual([{ certification: hidden }, { _entities: [hidden] }]);
    for (const { body } of [read, entity])
      expect(body.errors!.map(({ extensions }) => extensions!.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });

  test('reading what is others’ is neither confirming nor deleting it', async () => {
    const id = impUid();
    await gateway.run(CONFIRM, { impUid: id, otp: '000000' }, owner);
    const before = gateway.sandbox.requests.length;
    const reader = await callerHeaders('reader', 'certification:read-any');
    expect(await gateway.run(CONFIRM, { impUid: id, otp: '123456' }, reader)).toEqual(NOT_FOUND);
    const { body } = await gateway.post({ query: DELETE, variables: { impUid: id } }, reader);
    expect(body.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(gateway.sandbox.requests).toHaveLength(before);
    const keeper = await callerHeaders('keeper', 'certification:read-any', 'certification:delete');
    expect(await gateway.run(DELETE, { impUid: id }, keeper)).toEqual({ __typename: 'CertificationDeleted' });
  });
});

describe('the schema', () => {
  const QUESTIONS = [
    '{ __schema { types { name } } }',
    '{ __type(name: "Certification") { fields { name } } }',
    '{ ...S } fragment S on Query { s: _service { sdl } }',
  ];

  test('is not told in production, nor guessed from suggestions', async () => {
    for (const query of QUESTIONS) {
      const { status, text } = await gateway.post({ query }, owner);
      expect([status, text]).toEqual([400, expect.not.stringMatching(/uniqueInSite|requiresScopes|pgProvider|Apollo/)]);
      expect(text).toContain('The schema is not public here.');
    }
    for (const query of ['{ certificatio }', '{ certification(impUi: "x") { __typename } }', '{ ... on Quer { x } }']) {
      expect((await gateway.post({ query }, owner)).text).not.toContain('Did you mean');
    }
  });

  test('is told through the router, and to nobody who lacks its secret', async () => {
    const routerSecret = 'a-secret-of-the-router';
    const behind = await started({ auth: { ...TOKENS, routerSecret }, isProduction: true });
    for (const query of QUESTIONS) {
      expect((await behind.post({ query }, owner)).status).toBe(401);
      expect((await behind.post({ query }, { 'router-authorization': routerSecret })).body.errors).toBeUndefined();
    }
  });
});

describe('headers', () => {
  const body = (): string => JSON.stringify({ query: CONFIRM, variables: { impUid: impUid(), otp: '000000' } });

  test.each([
    ['missing', []],
    ['empty', ['router-authorization:']],
    ['wrong', ['router-authorization: a-secret-of-the-routes']],
    ['given twice', ['router-authorization: a-secret-of-the-router', 'Router-Authorization: a-secret-of-the-router']],
    ['given after a wrong one', ['router-authorization: x', 'router-authorization: a-secret-of-the-router']],
  ])('let nothing through where the router secret is %s', async (_name, headers) => {
    const behind = await started({ auth: { ...TOKENS, routerSecret: 'a-secret-of-the-router' } });
    const token = `authorization: ${owner['authorization']}`;
    expect(statusOf(await raw(behind, body(), [token, ...headers]))).toBe(401);
    expect(behind.sandbox.requests).toEqual([]);
    expect(await raw(behind, body(), [token, 'ROUTER-AUTHORIZATION: a-secret-of-the-router'])).toContain('WRONG_CODE');
  });

  test.each([
    ['an empty token', ['authorization: Bearer '], 401],
    ['an empty header', ['authorization:'], 200],
    ['another scheme', ['authorization: Basic dGhpZWY6eA=='], 401],
    ['a wrong token before a right one', ['authorization: Bearer x.y.z', 'authorization: {token}'], 401],
    ['a token of 15 kB', [`authorization: Bearer ${'x'.repeat(15_000)}`], 401],
    ['a token of 20 kB', [`authorization: Bearer ${'x'.repeat(20_000)}`], 431],
    ['identity headers', ['x-user-id: owner', 'x-forwarded-user: owner', 'x-subject: owner'], 200],
  ])('name nobody with %s', async (_name, headers, status) => {
    const before = gateway.sandbox.requests.length;
    const sent = headers.map((header) => header.replace('{token}', owner['authorization']!));
    const answer = await raw(gateway, body(), sent);
    expect(statusOf(answer)).toBe(status);
    if (status === 200) expect(answer).toContain('UNAUTHENTICATED');
    expect(gateway.sandbox.requests).toHaveLength(before);
  });

  test.each(['[', 'a b@:99999/%%', 'evil.example/x?y#z'])('answer an odd Host without a fault: %s', async (host) => {
    const answer = await raw(gateway, '{"query":"{ __typename }"}', [`host: ${host}`]);
    expect(answer).not.toMatch(/node_modules|\n {4}at /);
  });

  test.each(['[', 'a b@:99999/%%'])('are no server error of ours with the Host %s', async (host) => {
    expect(statusOf(await raw(gateway, '{"query":"{ __typename }"}', [`host: ${host}`]))).toBeLessThan(500);
  });

  test.each([
    ['PUT', 'PUT /graphql', []],
    ['HEAD', 'HEAD /graphql', []],
    ['OPTIONS', 'OPTIONS /graphql', []],
    ['a path with a slash', 'POST /graphql/', []],
    ['a form', 'POST /graphql', ['content-type: application/x-www-form-urlencoded', 'apollo-require-preflight: 1']],
    ['an upload', 'POST /graphql', ['content-type: multipart/form-data; boundary=x', 'apollo-require-preflight: 1']],
    ['plain text', 'POST /graphql', ['content-type: text/plain', 'apollo-require-preflight: 1']],
    ['two content types', 'POST /graphql', ['content-type: text/plain', 'content-type: application/json']],
    ['application/graphql', 'POST /graphql', ['content-type: application/graphql']],
    ['no content type', 'POST /graphql', ['content-type:']],
  ])('carry no operation: %s', async (_name, line, headers) => {
    const before = gateway.sandbox.requests.length;
    const answer = await raw(gateway, body(), [`authorization: ${owner['authorization']}`, ...headers], line);
    expect([204, 400, 404, 405, 415]).toContain(statusOf(answer));
    expect(answer).toContain('cache-control: no-store');
    expect(gateway.sandbox.requests).toHaveLength(before);
  });
});

describe('the address of a caller', () => {
  const perIp = {
    auth: { ...TOKENS, secret: null, anonymousScopes: new Set<never>() },
    limits: limits({ confirmsPerIp: ONE_AN_HOUR }),
  };
  const from = async (of: TestGateway, forwardedFor: string): Promise<unknown> =>
    (await of.run(CONFIRM, { impUid: impUid(), otp: '000000' }, { 'x-forwarded-for': forwardedFor }))['code'];

  test('is not what a caller says', async () => {
    const own = await started(perIp);
    const said = ['192.0.2.1', '192.0.2.2', '2001:db8::1', '127.0.0.1, 192.0.2.3', 'unknown'];
    const codes: unknown[] = [];
    for (const address of said) codes.push(await from(own, address));
    expect(codes).toEqual(['WRONG_CODE', 'RATE_LIMITED', 'RATE_LIMITED', 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(confirmsOf(own)).toBe(1);
    expect(own.log()).toContain('is not believed: everybody behind it counts as one address"');
  });

  test('is not that of the router for everybody behind it', async () => {
    const { auth } = perIp;
    const own = await started({ ...perIp, auth: { ...auth, routerSecret: 'the secret of the router' } });
    const behind = { 'router-authorization': 'the secret of the router' };
    const code = async (headers: Record<string, string>): Promise<unknown> =>
      (await own.run(CONFIRM, { impUid: impUid(), otp: '000000' }, { ...behind, ...headers }))['code'];
    expect([await code({}), await code({}), await code({ 'x-forwarded-for': '192.0.2.1' })]).toEqual(
      Array(3).fill('WRONG_CODE'),
    );
    expect(own.log().match(/X-Forwarded-For .* is not believed: there are no limits per IP/g)).toHaveLength(1);
    expect(own.log()).not.toContain('192.0.2.1');
  });

  test('is that of the client where the router forwards it and is believed', async () => {
    const { auth } = perIp;
    const routed = { ...perIp, auth: { ...auth, routerSecret: 'the secret of the router' }, trustProxy: ['127.0.0.1'] };
    const own = await started(routed);
    const behind = { 'router-authorization': 'the secret of the router' };
    const code = async (headers: Record<string, string>): Promise<unknown> =>
      (await own.run(CONFIRM, { impUid: impUid(), otp: '000000' }, { ...behind, ...headers }))['code'];
    const [one, two] = [{ 'x-forwarded-for': '192.0.2.1' }, { 'x-forwarded-for': '192.0.2.2' }];
    expect([await code(one), await code(one), await code(two), await code({}), await code({})]).toEqual([
      'WRONG_CODE',
      'RATE_LIMITED',
      'WRONG_CODE',
      'WRONG_CODE',
      'WRONG_CODE',
    ]);
    expect(own.log()).not.toContain('X-Forwarded-For');
  });

  test('is what the nearest trusted proxy says, and no entry before it', async () => {
    const own = await started({ ...perIp, trustProxy: ['127.0.0.1'] });
    expect([
      await from(own, '192.0.2.1'),
      await from(own, '192.0.2.2'),
      await from(own, '198.51.100.1, 192.0.2.1'),
      await from(own, '192.0.2.1, 127.0.0.1'),
      await from(own, '::ffff:192.0.2.1'),
      await from(own, '2001:db8::1'),
      await from(own, '2001:db8::ffff:1'),
      await from(own, '2001:db8:0:1::1'),
    ]).toEqual(
      [true, true, false, false, false, true, false, true].map((isLet) => (isLet ? 'WRONG_CODE' : 'RATE_LIMITED')),
    );
    expect(confirmsOf(own)).toBe(4);
  });

  test.each([
    [
      'IPv4',
      ['192.0.2.1', '192.0.2.1:5678', '::ffff:192.0.2.1', '::FFFF:C000:201', '[::ffff:192.0.2.1]:443'],
      ['192.0.2.2', '192.0.2.3:5678', '::ffff:192.0.2.4', '::FFFF:C000:205', '[::ffff:192.0.2.6]:443'],
    ],
    [
      'IPv6',
      ['2001:db8:1::1', '[2001:DB8:1::2]', '[2001:db8:1::3]:443', '2001:0db8:0001:0000::4', '[2001:db8:1::5%eth0]:1'],
      ['2001:db8:2::1', '[2001:DB8:3::2]', '[2001:db8:4::3]:443', '2001:0db8:0005:0000::4', '[2001:db8:6::5%eth0]:1'],
    ],
  ])('is one for one stranger in any spelling, and another for others: %s', async (_kind, spellings, others) => {
    const own = await started({ ...perIp, trustProxy: ['127.0.0.1'] });
    const codes: unknown[] = [];
    for (const address of [...spellings, ...others]) codes.push(await from(own, address));
    const [first, ...again] = codes.splice(0, spellings.length);
    expect([first, ...new Set(again), ...new Set(codes)]).toEqual(['WRONG_CODE', 'RATE_LIMITED', 'WRONG_CODE']);
    expect(confirmsOf(own)).toBe(1 + others.length);
  });

  // Otherwise everybody behind the inner proxy has its address.
  test('is what a proxy says that the next proxy names with a port', async () => {
    const own = await started({ ...perIp, trustProxy: ['127.0.0.1', '10.0.0.0/8', '2001:db8::/32'] });
    for (const proxy of ['10.0.0.2:5678', '[2001:db8::2]:5678', '::ffff:10.0.0.2']) {
      expect(await from(own, `192.0.2.1, ${proxy}`)).toBe(proxy === '10.0.0.2:5678' ? 'WRONG_CODE' : 'RATE_LIMITED');
    }
    expect(await from(own, '192.0.2.2, 10.0.0.2:5678')).toBe('WRONG_CODE');
  });

  test('is nobody where the proxy says something else, which is logged once and not repeated', async () => {
    const own = await started({ ...perIp, trustProxy: ['127.0.0.1'] });
    for (const said of ['unknown', 'unknown', '_canary', '0177.0.0.1', '127.1', '1']) {
      expect(await from(own, said)).toBe('WRONG_CODE');
    }
    expect(own.log().match(/address of a caller cannot be read/g)).toHaveLength(1);
    expect(own.log()).not.toMatch(/_canary|0177/);
  });

  test('is all that counts for anonymous callers: together they are not one', async () => {
    const own = await started({ ...perIp, limits: limits({ confirmsPerCaller: ONE_AN_HOUR }) });
    for (let index = 0; index < 3; index += 1) expect(await from(own, '')).toBe('WRONG_CODE');
  });

  // A socket that is reset has no address any more; the request on it still runs.
  test('counts for a caller who hangs up as soon as the request is sent', async () => {
    const own = await started(perIp);
    expect(await from(own, '')).toBe('WRONG_CODE');
    for (let index = 0; index < 10; index += 1) {
      const body = JSON.stringify({ query: CONFIRM, variables: { impUid: impUid(), otp: '000000' } });
      const socket = connect(Number(new URL(own.url).port), '127.0.0.1').on('error', () => {});
      const head = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
      socket.write(`${head}\r\n\r\n${body}`, () => void socket.resetAndDestroy());
      await once(socket, 'close');
      expect(await from(own, '')).toBe('RATE_LIMITED');
    }
    expect(confirmsOf(own)).toBe(1);
  });
});

describe('messages to a phone', () => {
  const asking = async (of: TestGateway, change: object, headers = owner) =>
    of.run(REQUEST, { input: { ...PERSON, ...change } }, headers);

  test('are limited however the number, the name and the rest are written', async () => {
    const own = await started({ limits: limits({ requestsPerPhone: ONE_AN_HOUR }) });
    expect(await asking(own, {})).toMatchObject({ __typename: 'IdentityOtpSent' });
    for (const change of [
      { phone: '01012345678' },
      { phone: '+82 10 1234 5678' },
      { phone: '0082-010-1234-5678' },
      { phone: '82 (10) 1234.5678' },
      { phone: '\u00a0010\u20031234\u30005678' },
      { name: PERSON.name.normalize('NFD') },
      { name: ' 홍길동 ' },
      { name: 'hong gildong', carrier: 'KT_MVNO', genderDigit: '5', birthday: '1990-01-02' },
      { merchantUid: 'another', company: 'Another', method: 'APP' },
    ])
      expect(await asking(own, change, thief)).toEqual({
        __typename: 'RateLimitedError',
        code: 'RATE_LIMITED',
        retryAt: expect.stringMatching(/Z$/),
      });
    for (const phone of ['010-1234-5678#1', '٠١٠١٢٣٤٥٦٧٨', '+8210+12345678'])
      expect(await asking(own, { phone }, thief)).toMatchObject({ code: 'INVALID_INPUT' });
    expect(own.calls('/otp/request')).toHaveLength(1);
  });

  // Otherwise anybody can keep messages from any number of people, without a message of their own.
  test('are not used up by a caller who may send none any more', async () => {
    const own = await started({ limits: limits({ requestsPerPhone: ONE_AN_HOUR, requestsPerCaller: ONE_AN_HOUR }) });
    expect(await asking(own, { phone: '01000000000' }, thief)).toMatchObject({ __typename: 'IdentityOtpSent' });
    expect(await asking(own, {}, thief)).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await asking(own, {}, owner)).toMatchObject({ __typename: 'IdentityOtpSent' });
  });
});

describe('trusted documents', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trusted-'));
  const file = join(folder, 'documents.json');
  const listed = '{ __typename }';
  const unlisted = '{ other: __typename }';
  const hash = (sha256Hash: unknown) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });
  let trusting: TestGateway;

  beforeAll(async () => {
    writeFileSync(file, JSON.stringify({ listed, two: 'query A { __typename } query B { b: __typename }' }));
    trusting = await startGateway({ config: { trustedDocuments: file } });
  });
  afterAll(async () => {
    await trusting.close();
    rmSync(folder, { recursive: true });
  });

  test.each<[string, object]>([
    ['by id', { documentId: 'listed' }],
    ['by hash', hash('listed')],
    ['by text', { query: listed }],
    ['by id and the operation in it', { documentId: 'two', operationName: 'A' }],
  ])('run %s', async (_name, request) => {
    expect((await trusting.post(request)).body).toEqual({ data: { __typename: 'Query' } });
  });

  test.each<[string, unknown]>([
    ['another text', { query: unlisted }],
    ['other whitespace', { query: `${listed} ` }],
    ['another text under a listed id', { documentId: 'listed', query: unlisted }],
    ['another text under a listed hash', { ...hash('listed'), query: unlisted }],
    ['a hash that would register', { ...hash('unlisted'), query: unlisted }],
    ['an unknown id', { documentId: 'unlisted' }],
    ['an id every object has', { documentId: '__proto__' }],
    ['another id every object has', { documentId: 'constructor' }],
    ['a hash every object has', hash('toString')],
    ['an id in a list', { documentId: ['listed'] }],
    ['an id that is a number', { documentId: 1 }],
    ['a text in a list', { query: [unlisted] }],
    ['a batch', [{ query: unlisted }]],
    ['a batch of listed ones', [{ documentId: 'listed' }]],
    ['nothing', {}],
    ['null', null],
  ])('do not run %s', async (_name, request) => {
    const { status, body } = await trusting.post(JSON.stringify(request));
    expect([status, body]).toMatchObject([400, { errors: [{ extensions: { code: 'UNTRUSTED_DOCUMENT' } }] }]);
  });

  test.each(['text/plain', 'application/json; charset=utf-16'])('do not run another as %s', async (type) => {
    const sent = [`content-type: ${type}`, 'apollo-require-preflight: 1'];
    expect(await raw(trusting, JSON.stringify({ query: unlisted }), sent)).toContain('UNTRUSTED_DOCUMENT');
  });

  test('do not run another from the address', async () => {
    const line = `POST /graphql?query=${encodeURIComponent(unlisted)}`;
    expect(await raw(trusting, JSON.stringify({ documentId: 'listed' }), [], line)).toContain('{"__typename":"Query"}');
  });
});
