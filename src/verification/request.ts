import type { Caller } from '../caller.ts';
import type { FailureOf } from '../failure.ts';
import type { IdentityRequest } from '../iamport/source.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import type { Parts } from './parts.ts';
import { failureOf } from './upstream-failure.ts';

/** Has a code sent, and makes the caller the owner of the new verification, whose impUid it answers. */
export async function request(
  { iamport, attempts, limits }: Parts,
  caller: Caller,
  person: IdentityRequest,
): Promise<Outcome<string, FailureOf['request']>> {
  const pass = await limits.request(caller, person.phone);
  if (!pass.ok) return pass;
  const storable = await attempts.check(); // a message whose owner cannot be kept would be anybody's
  if (!storable.ok) {
    void pass.value.refund();
    return storable;
  }
  const sent = await iamport.request(person, caller.ip);
  if (!sent.ok) {
    // A request that never left must not make its phone wait a minute, or after an outage a day.
    if (sent.failure.kind === 'fault' && sent.failure.fate === 'not-sent') void pass.value.refund();
    return failed(failureOf('request', sent.failure));
  }
  await attempts.open(caller, sent.value, person.method);
  return ok(sent.value);
}
