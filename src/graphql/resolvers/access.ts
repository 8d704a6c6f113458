import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import type { IdentityContext } from '../context.ts';
import type { Loaders } from '../loaders.ts';
import type { Caller, Scope } from '../../caller.ts';
import type { ErrorCode } from '../../error-code.ts';

export const NO_TOKEN = ['Send a token.', 'UNAUTHENTICATED'] as const;
export const TOO_LARGE = ['The answer is too large: ask for fewer records or fields.', 'ANSWER_TOO_LARGE'] as const;

export function missing(scope: Scope): readonly [message: string, code: ErrorCode] {
  return [`Needs the scope ${scope}.`, 'FORBIDDEN'];
}

/** What `@authenticated` says, enforced here and not only by a router. */
export function callerOf({ caller }: IdentityContext): Caller {
  if (!caller) throw accessError(NO_TOKEN);
  return caller;
}

/** What `@requiresScopes` says, enforced here and not only by a router. */
export function callerWith(scope: Scope, identity: IdentityContext): Caller {
  const caller = callerOf(identity);
  if (!caller.scopes.has(scope)) throw accessError(missing(scope));
  return caller;
}

/** Reads a certification, of which a place in the document shows what `info` selects. */
export function readFor(
  { loaders, selections }: IdentityContext,
  impUid: string,
  info: GraphQLResolveInfo,
): ReturnType<Loaders['certification']['load']> {
  if (!selections.note(impUid, info)) loaders.certification.clear(impUid);
  return loaders.certification.load(impUid);
}

/** A field that fails, or that failed for the same reason before: see `AnswerBounds.once`. */
export function orNull(error: GraphQLError | null): null {
  if (error) throw error;
  return null;
}

function accessError([message, code]: readonly [message: string, code: ErrorCode]): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
