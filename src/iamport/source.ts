import type { PoliciesConfig } from '../config.ts';
import { UpstreamFault, UpstreamRefusal, type FaultReason } from './errors.ts';
import type { OnEvent } from '../events.ts';
import type { Http, HttpAnswer, HttpRequest } from './http.ts';
import { createUpstreamClock, type Interval, type Placement } from './clock.ts';
import { openEnvelope, type JsonObject } from './envelope.ts';
import { decodeCertification, type CertificationRecord, type UpstreamCarrier } from './record.ts';
import { createPolicies, isOwnFailure, type Budget, type Kind } from './policies.ts';
import { createTokens, type Token } from './token.ts';

export interface IamportOptions {
  readonly http: Http;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Which of the merchant's channels sends the codes; null for the one that is set at the upstream. */
  readonly channelKey: string | null;
  /** JSON with the provider's own options for a request, handed on as it is. */
  readonly bypass: string | null;
  /** Everything a confirm or a request may take, token included. */
  readonly confirmTimeoutMs: number;
  /** Everything a read or a deletion may take, token included, and all a log-in may take. */
  readonly readTimeoutMs: number;
  readonly policies: PoliciesConfig;
  readonly onEvent: OnEvent;
}

/** The person that a code is asked for, already checked. */
export interface IdentityRequest {
  readonly name: string;
  /** Digits only. */
  readonly phone: string;
  /** `YYYY-MM-DD`. */
  readonly birthday: string;
  readonly genderDigit: string;
  readonly carrier: UpstreamCarrier;
  readonly merchantUid: string | null;
  readonly company: string | null;
  /** Null leaves it to the channel, which means SMS. */
  readonly method: 'SMS' | 'APP' | null;
}

/**
 * The REST data source. It speaks the upstream's words, keeps its token, and knows nothing of GraphQL or callers.
 * Errors of every call: `UpstreamRefusal` when the upstream says no; `UpstreamFault` when it said nothing usable in time,
 * an answer about another imp_uid included.
 */
export interface Iamport {
  /**
   * Has a code sent, and answers the imp_uid of the new verification.
   * Source: `POST /certifications/otp/request`, sent once; once more after a 401, which means not processed.
   * Errors: as above, within `confirmTimeoutMs`; after an ambiguous fault a message may have been sent.
   */
  request(person: IdentityRequest): Promise<string>;

  /**
   * Sends the person's code, or null for one who approved in the app, and answers their record, certified or not.
   * Source: `POST /certifications/otp/confirm/{imp_uid}`, sent once; once more after a 401, which means not processed.
   * Errors: as above, within `confirmTimeoutMs`.
   */
  confirm(impUid: string, otp: string | null): Promise<CertificationRecord>;

  /**
   * The record of one impUid, certified or not.
   * Source: `GET /certifications/{imp_uid}`.
   * Errors: as above, within `readTimeoutMs` or until `signal`; an unknown impUid is the refusal NOT_FOUND.
   */
  certification(impUid: string, signal?: AbortSignal): Promise<CertificationRecord>;

  /** The same, to know how a confirm ended whose answer was lost: within 2.7 s, and out of the way of other reads. */
  readBack(impUid: string): Promise<CertificationRecord>;

  /**
   * Deletes the record of one impUid. When the answer is lost it looks: a record that is gone was deleted.
   * Source: `DELETE /certifications/{imp_uid}`, then `GET` after an ambiguous fault.
   * Errors: as above, within `readTimeoutMs` each; an unknown impUid is the refusal NOT_FOUND.
   */
  delete(impUid: string): Promise<void>;

  /**
   * Whether a record was certified in an interval of `performance.now()`, by the upstream's own clocks and no wall clock.
   * Source: `certified_at`, the `Date` of every answer, and the `now` of every log-in.
   */
  certifiedIn(record: CertificationRecord, interval: Interval): Placement;
}

