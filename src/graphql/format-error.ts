import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { ErrorCode } from '../error-code.ts';
import { describe, type Logger } from '../log.ts';

const MAX_LENGTH = 500;
const MAX_LOCATIONS = 10;

/**
 * Every entry of `errors[]` passes through here. GraphQL's own messages about a document keep their words, without the
 * values in them; everything else becomes "Internal server error" and one line in the log.
 */
export function createFormatError(logger: Logger) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const cause = rootCause(error);
    const path = formatted.path?.map((key) => (typeof key === 'string' ? short(key) : key));
    if (isGraphQLError(cause)) {
      return {
        ...formatted,
        message: short(withoutValues(formatted.message)),
        ...(formatted.locations && { locations: formatted.locations.slice(0, MAX_LOCATIONS) }),
        ...(path && { path }),
        ...(CLIENT_MISTAKE.test(formatted.message) && {
          extensions: { ...formatted.extensions, code: 'BAD_USER_INPUT' satisfies ErrorCode },
        }),
      };
    }
    logger.error({ ...describe(cause), path }, 'a resolver failed unexpectedly');
    return {
      message: 'Internal server error',
      ...(path && { path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR' satisfies ErrorCode },
    };
  };
}

/** What graphql-js finds wrong with a request only while it executes it, and gives no code: Apollo calls that its own failure. */
const CLIENT_MISTAKE = /^(Argument "|Variable "|Schema is not configured to execute)/;

/** By the tag that graphql-js gives its class: a host's copy can be another than ours, and Apollo derives classes from it. */
function isGraphQLError(error: unknown): error is GraphQLError {
  return Object.prototype.toString.call(error) === '[object GraphQLError]';
}

/** To the bottom: an error thrown while the context is made is wrapped more than once. */
function rootCause(error: unknown): unknown {
  let cause = error;
  while (isGraphQLError(cause) && cause.originalError) cause = cause.originalError;
  return cause;
}

/**
 * graphql-js quotes the value it could not use, and the value can be somebody's code. Names of types and fields stay.
 * Apollo's message about introspection tells how the server is configured.
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

/** A name can be as long as the document, and messages and paths would repeat it for each of its uses. */
function short(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
