import type { Caller } from '../caller.ts';
import { failure, type FailureOf } from '../failure.ts';
import type { ReadRight } from '../guard/rights.ts';
import type { StoreFailure } from '../guard/kept.ts';
import type { Placement } from '../iamport/clock.ts';
import type { CertificationRecord } from '../iamport/record.ts';
import type { Iamport } from '../iamport/source.ts';
import type { Interval } from '../interval.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import type { Parts } from './parts.ts';
import { failureOf } from './upstream-failure.ts';

/** A certification that this caller proved, or any for one with `certification:read-any`; given up when `signal` aborts. */
export async function read(
  parts: Parts,
  caller: Caller,
  impUid: string,
  signal?: AbortSignal,
): Promise<Outcome<CertificationRecord, FailureOf['read']>> {
  const right = await rightOf(parts, caller, impUid);
  if (!right.ok) return right;
  if (right.value.kind === 'none') return failed(failure('NOT_FOUND'));
  const answer = await parts.iamport.certification(impUid, signal);
  if (!answer.ok) return failed(failureOf('read', answer.failure));
  const record = answer.value;
  const placement = record.certified ? place(parts.iamport, record, right.value) : 'inside'; // without proof it is about nobody
  if (placement === 'inside') return ok(record);
  return failed(failure(placement === 'outside' ? 'NOT_FOUND' : 'UPSTREAM_UNAVAILABLE'));
}

async function rightOf(
  { attempts }: Parts,
  caller: Caller,
  impUid: string,
): Promise<Outcome<ReadRight<Interval>, StoreFailure>> {
  return caller.scopes.has('certification:read-any') ? ok({ kind: 'any' }) : attempts.readRight(caller, impUid);
}

/** Whether a certified record was made when a right says that it speaks for its caller. */
export function place(iamport: Iamport, record: CertificationRecord, right: ReadRight<Interval>): Placement {
  if (right.kind === 'any') return 'inside';
  return right.kind === 'window' ? iamport.certifiedIn(record, right.window) : 'outside';
}
