import { collectDefaultMetrics, Registry as ClientRegistry, type PrometheusContentType } from '@prometheus-io/client';
import { CALLER_REFUSALS, DECISIONS, LIMITS, STORE_OPERATIONS, type GatewayEvent, type OnEvent } from '../events.ts';
import { CALLS, FAILURE_CODES } from '../failure.ts';
import { CALL_NAMES } from '../upstream/calls.ts';
import { FAULT_REASONS, REFUSALS } from '../upstream/errors.ts';
import type { UpstreamLoad } from '../upstream/policies.ts';
import { FIELDS } from '../upstream/record.ts';
import type { IdentitySubgraph } from '../subgraph.ts';
import { version } from '../version.ts';
import { createMakers, every } from './metric-makers.ts';

export interface Metrics {
  readonly count: OnEvent;
  /** Reads at each scrape whether the store of a subgraph answers, and which calls run and wait. Once in a registry. */
  watch(subgraph: Pick<IdentitySubgraph, 'isReady' | 'upstream'>): void;
  /** Everything counted so far, in the text format of Prometheus. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** A registry of `@prometheus-io/client`, or of `prom-client`, its name until version 15. */
export interface MetricsRegistry {
  readonly contentType: string;
  registerMetric(metric: never): void;
  metrics(): Promise<string>;
}

type Event<K extends GatewayEvent['kind']> = Extract<GatewayEvent, { kind: K }>;
type Registry = ClientRegistry<PrometheusContentType>;
type Makers = ReturnType<typeof createMakers>;
type Counts = { readonly [K in GatewayEvent['kind']]: (event: Event<K>) => void };

const CODES = ['OK', ...FAILURE_CODES] as const;
const FAULT_CALLS = ['mutation', 'keyed-mutation', 'read', 'read-back', 'login'] as const;
const REFUSAL_CLASSES = [...REFUSALS, 'UNRECOGNISED'] as const;
const DRIFT_FIELDS = [...FIELDS, 'message'] as const;
const BREAKERS = ['mutation', 'read', 'login', 'portone mutation', 'portone read'] as const;
const BREAKER_STATES = { closed: 0, 'half-open': 1, open: 2 };
const BOUNDED = ['mutation', 'read'] as const;
const BOOLEANS = ['true', 'false'] as const;

const OTHER = { status: 'other', code: 'other' };

/** The statuses and codes of refused requests; any other pair is counted as `other`. */
const REFUSED_REQUESTS = [
  ...['BAD_REQUEST', 'BAD_USER_INPUT', 'UNTRUSTED_DOCUMENT'].map((code) => ({ status: '400', code })),
  ...['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE'].map((code) => ({
    status: '400',
    code,
  })),
  ...['408', '413', '415', '417', '431'].map((status) => ({ status, code: 'BAD_REQUEST' })),
  { status: '401', code: 'UNAUTHENTICATED' },
  { status: '404', code: 'NOT_FOUND' },
  { status: '405', code: 'METHOD_NOT_ALLOWED' },
  { status: '500', code: 'INTERNAL_SERVER_ERROR' },
  { status: '503', code: 'CLOSING' },
  OTHER,
];

/** From a confirm on the sandbox to the deadline of one. */
const CALL_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 18, 25];
/** From memory to the silence after which a store counts as unavailable. */
const STORE_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2];

