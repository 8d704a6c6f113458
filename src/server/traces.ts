import { setTimeout as delay } from 'node:timers/promises';
import { context, createContextKey, diag, DiagLogLevel, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
  type Resource,
} from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
  TraceIdRatioBasedSampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import type { TracesConfig } from '../config/traces.ts';
import type { Logger } from '../log.ts';
import { createReminder } from '../report.ts';

export interface Traces {
  /** Sends the spans that are not sent yet, and gives up after two seconds. */
  close(): Promise<void>;
}

/** How long the end of the process waits for a receiver. */
const FLUSH_MS = 2_000;

/**
 * Sends the spans of this process to an OTLP receiver, in batches beside the requests: at most 2048 spans wait, further ones are
 * dropped. The exporter reads its address, headers and time limit from the environment itself.
 */
export function startTraces({ followsCaller, share }: TracesConfig, version: string, logger: Logger): Traces {
  if (hasContextManager()) {
    logger.info({}, 'an OpenTelemetry SDK was loaded before this program, and has its traces');
    return { close: async () => {} };
  }
  const warn = createWarn(logger);
  const root = new TraceIdRatioBasedSampler(share);
  diag.setLogger(quiet(warn), DiagLogLevel.WARN);
  const provider = new TracerProvider({
    resource: resourceOf(version),
    sampler: followsCaller ? new ParentBasedSampler({ root }) : root,
    spanProcessors: [new BatchSpanProcessor({ exporter: reporting(new OTLPTraceExporter(), warn) })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return {
    close: () => Promise.race([provider.shutdown().catch(ignore), delay(FLUSH_MS, undefined, { ref: false })]),
  };
}

/** Whether an SDK is registered. To register a second one and see it fail would be told to the first one's log, with a stack. */
function hasContextManager(): boolean {
  const key = createContextKey('whether a context is kept');
  return context.with(ROOT_CONTEXT.setValue(key, true), () => context.active().getValue(key) === true);
}

/** `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` come before the names given here. */
function resourceOf(version: string): Resource {
  const own = { 'service.name': 'iamport-identity-gateway', 'service.version': version };
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector];
  return defaultResource().merge(resourceFromAttributes(own)).merge(detectResources({ detectors }));
}

type Warn = (reason: string) => void;

function createWarn(logger: Logger): Warn {
  const isNew = createReminder();
  return (reason) => {
    if (isNew('traces')) logger.warn({ reason }, 'traces are not sent as they should be');
  };
}

/** Tells why spans were not sent, by a status or the code of a network error: messages can quote what the receiver answered. */
function reporting(exporter: SpanExporter, warn: Warn): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error) warn(reasonOf(result.error));
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

function reasonOf(error: Error & { readonly code?: string | number }): string {
  return error.code === undefined ? wordsOf(error.message) : String(error.code);
}

/** Takes the SDK's own diagnostics: settings that it cannot use, spans that it dropped. */
function quiet(warn: Warn) {
  const say = (message: string): void => {
    const words = wordsOf(message);
    if (words !== '') warn(words);
  };
  return { error: say, warn: say, info: ignore, debug: ignore, verbose: ignore };
}

/** The SDK's own words up to the first value, which can be a header or an answer; an error as JSON has none, and was told before. */
function wordsOf(message: string): string {
  return /^[^"'`{<\n]*/.exec(message)![0].trim();
}

function ignore(): void {}
