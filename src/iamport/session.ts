import type { OnUpstreamEvent } from '../events.ts';
import type { Interval } from '../interval.ts';
import { asFault, createBreaker, type BreakerConfig } from '../upstream/breaker.ts';
import { withBudget } from '../upstream/budget.ts';
import type { JsonObject } from '../upstream/json.ts';
import { openEnvelope } from './envelope.ts';
import { UpstreamFault } from '../upstream/errors.ts';
import type { Http, HttpAnswer, HttpRequest } from '../upstream/http.ts';
import { createTokens, saysRefused, type Token } from './token.ts';

/** Exchanges with an access token of a log-in, which is renewed when it is refused or near its end. */
interface Session {
  /**
   * Sends a request with the token, and once more with another one after a 401, which means not processed.
   * Errors: `UpstreamFault`; UPSTREAM_UNAUTHORIZED where the second token is refused, too.
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
}

interface SessionOptions {
  readonly http: Pick<Http, 'send'>;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** For a log-in. */
  readonly timeoutMs: number;
  readonly breaker: BreakerConfig;
  /** Hears the `now` of every log-in, in unix ms, and when the log-in was made. */
  readonly onLogin: (nowMs: number, call: Interval) => void;
  readonly onEvent: OnUpstreamEvent;
}

/** The upstream's 401 for a wrong key or secret speaks of `API키와 secret`; how it refuses an address is not documented. */
const KEY_OR_SECRET = /API ?키|secret|시크릿/i;

export function createSession(options: SessionOptions): Session {
  const { http, timeoutMs, onEvent } = options;
  const breaker = createBreaker('login', options.breaker, onEvent);

  async function logIn(): Promise<JsonObject> {
    let namesKey = false;
    const onAnswer = ({ body }: HttpAnswer): void => void (namesKey = KEY_OR_SECRET.test(body));
    try {
      const answer = await withBudget(timeoutMs, ({ signal }) =>
        breaker.execute(async () => askForToken(options, signal, onAnswer)),
      );
      onEvent({ kind: 'login', upstream: 'iamport', isAccepted: true });
      return answer;
    } catch (error) {
      if (saysRefused(error)) onEvent({ kind: 'login', upstream: 'iamport', isAccepted: false, namesKey });
      const fault = asFault(error);
      if (fault instanceof UpstreamFault) onEvent({ kind: 'fault', call: 'login', reason: fault.reason });
      throw fault;
    }
  }

  const tokens = createTokens(logIn);

  return {
    async send(request) {
      const { signal } = request;
      const sendWith = ({ value }: Token): Promise<HttpAnswer> =>
        http.send({ ...request, headers: { authorization: `Bearer ${value}` } });

      const token = await tokens.get(signal);
      const answer = await sendWith(token);
      if (answer.status !== 401) return answer;

      const renewed = await tokens.renew(token, signal);
      const second = await sendWith(renewed);
      if (second.status !== 401) return second;
      tokens.refuse(renewed); // the same token again, or an allow-list that refuses us: a third call would change nothing
      throw new UpstreamFault('unauthorized');
    },
  };
}

/** Source: `POST /users/getToken`. */
async function askForToken(
  { http, apiKey, apiSecret, onLogin }: SessionOptions,
  signal: AbortSignal,
  onAnswer: (answer: HttpAnswer) => void,
): Promise<JsonObject> {
  const json = { imp_key: apiKey, imp_secret: apiSecret };
  const answer = await http.send({ method: 'POST', path: '/users/getToken', json, signal });
  onAnswer(answer);
  if (answer.status === 401) throw new UpstreamFault('unauthorized');
  const response = openEnvelope(answer);
  onLogin(Number(response['now']) * 1000, answer.call);
  return response;
}
