import {
  context,
  createContextKey,
  createTraceState,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type SpanOptions,
} from '@opentelemetry/api';
import { UpstreamFault } from './upstream/errors.ts';

/** Spans go to the tracer provider that the host program has registered; without one they are no-ops. */
const tracer = trace.getTracer('iamport-identity-gateway');

/** W3C trace context, https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;

/**
 * The parent of a request's spans: the span that is active, as a host program with spans of its own has one for each request, or
 * else the caller's, by its W3C headers. With neither the spans are roots. It is read without a registered propagator, so that the
 * log has the caller's trace though nothing is recorded.
 */
export function parentOf(traceparent: string | undefined, tracestate: string | undefined): Context {
  const active = context.active();
  if (trace.getSpan(active)) return active;
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const caller = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) }),
  };
  return trace.isSpanContextValid(caller) ? trace.setSpanContext(active, caller) : active;
}

/** Whether the parent is a span of this process. */
export function isLocal(parent: Context): boolean {
  const span = trace.getSpanContext(parent);
  return span !== undefined && span.isRemote !== true;
}

/** Runs `work` in a span that ends with it. An error marks the span by its class alone: its message can quote a person. */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
  parent: Context = context.active(),
): Promise<T> {
  const span = tracer.startSpan(name, options, parent);
  try {
    return await context.with(trace.setSpan(parent, span), work, undefined, span);
  } catch (error) {
    failSpan(span, error instanceof UpstreamFault ? error.reason : error instanceof Error ? error.name : typeof error);
    throw error;
  } finally {
    span.end();
  }
}

export function failSpan(span: Span, type: string): void {
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

/** Null where the span is a no-op outside of any trace. */
export function traceIdOf(span: Span): string | null {
  const spanContext = span.spanContext();
  return trace.isSpanContextValid(spanContext) ? spanContext.traceId : null;
}

/** The span in which this code runs, for `linkTo`. */
export function activeSpan(): Span | undefined {
  return trace.getActiveSpan();
}

/** Links the active span to one whose work it shares. */
export function linkTo(span: Span | undefined): void {
  if (span) trace.getActiveSpan()?.addLink({ context: span.spanContext() });
}

/** The key by which instrumentations and SDKs know that nothing is to be recorded; `@opentelemetry/core` has it under this name. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/**
 * Hides `work` from the instrumentation of HTTP clients that a host program may have: it would record the URL, in which the impUid
 * is, and send our trace to the upstream, which is another company's.
 */
export function hidden<T>(work: () => T): T {
  return context.with(context.active().setValue(SUPPRESSED, true), work);
}
