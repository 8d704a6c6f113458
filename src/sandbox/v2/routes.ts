import { type Answer, delivered } from '../answers.ts';
import { createEntry, isSent, judge } from '../entries.ts';
import type { Entry } from '../entry.ts';
import { type SendSms, freshCode } from '../inbox.ts';
import { MAGIC_CODE, type Scenario, requestScenarioOf, scenarioOf } from '../scenarios.ts';
import type { Upstream } from '../upstream.ts';
import type { Call, Route } from '../version.ts';
import {
  V2,
  alreadySent,
  alreadyVerified,
  channelNotFound,
  invalidRequest,
  maxCountReached,
  notSent,
  otherStore,
} from './answers.ts';
import { type Send, parseFields, readSend } from './body.ts';
import { createIdempotency } from './idempotency.ts';
import { SANDBOX_CHANNEL_KEY } from './record.ts';

export const SANDBOX_PORTONE_SECRET = 'sandbox_portone_secret';
export const SANDBOX_STORE_ID = 'store-sandbox';

const MAX_TRIES = 5;

/** A call whose secret is right, with its JSON fields. */
interface KnownCall {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly at: number;
}

/** The calls of V2. Every POST may carry an idempotency key. */
export function createV2Routes(upstream: Upstream, now: () => number, sendSms: SendSms): readonly Route[] {
  const once = createIdempotency(now);

  /** `storeId` is in the query of a call without a body. */
  function checked(call: Call, id: string, act: (call: KnownCall) => Answer): Answer {
    const fields = parseFields(call.body);
    if (fields === null) return invalidRequest('body');
    const storeId = fields['storeId'] ?? call.query.get('storeId') ?? SANDBOX_STORE_ID;
    return storeId === SANDBOX_STORE_ID ? act({ id, fields, at: now() }) : otherStore();
  }

  function route(method: 'GET' | 'POST', path: RegExp, act: (call: KnownCall) => Answer): Route {
    return {
      method,
      path,
      version: V2,
      answer(call) {
        if (call.headers.authorization !== `PortOne ${SANDBOX_PORTONE_SECRET}`) return V2.unauthorized();
        const id = decoded(call.id);
        if (id === null) return invalidRequest('identityVerificationId');
        const answer = () => checked(call, id, act);
        // Nothing happens in such a row, so that there is no first answer to repeat.
        const isRepeatable = method === 'POST' && scenarioOf(id)?.always === undefined;
        return isRepeatable ? once([call.headers['idempotency-key']].flat()[0], answer) : answer();
      },
    };
  }

  return [
    route('POST', /^\/identity-verifications\/([^/]+)\/send$/, (call) => send(upstream, call, sendSms)),
    route('POST', /^\/identity-verifications\/([^/]+)\/resend$/, (call) => resend(upstream, call, sendSms)),
    route('POST', /^\/identity-verifications\/([^/]+)\/confirm$/, (call) => confirm(upstream, call)),
    route('GET', /^\/identity-verifications\/([^/]+)$/, ({ id }) =>
      upstream.answerAboutKnown(id, 'read', (entry, { shape }) => V2.success(entry, 'read', shape)),
    ),
  ];
}

function send(upstream: Upstream, { id, fields, at }: KnownCall, sendSms: SendSms): Answer {
  const asked = readSend(fields);
  if (typeof asked === 'string') return invalidRequest(asked);
  // KCP, which the sandbox takes for the app, knows no other ids.
  if (asked.isApp && !/^[A-Za-z\d]{1,40}$/.test(id)) return invalidRequest('identityVerificationId');
  if (asked.channelKey !== SANDBOX_CHANNEL_KEY) return channelNotFound();
  return upstream.answerAbout(id, 'request', (entry) => {
    if (entry?.certifiedAt != null) return alreadyVerified();
    if (entry !== undefined && entry.windowFrom !== null && entry.failure === null) return alreadySent();
    if (entry !== undefined && entry.tries >= MAX_TRIES) return maxCountReached();
    return begin(upstream, requested(id, asked, at, entry), sendSms);
  });
}

function requested(id: string, { person, isApp, customData }: Send, at: number, before: Entry | undefined): Entry {
  const wasBegun = before !== undefined && (before.windowFrom !== null || before.failure !== null);
  return createEntry({
    impUid: id,
    merchantUid: customData,
    pgProvider: isApp ? 'kcp_v2' : 'danal',
    person,
    code: isApp ? null : codeFor(id),
    requestedAt: at,
    windowFrom: at,
    tries: wasBegun ? before.tries + 1 : 1,
  });
}

/** A refused try stays as a failed record, and the id can be sent again. */
function begin({ entries }: Upstream, entry: Entry, sendSms: SendSms): Answer {
  const { person, requestedAt: at } = entry;
  const { refusal, form = 200, delivery = 'whole' } = requestScenarioOf(person.phone);
  if (refusal !== undefined) {
    entries.remember({ ...entry, code: null, windowFrom: null, failure: { refusal, at } });
    return V2.refuse(refusal, form);
  }
  entries.remember(entry);
  notify(entry, at, sendSms);
  return delivered(V2.success(entry, 'request'), delivery);
}

function resend(upstream: Upstream, { id, at }: KnownCall, sendSms: SendSms): Answer {
  return upstream.answerAboutKnown(id, 'request', (entry, row: Scenario) => {
    if (entry.certifiedAt !== null) return alreadyVerified();
    if (!isSent(entry)) return notSent();
    if (entry.failure !== null) return V2.refuse(entry.failure.refusal, row.form ?? 200);
    if (entry.code === null) return invalidRequest('method');
    if (row.resend !== undefined) return V2.refuse(row.resend, row.form ?? 200);
    entry.code = codeFor(id);
    entry.windowFrom = at;
    notify(entry, at, sendSms);
    return V2.success(entry, 'request');
  });
}

function confirm(upstream: Upstream, { id, fields, at }: KnownCall): Answer {
  const { otp } = fields;
  if (otp !== undefined && typeof otp !== 'string') return invalidRequest('otp');
  return upstream.answerAboutKnown(id, 'confirm', (entry, row) => {
    const verdict = judge(entry, otp, row, at);
    switch (verdict) {
      case 'accepted':
        return V2.success(entry, 'confirm', row.shape);
      case 'already-certified':
        return alreadyVerified();
      case 'not-sent':
        return notSent();
      case 'code-missing':
        return invalidRequest('otp');
      default:
        return V2.refuse(verdict, row.form ?? 200);
    }
  });
}

function codeFor(id: string): string {
  return scenarioOf(id) === undefined ? freshCode() : MAGIC_CODE;
}

function notify({ impUid, code, person }: Entry, at: number, sendSms: SendSms): void {
  if (code !== null) sendSms({ impUid, phone: person.phone, code, sentAt: new Date(at) });
}

function decoded(id: string): string | null {
  try {
    return decodeURIComponent(id);
  } catch {
    return null;
  }
}
