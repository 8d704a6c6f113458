import { describe, expect, test } from '@jest/globals';
import { graphql, parse, validate } from 'graphql';
import { createIdentitySubgraph } from '../../src/index.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { CONFIRM_EVERYTHING, testConfig } from '../support/gateway.ts';

const SILENT = { info: () => {}, warn: () => {}, error: () => {} };
const link = (version: string, imported: string): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/${version}", import: [${imported}])\n`;
const FIELDS = '{ me: User! }\ntype User @key(fields: "id") { id: ID! certification: Certification }';

const HOSTS: Record<string, string> = {
  'without a link': 'type Query { me: String }',
  'without a link that extends Query': 'extend type Query { me: String }',
  'linked to v2.7, importing @key': `${link('v2.7', '"@key"')}type Query ${FIELDS}`,
  'linked to v2.7, importing more': `${link('v2.7', '"@key", "@shareable", "@authenticated"')}type Query ${FIELDS}`,
  'linked to v2.11, importing @key': `${link('v2.11', '"@key"')}type Query ${FIELDS}`,
  'linked to v2.11, importing all': `${link('v2.11', '"@key", "@authenticated", "@requiresScopes"')}type Query ${FIELDS}`,
  'linked to v2.11 that extends Query': `${link('v2.11', '"@key"')}extend type Query ${FIELDS}`,
  'linked to v2.3, which has no access directives': `${link('v2.3', '"@key"')}type Query ${FIELDS}`,
  'with a mutation and a DateTime of its own': `${link('v2.7', '"@key"')}scalar DateTime
    type Mutation { rename(name: String!): User! at: DateTime } type Query ${FIELDS}`,
};

describe("a host's schema", () => {
  test.each(Object.entries(HOSTS))('%s has identity verification beside its own fields', async (_name, sdl) => {
    const sandbox = await createSandbox();
    const identity = createIdentitySubgraph({
      ...testConfig(sandbox.url),
      logger: SILENT,
    });
    const schema = identity.schemaWith({
      typeDefs: parse(sdl),
      resolvers: { Query: { me: () => (sdl.includes('User') ? { id: '1' } : 'somebody') } },
    });
    const contextValue = await identity.createContext({ headers: {} });
    const variableValues = { impUid: 'imp_900200000001', otp: '123456' };
    const me = sdl.includes('User') ? 'me { id }' : 'me';
    expect(await graphql({ schema, source: `{ ${me} _service { sdl } }`, contextValue })).toMatchObject({
      data: { me: sdl.includes('User') ? { id: '1' } : 'somebody', _service: { sdl: expect.any(String) } },
    });
    const confirmed = await graphql({ schema, source: CONFIRM_EVERYTHING, contextValue, variableValues });
    expect(confirmed).toMatchObject({ data: { confirmIdentityOtp: { name: '홍길동' } } });
    const source = `query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Certification { name } } }`;
    const r = [{ __typename: 'Certification', impUid: variableValues.impUid }, { __typename: 'X' }];
    const entities = await graphql({ schema, source, contextValue, variableValues: { r } });
    expect(entities.data).toEqual({ _entities: [{ __typename: 'Certification', name: '홍길동' }, null] });
    expect(entities.errors).toMatchObject([{ extensions: { code: 'UNKNOWN_ENTITY' } }]);
    await identity.close();
    await sandbox.close();
  });

  test('can be text as well as a parsed document', () => {
    const identity = createIdentitySubgraph({ ...testConfig('http://127.0.0.1'), logger: SILENT });
    const schema = identity.schemaWith({ typeDefs: 'type Query { me: String }' });
    expect(Object.keys(schema.getQueryType()!.getFields()).toSorted()).toEqual([
      '_entities',
      '_service',
      'certification',
      'me',
    ]);
  });
});

describe("the rules for a host's documents", () => {
  const sdl = `${link('v2.7', '"@key"')}
    type Query ${FIELDS}
    type Mutation { rename(name: String!): User! lock(otp: String!): Boolean }`;
  const identity = createIdentitySubgraph({ ...testConfig('http://127.0.0.1'), logger: SILENT });
  const schema = identity.schemaWith({ typeDefs: parse(sdl) });
  const problems = (document: string): string[] =>
    validate(schema, parse(document), identity.validationRules).map(({ message }) => message);
  const aliases = (count: number, field: string): string =>
    Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');
  const CONFIRM = 'confirmIdentityOtp(impUid: "imp_123456", otp: $otp) { __typename }';

  test.each([
    'mutation { rename(name: "a") { id } second: rename(name: "b") { id } }',
    'mutation { lock(otp: "123456") }',
    'mutation($otp: String = "123456") { lock(otp: $otp) }',
    `{ me { ${aliases(31, 'id')} } }`,
    `{ ${aliases(31, 'me { id }')} }`,
    `{ me { ${'a'.repeat(65)}: id } }`,
    `mutation($otp: String!) { rename(name: "a") { id } ${CONFIRM} }`,
    '{ __schema { a: types { name } } }',
  ])('leave what is not ours alone: %s', (document) => {
    expect(problems(document)).toEqual([]);
  });

  test.each([
    [`mutation($otp: String!) { ${CONFIRM} b: ${CONFIRM} }`, 'A mutation may have one field of identity verification.'],
    [`mutation { ${CONFIRM.replace('$otp', '"123456"')} }`, 'Send otp as a variable, not inside the document.'],
    [`mutation($otp: String = "123456") { ${CONFIRM} }`, 'Send otp as a variable, not inside the document.'],
    [`{ me { certification { ${aliases(31, 'name')} } } }`, 'A document may have 30 aliases of 64 characters each.'],
    [
      `{ me { certification { ...A ...A } } } fragment A on Certification { ${aliases(16, 'name')} }`,
      'A document may have 30 aliases of 64 characters each.',
    ],
    [
      `{ certification(impUid: "imp_123456") { ... on Certification { ${'a'.repeat(65)}: name } } }`,
      'A document may have 30 aliases of 64 characters each.',
    ],
  ])('hold for identity fields, wherever they are: %s', (document, problem) => {
    expect(problems(document)).toEqual([problem]);
  });
});
