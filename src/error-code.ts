/**
 * The codes of `errors[]` that this gateway gives to a request by itself: mistakes of a program, and not of a person. Apollo
 * Server has some of its own, and an entity that cannot be read has a `FailureCode`.
 */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_REQUEST'
  | 'BAD_USER_INPUT'
  | 'UNTRUSTED_DOCUMENT'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'INVALID_INPUT'
  | 'UNKNOWN_ENTITY'
  | 'TOO_MANY_REFERENCES'
  | 'NOT_CONFIGURED'
  | 'ANSWER_TOO_LARGE'
  | 'MORE_ERRORS'
  | 'INTERNAL_SERVER_ERROR'
  | 'CLOSING';
