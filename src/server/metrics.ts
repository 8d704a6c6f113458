import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { OnEvent } from '../events.ts';

export interface Metrics {
  readonly count: OnEvent;
  /** Everything counted so far, and whether the store answers, in Prometheus' text format. */
  render(isStoreUp: boolean): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Counts in a registry of the host program, or in one of its own with the metrics of the process. */
export function createMetrics(registry: Registry = ownRegistry()): Metrics {
  const registers = [registry];
  const counters = {
    outcome: new Counter({
      name: 'identity_outcomes_total',
      help: 'How calls of clients ended',
      labelNames: ['call', 'code'],
      registers,
    }),
    fault: new Counter({
      name: 'identity_upstream_faults_total',
      help: 'Calls to the upstream without a usable answer',
      labelNames: ['call', 'reason'],
      registers,
    }),
    drift: new Counter({
      name: 'identity_upstream_drift_total',
      help: 'What the upstream sent in a way not known here',
      labelNames: ['field'],
      registers,
    }),
    limit: new Counter({
      name: 'identity_limits_total',
      help: 'Limits that were reached',
      labelNames: ['limit', 'shadow'],
      registers,
    }),
    'store-full': new Counter({
      name: 'identity_store_full_total',
      help: 'Calls that were denied because the store had no room for a new record',
      registers,
    }),
  };
  const store = new Gauge({
    name: 'identity_store_up',
    help: 'Whether the store of attempts answers, full or not',
    registers,
  });
  return {
    count: ({ kind, ...labels }) => {
      const texts = Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
      (counters[kind] as Counter).inc(texts);
    },
    async render(isStoreUp) {
      store.set(Number(isStoreUp));
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

function ownRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
