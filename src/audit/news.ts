import type { Logger } from '../log.ts';
import type { ChainEnd } from './line.ts';

/** What an operator should know of the access record. */
export type AuditNews =
  /** An operation has no line, and why. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** Lines are written again; so many operations have none. */
  | { readonly kind: 'recovered'; readonly missed: number }
  /** The file ended in so many bytes of a line that was not written to its end. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** The end of the chain, by which a log that is kept elsewhere shows that lines were cut off. */
  | ({ readonly kind: 'continues' | 'reopened' | 'closed' } & ChainEnd);

/** How often the log repeats that lines cannot be written. */
const REPEAT_MS = 60_000;

export function createAuditLog(logger: Logger): (news: AuditNews) => void {
  let silentUntil = 0;
  let isFailureLogged = false;

  return (news) => {
    const { kind, ...facts } = news;
    switch (kind) {
      case 'failed':
        if (performance.now() < silentUntil) return;
        silentUntil = performance.now() + REPEAT_MS;
        isFailureLogged = true;
        return logger.error(facts, 'the access record cannot be written: see AUDIT_FAILURE');
      case 'recovered':
        if (!isFailureLogged) return;
        isFailureLogged = false;
        return logger.warn(facts, 'the access record is written again');
      case 'cut':
        return logger.warn(facts, 'the access record ended in a part of a line, which is kept');
      case 'continues':
        return logger.info(facts, 'the access record continues after this line');
      case 'reopened':
        return logger.info(facts, 'the access record is opened anew after this line');
      case 'closed':
        return logger.info(facts, 'the access record is closed after this line');
    }
  };
}
