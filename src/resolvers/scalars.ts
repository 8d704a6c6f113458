import { GraphQLScalarType } from 'graphql';

/** Only ever answered, from a Date. */
export const DateTime = new GraphQLScalarType<never, string>({
  name: 'DateTime',
  serialize: (value) => (value as Date).toISOString(),
});

/** Only ever answered, from `YYYY-MM-DD`. */
export const LocalDate = new GraphQLScalarType<string, string>({
  name: 'LocalDate',
  serialize: String,
});
