import { readdirSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema, printSubgraphSchema } from '@apollo/subgraph';
import { concatAST, Kind, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import { checkRepresentations } from './entities.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { Certification } from './resolvers/Certification.ts';
import * as errors from './resolvers/IdentityError.ts';
import { Mutation } from './resolvers/Mutation.ts';
import { Query } from './resolvers/Query.ts';
import * as results from './resolvers/results.ts';
import { DateTime, LocalDate } from './resolvers/scalars.ts';

const SCHEMA_FOLDER = new URL('../../schema/', import.meta.url);

const contract = concatAST(
  readdirSync(SCHEMA_FOLDER)
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => parse(readFileSync(new URL(file, SCHEMA_FOLDER), 'utf8'))),
);

/**
 * The public contract, as written in `schema/`, to stand next to a host's own: without the `@link` that a subgraph may
 * have only one of. Its directives are those of federation 2.5 and later: @key, @authenticated and @requiresScopes.
 */
export const typeDefs: DocumentNode = {
  ...contract,
  definitions: contract.definitions.filter(({ kind }) => kind !== Kind.SCHEMA_EXTENSION),
};

/** Complete by type: the subgraph library would pass over a missing or misspelt one without a word. */
export const resolvers: Resolvers = {
  ...errors,
  ...results,
  Certification,
  DateTime,
  LocalDate,
  Mutation,
  Query,
};

export function createSchema(): GraphQLSchema {
  const schema = buildSubgraphSchema([{ typeDefs: contract, resolvers }]);
  checkRepresentations(schema);
  return schema;
}

/** The schema in one piece with its federation directives, as `_service { sdl }` answers it. */
export function printSchema(schema: GraphQLSchema): string {
  return `${printSubgraphSchema(schema)}\n`;
}
