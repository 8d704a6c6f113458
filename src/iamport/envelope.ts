import { UpstreamFault, UpstreamRefusal, type FaultReason } from './errors.ts';
import type { HttpAnswer } from './http.ts';
import { classifyRefusal, type Classify } from './refusal.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Waiting longer than this for a 429 is no help to a person with a code that expires in minutes. */
const MAX_RETRY_AFTER_S = 60;

/** Without an envelope these tell more than that there is none. */
const BY_STATUS: Readonly<Record<number, FaultReason>> = {
  204: 'strange',
  207: 'strange',
  401: 'turned-away',
  403: 'strange',
  413: 'turned-away',
  415: 'turned-away',
  429: 'rate-limited',
};

/**
 * The `response` of a successful answer: status 2xx, `code` 0 and an object.
 * Errors: `UpstreamRefusal` for an envelope that says no, at any status; `UpstreamFault` for everything else, ambiguous
 * wherever the call may have taken effect.
 */
export function openEnvelope(answer: HttpAnswer, classify: Classify = classifyRefusal): JsonObject {
  const { status } = answer;
  const byStatus = BY_STATUS[status] ?? (status >= 300 && status < 400 ? 'strange' : null);
  const badResponse = (): UpstreamFault => new UpstreamFault(byStatus ?? 'bad-answer', retryAt(answer));

  const envelope = parseObject(answer.body);
  const code = integer(envelope?.['code']);
  if (!envelope || code === undefined) throw badResponse();
  if (code === 0) {
    const response = asObject(envelope['response']);
    if (status < 200 || status >= 300 || !response) throw badResponse();
    return response;
  }
  const classified = classify(envelope['message']);
  if (classified.refusal === 'UNRECOGNISED' && byStatus) throw badResponse();
  throw new UpstreamRefusal(classified, status);
}

function parseObject(body: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(body.replace(/^\uFEFF/, ''))); // proxies and imitations put a byte order mark in front
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** Imitations of the API send `"0"`. */
function integer(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  return Number.isInteger(number) ? (number as number) : undefined;
}

function retryAt({ status, retryAfter }: HttpAnswer): Date | null {
  if (status !== 429 || retryAfter === undefined) return null;
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return null;
  return new Date(Date.now() + Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_S) * 1000);
}
