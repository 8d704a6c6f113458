import { UpstreamFault, UpstreamRefusal } from '../errors.ts';
import type { Http, HttpAnswer, HttpRequest } from '../http.ts';
import { openEnvelope, type JsonObject } from './envelope.ts';
import { decodeCertification, type CertificationRecord, type OnDrift } from './record.ts';
import { createTokens, type Token } from './token.ts';

export interface IamportOptions {
  readonly http: Http;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Everything a confirm may take, token included. */
  readonly confirmTimeoutMs: number;
  /** Everything a read may take, token included, and all a log-in may take. */
  readonly readTimeoutMs: number;
  /** Told which field, or `message`, the upstream sent in a way not known here. */
  readonly onDrift: OnDrift;
}

/** The REST data source. It speaks the upstream's words, keeps its token, and knows nothing of GraphQL or callers. */
export interface Iamport {
  /**
   * Sends the person's code and answers their record, certified or not.
   * Source: `POST /certifications/otp/confirm/{imp_uid}`, sent once; once more after a 401, which means not processed.
   * Errors: `UpstreamRefusal` when the upstream says no; `UpstreamFault` when it said nothing usable within
   * `confirmTimeoutMs`, an answer about another imp_uid included.
   */
  confirm(impUid: string, otp: string): Promise<CertificationRecord>;

  /**
   * The record of one impUid, certified or not.
   * Source: `GET /certifications/{imp_uid}`.
   * Errors: as `confirm`, within `readTimeoutMs`; an unknown impUid is the refusal NOT_FOUND.
   */
  certification(impUid: string): Promise<CertificationRecord>;
}

/** The only shape an id may have on its way into a path. */
export const IMP_UID = /^[A-Za-z0-9_-]{6,64}$/;

export function createIamport(options: IamportOptions): Iamport {
  const { http, apiKey, apiSecret, confirmTimeoutMs, readTimeoutMs, onDrift } = options;

  const tokens = createTokens(() =>
    withBudget(readTimeoutMs, async (signal) => {
      const json = { imp_key: apiKey, imp_secret: apiSecret };
      const answer = await http.send({ method: 'POST', path: '/users/getToken', json, signal });
      if (answer.status === 401) throw unauthorized();
      return openEnvelope(answer);
    }),
  );

  /** One call with the token, and its one replay. */
  async function authorized(request: HttpRequest): Promise<HttpAnswer> {
    const { signal } = request;
    const send = (token: Token): Promise<HttpAnswer> =>
      http.send({ ...request, headers: { authorization: `Bearer ${token.value}` } });

    const token = await tokens.get(signal);
    const answer = await send(token);
    if (answer.status !== 401) return answer;

    const renewed = await tokens.renew(token, signal);
    const second = await send(renewed);
    if (second.status !== 401) return second;
    tokens.refuse(renewed); // the same token again, or an allow-list that refuses us: a third call would change nothing
    throw unauthorized();
  }

  async function call(timeoutMs: number, request: Omit<HttpRequest, 'signal'>): Promise<JsonObject> {
    const answer = await withBudget(timeoutMs, (signal) => authorized({ ...request, signal }));
    try {
      return openEnvelope(answer);
    } catch (error) {
      if (error instanceof UpstreamRefusal && error.refusal === 'UNRECOGNISED') onDrift('message');
      throw error;
    }
  }

  return {
    async confirm(impUid, otp) {
      const path = `/certifications/otp/confirm/${pathSegment(impUid)}`;
      return recordOf(impUid, await call(confirmTimeoutMs, { method: 'POST', path, json: { otp } }), onDrift);
    },
    async certification(impUid) {
      const path = `/certifications/${pathSegment(impUid)}`;
      return recordOf(impUid, await call(readTimeoutMs, { method: 'GET', path }), onDrift);
    },
  };
}

/** An answer about somebody else is no answer. */
function recordOf(impUid: string, response: JsonObject, onDrift: OnDrift): CertificationRecord {
  const record = decodeCertification(response, onDrift);
  if (record.imp_uid !== impUid) throw new UpstreamFault('UPSTREAM_BAD_RESPONSE', 'ambiguous');
  return record;
}

function pathSegment(impUid: string): string {
  if (!IMP_UID.test(impUid)) throw new TypeError('An impUid must be checked before it is sent');
  return impUid;
}

function unauthorized(): UpstreamFault {
  return new UpstreamFault('UPSTREAM_UNAUTHORIZED', 'rejected');
}

/** Runs `work` under one deadline and leaves no timer behind. */
async function withBudget<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
