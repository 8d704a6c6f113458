import type { OnUpstreamEvent } from '../events.ts';
import { deadlinesOf } from '../deadlines.ts';
import { spentUpstream } from '../spending.ts';
import { isOwnFailure } from './breaker.ts';
import { withBudget, withinBudget } from './budget.ts';
import { addressOf, type CallName, type Endpoint } from './calls.ts';
import { UpstreamFault, UpstreamRefusal } from './errors.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';
import type { JsonObject } from './json.ts';
import { newId } from './new-id.ts';
import { createPolicies, type PoliciesOptions, type UpstreamLoad } from './policies.ts';

export interface AskOptions {
  /** The total time of a confirm or a request, with the log-in that it may need. */
  readonly confirmTimeoutMs: number;
  /** The total time of a read or a deletion, with the log-in that it may need. */
  readonly readTimeoutMs: number;
  readonly policies: PoliciesOptions;
  readonly onEvent: OnUpstreamEvent;
}

/** The protocol of one upstream: its endpoints, an exchange, and the reading of an answer. */
interface Protocol<Name extends CallName> {
  readonly endpoints: Readonly<Record<Name | 'read', Endpoint>>;
  /** One exchange, with the proof of who we are. Errors: `UpstreamFault`. */
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
  /** What a successful answer holds. Errors: `UpstreamError` for any other answer. */
  readonly open: (answer: HttpAnswer) => JsonObject;
}

export interface Question {
  readonly impUid?: string;
  readonly json?: JsonObject;
  /** Less time than the endpoint has, where several calls share it. */
  readonly timeoutMs?: number;
  /** Another channel can make the call: a refusal of this one says nothing of the upstream, and no breaker counts it. */
  readonly hasNext?: boolean;
  /** Aborted when the caller has gone. */
  readonly signal?: AbortSignal | undefined;
}

/** Calls one endpoint and answers what its answer holds. Errors: `UpstreamError`. */
export type Ask<Name extends CallName> = (name: Name, question: Question) => Promise<JsonObject>;

/** No person's verification: an answer about it says that the upstream works. */
export const PROBE_IMP_UID = 'imp_000000000000';

/** What every call has: a budget of time, the policies of its kind, an exchange, and what its answer means. */
export function createAsk<Name extends CallName>(
  { endpoints, send, open }: Protocol<Name>,
  options: AskOptions,
): { readonly ask: Ask<Name>; readonly load: () => UpstreamLoad } {
  const { confirmTimeoutMs, readTimeoutMs, onEvent } = options;
  const timeouts = { confirmTimeoutMs, readTimeoutMs, readBackMs: deadlinesOf(options).readBackMs };

  const probe = () =>
    withBudget(readTimeoutMs, async ({ signal }) => {
      const address = addressOf(endpoints.read, PROBE_IMP_UID);
      await send({ ...address, signal })
        .then(open)
        .catch(ignoreRefusal);
    });
  const policies = createPolicies(options.policies, probe, onEvent);

  const ask: Ask<Name> = async (name, { impUid, json, hasNext = false, signal: caller, ...question }) => {
    const endpoint: Endpoint = endpoints[name];
    const { timeoutMs = timeouts[endpoint.timeout] } = question;
    const request = { ...addressOf(endpoint, impUid), ...(json && { json }) };
    const exchange: Exchange = (signal, headers = {}) =>
      measured(name, async () => open(await send({ ...request, headers, signal })), onEvent);
    const { call, told } = endpoint.kind === 'keyed-mutation' ? keyed(exchange, timeoutMs) : plain(exchange);
    const work = (signal: AbortSignal) => (hasNext ? call(signal).catch(asAnswer) : call(signal));
    try {
      return orRefused(
        await withBudget(timeoutMs, (budget) => policies.run(endpoint.kind, budget, () => work(budget.signal)), caller),
      );
    } catch (error) {
      const failure = told(error);
      tellFailure(failure, name, endpoint, onEvent);
      throw failure;
    }
  };
  return { ask, load: () => policies.load() };
}

/** A refusal as an answer, so that the policies take the call for a success. */
function asAnswer(error: unknown): UpstreamRefusal {
  if (error instanceof UpstreamRefusal) return error;
  throw error;
}

function orRefused(answer: JsonObject | UpstreamRefusal): JsonObject {
  if (answer instanceof UpstreamRefusal) throw answer;
  return answer;
}

type Exchange = (signal: AbortSignal, headers?: Readonly<Record<string, string>>) => Promise<JsonObject>;

/** One call of one or more tries, and what its failure is. */
interface Tries {
  readonly call: (signal: AbortSignal) => Promise<JsonObject>;
  readonly told: (error: unknown) => unknown;
}

function plain(exchange: Exchange): Tries {
  return { call: (signal) => exchange(signal), told: (error) => error };
}

/**
 * Tries with one idempotency key. Each has half of the time, so that a repeat can still hear the answer of the first. A try whose
 * answer was lost may have had an effect, whatever became of later ones.
 */
function keyed(exchange: Exchange, timeoutMs: number): Tries {
  const headers = { 'idempotency-key': `"${newId()}"` };
  let lost: UpstreamFault | null = null;
  return {
    call: async (all) => {
      try {
        return await withinBudget(timeoutMs / 2, all, (signal) => exchange(signal, headers));
      } catch (error) {
        if (error instanceof UpstreamFault && error.fate === 'ambiguous') lost ??= error;
        throw error;
      }
    },
    told: (error) => (lost && !isAnswerOfFirst(error) ? lost : error),
  };
}

/** The refusal that a repeat gets is that of the first try, unless the upstream failed at the repeat itself. */
function isAnswerOfFirst(error: unknown): boolean {
  return !(error instanceof UpstreamFault) && !(error instanceof UpstreamRefusal && isOwnFailure(error));
}

/** Tells how a call failed; a defect is told elsewhere. */
function tellFailure(error: unknown, call: CallName, { kind }: Endpoint, onEvent: OnUpstreamEvent): void {
  if (error instanceof UpstreamFault) {
    spentUpstream(0, error.reason, false); // of a call that was not made, the breaker and the queue are the end
    onEvent({ kind: 'fault', call: kind, reason: error.reason });
  }
  if (!(error instanceof UpstreamRefusal)) return;
  const { refusal, status, providerCode, shape } = error;
  onEvent({ kind: 'refusal', call, refusal });
  if (shape !== null) onEvent({ kind: 'unknown-words', call, status, providerCode, shape });
}

/** The fault of a success that is not about the verification that it must name. */
export function badAnswer({ kind }: Endpoint, onEvent: OnUpstreamEvent): UpstreamFault {
  onEvent({ kind: 'fault', call: kind, reason: 'bad-answer' });
  return new UpstreamFault('bad-answer');
}

/** One call as the operator sees it: how long it took, and how it ended. */
async function measured<T>(call: CallName, work: () => Promise<T>, onEvent: OnUpstreamEvent): Promise<T> {
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
