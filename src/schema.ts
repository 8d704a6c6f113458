import { readdirSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { concatAST, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { Resolvers } from './generated/resolvers.ts';
import { Certification } from './resolvers/Certification.ts';
import { ConfirmIdentityOtpResult } from './resolvers/ConfirmIdentityOtpResult.ts';
import * as errors from './resolvers/IdentityError.ts';
import { Mutation } from './resolvers/Mutation.ts';
import { DateTime, LocalDate } from './resolvers/scalars.ts';

const SCHEMA_FOLDER = new URL('../schema/', import.meta.url);

/** The public contract, as written in `schema/`. */
export const typeDefs: DocumentNode = concatAST(
  readdirSync(SCHEMA_FOLDER)
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => parse(readFileSync(new URL(file, SCHEMA_FOLDER), 'utf8'))),
);

/** Complete by type: the subgraph library would pass over a missing or misspelt one without a word. */
export const resolvers: Resolvers = {
  ...errors,
  Certification,
  ConfirmIdentityOtpResult,
  DateTime,
  LocalDate,
  Mutation,
};

export function createSchema(): GraphQLSchema {
  // The library's own type for resolvers lacks scalars and __resolveType.
  return buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]);
}
