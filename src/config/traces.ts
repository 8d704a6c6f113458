/** Which traces are recorded: `share` of those that begin here, and of all others where `followsCaller` is false. */
export interface TracesConfig {
  /** A trace that a caller began is recorded where the caller records it. */
  readonly followsCaller: boolean;
  /** From 0 to 1. */
  readonly share: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration */
const SAMPLER = /^(?<parent>parentbased_)?(?<root>always_on|always_off|traceidratio)$/;

/**
 * Where traces are asked for, what to record; null otherwise. A platform sets these variables for all its programs, so that a value
 * that cannot be used is warned of, and never ends the process.
 */
export function readTraces(env: Environment): {
  readonly traces: TracesConfig | null;
  readonly warnings: readonly string[];
} {
  const endpoint = ENDPOINTS.find((name) => env[name]);
  if (!endpoint || env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return { traces: null, warnings: [] };
  if (!/^https?:$/.test(URL.parse(env[endpoint]!)?.protocol ?? ''))
    return { traces: null, warnings: [`${endpoint} must be an http or https URL: no traces are sent`] };

  const { OTEL_TRACES_SAMPLER: sampler = 'parentbased_always_on', OTEL_TRACES_SAMPLER_ARG: ratio = '1' } = env;
  const { parent, root = 'always_on' } = SAMPLER.exec(sampler)?.groups ?? { parent: 'parentbased_' };
  const isRatio = Number(ratio) >= 0 && Number(ratio) <= 1;
  const shares = { always_on: 1, always_off: 0, traceidratio: isRatio ? Number(ratio) : 1 };
  return {
    traces: { followsCaller: parent !== undefined, share: shares[root as keyof typeof shares] },
    warnings: [
      ...(SAMPLER.test(sampler) ? [] : ['OTEL_TRACES_SAMPLER is not known here: parentbased_always_on is used']),
      ...(isRatio ? [] : ['OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1: 1 is used']),
    ],
  };
}

export function tracingProblems(env: Environment): string[] {
  return env['FEDERATED_TRACING'] === 'true' && !env['ROUTER_SECRET']
    ? ['FEDERATED_TRACING needs ROUTER_SECRET: the times of fields are for the router alone']
    : [];
}