const READ_BACK_TIMEOUT_MS = 2_700; // with its delay, a confirm of 15 s is answered within 18

/** The only shape an id may have on its way into a path. */
export const IMP_UID = /^[A-Za-z0-9_-]{6,64}$/;

export function createIamport(options: IamportOptions): Iamport {
  const { http, apiKey, apiSecret, channelKey, bypass, confirmTimeoutMs, readTimeoutMs, onEvent } = options;
  const onDrift = (field: string): void => onEvent({ kind: 'drift', field });

  const onFault = (call: Kind, reason: FaultReason): void => onEvent({ kind: 'fault', call, reason });

  /** The `now` of a log-in is rare, and by the clock of `certified_at`; a `Date` is frequent, and can be a proxy's. */
  const loginClock = createUpstreamClock();
  const dateClock = createUpstreamClock();

  async function exchange(request: HttpRequest): Promise<{ readonly answer: HttpAnswer; readonly call: Interval }> {
    const since = performance.now();
    const answer = await http.send(request);
    const call = { since, until: performance.now() };
    dateClock.hear(answer.dateMs, call);
    return { answer, call };
  }

  const tokens = createTokens(() =>
    withBudget(readTimeoutMs, (budget) =>
      policies.run('login', budget, async () => {
        const json = { imp_key: apiKey, imp_secret: apiSecret };
        const { answer, call } = await exchange({
          method: 'POST',
          path: '/users/getToken',
          json,
          signal: budget.signal,
        });
        if (answer.status === 401) throw new UpstreamFault('unauthorized');
        const response = openEnvelope(answer);
        loginClock.hear(Number(response['now']) * 1000, call);
        return response;
      }),
    ),
  );

  /** Nobody's verification: an answer about it says that the upstream works. */
  const policies = createPolicies(options.policies, onFault, () =>
    withBudget(readTimeoutMs, async ({ signal }) => {
      const request = { method: 'GET', path: '/certifications/imp_000000000000', signal } as const;
      await authorized(request).then(openEnvelope).catch(ignoreNo);
    }),
  );

  /** One call with the token, and its one replay. */
  async function authorized(request: HttpRequest): Promise<HttpAnswer> {
    const { signal } = request;
    const send = async (token: Token): Promise<HttpAnswer> =>
      (await exchange({ ...request, headers: { authorization: `Bearer ${token.value}` } })).answer;

    const token = await tokens.get(signal);
    const answer = await send(token);
    if (answer.status !== 401) return answer;

    const renewed = await tokens.renew(token, signal);
    const second = await send(renewed);
    if (second.status !== 401) return second;
    tokens.refuse(renewed); // the same token again, or an allow-list that refuses us: a third call would change nothing
    throw new UpstreamFault('unauthorized');
  }

  async function call(
    kind: Kind,
    timeoutMs: number,
    request: Omit<HttpRequest, 'signal'>,
    caller?: AbortSignal,
  ): Promise<JsonObject> {
    try {
      return await withBudget(
        timeoutMs,
        (budget) =>
          policies.run(kind, budget, async () => openEnvelope(await authorized({ ...request, signal: budget.signal }))),
        caller,
      );
    } catch (error) {
      if (error instanceof UpstreamRefusal && error.refusal === 'UNRECOGNISED') onDrift('message');
      throw error;
    }
  }

  /** A call about one verification, and the record it answers. */
  async function record(
    kind: Kind,
    timeoutMs: number,
    impUid: string,
    request: Omit<HttpRequest, 'signal'>,
    signal?: AbortSignal,
  ): Promise<CertificationRecord> {
    const decoded = decodeCertification(await call(kind, timeoutMs, request, signal), onDrift);
    // An answer about somebody else is no answer.
    if (decoded.imp_uid !== impUid) throw new UpstreamFault('bad-answer');
    return decoded;
  }

  async function read(
    kind: Kind,
    timeoutMs: number,
    impUid: string,
    signal?: AbortSignal,
  ): Promise<CertificationRecord> {
    return record(kind, timeoutMs, impUid, { method: 'GET', path: `/certifications/${pathSegment(impUid)}` }, signal);
  }

  return {
    certification: (impUid, signal) => read('read', readTimeoutMs, impUid, signal),
    readBack: (impUid) => read('read-back', Math.min(READ_BACK_TIMEOUT_MS, readTimeoutMs), impUid),
    certifiedIn({ certified_at }, interval) {
      if (certified_at === null) return 'outside';
      const placed = new Set([loginClock, dateClock].map((clock) => clock.place(certified_at, interval)));
      if (placed.has('inside')) return 'inside';
      return placed.has('outside') && !placed.has('unsure') ? 'outside' : 'unsure';
    },
    async request(person) {
      const json = requestBody(person, channelKey, bypass);
      const response = await call('mutation', confirmTimeoutMs, {
        method: 'POST',
        path: '/certifications/otp/request',
        json,
      });
      const impUid = response['imp_uid'];
      // A message is on its way, but nobody could confirm it.
      if (typeof impUid !== 'string' || !IMP_UID.test(impUid)) throw new UpstreamFault('bad-answer');
      return impUid;
    },
    async confirm(impUid, otp) {
      const path = `/certifications/otp/confirm/${pathSegment(impUid)}`;
      return record('mutation', confirmTimeoutMs, impUid, { method: 'POST', path, json: otp === null ? {} : { otp } });
    },
    async delete(impUid) {
      try {
        await record('mutation', readTimeoutMs, impUid, {
          method: 'DELETE',
          path: `/certifications/${pathSegment(impUid)}`,
        });
      } catch (error) {
        const isLost = error instanceof UpstreamFault && ['ambiguous', 'answered'].includes(error.fate);
        if (!isLost || !(await isGone(impUid))) throw error;
      }
    },
  };

  async function isGone(impUid: string): Promise<boolean> {
    return read('read-back', readTimeoutMs, impUid).then(
      () => false,
      (error) => error instanceof UpstreamRefusal && error.refusal === 'NOT_FOUND',
    );
  }
}

