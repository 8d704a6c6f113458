import type { Caller } from '../caller.ts';
import { failure, type FailureOf } from '../failure.ts';
import type { ReadRight } from '../guard/rights.ts';
import type { StoreFailure } from '../guard/kept.ts';
import type { Placement } from '../upstream/clock.ts';
import type { CertificationRecord } from '../upstream/record.ts';
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
  const answer = await parts.upstream.certification(impUid, signal);
  if (!answer.ok) return failed(failureOf('read', answer.failure));
  const record = answer.value;
  const placement = record.certified ? await place(parts, record, right.value) : 'inside'; // without proof it is about nobody
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
export async function place(parts: Parts, record: CertificationRecord, right: ReadRight<Interval>): Promise<Placement> {
  if (right.kind === 'any') return 'inside';
  if (right.kind !== 'window') return 'outside';
  const placement = parts.upstream.certifiedIn(record, right.window);
  return placement === 'inside' ? placeOfWindow(parts, record) : placement;
}

/**
 * A certification in a window that was opened here speaks for no code, whatever its time: a stranger can have sent a code for its
 * impUid. Completing the window alone tells whose it is.
 */
export async function placeOfWindow(
  { upstream, identityWindows }: Parts,
  record: CertificationRecord,
): Promise<Placement> {
  const id = upstream.windowIdOf(record);
  if (id === null) return 'inside';
  const isOfWindow = await identityWindows.isKnown(id);
  if (!isOfWindow.ok) return 'unsure';
  return isOfWindow.value ? 'outside' : 'inside';
}
