import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { graphql } from 'graphql';
import { calculateJwkThumbprint, createLocalJWKSet, createRemoteJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import type { ProofConfig } from '../../src/config.ts';
import { createPersonId } from '../../src/proofs/person-id.ts';
import { createIdentitySubgraph } from '../../src/index.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { createFolders, GUARD_SECRET, linesIn } from '../support/audit.ts';
import { createFinder } from '../support/canaries.ts';
import { startGateway, testConfig, type TestGateway } from '../support/gateway.ts';
import { newPrivateKey } from '../support/keys.ts';
import { callerHeaders, TOKENS } from '../support/tokens.ts';

const PERSON_ID_KEY = 'a-person-id-key-of-at-least-32-characters';
const ISSUER = 'https://identity.example.com';
const KEY = newPrivateKey();
const PROOFS: ProofConfig = { personIdKey: PERSON_ID_KEY, privateKeys: KEY, issuer: ISSUER };
const NOTHING: ProofConfig = { personIdKey: null, privateKeys: null, issuer: null };
const PERSON = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
const ALL = 'OVER_14, OVER_19, PERSON_ID, CERTIFIED_AT, NAME, BIRTHDAY, GENDER, FOREIGNER';

/** Nobody here has a scope. */
const start = (proofs: ProofConfig, config: object = {}): Promise<TestGateway> =>
  startGateway({ config: { auth: TOKENS, proofs, ...config } });

const confirming = (selection: string): string =>
  `mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) { ... on Certification { ${selection} } } }`;
const reading = (selection: string): string =>
  `query($impUid: ID!) { certification(impUid: $impUid) { ... on Certification { ${selection} } } }`;

let alice: Record<string, string>;
let gateway: TestGateway;
beforeAll(async () => {
  alice = await callerHeaders('alice');
  gateway = await start(PROOFS);
});
afterAll(() => gateway.close());

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (thing) => thing.close()));
});

async function open(proofs: ProofConfig, config: object = {}): Promise<TestGateway> {
  const other = await start(proofs, config);
  opened.push(other);
  return other;
}

let serial = 0;
/** One that the sandbox certifies with the magic code. */
const impUid = (scenario = 200): string => `imp_900${scenario}${String((serial += 1)).padStart(6, '0')}`;

async function certify(selection: string, id = impUid(), from = gateway): Promise<Record<string, string | null>> {
  return (await from.run(confirming(selection), { impUid: id, otp: '123456' }, alice)) as never;
}

/** The person of these details, certified by the code of the SMS. */
async function certifyPerson(selection: string, person: object): Promise<Record<string, string | null>> {
  const request = `mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { ... on IdentityOtpSent { impUid } } }`;
  const sent = await gateway.run(request, { input: { ...PERSON, ...person } }, alice);
  const { code } = gateway.sandbox.inbox.find((sms) => sms.impUid === sent['impUid'])!;
  return (await gateway.run(confirming(selection), { impUid: sent['impUid'], otp: code }, alice)) as never;
}

const jwksUrl = ({ url }: TestGateway): URL => new URL('/.well-known/jwks.json', url);
const verify = (proof: string, by: TestGateway, audience = 'shop', currentDate = new Date()) =>
  jwtVerify(proof, createRemoteJWKSet(jwksUrl(by)), { issuer: ISSUER, audience, currentDate });

describe('personId', () => {
  test('is one for each audience, the same in each verification of a person, and needs no scope', async () => {
    const selection = 'shop: personId(audience: "shop") forum: personId(audience: "forum")';
    const first = await certify(selection);
    const second = await certify(selection);
    expect(first).toEqual(second);
    expect([first['shop'], first['forum']]).toEqual(Array(2).fill(expect.stringMatching(/^[\w-]{43}$/)));
    expect(first['shop']).not.toBe(first['forum']);
  });

  test('is another for another person', async () => {
    const selection = 'personId(audience: "shop")';
    const hong = await certify(selection);
    const other = await certifyPerson(selection, { birthday: '1990-01-02' });
    expect(await certifyPerson(selection, { phone: '010-1234-5679' })).toEqual(hong);
    expect(other['personId']).toMatch(/^[\w-]{43}$/);
    expect(other['personId']).not.toBe(hong['personId']);
  });

  test('is another under another key, and no other for another GUARD_SECRET', async () => {
    const selection = 'personId(audience: "shop")';
    const here = await certify(selection);
    const sameKey = await open(PROOFS, { guard: { ...testConfig('').guard, secret: 'another-secret'.repeat(4) } });
    const otherKey = await open({ ...PROOFS, personIdKey: 'another-key'.repeat(4) });
    expect(await certify(selection, impUid(), sameKey)).toEqual(here);
    expect(await certify(selection, impUid(), otherKey)).not.toEqual(here);
  });

  test('is computed as it was in the first release: accounts are kept under it for years', () => {
    expect(createPersonId('k'.repeat(32))('shop', 'CI==')).toBe('GRgjdgOcGgn9ryBfK_99Yph6H3vDSlDmbheTkaBS05g');
  });

  test('keeps an audience and a CI apart, wherever one ends', () => {
    const personId = createPersonId(PERSON_ID_KEY);
    expect(
      new Set([personId('a', 'bc'), personId('ab', 'c'), personId('a","b', 'c'), personId('a', 'b","c')]).size,
    ).toBe(4);
  });

  test.each([230, 231])('is null for everybody without a CI (scenario %d)', async (scenario) => {
    const people = [
      await certify('personId(audience: "shop")', impUid(scenario)),
      await certify('personId(audience: "shop")', impUid(scenario)),
    ];
    expect(people).toEqual([{ personId: null }, { personId: null }]);
  });

  test('of another caller is as unknown as the certification', async () => {
    const id = impUid();
    await certify('impUid', id);
    const bob = await callerHeaders('bob');
    expect(await gateway.run(reading('personId(audience: "shop")'), { impUid: id }, bob)).toEqual({});
  });
});

