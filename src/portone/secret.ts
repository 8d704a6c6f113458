import type { OnUpstreamEvent } from '../events.ts';
import type { Http, HttpAnswer, HttpRequest } from '../upstream/http.ts';

/** Exchanges with the API secret, in place of a log-in: a refusal is told each time, and an acceptance when it is new. */
export function createSecretSender(
  http: Pick<Http, 'send'>,
  { apiSecret, onEvent }: { readonly apiSecret: string; readonly onEvent: OnUpstreamEvent },
): (request: HttpRequest) => Promise<HttpAnswer> {
  let isAccepted = false;
  return async (request) => {
    const answer = await http.send({
      ...request,
      headers: { ...request.headers, authorization: `PortOne ${apiSecret}` },
    });
    if (answer.status === 401) {
      isAccepted = false;
      onEvent({ kind: 'login', upstream: 'portone', isAccepted, namesKey: true });
    } else if (answer.status === 200 && !isAccepted) {
      isAccepted = true; // which an error does not say: it can be a proxy's
      onEvent({ kind: 'login', upstream: 'portone', isAccepted });
    }
    return answer;
  };
}
