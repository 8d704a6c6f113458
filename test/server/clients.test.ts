import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { trustedOnly } from '../../src/server/trusted-documents.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

// What clients, routers and browsers send that differs from what one would write by hand.

const gateways: TestGateway[] = [];
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
});

async function started(options: Parameters<typeof startGateway>[0] = {}): Promise<TestGateway> {
  const gateway = await startGateway(options);
  gateways.push(gateway);
  return gateway;
}

const variables = { impUid: 'imp_900200000001', otp: '123456' };

describe('a mutation as Flutter clients send it', () => {
  test('may have __typename beside its one field, before and after it', async () => {
    const gateway = await started();
    const query = `mutation Confirm($impUid: ID!, $otp: String!) {
      __typename
      confirmIdentityOtp(impUid: $impUid, otp: $otp) { __typename ... on Certification { __typename name } }
      also: __typename
    }`;
    const { body } = await gateway.post({ query, variables, operationName: 'Confirm' });
    expect(body).toEqual({
      data: {
        __typename: 'Mutation',
        confirmIdentityOtp: { __typename: 'Certification', name: '홍길동' },
        also: 'Mutation',
      },
    });
    expect(gateway.calls('/otp/confirm/')).toHaveLength(1);
  });

  test('has one effect all the same', async () => {
    const gateway = await started();
    const query = `mutation($impUid: ID!, $otp: String!) { __typename
      a: confirmIdentityOtp(impUid: $impUid, otp: $otp) { __typename }
      b: confirmIdentityOtp(impUid: $impUid, otp: $otp) { __typename } }`;
    const { body } = await gateway.post({ query, variables });
    expect(body.errors).toMatchObject([{ message: 'A mutation may have one field of identity verification.' }]);
    expect(gateway.calls('/otp/confirm/')).toEqual([]);
  });
});

describe('null in a request', () => {
  test('is absence, as GraphQL over HTTP has it', async () => {
    const gateway = await started();
    const nulls = { operationName: null, variables: null, extensions: null };
    expect((await gateway.post({ query: '{ __typename }', ...nulls })).body).toEqual({ data: { __typename: 'Query' } });
  });
});

describe('trusted documents', () => {
  const folder = mkdtempSync(join(tmpdir(), 'manifests-'));
  const body = 'query Type { __typename }';
  const id = 'b8b1';
  const MANIFESTS: Record<string, object> = {
    'an id-to-text map': { [id]: body },
    'a manifest of Apollo': {
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id, name: 'Type', type: 'query', body }],
    },
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  const REQUESTS: [string, object][] = [
    ['GraphQL Code Generator and urql', { documentId: id }],
    ['Apollo Client', { extensions: { persistedQuery: { version: 1, sha256Hash: id } }, operationName: 'Type' }],
    ['Relay', { doc_id: id, variables: {} }],
    ['others', { id }],
    ['nulls', { documentId: id, query: null, extensions: null }],
    ['the text', { query: body, extensions: null }],
    ['a null hash', { documentId: id, extensions: { persistedQuery: null } }],
  ];

  test.each(Object.entries(MANIFESTS))('in %s run by every id that clients send', async (name, manifest) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(manifest));
    const gateway = await started({ config: { trustedDocuments: file } });
    for (const [, request] of REQUESTS)
      expect((await gateway.post(request)).body).toEqual({ data: { __typename: 'Query' } });
    for (const unknown of [{ doc_id: 'format' }, { id: 'operations' }, { query: '{ __typename }' }])
      expect((await gateway.post(unknown)).body.errors).toMatchObject([{ extensions: { code: 'UNTRUSTED_DOCUMENT' } }]);
  });

  test.each([
    JSON.stringify([]),
    JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 2, operations: [] }),
    JSON.stringify({ a: 1 }),
    JSON.stringify({ format: 'another' }),
    JSON.stringify({ a: '{ __typename' }),
    '{',
  ])('in a file of another format stop the start: %s', (manifest) => {
    const file = join(folder, 'other.json');
    writeFileSync(file, manifest);
    expect(() => trustedOnly(file)).toThrow('TRUSTED_DOCUMENTS must name');
  });
});

describe('a language', () => {
  test.each([
    ['ko_KR', '인증번호가 맞지 않아요'],
    ['ko-KR,ko;q=0.9,en;q=0.8', '인증번호가 맞지 않아요'],
    ['en_US', 'That is not the code'],
    ['fr', 'That is not the code'],
  ])('named %s is answered', async (language, words) => {
    const gateway = await started();
    const answer = await gateway.confirm('imp_900200000001', '000000', { 'accept-language': language });
    expect(answer.message).toContain(words);
  });
});

