import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import {
  buildSchema,
  GraphQLInterfaceType,
  isUnionType,
  Kind,
  parse,
  print,
  validate,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import * as client from '../../packages/client/src/index.ts';

const api = buildSchema(readFileSync('packages/client/schema.graphql', 'utf8'));
const definitions = globSync('schema/operations/*.graphql').flatMap(
  (file) => parse(readFileSync(file, 'utf8')).definitions,
);
const operations = definitions.flatMap((it) => (it.kind === Kind.OPERATION_DEFINITION ? it.name!.value : []));

function documentOf(operation: string): client.TypedDocument<unknown, unknown> {
  return Reflect.get(client, `${operation}Document`) as client.TypedDocument<unknown, unknown>;
}

test('there is a document for each operation of schema/operations, and no other', () => {
  const names = Object.keys(client).filter((name) => name.endsWith('Document'));
  expect(new Set(names)).toEqual(new Set(operations.map((operation) => `${operation}Document`)));
});

test('each field of Query and Mutation has a document that asks for it', () => {
  const asked = operations.map((operation) => rootOf(operation).name.value);
  const fields = [api.getQueryType()!, api.getMutationType()!].flatMap((type) => Object.keys(type.getFields()));
  expect(new Set(asked)).toEqual(new Set(fields));
});

test.each(operations)('%s is valid, and the same as text and as a parsed document', (operation) => {
  const document = documentOf(operation);
  const text = String(document);
  expect(validate(api, parse(text))).toEqual([]);
  expect(text).toBe(print(document));
  expect(document.kind).toBe(Kind.DOCUMENT);
});

test.each(operations)('%s asks for the type of its result, and for each failure', (operation) => {
  expect(fieldsFor('', rootOf(operation).selectionSet!)).toContain('__typename');
  expect(String(documentOf(operation))).toContain('...IdentityErrorFields\n');
});

function rootOf(operation: string): FieldNode {
  const [root] = parse(String(documentOf(operation))).definitions;
  return (root as OperationDefinitionNode).selectionSet.selections[0] as FieldNode;
}

const fragment = definitions.find((it) => it.kind === Kind.FRAGMENT_DEFINITION)!;
const failures = api.getPossibleTypes(api.getType('IdentityError') as GraphQLInterfaceType);

test.each([...failures])('the fragment selects every field of %p', (type) => {
  expect(fieldsFor(type.name, fragment.selectionSet)).toEqual(new Set(Object.keys(type.getFields())));
});

/** The fields that are selected for a type: by themselves, and in `... on Type`. */
function fieldsFor(type: string, { selections }: SelectionSetNode): Set<string> {
  return new Set(
    selections.flatMap((it) => {
      if (it.kind === Kind.FIELD) return it.name.value;
      const isMeant = it.kind === Kind.INLINE_FRAGMENT && it.typeCondition!.name.value === type;
      return isMeant ? [...fieldsFor(type, it.selectionSet)] : [];
    }),
  );
}

test('the possible types are those of the API schema', () => {
  const abstract = Object.values(api.getTypeMap()).filter(
    (it) => isUnionType(it) || it instanceof GraphQLInterfaceType,
  );
  const expected = abstract.map((it) => [it.name, new Set(api.getPossibleTypes(it).map(({ name }) => name))]);
  const told = Object.entries(client.possibleTypes).map(([name, types]) => [name, new Set(types)]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
});

test('the API schema has nothing of federation', () => {
  expect(Object.keys(api.getTypeMap()).filter((name) => /^_[^_]|federation|link/.test(name))).toEqual([]);
  expect(Object.keys(api.getQueryType()!.getFields())).not.toContain('_entities');
});

test('a bundle for browsers has the imported document, its fragment, and nothing of another package', async () => {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `import { ConfirmIdentityOtpDocument } from './packages/client/src/index.ts';
        console.log(String(ConfirmIdentityOtpDocument));`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    metafile: true,
    write: false,
  });
  const { text } = outputFiles[0]!;
  expect(Object.keys(metafile.inputs).filter((path) => !/^(packages\/client\/src\/|<stdin>$)/.test(path))).toEqual([]);
  expect(text).toContain('mutation ConfirmIdentityOtp');
  expect(text).toContain('fragment IdentityErrorFields');
  expect(text).not.toMatch(/RequestIdentityOtp|CertificationResult|start-over/);
});
