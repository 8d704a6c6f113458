import { UpstreamRefusal } from '../upstream/errors.ts';
import type { HttpAnswer } from '../upstream/http.ts';
import { asObject, parseObject, type JsonObject } from '../upstream/json.ts';
import { classifyRefusal, type Classify } from '../upstream/refusal.ts';
import { badResponse, reasonOfStatus } from '../upstream/status.ts';

/**
 * The `response` of a successful answer: status 2xx, `code` 0 and an object.
 * Errors: `UpstreamRefusal` for an envelope that says no, at any status; `UpstreamFault` for everything else, ambiguous
 * wherever the call may have taken effect.
 */
export function openEnvelope(answer: HttpAnswer, classify: Classify = classifyRefusal): JsonObject {
  const { status } = answer;
  const envelope = parseObject(answer.body);
  const code = integer(envelope?.['code']);
  if (!envelope || code === undefined) throw badResponse(answer);
  if (code === 0) {
    const response = asObject(envelope['response']);
    if (status < 200 || status >= 300 || !response) throw badResponse(answer);
    return response;
  }
  const classified = classify(envelope['message']);
  if (classified.refusal === 'UNRECOGNISED' && reasonOfStatus(status)) throw badResponse(answer);
  throw new UpstreamRefusal(classified, status);
}

/** A whole number, or its text: servers that imitate the API send `"0"`. */
function integer(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  return Number.isInteger(number) ? (number as number) : undefined;
}
