import { SpanKind, type Span } from '@opentelemetry/api';
import { failSpan, hidden, inSpan } from '../traces.ts';
import type { UpstreamClock } from './clock.ts';
import { UpstreamFault, UpstreamRefusal } from './errors.ts';
import type { Http, HttpAnswer } from './http.ts';

/**
 * The same exchanges, each in a span: a log-in and a call that is sent again have their own. A span has the template of the path
 * and never the URL. `open` tells an answer with a fault or a refusal by throwing it; it is asked for spans that are recorded.
 * `hear` takes the upstream's time from each answer.
 */
export function createTracedHttp(
  http: Http,
  open: (answer: HttpAnswer) => unknown,
  hear: UpstreamClock['hear'],
): Pick<Http, 'send'> {
  const { hostname, port, protocol } = http.base;
  const server = {
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };

  return {
    send(request) {
      const { method, path, template = path } = request;
      const attributes = { 'http.request.method': method, 'url.template': template, ...server };
      return inSpan(`${method} ${template}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
        const answer = await hidden(() => http.send(request));
        hear(answer.dateMs, answer.call);
        if (span.isRecording()) describeAnswer(span, answer, open);
        return answer;
      });
    },
  };
}

/** A refusal has its class and is no error: most are a person's mistake. */
function describeAnswer(span: Span, answer: HttpAnswer, open: (answer: HttpAnswer) => unknown): void {
  span.setAttribute('http.response.status_code', answer.status);
  try {
    if (answer.status === 401) throw new UpstreamFault('unauthorized');
    open(answer);
  } catch (error) {
    if (error instanceof UpstreamRefusal) span.setAttribute('error.type', error.refusal);
    else failSpan(span, (error as UpstreamFault).reason);
  }
}
