import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { describe, type Logger } from './log.ts';

/**
 * The one border every entry of `errors[]` passes. What GraphQL says about a document keeps its words, without the
 * values in it; everything else becomes "Internal server error" and one line in the log.
 */
export function createFormatError(logger: Logger) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const cause = rootCause(error);
    if (cause instanceof GraphQLError) {
      const { message, extensions } = formatted;
      return {
        ...formatted,
        message: withoutValues(message),
        ...(CLIENT_MISTAKE.test(message) && { extensions: { ...extensions, code: 'BAD_USER_INPUT' } }),
      };
    }
    logger.error({ ...describe(cause), path: formatted.path }, 'a resolver failed unexpectedly');
    return {
      message: 'Internal server error',
      ...(formatted.path && { path: formatted.path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  };
}

/** What graphql-js finds wrong with a request only while it executes it, and gives no code: Apollo calls that its own failure. */
const CLIENT_MISTAKE = /^(Argument "|Variable "|Schema is not configured to execute)/;

/** To the bottom: an error thrown while the context is made is wrapped more than once. */
function rootCause(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/**
 * graphql-js quotes the value it could not use, and the value can be somebody's code. Names of types and fields stay.
 * Apollo tells whoever introspects how the server is configured.
 */
const REWORDED: readonly (readonly [RegExp, string])[] = [
  [/( got invalid value) (?:(?! at "[\w.[\]]+"; )[\s\S])*( at "[\w.[\]]+")?[\s\S]*/, '$1$2'],
  [/( cannot represent) [\s\S]*/, '$1 the value'],
  [/^(Expected value of type "[^"]*"), found [\s\S]*/, '$1'],
  [/^Value [\s\S]* does not exist in/, 'The value does not exist in'],
  [/ (Int|Float|String|BlockString) "[\s\S]*/, ' $1'],
  [/^GraphQL introspection is not allowed[\s\S]*/, 'The schema is not public here.'],
  [/^(Syntax Error: (?:Invalid|Unexpected|Cannot)[^:]*): [\s\S]*/, '$1'],
];

function withoutValues(message: string): string {
  return REWORDED.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), message);
}