/** One carrier of six becomes a network and a flag, and a birthday the six digits that the carriers know. */
function requestBody(person: IdentityRequest, channelKey: string | null, bypass: string | null): JsonObject {
  const { name, phone, birthday, genderDigit, carrier, merchantUid, company, method } = person;
  return {
    name,
    phone,
    birth: birthday.slice(2).replaceAll('-', ''),
    gender_digit: genderDigit,
    carrier: carrier.replace('_MVNO', ''),
    is_mvno: carrier.endsWith('_MVNO'),
    ...(merchantUid !== null && { merchant_uid: merchantUid }),
    ...(company !== null && { company }),
    ...(method !== null && { verification_method: method }),
    ...(channelKey !== null && { channel_key: channelKey }),
    ...(bypass !== null && { bypass }),
  };
}

function pathSegment(impUid: string): string {
  if (!IMP_UID.test(impUid)) throw new TypeError('An impUid must be checked before it is sent');
  return impUid;
}

/** A refusal proves that the upstream is healthy, except one that reports its own failure. */
function ignoreNo(error: unknown): void {
  if (!(error instanceof UpstreamRefusal) || isOwnFailure(error)) throw error;
}

/** Runs `work` until a deadline, or until its caller has gone, and leaves no timer and no listener behind. */
async function withBudget<T>(
  timeoutMs: number,
  work: (budget: Budget) => Promise<T>,
  caller?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  const leave = (): void => controller.abort(new UpstreamFault('gone'));
  caller?.addEventListener('abort', leave, { once: true });
  if (caller?.aborted) leave();
  const now = performance.now();
  try {
    return await work({ signal: controller.signal, deadline: now + timeoutMs, sendBy: now + timeoutMs / 2 });
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', leave);
  }
}
