import type { Caller } from '../caller.ts';
import type { FailureOf } from '../failure.ts';
import type { CertificationRecord } from '../upstream/record.ts';
import type { Outcome } from '../outcome.ts';
import { createConfirm, type Confirm } from './confirm.ts';
import { remove } from './delete.ts';
import type { Parts } from './parts.ts';
import { read } from './read.ts';
import { createRequest, type Request } from './request.ts';
import { createResend, type Resend } from './resend.ts';
import { createCompleteWindow, openWindow, type CompleteWindow, type OpenedWindow } from './window.ts';

/** The use cases of identity verification. They act: they ask the guard for its decision, and then the upstream. */
export interface Verification {
  /** Has a code sent, and answers the new verification, which the caller owns. */
  readonly request: Request;
  /** Has the code of such a verification sent again. */
  readonly resend: Resend;
  /** Whether a request can have this merchantUid. */
  readonly takesMerchantUid: (merchantUid: string) => boolean;
  /** One attempt to confirm. */
  readonly confirm: Confirm;
  /** Issues the id of a new window of the provider, which the caller alone can complete. */
  openWindow(caller: Caller): Promise<Outcome<OpenedWindow, FailureOf['open']>>;
  /** The certification that was made in a window which this caller opened; afterwards the caller owns it. */
  readonly completeWindow: CompleteWindow;
  /** A certification that this caller proved, or any for one with `certification:read-any`. */
  read(caller: Caller, impUid: string, signal?: AbortSignal): Promise<Outcome<CertificationRecord, FailureOf['read']>>;
  /** Deletes such a certification, and answers its impUid. The scope for it is checked before. */
  delete(caller: Caller, impUid: string): Promise<Outcome<string, FailureOf['delete']>>;
}

export function createVerification(parts: Parts): Verification {
  return {
    request: createRequest(parts),
    resend: createResend(parts),
    takesMerchantUid: (merchantUid) => parts.upstream.takesMerchantUid(merchantUid),
    confirm: createConfirm(parts),
    openWindow: (caller) => openWindow(parts, caller),
    completeWindow: createCompleteWindow(parts),
    read: (caller, impUid, signal) => read(parts, caller, impUid, signal),
    delete: (caller, impUid) => remove(parts, caller, impUid),
  };
}
