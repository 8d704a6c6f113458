import { plainAddress } from '../address.ts';
import type { Audit } from '../audit/audit.ts';
import type { Caller } from '../caller.ts';
import { failure, type Call, type Failure } from '../failure.ts';
import type { Hmac } from '../guard/hmac.ts';
import type { CertificationRecord } from '../upstream/record.ts';
import type { Proofs } from '../proofs/proofs.ts';
import { isTestImpUid } from '../upstream/test-upstream.ts';
import { failed, type Outcome } from '../outcome.ts';
import type { Sent } from '../verification/request.ts';
import type { OpenedWindow } from '../verification/window.ts';
import type { Run, Selections } from './context.ts';
import { answeredFields } from './personal-fields.ts';
import { answeredImpUid } from './run.ts';

interface Request {
  readonly caller: Caller | null;
  readonly callerHmac: string | null;
  readonly ip: string | null;
  readonly requestId: string;
  readonly selections: Selections;
  readonly proofs: Proofs;
}

/**
 * Runs each operation of a request between a look whether its line can be written and the line itself, so that no personal
 * data leaves without one. Where the line cannot be written, nothing is done and the answer is UPSTREAM_UNAVAILABLE. Where it turns out
 * afterwards, a read is answered so as well, and a confirm and a window that was used up OUTCOME_UNKNOWN; an answer without a
 * certification leaves as it is.
 */
export function createRecorded(audit: Audit, hmac: Hmac, request: Request): Run {
  const { caller, callerHmac: who, requestId, selections, proofs } = request;
  const from = request.ip === null ? null : plainAddress(request.ip);

  /** What was answered: a record, or of a request and a deletion the impUid. */
  function append(what: Call, impUid: string | null, outcome: string, value: unknown): Promise<boolean> {
    const id = impUid ?? answeredImpUid(value);
    const whose = id === null ? null : hmac('impUid', id.toLowerCase());
    const fields = impUid !== null && isRecord(value) ? fieldsOf(impUid, value) : [];
    const mark = id !== null && isTestImpUid(id) ? { test: true as const } : {};
    return audit.append({ who, from, whose, ...mark, what, outcome, fields, requestId });
  }

  function fieldsOf(impUid: string, record: CertificationRecord): readonly string[] | null {
    const selected = selections.take(impUid);
    return selected && answeredFields(record, selected, caller, proofs);
  }

  return async <O extends Outcome<CertificationRecord | Sent | OpenedWindow | string, Failure>>(
    call: Call,
    impUid: string | null,
    work: () => Promise<O>,
  ) => {
    if (audit.isRefusing && !(await audit.ready())) return failed(failure('UPSTREAM_UNAVAILABLE')) as O;
    let outcome: O;
    try {
      outcome = await work();
    } catch (error) {
      await append(call, impUid, 'INTERNAL_SERVER_ERROR', null);
      throw error;
    }
    const isWritten = outcome.ok
      ? await append(call, impUid, 'OK', outcome.value)
      : await append(call, impUid, outcome.failure.code, null);
    if (isWritten || !audit.isRefusing || !outcome.ok || !isRecord(outcome.value)) return outcome;
    const isDone = call === 'confirm' || call === 'complete';
    return failed(failure(isDone ? 'OUTCOME_UNKNOWN' : 'UPSTREAM_UNAVAILABLE')) as O;
  };
}

function isRecord(value: unknown): value is CertificationRecord {
  return typeof value === 'object' && value !== null && 'certified' in value;
}
