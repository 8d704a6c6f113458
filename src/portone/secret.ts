import type { PortoneConfig } from '../config.ts';
import type { AskOptions } from '../upstream/ask.ts';
import type { Http, HttpAnswer, HttpRequest } from '../upstream/http.ts';

/**
 * Exchanges with the API secret, in place of a log-in: a refusal is told each time, and an acceptance when it is new. Each names
 * the store, in its body or else in its query: without it the upstream takes the store of the secret, which can be another one.
 */
export function createSecretSender(
  http: Pick<Http, 'send'>,
  { apiSecret, storeId, onEvent }: Pick<PortoneConfig, 'apiSecret' | 'storeId'> & Pick<AskOptions, 'onEvent'>,
): (request: HttpRequest) => Promise<HttpAnswer> {
  let isAccepted = false;
  return async (request) => {
    const { json } = request;
    const answer = await http.send({
      ...request,
      ...(json ? { json: { storeId, ...json } } : { query: { storeId } }),
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