describe('an audience', () => {
  test.each(['', 'a'.repeat(101), 'a b', 'shop\n', '쇼핑몰', '\u200Bshop'])(
    '%j is refused, and not repeated',
    async (audience) => {
      const selection = `personId(audience: $audience) proof(audience: $audience, claims: []) name`;
      const query = confirming(selection).replace('$otp: String!', '$otp: String!, $audience: String!');
      const variables = { impUid: impUid(), otp: '123456', audience };
      const { status, body } = await gateway.post({ query, variables }, alice);
      expect([status, body.data]).toEqual([
        200,
        { confirmIdentityOtp: { personId: null, proof: null, name: '홍길동' } },
      ]);
      expect(body.errors!.map(({ message, extensions }) => [message, extensions!.code])).toEqual(
        ['personId', 'proof'].map((field) => [
          `The audience of ${field} must be 1 to 100 visible ASCII characters.`,
          'BAD_USER_INPUT',
        ]),
      );
    },
  );

  test.each(['s', 'https://shop.example.com/', 'a'.repeat(100)])('%j is taken', async (audience) => {
    const { proof } = await certify(`proof(audience: "${audience}", claims: [])`);
    expect(decodeJwt(proof!).aud).toBe(audience);
  });
});

describe('proof', () => {
  const registered = {
    iss: ISSUER,
    aud: 'shop',
    iat: expect.any(Number),
    exp: expect.any(Number),
    jti: expect.stringMatching(/^[\w-]{36}$/),
  };

  test.each([
    ['', {}],
    ['OVER_14', { age_over_14: true }],
    ['OVER_19', { age_over_19: true }],
    ['PERSON_ID', { sub: expect.stringMatching(/^[\w-]{43}$/) }],
    ['CERTIFIED_AT', { certified_at: expect.any(Number) }],
    ['NAME', { name: '홍길동' }],
    ['BIRTHDAY', { birthdate: '1990-01-01' }],
    ['GENDER, GENDER', { gender: 'male' }],
    ['FOREIGNER', { foreigner: false }],
    ['NAME, OVER_19', { name: '홍길동', age_over_19: true }],
  ])('of [%s] has these claims and no other', async (claims, told) => {
    const { proof } = await certify(`proof(audience: "shop", claims: [${claims}])`);
    const { payload, protectedHeader } = await verify(proof!, gateway);
    expect(payload).toEqual({ ...registered, ...told });
    expect(payload.exp! - payload.iat!).toBe(600);
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'JWT', kid: expect.any(String) });
  });

  test('says what the fields say', async () => {
    const selection = `personId(audience: "shop") certifiedAt proof(audience: "shop", claims: [PERSON_ID, CERTIFIED_AT])`;
    const { personId, certifiedAt, proof } = await certify(selection);
    expect(decodeJwt(proof!)).toMatchObject({ sub: personId, certified_at: Date.parse(certifiedAt!) / 1000 });
  });

  test('says of a minor of 15 who has turned 14 and not 19', async () => {
    const birthday = `${new Date().getUTCFullYear() - 15}-01-01`;
    const { proof } = await certifyPerson('proof(audience: "shop", claims: [OVER_14, OVER_19])', {
      birthday,
      genderDigit: '3',
    });
    expect(decodeJwt(proof!)).toEqual({ ...registered, age_over_14: true, age_over_19: false });
  });

  test('leaves out what the provider gave no value for', async () => {
    const { proof } = await certify(`proof(audience: "shop", claims: [${ALL}])`, impUid(230));
    expect(decodeJwt(proof!)).toEqual(registered);
  });

  test('is another each time it is asked for, so that each can be taken once', async () => {
    const { a, b } = await certify('a: proof(audience: "shop", claims: []) b: proof(audience: "shop", claims: [])');
    expect(decodeJwt(a!).jti).not.toBe(decodeJwt(b!).jti);
  });

  test('of a certification that is not certified is null', async () => {
    const request = `mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { ... on IdentityOtpSent { impUid } } }`;
    const sent = await gateway.run(request, { input: PERSON }, alice);
    const read = await gateway.run(
      reading('certified proof(audience: "shop", claims: [FOREIGNER]) personId(audience: "shop")'),
      sent,
      alice,
    );
    expect(read).toEqual({ certified: false, proof: null, personId: null });
  });

  test('is refused for another audience or issuer, and after ten minutes', async () => {
    const { proof } = await certify('proof(audience: "shop", claims: [OVER_19])');
    const keys = createRemoteJWKSet(jwksUrl(gateway));
    await expect(verify(proof!, gateway, 'forum')).rejects.toBeInstanceOf(errors.JWTClaimValidationFailed);
    await expect(jwtVerify(proof!, keys, { issuer: 'https://other.example.com' })).rejects.toBeInstanceOf(
      errors.JWTClaimValidationFailed,
    );
    const inMinutes = (minutes: number): Date => new Date(Date.now() + minutes * 60_000);
    await expect(verify(proof!, gateway, 'shop', inMinutes(9))).resolves.toBeDefined();
    await expect(verify(proof!, gateway, 'shop', inMinutes(11))).rejects.toBeInstanceOf(errors.JWTExpired);
  });

  test('counts against the size of an answer', async () => {
    const id = impUid();
    await certify('impUid', id);
    const backend = await callerHeaders('backend', 'certification:read-any');
    const aliases = Array.from(
      { length: 29 },
      (_, index) => `a${index}: proof(audience: "a${index}", claims: [${ALL}])`,
    );
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Certification { ${aliases.join(' ')} } } }`;
    const r = Array.from({ length: 100 }, () => ({ __typename: 'Certification', impUid: id }));
    const { body, text } = await gateway.post({ query, variables: { r } }, backend);
    expect(body.errors).toMatchObject([{ extensions: { code: 'ANSWER_TOO_LARGE' } }]);
    expect(text.length).toBeLessThan(1_000_000);
  });

  test('knows no claim for the CI', async () => {
    const query = confirming('proof(audience: "shop", claims: [CI])');
    const { status, body } = await gateway.post({ query, variables: { impUid: impUid(), otp: '123456' } }, alice);
    expect([status, body.errors![0]!.extensions!.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });
});

describe('the keys of proofs', () => {
  test('are public alone, named by their thumbprints, and may be cached for minutes', async () => {
    const other = await open({ ...PROOFS, privateKeys: `${KEY}\n${newPrivateKey('Ed25519')}` });
    const response = await fetch(jwksUrl(other));
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
    const { keys } = (await response.json()) as { keys: { kid: string }[] };
    const text = expect.stringMatching(/^[\w-]{43}$/);
    expect(keys).toEqual([
      { kty: 'EC', crv: 'P-256', x: text, y: text, kid: text, alg: 'ES256', use: 'sig' },
      { kty: 'OKP', crv: 'Ed25519', x: text, kid: text, alg: 'EdDSA', use: 'sig' },
    ]);
    expect(keys.map(({ kid }) => kid)).toEqual(await Promise.all(keys.map((key) => calculateJwkThumbprint(key))));
  });

  test('verify what the key before the rotation signed, and nothing of a foreign key', async () => {
    const { proof } = await certify('proof(audience: "shop", claims: [OVER_19])');
    const next = newPrivateKey('Ed25519');
    const rotated = await open({ ...PROOFS, privateKeys: `${next}${KEY}` });
    await expect(verify(proof!, rotated)).resolves.toBeDefined();
    const { proof: newer } = await certify('proof(audience: "shop", claims: [OVER_19])', impUid(), rotated);
    expect((await verify(newer!, rotated)).protectedHeader.alg).toBe('EdDSA');
    const foreign = await open({ ...PROOFS, privateKeys: newPrivateKey() });
    await expect(verify(proof!, foreign)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    await expect(verify(newer!, gateway)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
  });

  test('are given to a host program, which serves them itself', async () => {
    const sandbox = await createSandbox();
    const logger = { info: () => {}, warn: () => {}, error: () => {} };
    const identity = createIdentitySubgraph({ ...testConfig(sandbox.url), logger, proofs: PROOFS });
    const { proofs: _, ...config } = testConfig(sandbox.url);
    const without = createIdentitySubgraph({ ...config, logger });
    opened.push(sandbox, identity, without);
    const { data } = await graphql({
      schema: identity.schema,
      source: confirming('proof(audience: "shop", claims: [])'),
      contextValue: await identity.createContext({ headers: {} }),
      variableValues: { impUid: impUid(), otp: '123456' },
    });
    const { proof } = data!['confirmIdentityOtp'] as { proof: string };
    await expect(jwtVerify(proof, createLocalJWKSet(identity.jwks()), { audience: 'shop' })).resolves.toBeDefined();
    expect(without.jwks()).toEqual({ keys: [] });
  });
});

describe('a gateway without the keys', () => {
  const selection =
    'name personId(audience: "shop") again: personId(audience: "forum") proof(audience: "shop", claims: [])';
  const ask = async (from: TestGateway, fields = selection) =>
    (await from.post({ query: confirming(fields), variables: { impUid: impUid(), otp: '123456' } }, alice)).body;

  test('answers all other fields, tells the client once for each field, and the operator once which setting', async () => {
    const bare = await open(NOTHING);
    const answers = [await ask(bare), await ask(bare)];
    for (const { data, errors: told } of answers) {
      expect(data).toEqual({ confirmIdentityOtp: { name: '홍길동', personId: null, again: null, proof: null } });
      expect(told!.map(({ message, extensions }) => [message, extensions!.code])).toEqual([
        ['This gateway has no key for personId.', 'NOT_CONFIGURED'],
        ['This gateway has no key for proof.', 'NOT_CONFIGURED'],
      ]);
    }
    const lines = bare
      .log()
      .split('\n')
      .filter((line) => line.includes('needs a setting'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 40, setting: 'PERSON_ID_KEY' },
      { level: 40, setting: 'PROOF_PRIVATE_KEY' },
    ]);
    expect((await fetch(jwksUrl(bare))).status).toBe(404);
  });

  test('signs proofs without its key of pseudonyms, but none with a pseudonym', async () => {
    const half = await open({ ...PROOFS, personIdKey: null });
    const { data, errors: told } = await ask(
      half,
      'a: proof(audience: "shop", claims: [OVER_19]) b: proof(audience: "shop", claims: [PERSON_ID])',
    );
    expect(data).toEqual({ confirmIdentityOtp: { a: expect.any(String), b: null } });
    expect(told).toMatchObject([{ extensions: { code: 'NOT_CONFIGURED' } }]);
    expect(half.log()).toContain('"setting":"PERSON_ID_KEY"');
  });
});

const newFile = createFolders();

test('the access record names the claims of a proof, and the log nothing of the person', async () => {
  const file = newFile();
  const watched = await open(PROOFS, {
    guard: { ...testConfig('').guard, secret: GUARD_SECRET },
    audit: { file, failure: 'refuse' },
  });
  const query = reading(
    'personId(audience: "shop") a: proof(audience: "shop", claims: [NAME, $one]) b: proof(audience: "forum", claims: $more)',
  ).replace('$impUid: ID!', '$impUid: ID!, $one: ProofClaim!, $more: [ProofClaim!]!');
  const id = impUid();
  const first = await certify('proof(audience: "shop", claims: [])', id, watched);
  const variables = { impUid: id, one: 'PERSON_ID', more: ['FOREIGNER'] };
  const second = (await watched.run(query, variables, alice)) as unknown as Record<string, string>;
  await certify('personId(audience: "shop") proof(audience: "shop", claims: [NAME])', impUid(230), watched);
  expect(linesIn(file).map(({ what, fields }) => [what, fields])).toEqual([
    ['confirm', ['proof']],
    ['read', ['personId', 'proof.FOREIGNER', 'proof.NAME', 'proof.PERSON_ID']],
    ['confirm', []],
  ]);

  const backend = await callerHeaders('backend', 'certification:read-any', 'certification:ci');
  const { uniqueKey } = await watched.run(reading('uniqueKey'), { impUid: id }, backend);
  const found = createFinder({
    CI: [uniqueKey as string],
    'the person id': [second['personId']!],
    'the proofs': [first['proof']!, second['a']!, second['b']!],
    'the keys': [PERSON_ID_KEY, KEY, KEY.split('\n')[1]!],
    name: ['홍길동'],
    birthday: ['1990-01-01'],
  });
  expect(watched.log()).toContain(`"impUid":"${id}"`);
  expect(found(watched.log())).toEqual([]);
});
