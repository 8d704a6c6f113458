import type { IamportConfig, PortoneConfig } from '../../config.ts';
import type { OnUpstreamEvent } from '../../events.ts';
import { ENDPOINTS as IAMPORT } from '../../iamport/endpoints.ts';
import { openEnvelope } from '../../iamport/envelope.ts';
import { createSession } from '../../iamport/session.ts';
import type { Interval } from '../../interval.ts';
import { openAnswer } from '../../portone/answer.ts';
import { ENDPOINTS as PORTONE } from '../../portone/endpoints.ts';
import { createSecretSender } from '../../portone/secret.ts';
import { PROBE_IMP_UID } from '../../upstream/ask.ts';
import { withBudget } from '../../upstream/budget.ts';
import { addressOf } from '../../upstream/calls.ts';
import { UpstreamFault, UpstreamRefusal, type FaultReason } from '../../upstream/errors.ts';
import { createHttp, type Http, type HttpAnswer, type HttpOptions, type HttpRequest } from '../../upstream/http.ts';

/** One try of an upstream: a read of a verification that is nobody's, with the log-in that it may need. */
export interface Trial {
  /** `refused` is a read that the upstream refused. */
  readonly end: 'ok' | 'refused' | FaultReason;
  /** Of the last answer; null without one. */
  readonly status: number | null;
  readonly ms: number;
  readonly isLoggedIn: boolean;
  /** How far the upstream's clock is ahead of this machine's; null where no answer had a time. */
  readonly skewMs: number | null;
}

export function tryIamport(iamport: IamportConfig, limitMs: number): Promise<Trial> {
  const timeoutMs = Math.min(iamport.readTimeoutMs, limitMs);
  return tryUpstream(iamport, limitMs, ({ http, hear, onEvent }) => {
    const session = createSession({ ...iamport, http, timeoutMs, breaker: iamport.policies, onLogin: hear, onEvent });
    const request = addressOf(IAMPORT.read, PROBE_IMP_UID);
    return { send: (call) => session.send(call), open: openEnvelope, request };
  });
}

/** There is no log-in: the read itself has the secret. */
export function tryPortone(iamport: IamportConfig, portone: PortoneConfig, limitMs: number): Promise<Trial> {
  const { apiSecret, storeId, baseUrl } = portone;
  return tryUpstream({ ...iamport, baseUrl }, limitMs, ({ http, onEvent }) => ({
    send: createSecretSender(http, { apiSecret, storeId, onEvent }),
    open: openAnswer,
    request: addressOf(PORTONE.read, PROBE_IMP_UID),
  }));
}

/** What a try needs of one upstream: how it sends, what its answers mean, and the read that is sent. */
interface Tried {
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
  readonly open: (answer: HttpAnswer) => unknown;
  readonly request: Pick<HttpRequest, 'method' | 'path'>;
}

/** The HTTP client and the callbacks through which a try learns how the log-in went. */
interface Listeners {
  readonly http: Pick<Http, 'send'>;
  readonly hear: (nowMs: number, call: Interval) => void;
  readonly onEvent: OnUpstreamEvent;
}

async function tryUpstream(options: HttpOptions, limitMs: number, tried: (on: Listeners) => Tried): Promise<Trial> {
  const http = createHttp(options);
  const heard: number[] = [];
  let status: number | null = null;
  let isLoggedIn = false;
  let loginFault: FaultReason | null = null;
  const { send, open, request } = tried({
    http: {
      async send(given) {
        const answer = await http.send(given);
        status = answer.status;
        return answer;
      },
    },
    hear: (nowMs, call) => heard.push(skewOf(nowMs, call)),
    onEvent(event) {
      if (event.kind === 'login') isLoggedIn = event.isAccepted;
      if (event.kind === 'fault') loginFault = event.reason;
    },
  });
  const since = performance.now();
  let end: Trial['end'] = 'ok';
  try {
    const answer = await withBudget(limitMs, ({ signal }) => send({ ...request, signal }));
    heard.push(skewOf(answer.dateMs, answer.call));
    open(answer);
  } catch (error) {
    // A log-in that had neither an answer nor a fault was cut off by `limitMs`.
    end = endOf(error, loginFault ?? (status === null ? 'timeout' : 'bad-answer'));
  } finally {
    http.close();
  }
  const skewMs = heard.find(Number.isFinite) ?? null; // a log-in's time before that of a header, which can be a proxy's
  return { end, status, ms: Math.round(performance.now() - since), isLoggedIn, skewMs };
}

/** An unknown impUid is the answer of an upstream that works. */
function endOf(error: unknown, loginFault: FaultReason): Trial['end'] {
  if (error instanceof UpstreamRefusal) return error.refusal === 'NOT_FOUND' ? 'ok' : 'refused';
  if (!(error instanceof UpstreamFault)) throw error;
  return error.reason === 'login' ? loginFault : error.reason;
}

/** The upstream's time was written at some moment of the call, and is cut to a second: the least difference that explains it. */
function skewOf(upstreamMs: number, { since, until }: Interval): number {
  const toWall = Date.now() - performance.now();
  const [least, most] = [upstreamMs - (until + toWall), upstreamMs + 1_000 - (since + toWall)];
  return Number.isNaN(least) ? Number.NaN : Math.max(least, Math.min(most, 0));
}
