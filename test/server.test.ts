import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONFIRM_EVERYTHING, startGateway, type TestGateway } from './support/gateway.ts';

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

describe('what is no whole request', () => {
  /** What the gateway answers to this on a connection that then stays open, until it closes it. */
  async function answerTo(of: TestGateway, text: string): Promise<string> {
    const socket = connect(Number(new URL(of.url).port), '127.0.0.1');
    socket.write(text);
    let answer = '';
    for await (const chunk of socket.setEncoding('utf8')) answer += chunk;
    return answer;
  }

  const HEAD = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

  test.each([
    ['no HTTP', 'what is this?\r\n\r\n', '400'],
    ['a body of two lengths', `${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\n{}`, '400'],
    ['headers of 20 kB', `${HEAD}x: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
  ])('is answered in the shape of GraphQL, and not stored: %s', async (_name, text, status) => {
    const [head, body] = (await answerTo(gateway, text)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*cache-control: no-store`));
    expect(JSON.parse(body!)).toEqual({
      errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  test('is never answered in place of the request before it', async () => {
    const body = JSON.stringify({ query: CONFIRM_EVERYTHING, variables });
    const whole = `${HEAD}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    expect(await answerTo(gateway, `${whole}what is this?\r\n\r\n`)).toBe('');
  });

  test.each([
    ['headers', HEAD],
    ['a body', `${HEAD}content-length: 100\r\n\r\n{"query":`],
  ])('is closed when its time is over, and others are served meanwhile: slow %s', async (_name, text) => {
    const own = await startGateway({ config: { clientTimeoutMs: 300 } });
    const slow = answerTo(own, text);
    expect(await own.run('{ __typename }')).toBe('Query');
    expect(await slow).toMatch(/^HTTP\/1.1 408 /);
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

  test('keeps what GraphQL says about names', async () => {
    const { body } = await gateway.post({ query: '{ nothing }' });
    expect(body.errors![0]!.message).toBe('Cannot query field "nothing" on type "Query".');
    const syntax = await gateway.post({ query: 'mutation {' });
    expect(syntax.body.errors![0]!.message).toBe('Syntax Error: Expected Name, found <EOF>.');
  });
});
