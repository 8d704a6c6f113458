import { SpanKind, type Attributes, type Context } from '@opentelemetry/api';
import type { OnEvent, Operation } from '../events.ts';
import type { Failure, FailureType } from '../failure.ts';
import { noSpending, withSpending } from '../spending.ts';
import { failSpan, inSpan, isLocal, traceIdOf } from '../traces.ts';
import { isTestImpUid } from '../upstream/test-upstream.ts';
import type { Run } from './context.ts';

/** The facts of a request that the lines of its operations share. */
type RequestFacts = Pick<Operation, 'requestId' | 'callerHmac'>;

interface Operations {
  readonly run: Run;
  readonly hasFailed: () => boolean;
}

/** Failures that are not the person's doing: as a GraphQL answer none is an error, and in a trace these are. */
const ERRORS: ReadonlySet<FailureType> = new Set(['UpstreamError', 'OutcomeUnknownError']);

/** Runs the operations of one request, each in a span and as `runOne` does: counts how each ended, and tells the log what it took. */
export function createOperations(
  facts: RequestFacts,
  parent: Context,
  onEvent: OnEvent,
  onOperation: (operation: Operation) => void,
  runOne: Run,
): Operations {
  let hasFailed = false;
  // In a host program's own span for the request an operation is a step; otherwise it is where this service is entered.
  const kind = isLocal(parent) ? SpanKind.INTERNAL : SpanKind.SERVER;

  return {
    hasFailed: () => hasFailed,
    run: (call, impUid, work) =>
      inSpan(
        `identity.${call}`,
        { kind },
        async (span) => {
          const since = performance.now();
          const spending = noSpending();
          const outcome = await withSpending(spending, () => runOne(call, impUid, work));
          const ms = performance.now() - since;
          const failure: Failure | null = outcome.ok ? null : outcome.failure;
          hasFailed ||= failure !== null;
          const code = failure?.code ?? 'OK';
          onEvent({ kind: 'outcome', call, code, ms });
          const { providerCode = null, attemptsRemaining = null } = failure ?? {};
          const id = impUid ?? (outcome.ok ? answeredImpUid(outcome.value) : null);
          const ended = { call, code, providerCode, attemptsRemaining, impUid: id, ms } as const;
          const mark = id !== null && isTestImpUid(id) ? { test: true as const } : {};
          const operation = { ...facts, ...mark, traceId: traceIdOf(span), ...ended, ...spending };
          onOperation(operation);
          if (span.isRecording()) span.setAttributes(attributesOf(operation));
          if (failure && ERRORS.has(failure.__typename)) failSpan(span, code);
          return outcome;
        },
        parent,
      ),
  };
}

/** The facts of the log line, without those that name the request and its caller: a trace often leaves the house. */
function attributesOf(operation: Operation): Attributes {
  const { code, providerCode, attemptsRemaining, impUid, guardMs, upstreamCalls, upstreamEnd } = operation;
  return {
    'identity.outcome': code,
    'identity.guard.ms': Math.round(guardMs),
    'identity.upstream.calls': upstreamCalls,
    ...(upstreamEnd !== null && { 'identity.upstream.end': upstreamEnd }),
    ...(providerCode !== null && { 'identity.provider_code': providerCode }),
    ...(attemptsRemaining !== null && { 'identity.attempts_remaining': attemptsRemaining }),
    ...(impUid !== null && { 'identity.imp_uid': impUid }),
  };
}

/** The impUid that a request or a deletion answers: a request for a code has none before. */
export function answeredImpUid(value: unknown): string | null {
  const impUid = typeof value === 'object' && value !== null && 'impUid' in value ? value.impUid : value;
  return typeof impUid === 'string' ? impUid : null;
}
