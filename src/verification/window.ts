import type { Caller } from '../caller.ts';
import { failure, type FailureOf } from '../failure.ts';
import { WINDOW_MS } from '../guard/window-rules.ts';
import type { CertificationRecord } from '../upstream/record.ts';
import type { WindowPage } from '../upstream/upstream.ts';
import { failed, ok, type Outcome } from '../outcome.ts';
import type { Parts } from './parts.ts';
import { createSingleFlight } from './single-flight.ts';
import { failureOf } from './upstream-failure.ts';

export type OpenedWindow = WindowPage & { readonly expiresAt: Date };

/** Issues the id of a new window, which the caller alone can complete. Nothing is sent. */
export async function openWindow(parts: Parts, caller: Caller): Promise<Outcome<OpenedWindow, FailureOf['open']>> {
  const page = parts.upstream.newWindow();
  if (!page) return failed(failure('UPSTREAM_MISCONFIGURED'));
  const pass = await parts.limits.request(caller, null);
  if (!pass.ok) return pass;
  const expiresAt = new Date(Date.now() + WINDOW_MS); // before it is kept: what the caller is told must hold
  const kept = await keep(parts, caller, page); // a window whose owner cannot be kept could never be completed
  if (!kept.ok) {
    void pass.value.refund();
    return kept;
  }
  return ok({ ...page, expiresAt });
}

async function keep({ attempts, identityWindows }: Parts, caller: Caller, { impUid, merchantUid }: WindowPage) {
  if (impUid === null) return identityWindows.open(caller, merchantUid);
  const owned = await attempts.openWindow(caller, impUid);
  return owned.ok ? identityWindows.open(caller, impUid) : owned;
}

type Completed = Outcome<CertificationRecord, FailureOf['complete']>;

export type CompleteWindow = (caller: Caller, impUid: string) => Promise<Completed>;

/** Answers the certification of a window. It is single-flight: two taps of one caller are one call and one answer. */
export function createCompleteWindow(parts: Parts): CompleteWindow {
  const once = createSingleFlight<Completed>();
  return (caller, impUid) => once(JSON.stringify([caller.subject, impUid]), () => complete(parts, caller, impUid));
}

/** Anything but a certification that was made in this caller's window, while it was theirs to complete, is NOT_FOUND. */
async function complete(parts: Parts, caller: Caller, impUid: string): Promise<Completed> {
  const { limits, upstream, identityWindows } = parts;
  const pass = await limits.confirm(caller);
  if (!pass.ok) return pass;
  const ownId = upstream.windowIdOf({ impUid, merchantUid: null }); // null where only the record can tell it
  if (ownId !== null) {
    const openedAt = await identityWindows.openedAt(caller, ownId);
    if (!openedAt.ok) return openedAt;
    if (openedAt.value === null) return NOT_FOUND;
  }
  const read = await upstream.certification(impUid);
  if (!read.ok) {
    const answer = failureOf('complete', read.failure);
    // The upstream makes the record when the page opens the window.
    return ownId !== null && answer.code === 'NOT_FOUND' ? NOT_COMPLETED : failed(answer);
  }
  const id = upstream.windowIdOf(read.value);
  return id === null ? NOT_FOUND : completeWith(parts, caller, id, read.value);
}

async function completeWith(parts: Parts, caller: Caller, id: string, record: CertificationRecord): Promise<Completed> {
  const { upstream, attempts, identityWindows } = parts;
  const openedAt = await identityWindows.openedAt(caller, id);
  if (!openedAt.ok) return openedAt;
  if (openedAt.value === null) return NOT_FOUND;
  if (!record.certified) return NOT_COMPLETED;
  const placement = upstream.certifiedIn(record, { since: openedAt.value, until: performance.now() });
  if (placement !== 'inside') return placement === 'outside' ? NOT_FOUND : failed(failure('UPSTREAM_UNAVAILABLE'));
  const use = await identityWindows.use(caller, id);
  if (!use.ok) return use;
  if (use.value === null) return NOT_FOUND;
  const isTheirs = await attempts.certify(caller, record.impUid);
  if (!isTheirs.ok) {
    use.value.giveBack();
    return isTheirs;
  }
  return isTheirs.value ? ok(record) : NOT_FOUND;
}

const NOT_FOUND = failed(failure('NOT_FOUND'));
const NOT_COMPLETED = failed(failure('WINDOW_NOT_COMPLETED'));
