import { UpstreamFault, type FaultReason } from './errors.ts';
import type { HttpAnswer } from './http.ts';

/** Cap of the header Retry-After: a longer wait is no help to a person whose code expires in minutes. */
const MAX_RETRY_AFTER_S = 60;

/** Statuses of which each is a fault of its own where the body is not the upstream's, but a proxy's, say. */
const REASONS: Readonly<Record<number, FaultReason>> = {
  204: 'strange',
  207: 'strange',
  401: 'turned-away',
  403: 'strange',
  413: 'turned-away',
  415: 'turned-away',
  429: 'rate-limited',
};

/** What the status of an answer tells by itself; null where it tells nothing of what became of the call. */
export function reasonOfStatus(status: number): FaultReason | null {
  return REASONS[status] ?? (status >= 300 && status < 400 ? 'strange' : null);
}

/** The fault of an answer that is not the upstream's own, or makes no sense. */
export function badResponse(answer: HttpAnswer): UpstreamFault {
  return new UpstreamFault(reasonOfStatus(answer.status) ?? 'bad-answer', retryAt(answer));
}

function retryAt({ status, retryAfter }: HttpAnswer): Date | null {
  if (status !== 429 || retryAfter === undefined) return null;
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return null;
  return new Date(Date.now() + Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_S) * 1000);
}
