import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONFIRM_EVERYTHING, startGateway, type TestGateway } from '../support/gateway.ts';
import { callerHeaders, TOKENS } from '../support/tokens.ts';
import { until } from '../support/until.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const variables = { impUid: 'imp_900200777777', otp: '123456' };

describe('every answer', () => {
  test.each<[string, string, RequestInit]>([
    [
      'data',
      '/graphql',
      {
        method: 'POST',
        body: JSON.stringify({ query: '{ __typename }' }),
        headers: { 'content-type': 'application/json' },
      },
    ],
    [
      'a GraphQL error',
      '/graphql',
      { method: 'POST', body: '{"query":"{"}', headers: { 'content-type': 'application/json' } },
    ],
    ['a broken body', '/graphql', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }],
    ['an unknown path', '/nothing', {}],
    ['a GET', '/graphql?query={__typename}', {}],
  ])('is not stored and not sniffed: %s', async (_name, path, init) => {
    const response = await fetch(new URL(path, gateway.url), init);
    await response.text();
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });
});

const PATH = 'POST /graphql HTTP/1.1\r\n';
const JSON_TYPE = 'content-type: application/json\r\n';
const HEAD = `${PATH}host: x\r\n${JSON_TYPE}`;

/** A body and its length, the last of the headers. */
function ending(query: string, values: object = {}): string {
  const body = JSON.stringify({ query, variables: values });
  return `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
const TYPENAME = ending('{ __typename }');

/** Everything that is answered to this on one connection that then stays open, until the server closes it. */
async function answerTo(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(text);
  let answer = '';
  for await (const chunk of socket.setEncoding('utf8')) answer += chunk;
  return answer;
}

describe('what is no whole request', () => {
  test.each([
    ['no HTTP', 'what is this?\r\n\r\n', '400'],
    ['a body of two lengths', `${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\n{}`, '400'],
    ['a body of a length and chunks', `${HEAD}transfer-encoding: chunked\r\n${TYPENAME}`, '400'],
    ['headers of 20 kB', `${HEAD}x: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
    ['no host', `${PATH}${JSON_TYPE}${TYPENAME}`, '400'],
    ['an empty host', `${PATH}host:\r\n${JSON_TYPE}${TYPENAME}`, '400'],
    ['two hosts', `${HEAD}host: y\r\n${TYPENAME}`, '400'],
    ['a host with a path', `${PATH}host: x/y\r\n${JSON_TYPE}${TYPENAME}`, '400'],
    ['a host with a user', `${PATH}host: x@y\r\n${JSON_TYPE}${TYPENAME}`, '400'],
    ['a path that cannot be decoded', `GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n`, '400'],
    ['an expectation', `${HEAD}expect: something\r\n${TYPENAME}`, '417'],
    ['an expectation without its body', `${HEAD}expect: something\r\ncontent-length: 9\r\n\r\n`, '417'],
  ])('is answered in the shape of GraphQL, not stored, and closed, on both ports: %s', async (_name, text, status) => {
    for (const url of [gateway.url, gateway.adminUrl]) {
      const [head, body] = (await answerTo(url, text)).split('\r\n\r\n');
      expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*cache-control: no-store`));
      expect(JSON.parse(body!)).toEqual({
        errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }],
      });
    }
  });

  test('is never answered in place of the request before it', async () => {
    const whole = `${HEAD}${ending(CONFIRM_EVERYTHING, variables)}`;
    expect(await answerTo(gateway.url, `${whole}what is this?\r\n\r\n`)).toBe('');
  });
});

describe('unusual HTTP', () => {
  test('CONNECT is closed, and an upgrade is answered like the same request without it', async () => {
    expect(await answerTo(gateway.url, 'CONNECT x:80 HTTP/1.1\r\nhost: x\r\n\r\n')).toBe('');
    const upgrade = `${HEAD}connection: upgrade, close\r\nupgrade: websocket\r\n${TYPENAME}`;
    expect(await answerTo(gateway.url, upgrade)).toMatch(/^HTTP\/1.1 200 [\s\S]*cache-control: no-store/);
  });

  test('a body that waits for 100-continue is asked for', async () => {
    const waiting = `${HEAD}connection: close\r\nexpect: 100-Continue\r\n${TYPENAME}`;
    expect(await answerTo(gateway.url, waiting)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
  });

  test('HTTP/1.0 without a host can ask for health, and not for GraphQL', async () => {
    expect(await answerTo(gateway.adminUrl, 'GET /livez HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
    const post = `POST /graphql HTTP/1.0\r\n${JSON_TYPE}${TYPENAME}`;
    expect(await answerTo(gateway.url, post)).toMatch(/^HTTP\/1.1 400 /);
  });

  test.each([
    ['authorization', '401'],
    ['router-authorization', '401'],
    ['content-type', '415'],
  ])('a header that must be single is refused twice, though one alone is right: %s', async (name, status) => {
    const own = await startGateway({ config: { auth: { ...TOKENS, routerSecret: 'the-router-secret' } } });
    const caller = await callerHeaders('user-1');
    const headers = Object.entries({ ...caller, 'router-authorization': 'the-router-secret' });
    const right = `${HEAD}connection: close\r\n${headers.map((pair) => `${pair.join(': ')}\r\n`).join('')}`;
    expect(await answerTo(own.url, `${right}${TYPENAME}`)).toMatch(/^HTTP\/1.1 200 /);
    const answer = await answerTo(own.url, `${right}${name}: other\r\n${TYPENAME}`);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    await own.close();
  });
});

describe('a slow client', () => {
  const SLOW = [
    ['headers', HEAD, 'x: y\r\n'],
    ['a body', `${HEAD}content-length: 60000\r\n\r\n`, ' '],
  ];

  test.each(SLOW)('that stops within %s is answered 408, and others are served meanwhile', async (_name, text) => {
    // Longer than a busy machine takes to hear the others out, whose time is as long.
    const own = await startGateway({ config: { clientTimeoutMs: 2_000 } });
    const slow = answerTo(own.url, text);
    await until(async () => (await own.post({ query: '{ __typename }' })).status === 200);
    expect(await slow).toMatch(/^HTTP\/1.1 408 /);
    await own.close();
  });

  test.each(SLOW)('is closed when its time is over, however steadily it sends %s', async (_name, text, more) => {
    const own = await startGateway({ config: { clientTimeoutMs: 2_000 } });
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1').on('error', () => {});
    socket.resume().write(text);
    await until(() => {
      socket.write(more);
      return socket.closed;
    });
    await own.close();
  });

  test('is closed when its time is over, however steadily it takes the answer', async () => {
    const own = await startGateway({ config: { clientTimeoutMs: 2_000 } });
    const long = `{ _service { ${Array.from({ length: 30 }, (_, index) => `s${index}: sdl`).join(' ')} } }`;
    const { text } = await own.post({ query: long });
    const times = Math.ceil(8_000_000 / text.length); // more than a kernel keeps

    const onread = { buffer: Buffer.alloc(1_024), callback: () => false }; // takes no more until resume()
    const socket = connect({ port: Number(new URL(own.url).port), host: '127.0.0.1', onread }).on('error', () => {});
    socket.write(`${HEAD}${ending(long)}`.repeat(times));
    await until(() => socket.resume().closed);
    expect(socket.bytesRead).toBeGreaterThan(0);
    expect(socket.bytesRead).toBeLessThan(times * text.length);
    await own.close();
  });

  test('that has taken its answer keeps its connection', async () => {
    const own = await startGateway({ config: { clientTimeoutMs: 301 } }); // no multiple of five
    const kept = connect(Number(new URL(own.url).port), '127.0.0.1').setEncoding('utf8');
    kept.write(`${HEAD}${TYPENAME}`);
    await once(kept, 'data');
    expect(await answerTo(own.url, HEAD)).toMatch(/^HTTP\/1.1 408 /); // later than the deadline of the answer above
    kept.write(`${HEAD}${TYPENAME}`);
    expect((await once(kept, 'data'))[0]).toMatch(/^HTTP\/1.1 200 /);
    kept.destroy();
    await own.close();
  });

  test('leaves room: a connection more than allowed is closed unread, and allowed once another has ended', async () => {
    const own = await startGateway({ config: { maxConnections: 1 } });
    const first = connect(Number(new URL(own.url).port), '127.0.0.1').setEncoding('utf8');
    first.write(`${HEAD}${TYPENAME}`);
    expect((await once(first, 'data'))[0]).toMatch(/^HTTP\/1.1 200 /);
    expect(await answerTo(own.url, '')).toBe('');
    first.end();
    await once(first, 'close');
    expect(await answerTo(own.url, `${HEAD}connection: close\r\n${TYPENAME}`)).toMatch(/^HTTP\/1.1 200 /);
    await own.close();
  });
});

describe('requests that are refused', () => {
  test('GET carries no operation', async () => {
    const response = await fetch(`${gateway.url}?query=${encodeURIComponent('{ __typename }')}`);
    expect([response.status, response.headers.get('allow'), await response.json()]).toMatchObject([
      405,
      'POST',
      { errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] },
    ]);
  });

  test('a batch of operations sends nothing', async () => {
    const sent = gateway.sandbox.requests.length;
    const { status, body } = await gateway.post([
      { query: CONFIRM_EVERYTHING, variables },
      { query: CONFIRM_EVERYTHING, variables },
    ]);
    expect([status, body.errors?.[0]?.extensions?.code]).toEqual([400, 'BAD_REQUEST']);
    expect(gateway.sandbox.requests).toHaveLength(sent);
  });

  test('a form post from a browser is blocked', async () => {
    const response = await fetch(gateway.url, {
      method: 'POST',
      body: 'query={__typename}',
      headers: { 'content-type': 'text/plain' },
    });
    expect(response.status).toBe(400);
    await response.text();
  });

  test.each([
    ['more than 64 kB', JSON.stringify({ query: `#${'x'.repeat(70_000)}` }), 413],
    ['no JSON', '{"query": 271828', 400],
    ['more than 1,000 tokens', JSON.stringify({ query: `{ ${'__typename '.repeat(1_001)} }` }), 400],
    ['a persisted query', JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }), 200],
  ])('%s is answered in our own words', async (_name, body, expected) => {
    const answer = await gateway.post(body);
    expect(answer.status).toBe(expected);
    expect(answer.body.errors).toHaveLength(1);
    expect(answer.text).not.toMatch(/271828|stack|node_modules/);
  });
});

