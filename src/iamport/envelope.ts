import { UpstreamFault, UpstreamRefusal } from '../errors.ts';
import type { HttpAnswer } from '../http.ts';
import { classifyRefusal } from './refusal.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Waiting longer than this for a 429 is no help to a person with a code that expires in minutes. */
const MAX_RETRY_AFTER_S = 60;

/** Statuses that say the call was turned away before it could take effect. */
const TURNED_AWAY = new Set([204, 207, 401, 403, 413, 415]);

/**
 * The `response` of a successful answer: status 2xx, `code` 0 and an object.
 * Errors: `UpstreamRefusal` for an envelope that says no, at any status; `UpstreamFault` for everything else, ambiguous
 * wherever the call may have taken effect.
 */
export function openEnvelope(answer: HttpAnswer): JsonObject {
  if (answer.status === 429) throw new UpstreamFault('rate-limited', retryAt(answer.retryAfter));
  const isOk = answer.status >= 200 && answer.status < 300;
  const isTurnedAway = TURNED_AWAY.has(answer.status) || (answer.status >= 300 && answer.status < 400);
  const badResponse = new UpstreamFault(isTurnedAway ? 'turned-away' : 'bad-answer');

  const envelope = parseObject(answer.body);
  const code = integer(envelope?.['code']);
  if (!envelope || code === undefined) throw badResponse;
  if (code === 0) {
    const response = asObject(envelope['response']);
    if (!isOk || !response) throw badResponse;
    return response;
  }
  const { refusal, providerCode } = classifyRefusal(envelope['message']);
  if (refusal === 'UNRECOGNISED' && isTurnedAway) throw badResponse;
  throw new UpstreamRefusal(refusal, answer.status, providerCode);
}

function parseObject(body: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(body));
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

function retryAt(retryAfter: string | undefined): Date | null {
  if (retryAfter === undefined) return null;
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return null;
  return new Date(Date.now() + Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_S) * 1000);
}
