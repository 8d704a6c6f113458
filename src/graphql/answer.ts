import type { Failure } from '../failure.ts';
import type { CertificationRecord } from '../upstream/record.ts';
import type { Outcome } from '../outcome.ts';

/** A record as a member of a result union. */
export type CertificationMember = Named<'Certification', CertificationRecord>;

type Named<N extends string, T> = T & { readonly __typename: N };
type AnyOutcome = Outcome<object, Failure>;
type Member<N extends string, O extends AnyOutcome> =
  | Named<N, Extract<O, { ok: true }>['value']>
  | Extract<O, { ok: false }>['failure'];

/** The value under the name of its type in the schema, or the failure, which has its own. */
export function member<N extends string, O extends AnyOutcome>(typename: N, outcome: O): Member<N, O> {
  return outcome.ok ? { ...outcome.value, __typename: typename } : outcome.failure;
}
