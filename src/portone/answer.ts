import { UpstreamFault, UpstreamRefusal, type Refusal } from '../upstream/errors.ts';
import type { HttpAnswer } from '../upstream/http.ts';
import { parseObject, type JsonObject } from '../upstream/json.ts';
import { classifyRefusal, type Classify } from '../upstream/refusal.ts';
import { badResponse, reasonOfStatus } from '../upstream/status.ts';

/** Error types of PortOne V2 with one meaning each. Null is a verification that is certified already: its record tells by whom. */
const BY_TYPE: Readonly<Record<string, Refusal | null>> = {
  INVALID_REQUEST: 'MERCHANT_CONFIG', // what people type is checked before, so that the request itself is malformed
  FORBIDDEN: 'MERCHANT_CONFIG',
  CHANNEL_NOT_FOUND: 'MERCHANT_CONFIG',
  MAX_TRANSACTION_COUNT_REACHED: 'SEND_LIMIT',
  IDENTITY_VERIFICATION_NOT_FOUND: 'NOT_FOUND',
  IDENTITY_VERIFICATION_NOT_SENT: 'NOT_FOUND',
  IDENTITY_VERIFICATION_ALREADY_VERIFIED: null,
};

/** Danal's codes have four letters and digits; other providers put words in their place. */
const DANAL_CODE = /^[A-Z\d]{4}$/i;

/**
 * The JSON object of a successful answer. IDENTITY_VERIFICATION_ALREADY_SENT counts as one: nobody else knows the id, so that an
 * earlier try of the same call was processed.
 * Errors: `UpstreamRefusal` for an error with a type, at any status; `UpstreamFault` for everything else, ambiguous wherever the
 * call may have taken effect.
 */
export function openAnswer(answer: HttpAnswer, classify: Classify = classifyRefusal): JsonObject {
  const { status } = answer;
  const body = parseObject(answer.body);
  if (status === 200 && body) return body;
  if (status === 401) throw new UpstreamFault('unauthorized');
  const type = body?.['type'];
  if (!body || typeof type !== 'string' || status < 400) throw badResponse(answer);
  if (type === 'IDENTITY_VERIFICATION_ALREADY_SENT') return {};
  if (type === 'UNAUTHORIZED') throw new UpstreamFault('unauthorized');
  if (type === 'IDEMPOTENCY_OUTSTANDING_REQUEST') throw new UpstreamFault('outstanding');
  if (type === 'PG_PROVIDER') throw refusalOfProvider(body, status, classify);
  const refusal = Object.hasOwn(BY_TYPE, type) ? BY_TYPE[type] : undefined;
  if (refusal !== undefined)
    throw new UpstreamRefusal({ refusal: refusal ?? 'UNRECOGNISED', providerCode: null, shape: null }, status);
  const classified = classify(body['message']);
  if (classified.refusal === 'UNRECOGNISED' && reasonOfStatus(status)) throw badResponse(answer);
  throw new UpstreamRefusal(classified, status);
}

/**
 * Every refusal of the provider has the type PG_PROVIDER and the status 502, a wrong code included. Words that are not known are
 * therefore a person's mistake as likely as not, which the status 400 stands for.
 */
function refusalOfProvider(body: JsonObject, status: number, classify: Classify): UpstreamRefusal {
  const { pgCode, pgMessage, message } = body;
  const words = [pgMessage, message].find((text): text is string => typeof text === 'string' && text !== '') ?? '';
  const hasCode = typeof pgCode === 'string' && DANAL_CODE.test(pgCode);
  const classified = classify(hasCode ? `[${pgCode}] ${words}` : words);
  return new UpstreamRefusal(classified, classified.refusal === 'UNRECOGNISED' ? 400 : status);
}
