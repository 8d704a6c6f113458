import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry as ClientRegistry,
  type PrometheusContentType,
} from '@prometheus-io/client';
import type { GatewayEvent, OnEvent } from '../events.ts';

export interface Metrics {
  readonly count: OnEvent;
  /** Everything counted so far, and whether the store answers, in Prometheus' text format. */
  render(isStoreUp: boolean): Promise<{ readonly contentType: string; readonly body: string }>;
}

type Event<K extends GatewayEvent['kind']> = Extract<GatewayEvent, { kind: K }>;
type Counts = { readonly [K in GatewayEvent['kind']]: (event: Event<K>) => void };

/** A registry of `@prometheus-io/client`, or of `prom-client`, its name until version 15. */
export interface MetricsRegistry {
  readonly contentType: string;
  registerMetric(metric: never): void;
  metrics(): Promise<string>;
}

type Registry = ClientRegistry<PrometheusContentType>;

/** From a confirm on the sandbox to the deadline of one. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 18, 25];
const BREAKER_STATES = { closed: 0, 'half-open': 1, open: 2 };

/** Counts in a registry of the host program, or in one of its own with the metrics of the process. */
export function createMetrics(given: MetricsRegistry = ownRegistry()): Metrics {
  const registry = given as Registry; // its metrics only register themselves, which is the same in both
  const counts = createCounts(registry);
  const store = new Gauge({
    name: 'identity_store_up',
    help: 'Whether the store of attempts answers, full or not',
    registers: [registry],
  });
  return {
    count: (event) => counts[event.kind](event as never),
    async render(isStoreUp) {
      store.set(Number(isStoreUp));
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

/** What each event counts. No label takes a value from a request, so that the number of series does not grow with input. */
function createCounts(registry: Registry): Counts {
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter({ name: `identity_${name}`, help, labelNames, registers: [registry] });
  const seconds = <L extends string>(name: string, help: string, ...labelNames: L[]): Histogram<L> =>
    new Histogram({ name: `identity_${name}`, help, labelNames, buckets: SECONDS, registers: [registry] });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
    new Gauge({ name: `identity_${name}`, help, labelNames, registers: [registry] });

  const outcomes = counter('outcomes_total', 'How calls of clients ended', 'call', 'code');
  const operations = seconds('operation_seconds', 'Time of calls of clients', 'call');
  const upstream = seconds('upstream_seconds', 'Time of exchanges with the upstream', 'call');
  const faults = counter('upstream_faults_total', 'Calls to the upstream without a usable answer', 'call', 'reason');
  const refusals = counter('upstream_refusals_total', 'Calls that the upstream refused, by class', 'call', 'class');
  const drift = counter('upstream_drift_total', 'What the upstream sent in a way not known here', 'field');
  const logins = counter('upstream_logins_total', 'Log-ins, and whether the upstream accepted them', 'accepted');
  const breakers = gauge('upstream_breaker_state', 'Circuit breakers: 0 closed, 1 half open, 2 open', 'breaker');
  const limits = counter('limits_total', 'Limits that were reached', 'limit', 'shadow');
  const callers = counter('refused_callers_total', 'Requests whose token or router secret was refused', 'reason');
  const full = counter('store_full_total', 'Calls that were denied because the store had no room for a new record');

  return {
    outcome({ call, code, ms }) {
      outcomes.inc({ call, code });
      operations.observe({ call }, ms / 1000);
    },
    'upstream-call': ({ call, ms }) => upstream.observe({ call }, ms / 1000),
    fault: ({ call, reason }) => faults.inc({ call, reason }),
    refusal: ({ call, refusal }) => refusals.inc({ call, class: refusal }),
    drift: ({ field }) => drift.inc({ field }),
    login: ({ isAccepted }) => logins.inc({ accepted: String(isAccepted) }),
    breaker: ({ breaker, state }) => breakers.set({ breaker }, BREAKER_STATES[state]),
    limit: ({ limit, shadow }) => limits.inc({ limit, shadow: String(shadow) }),
    'refused-caller': ({ reason }) => callers.inc({ reason }),
    'store-full': () => full.inc(),
  };
}

function ownRegistry(): Registry {
  const registry = new ClientRegistry<PrometheusContentType>();
  collectDefaultMetrics({ register: registry, eventLoopUtilizationTimeout: 1_000 });
  return registry;
}
