import type { OnUpstreamEvent } from '../events.ts';
import { deadlinesOf } from '../deadlines.ts';
import { isOwnFailure } from './breaker.ts';
import { withBudget } from './budget.ts';
import type { CertificationClock } from './clock.ts';
import { addressOf, ENDPOINTS, type EndpointName } from './endpoints.ts';
import { openEnvelope, type JsonObject } from './envelope.ts';
import { spentUpstream } from '../spending.ts';
import { UpstreamFault, UpstreamRefusal } from './errors.ts';
import type { Http, HttpAnswer, HttpRequest } from './http.ts';
import { createPolicies, type PoliciesOptions, type UpstreamLoad } from './policies.ts';
import { createClassify } from './refusal.ts';
import { readLessons } from './refusals-file.ts';
import { createSession } from './session.ts';
import { createTracedHttp } from './traced-http.ts';

export interface AskOptions {
  readonly http: Http;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** The total time of a confirm or a request, with the log-in that it may need. */
  readonly confirmTimeoutMs: number;
  /** The total time of a read or a deletion, with the log-in that it may need; also the limit of a log-in alone. */
  readonly readTimeoutMs: number;
  readonly policies: PoliciesOptions;
  /** Operators' refusals, tried before the built-in ones; null without. */
  readonly refusalsFile: string | null;
  readonly onEvent: OnUpstreamEvent;
}

export interface Question {
  readonly impUid?: string;
  readonly json?: JsonObject;
  /** Aborted when the caller has gone. */
  readonly signal?: AbortSignal | undefined;
}

/** Calls one endpoint and answers its `response`. Errors: `UpstreamError`. */
export type Ask = (name: EndpointName, question: Question) => Promise<JsonObject>;

/** No person's verification: an answer about it says that the upstream works. */
export const PROBE_IMP_UID = 'imp_000000000000';

/** What every call has: a budget of time, the policies of its kind, a session, and an envelope around its answer. */
export function createAsk(
  options: AskOptions,
  clock: CertificationClock,
): { readonly ask: Ask; readonly load: () => UpstreamLoad } {
  const { confirmTimeoutMs, readTimeoutMs, onEvent } = options;
  const classify = createClassify(readLessons(options.refusalsFile));
  const open = (answer: HttpAnswer) => openEnvelope(answer, classify);
  const http = createTracedHttp(options.http, open);
  const timeouts = { confirmTimeoutMs, readTimeoutMs, readBackMs: deadlinesOf(options).readBackMs };

  async function send(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await http.send(request);
    clock.hearDate(answer.dateMs, answer.call);
    return answer;
  }

  const session = createSession({
    ...options,
    http: { send },
    timeoutMs: readTimeoutMs,
    breaker: options.policies,
    onLogin: clock.hearLogin,
  });

  const policies = createPolicies(
    options.policies,
    () =>
      withBudget(readTimeoutMs, async ({ signal }) => {
        const address = addressOf(ENDPOINTS.read, PROBE_IMP_UID);
        await session
          .send({ ...address, signal })
          .then(open)
          .catch(ignoreRefusal);
      }),
    onEvent,
  );

  const ask: Ask = async (name, { impUid, json, signal: caller }) => {
    const endpoint = ENDPOINTS[name];
    const request = { ...addressOf(endpoint, impUid), ...(json && { json }) };
    const call = (signal: AbortSignal) =>
      measured(name, async () => open(await session.send({ ...request, signal })), onEvent);
    try {
      return await withBudget(
        timeouts[endpoint.timeout],
        (budget) => policies.run(endpoint.kind, budget, () => call(budget.signal)),
        caller,
      );
    } catch (error) {
      tellFailure(error, name, onEvent);
      throw error;
    }
  };
  return { ask, load: () => policies.load() };
}

/** Tells how a call failed; a defect is told elsewhere. */
function tellFailure(error: unknown, call: EndpointName, onEvent: OnUpstreamEvent): void {
  if (error instanceof UpstreamFault) {
    spentUpstream(0, error.reason, false); // of a call that was not made, the breaker and the queue are the end
    onEvent({ kind: 'fault', call: ENDPOINTS[call].kind, reason: error.reason });
  }
  if (!(error instanceof UpstreamRefusal)) return;
  const { refusal, status, providerCode, shape } = error;
  onEvent({ kind: 'refusal', call, refusal });
  if (shape !== null) onEvent({ kind: 'unknown-words', call, status, providerCode, shape });
}

/** One call as the operator sees it: how long it took, and how it ended. */
async function measured<T>(call: EndpointName, work: () => Promise<T>, onEvent: OnUpstreamEvent): Promise<T> {
  const since = performance.now();
  let end = 'ok';
  let isSent = true;
  try {
    return await work();
  } catch (error) {
    if (error instanceof UpstreamFault) [end, isSent] = [error.reason, error.fate !== 'not-sent'];
    else end = error instanceof UpstreamRefusal ? error.refusal : 'defect';
    throw error;
  } finally {
    const ms = performance.now() - since;
    spentUpstream(ms, end, isSent);
    onEvent({ kind: 'upstream-call', call, ms });
  }
}

/** A refusal proves that the upstream is healthy, except one that reports its own failure. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof UpstreamRefusal) || isOwnFailure(error)) throw error;
}
