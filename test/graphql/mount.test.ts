import { describe, expect, test } from '@jest/globals';
import { graphql, parse } from 'graphql';
import { createIdentitySubgraph } from '../../src/index.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { CONFIRM_EVERYTHING, testConfig } from '../support/gateway.ts';

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
      logger: { info: () => {}, warn: () => {}, error: () => {} },
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
});