/** Counts in a registry of the host program, or in one of its own with the metrics of the process. */
export function createMetrics(given: MetricsRegistry = ownRegistry()): Metrics {
  const registry = given as Registry; // all that its metrics do with it is to register themselves, which is the same in both
  const makers = createMakers(registry);
  const counts = createCounts(makers);
  makers.gauge(
    'build_info',
    'The version of the gateway and of node, always 1',
    [{ version, node: process.version }],
    1,
  );
  return {
    count: (event) => counts[event.kind](event as never),
    watch(subgraph) {
      const isUp = async () => Number(await subgraph.isReady());
      const load = (kind: keyof UpstreamLoad) => subgraph.upstream().calls[kind];
      const kinds = every({ call: BOUNDED });
      makers.read('store_up', 'Whether the store of attempts answers, full or not', [{}], isUp);
      makers.read(
        'upstream_running',
        'Calls to the upstream that have a slot',
        kinds,
        ({ call }) => load(call).running,
      );
      makers.read('upstream_queued', 'Calls that wait for a slot', kinds, ({ call }) => load(call).queued);
    },
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

/** What each event counts. */
function createCounts(makers: Makers): Counts {
  return { ...createCallCounts(makers), ...createUpstreamCounts(makers), ...createGuardCounts(makers) };
}

function createCallCounts({ counter, seconds }: Makers) {
  const outcomes = counter('outcomes_total', 'How calls of clients ended', every({ call: CALLS, code: CODES }));
  const operations = seconds('operation_seconds', 'Time of calls of clients', CALL_SECONDS, every({ call: CALLS }));
  const reasons = every({ reason: CALLER_REFUSALS });
  const callers = counter('refused_callers_total', 'Requests whose token or router secret was refused', reasons);
  const requests = counter('refused_requests_total', 'HTTP requests answered with an error', REFUSED_REQUESTS);
  const known = new Map(REFUSED_REQUESTS.map((labels) => [`${labels.status} ${labels.code}`, labels]));

  const unrecorded = counter('audit_failures_total', 'Operations without a line in the access record', [{}]);

  return {
    outcome({ call, code, ms }) {
      outcomes({ call, code });
      operations({ call }, ms);
    },
    'refused-caller': ({ reason }) => callers({ reason }),
    'audit-failed': () => unrecorded({}),
    'missing-setting': () => {}, // the log has it
    'refused-request': ({ status, code }) => requests(known.get(`${status} ${code}`) ?? OTHER),
  } satisfies Partial<Counts>;
}

function createUpstreamCounts({ counter, gauge, seconds }: Makers) {
  const endpoints = every({ call: CALL_NAMES });
  const upstream = seconds('upstream_seconds', 'Time of exchanges with the upstream', CALL_SECONDS, endpoints);
  const faults = counter(
    'upstream_faults_total',
    'Calls to the upstream without a usable answer',
    every({ call: FAULT_CALLS, reason: FAULT_REASONS }),
  );
  const refusals = counter(
    'upstream_refusals_total',
    'Calls that the upstream refused, by class',
    every({ call: CALL_NAMES, class: REFUSAL_CLASSES }),
  );
  const fields = every({ field: DRIFT_FIELDS });
  const drift = counter('upstream_drift_total', 'What the upstream sent in a way not known here', fields);
  const accepted = every({ accepted: BOOLEANS });
  const logins = counter('upstream_logins_total', 'Log-ins, and whether the upstream accepted them', accepted);
  const names = every({ breaker: BREAKERS });
  const breakers = gauge('upstream_breaker_state', 'Circuit breakers: 0 closed, 1 half open, 2 open', names);

  return {
    'upstream-call': ({ call, ms }) => upstream({ call }, ms),
    fault: ({ call, reason }) => faults({ call, reason }),
    refusal: ({ call, refusal }) => refusals({ call, class: refusal }),
    'next-channel': () => {}, // its refusal is counted, and the log has it
    drift: ({ field }) => drift({ field }),
    login: ({ isAccepted }) => logins({ accepted: `${isAccepted}` }),
    breaker: ({ breaker, state }) => breakers({ breaker }, BREAKER_STATES[state]),
  } satisfies Partial<Counts>;
}

function createGuardCounts({ counter, gauge, seconds }: Makers) {
  const attempts = counter('attempts_total', 'How the guard decided on attempts', every({ decision: DECISIONS }));
  const limits = counter(
    'limits_total',
    'How limits decided on calls',
    every({ limit: LIMITS, decision: ['allowed', 'denied', 'shadow'] as const }),
  );
  const commands = every({ operation: STORE_OPERATIONS });
  const store = seconds('store_seconds', 'Time of commands to the stores', STORE_SECONDS, commands);
  const unanswered = counter('store_unanswered_total', 'Commands that a store did not answer in time', commands);
  const full = counter('store_full_total', 'Calls denied because the store had no room for a new record', [{}]);
  const secret = gauge(
    'guard_secret_shared',
    'Whether this process has the GUARD_SECRET of the others, or of those before it on a store file',
    [{}],
    1,
  );

  return {
    attempt: ({ decision }) => attempts({ decision }),
    limit: ({ limit, shadow }) => limits({ limit, decision: shadow ? 'shadow' : 'denied' }),
    'limit-allowed': ({ limit }) => limits({ limit, decision: 'allowed' }),
    store({ operation, ms, isAnswered }) {
      store({ operation }, ms);
      if (!isAnswered) unanswered({ operation });
    },
    'store-full': () => full({}),
    secret: ({ isShared }) => secret({}, Number(isShared)),
  } satisfies Partial<Counts>;
}

function ownRegistry(): Registry {
  const registry: Registry = new ClientRegistry();
  collectDefaultMetrics({ register: registry, eventLoopUtilizationTimeout: 1_000 });
  return registry;
}
