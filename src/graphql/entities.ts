import { isUnionType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type { Context } from './context.ts';

type EntitiesResolver = GraphQLFieldResolver<unknown, Context, { representations: readonly unknown[] }>;

/**
 * Checks every representation of `_entities` before the subgraph library sees it, and hands the good ones over one by one.
 * The library throws at the first type name it does not know, while the promises of the entries before it already run: a
 * rejection of theirs would be left without a handler and end the process.
 */
export function checkRepresentations(schema: GraphQLSchema): void {
  const field = schema.getQueryType()?.getFields()['_entities'];
  const entity = schema.getType('_Entity');
  if (!field?.resolve || !isUnionType(entity)) return;
  const names = new Set<unknown>(entity.getTypes().map(({ name }) => name));
  const resolveByLibrary = field.resolve;

  const resolve: EntitiesResolver = (source, { representations }, context, info) =>
    representations.map((representation) => {
      if (!names.has(typeNameOf(representation)))
        return context.identity.bounds.once('A representation names no entity of this subgraph.', 'UNKNOWN_ENTITY');
      const [resolved] = resolveByLibrary(source, { representations: [representation] }, context, info) as unknown[];
      return resolved;
    });
  field.resolve = resolve;
}

/** A representation is not coerced: anything can stand in place of the object, and of its type name. */
function typeNameOf(representation: unknown): unknown {
  const isObject = typeof representation === 'object' && representation !== null;
  return isObject && '__typename' in representation ? representation.__typename : undefined;
}
