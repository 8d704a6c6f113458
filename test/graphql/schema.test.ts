import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  getIntrospectionQuery,
  graphqlSync,
  isEnumType,
  isObjectType,
  isInterfaceType,
  parse,
  validate,
  buildSchema,
  findBreakingChanges,
  isUnionType,
  type GraphQLInterfaceType,
} from 'graphql';
import possible from '../../src/generated/possible-types.ts';
import { createSchema, printSchema } from '../../src/graphql/schema.ts';
import { CONFIRM_EVERYTHING } from '../support/gateway.ts';

const schema = createSchema();
const ours = Object.values(schema.getTypeMap()).filter(
  ({ name }) => !/^_|__|^(Query|Mutation|String|ID|Int|Boolean|Float)$/.test(name),
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

  test('is the one in schema.graphql: run npm run codegen after a change', () => {
    expect(readFileSync('schema.graphql', 'utf8')).toBe(printSchema(schema));
  });

  test('breaks nothing that the last release promised', () => {
    const released = buildSchema(readFileSync('test/released-schema.graphql', 'utf8'), { assumeValid: true });
    expect(findBreakingChanges(released, schema)).toEqual([]);
  });

  test('gives a field one type in every member of a union, nullability included', () => {
    const clashes = ours.filter(isUnionType).flatMap((union) => {
      const types = new Map<string, Set<string>>();
      for (const field of union.getTypes().flatMap((member) => Object.values(member.getFields()))) {
        types.set(field.name, (types.get(field.name) ?? new Set()).add(String(field.type)));
      }
      return [...types].filter(([, seen]) => seen.size > 1).map(([name]) => `${union.name}.${name}`);
    });
    expect(clashes).toEqual([]);
  });

  test('tells clients which types each union and interface can be', () => {
    expect(new Set(possible.possibleTypes['IdentityError'])).toEqual(
      new Set(schema.getPossibleTypes(schema.getType('IdentityError') as GraphQLInterfaceType).map(({ name }) => name)),
    );
  });
});
