import { GraphQLError } from 'graphql';
import type { IdentityContext } from '../context.ts';
import type { Caller, Scope } from '../../caller.ts';
import type { ErrorCode } from '../../error-code.ts';

export const NO_TOKEN = ['Send a token.', 'UNAUTHENTICATED'] as const;

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

function accessError([message, code]: readonly [message: string, code: ErrorCode]): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