const CANARY = '271828';

function bad(query: string, values: object = {}) {
  return { query, variables: values };
}

describe('errors[]', () => {
  test.each([
    ['a number for a string variable', bad(CONFIRM_EVERYTHING, { impUid: 'imp_1', otp: Number(CANARY) })],
    ['an object for a string variable', bad(CONFIRM_EVERYTHING, { impUid: 'imp_1', otp: { code: CANARY } })],
    ['a list for an id', bad(CONFIRM_EVERYTHING, { impUid: [CANARY], otp: '1' })],
    [
      'a number in the document',
      bad(`mutation { confirmIdentityOtp(impUid: "imp_1", otp: ${CANARY}) { __typename } }`),
    ],
    [
      'an object in the document',
      bad(`mutation { confirmIdentityOtp(impUid: "imp_1", otp: { a: "${CANARY}" }) { __typename } }`),
    ],
    [
      'an enum in the document',
      bad(`mutation { confirmIdentityOtp(impUid: "imp_1", otp: _${CANARY}) { __typename } }`),
    ],
    ['a string out of place', bad(`mutation { "${CANARY}" }`)],
    ['a number out of place', bad(`mutation ${CANARY} { __typename }`)],
    ['a block string out of place', bad(`mutation """${CANARY}""" { __typename }`)],
    ['a string without an end', bad(`mutation { a(b: "${CANARY}`)],
    ['a number with letters', bad(`mutation { a(b: ${CANARY}x) }`)],
    ['a wrong character', bad(`mutation { a(b: ？${CANARY}) }`)],
    ['a wrong escape', bad(`mutation { a(b: "\\u${CANARY.slice(0, 3)}z${CANARY}") }`)],
  ])('names the mistake and repeats no value: %s', async (_name, request) => {
    const { status, text, body } = await gateway.post(request);
    expect(status).toBe(400);
    expect(body.errors![0]!.message).toMatch(/[a-z]{3}/);
    expect(text).not.toContain(CANARY);
    expect(text).not.toMatch(/stacktrace|node_modules/);
  });

  const LONG = 'x'.repeat(50_000);
  const many = (count: number, text: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => text(index)).join(' ');
  const REQUEST = 'mutation ($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { __typename } }';

  test.each([
    ['unknown directives', bad(`{ __typename ${many(400, () => '@a')} }`), 11, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'one variable many times',
      bad(`query (${many(180, () => '$a: ID')}) { __typename }`),
      11,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'unknown fields of an input',
      bad(REQUEST, { input: Object.fromEntries(Array(80).fill(1).entries()) }),
      11,
      'MORE_ERRORS',
    ],
    [
      'one argument many times',
      bad(`{ __type(${many(300, () => 'name: ""')}) { name } }`),
      1,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a long name', bad(`{ ${LONG} }`), 1, 'GRAPHQL_VALIDATION_FAILED'],
    ['a long name out of place', bad(`${LONG} { __typename }`), 1, 'GRAPHQL_PARSE_FAILED'],
    [
      'a long name in many places',
      bad(`query ${LONG}(${many(100, (index) => `$a${index}: ID`)}) { __typename }`),
      11,
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('has few entries, and short ones: %s', async (_name, request, count, last) => {
    const { text, body } = await gateway.post(request);
    expect(body.errors).toHaveLength(count);
    expect(body.errors!.at(-1)!.extensions!.code).toBe(last);
    expect(text.length).toBeLessThan(count * 800);
    expect(body.errors!.every(({ message }) => /[a-z]{3}/.test(message))).toBe(true);
  });

  test('says how many entries are left out, and leaves the data alone', async () => {
    const failing = Array.from({ length: 40 }, (_, index) => `imp_9005000000${index + 10}`);
    const representations = [variables.impUid, ...failing].map((impUid) => ({ __typename: 'Certification', impUid }));
    await gateway.confirm(variables.impUid, variables.otp);
    const query = `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Certification { impUid } } }`;
    const { status, body } = await gateway.post({ query, variables: { representations } });
    const entities = [{ impUid: variables.impUid }, ...Array<null>(40).fill(null)];
    expect([status, body.data]).toEqual([200, { _entities: entities }]);
    expect(body.errors!.map(({ extensions }) => extensions!.code)).toEqual([
      ...Array<string>(10).fill('UPSTREAM_UNAVAILABLE'),
      'MORE_ERRORS',
    ]);
    expect(body.errors!.at(-1)!.message).toBe('30 more errors are left out.');
  });

  test('keeps what GraphQL says about names', async () => {
    const { body } = await gateway.post({ query: '{ nothing }' });
    expect(body.errors![0]!.message).toBe('Cannot query field "nothing" on type "Query".');
    const syntax = await gateway.post({ query: 'mutation {' });
    expect(syntax.body.errors![0]!.message).toBe('Syntax Error: Expected Name, found <EOF>.');
  });
});
