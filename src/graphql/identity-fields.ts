import { Kind } from 'graphql';
import { typeDefs } from './schema.ts';

/** The fields of our schema by type: all of the types that it defines, and some of Query and Mutation, which a host has too. */
const FIELDS = new Map<string, Set<string>>();
for (const definition of typeDefs.definitions) {
  const hasFields =
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.OBJECT_TYPE_EXTENSION ||
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION;
  if (!hasFields) continue;
  const known = FIELDS.get(definition.name.value) ?? new Set();
  for (const { name } of definition.fields ?? []) known.add(name.value);
  FIELDS.set(definition.name.value, known);
}

/** Whether a field is one of identity verification. */
export function isIdentityField(typeName: string | undefined, fieldName: string): boolean {
  if (typeName === undefined) return false;
  const isRoot = typeName === 'Query' || typeName === 'Mutation';
  return (
    FIELDS.get(typeName)?.has(fieldName) === true || (!isRoot && FIELDS.has(typeName) && fieldName === '__typename')
  );
}
