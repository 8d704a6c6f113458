import { GraphQLError } from 'graphql';
import type { IdentityContext } from '../context.ts';
import type { Scope } from '../config.ts';
import type { Caller } from '../guard/caller.ts';

/** What `@authenticated` says, enforced here and not only by a router. */
export function callerOf({ caller }: IdentityContext): Caller {
  if (!caller) throw new GraphQLError('Send a token.', { extensions: { code: 'UNAUTHENTICATED' } });
  return caller;
}

/** What `@requiresScopes` says, enforced here and not only by a router. */
export function callerWith(scope: Scope, identity: IdentityContext): Caller {
  const caller = callerOf(identity);
  if (!caller.scopes.has(scope)) {
    throw new GraphQLError(`Needs the scope ${scope}.`, { extensions: { code: 'FORBIDDEN' } });
  }
  return caller;
}
