import { GraphQLError, GraphQLScalarType } from 'graphql';

/** Only ever answered, from a Date. */
export const DateTime = new GraphQLScalarType<never, string>({
  name: 'DateTime',
  serialize: (value) => (value as Date).toISOString(),
});

/** Any string comes in: a day that is none is the form's mistake, and is told as such, field by field. */
export const LocalDate = new GraphQLScalarType<string, string>({
  name: 'LocalDate',
  serialize: String,
  parseValue: (value) => {
    if (typeof value !== 'string') throw new GraphQLError('LocalDate must be a string, YYYY-MM-DD.');
    return value;
  },
});