describe('a browser', () => {
  const PREFLIGHT = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  };
  const preflight = (gateway: TestGateway, origin: string): Promise<Response> =>
    fetch(gateway.url, { method: 'OPTIONS', headers: { origin, ...PREFLIGHT } });
  const allowed = ({ headers }: Response): unknown => headers.get('access-control-allow-origin');

  test('is told by a preflight that a listed origin may call, with what, and for how long', async () => {
    const gateway = await started({ config: { corsOrigins: ['https://app.example.com'] } });
    const response = await preflight(gateway, 'https://app.example.com');
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '600',
      'cache-control': 'no-store',
    });
    expect(response.headers.get('vary')).toContain('Origin');
    expect(response.headers.has('access-control-allow-credentials')).toBe(false);
  });

  test.each(['https://app.example.com.evil.example', 'http://app.example.com', 'https://example.com', 'null'])(
    'is not told so for another origin: %s',
    async (origin) => {
      const gateway = await started({ config: { corsOrigins: ['https://app.example.com'] } });
      expect(allowed(await preflight(gateway, origin))).toBeNull();
    },
  );

  test('can read answers and refusals, from the listed origin alone', async () => {
    const gateway = await started({ config: { corsOrigins: ['https://app.example.com', 'https://b.example.com'] } });
    for (const origin of ['https://app.example.com', 'https://b.example.com', 'https://c.example.com']) {
      for (const body of ['{"query":"{ __typename }"}', '{']) {
        const headers = { origin, 'content-type': 'application/json' };
        const response = await fetch(gateway.url, { method: 'POST', headers, body });
        await response.text();
        expect(allowed(response)).toBe(origin.includes('//c.') ? null : origin);
        expect(response.headers.get('vary')).toContain('Origin');
      }
    }
  });

  test('may send cookies along only where the settings say so', async () => {
    const gateway = await started({ config: { corsOrigins: ['https://app.example.com'], corsCredentials: true } });
    const response = await preflight(gateway, 'https://app.example.com');
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
  });

  test.each([
    ['http://localhost:5173', true],
    ['http://127.0.0.1:3000', true],
    ['http://localhost', true],
    ['http://localhost.example.com', false],
    ['https://app.example.com', false],
  ])('may call the sandbox from %s: %s', async (origin, isAllowed) => {
    const gateway = await started();
    expect(allowed(await preflight(gateway, origin))).toBe(isAllowed ? origin : null);
  });

  test('is told which setting is missing where no origin may call', async () => {
    const gateway = await started({ config: { corsOrigins: [] } });
    const response = await preflight(gateway, 'https://app.example.com');
    expect([response.status, await response.text()]).toEqual([405, expect.stringContaining('CORS_ORIGINS')]);
  });
});

describe('the device and the address of a request', () => {
  const REQUEST = `mutation($input: RequestIdentityOtpInput!) {
    requestIdentityOtp(input: $input) { __typename ... on IdentityError { code } } }`;
  const input = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
  const bypass = '{"kcp":{"device":"{device}"},"ip":"{address}"}';

  /** Answers every log-in and every request for a code, and keeps the provider's options of the latter. */
  async function upstream() {
    const sent: unknown[] = [];
    const seconds = Math.floor(Date.now() / 1000);
    const answer = { access_token: 't', now: seconds, expired_at: seconds + 600, imp_uid: 'imp_123456789012' };
    const server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        if (request.url === '/certifications/otp/request') sent.push(JSON.parse(JSON.parse(text).bypass));
        response.end(JSON.stringify({ code: 0, message: null, response: answer }));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const close = async () => {
      server.closeAllConnections();
      server.close();
    };
    return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent, close };
  }

  test.each([
    ['a proxy that is trusted, without the port that it adds', ['127.0.0.1'], '2001:db8::1'],
    ['a peer that is not', [], '127.0.0.1'],
  ])(
    'reach the provider where its options name them, the address as it is believed of %s',
    async (_who, trustProxy, ip) => {
      const { baseUrl, sent, close } = await upstream();
      const gateway = await started({ iamport: { baseUrl, bypass }, config: { trustProxy } });
      const from = { 'x-forwarded-for': '[2001:db8::1]:51234' };
      const answers = [
        await gateway.run(REQUEST, { input: { ...input, device: 'MOBILE' } }, from),
        await gateway.run(REQUEST, { input }, from),
      ];
      await close();
      expect(answers).toEqual([{ __typename: 'IdentityOtpSent' }, { __typename: 'IdentityOtpSent' }]);
      expect(sent).toEqual([
        { kcp: { device: 'MOBILE' }, ip },
        { kcp: {}, ip },
      ]);
    },
  );
});
