import type { Caller } from '../caller.ts';
import { failure, type FailureOf } from '../failure.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import type { Parts } from './parts.ts';
import { failureOf } from './upstream-failure.ts';

/** Deletes a certification that the caller may delete, and answers its impUid. The scope for it is checked before. */
export async function remove(
  { attempts, upstream }: Parts,
  caller: Caller,
  impUid: string,
): Promise<Outcome<string, FailureOf['delete']>> {
  const mayDelete = caller.scopes.has('certification:read-any') ? ok(true) : await attempts.mayDelete(caller, impUid);
  if (!mayDelete.ok) return mayDelete;
  if (!mayDelete.value) return failed(failure('NOT_FOUND'));
  const deleted = await upstream.delete(impUid);
  if (!deleted) return failed(failure('UPSTREAM_REJECTED')); // the upstream keeps its records
  return deleted.ok ? ok(impUid) : failed(failureOf('delete', deleted.failure));
}
