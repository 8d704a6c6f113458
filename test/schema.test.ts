import { describe, expect, test } from '@jest/globals';
import {
  getIntrospectionQuery,
  graphqlSync,
  isEnumType,
  isObjectType,
  isInterfaceType,
  parse,
  validate,
} from 'graphql';
import { createSchema } from '../src/schema.ts';
import { CONFIRM_EVERYTHING } from './support/gateway.ts';

const schema = createSchema();
const ours = Object.values(schema.getTypeMap()).filter(
  ({ name }) => !/^_|__|^(Query|String|ID|Int|Boolean|Float)$/.test(name),
);

describe('the schema', () => {
  test('lets one document select every field of every union member without aliases', () => {
    expect(validate(schema, parse(CONFIRM_EVERYTHING))).toEqual([]);
  });

  test('makes Certification an entity keyed by impUid', () => {
    const keys = schema.getType('Certification')!.astNode!.directives!.filter(({ name }) => name.value === 'key');
    expect(keys.map(({ arguments: args }) => args![0]!.value)).toMatchObject([{ value: 'impUid' }]);
  });

  test('describes every type, every field and every enum value', () => {
    const silent = ours.flatMap((type) => {
      const isComposite = isObjectType(type) || isInterfaceType(type);
      const members = isComposite ? Object.values(type.getFields()) : isEnumType(type) ? type.getValues() : [];
      return [type, ...members].filter(({ description }) => !description).map(({ name }) => `${type.name} ${name}`);
    });
    expect(silent).toEqual([]);
  });

  test('answers introspection', () => {
    expect(graphqlSync({ schema, source: getIntrospectionQuery() }).errors).toBeUndefined();
  });
});
