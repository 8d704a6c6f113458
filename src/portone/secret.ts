import type { OnUpstreamEvent } from '../events.ts';
import type { Http, HttpAnswer, HttpRequest } from '../upstream/http.ts';

/** Exchanges with the API secret, in place of a log-in: a refusal is told each time, and an acceptance when it is new. */
export function createSecretSender(
  http: Pick<Http, 'send'>,
  { apiSecret, onEvent }: { readonly apiSecret: string; readonly onEvent: OnUpstreamEvent },
): (request: HttpRequest) => Promise<HttpAnswer> {
  let isAccepted: boolean | null = null;
  return async (request) => {
    const answer = await http.send({
      ...request,
      headers: { ...request.headers, authorization: `PortOne ${apiSecret}` },
    });
    const isHeard = answer.status !== 401;
    if (!isHeard) onEvent({ kind: 'login', isAccepted: false, namesKey: true });
    else if (isAccepted !== true) onEvent({ kind: 'login', isAccepted: true });
    isAccepted = isHeard;
    return answer;
  };
}
