import { setting } from './setting.ts';
import { boolean, networks, oneOf, optional, origins, port, text, wholeNumber } from './values.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export const SERVER = {
  isProduction: setting(
    'NODE_ENV',
    oneOf(['production', 'development', 'test'], 'production, development or test')
      .transform((name) => name === 'production')
      .prefault('development'),
    '`production` hides the schema and refuses unsafe settings at start.',
  ),
  host: setting('HOST', text('an address or a host name').default('127.0.0.1'), 'Address on which both ports listen.'),
  port: setting('PORT', port().default(4000), 'Port of GraphQL at `/graphql`; 0 picks a free one.'),
  adminHost: setting(
    'ADMIN_HOST',
    optional(text('an address or a host name')),
    'Address on which `ADMIN_PORT` listens; unset, that of `HOST`.',
  ),
  adminPort: setting(
    'ADMIN_PORT',
    port().default(4001),
    'Port of `/livez`, `/readyz` and `/metrics`, which the public must not reach; 0 picks a free one.',
  ),
  logLevel: setting(
    'LOG_LEVEL',
    oneOf(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`).default('info'),
    'Least severe level that is logged, as JSON on standard output.',
  ),
  explorer: setting(
    'EXPLORER',
    optional(boolean()),
    'GraphiQL for a browser at `/graphql`, and beside the embedded sandbox the demo at `/demo`; unset, they are served outside production only.',
  ),
  trustProxy: setting('TRUST_PROXY', networks().default([]), 'Proxies whose `X-Forwarded-For` is believed.'),
  trustedDocuments: setting(
    'TRUSTED_DOCUMENTS',
    optional(text('a path')),
    'JSON file of ids and documents; with it no other document runs, and clients send `documentId`, the hash of a persisted query, or the exact text.',
  ),
  maxRepresentations: setting(
    'MAX_REPRESENTATIONS',
    wholeNumber(1, 1_000).default(100),
    'Entity references that one request may resolve.',
  ),
  clientTimeoutMs: setting(
    'CLIENT_TIMEOUT_MS',
    wholeNumber(1, 60_000).default(10_000),
    'Deadline for a client to send its whole request, and again to take its whole answer.',
    'ms',
  ),
  maxConnections: setting(
    'MAX_CONNECTIONS',
    wholeNumber(1, 1_000_000).default(10_000),
    'Connections at a time to each of the two ports; one more is closed before anything is read from it.',
  ),
  keepAliveMs: setting(
    'KEEP_ALIVE_MS',
    wholeNumber(1_000, 3_600_000).default(72_000),
    'How long an idle connection is kept; set it above the idle time of the load balancer in front, which is 600 s for some.',
    'ms',
  ),
  drainDelayMs: setting(
    'DRAIN_DELAY_MS',
    optional(wholeNumber(0, 60_000)),
    'After SIGTERM `/readyz` answers 503 for so long while requests are still served, so that load balancers notice; unset, 5000 in production and otherwise 0.',
    'ms',
  ),
  corsOrigins: setting(
    'CORS_ORIGINS',
    optional(origins()),
    'Origins whose pages may call from a browser; unset, none, and on the sandbox every port of localhost.',
  ),
  corsCredentials: setting(
    'CORS_CREDENTIALS',
    boolean().default(false),
    'Whether browsers may send cookies along; the gateway itself reads none.',
  ),
};

/** The OpenTelemetry variables that are read here; the exporter reads others itself. `config/traces.ts` says what they mean. */
export const TRACES = {
  endpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    optional(text('an http or https URL')),
    'OTLP receiver to which [traces](operating.md#traces) are sent over HTTP as JSON; headers, service name and the like are taken from the standard `OTEL_*` variables.',
  ),
  tracesEndpoint: setting(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    optional(text('an http or https URL')),
    'The same as a whole URL, to which no `/v1/traces` is added.',
  ),
  isDisabled: setting('OTEL_SDK_DISABLED', optional(text('`true` or anything else')), '`true` sends no traces.'),
  sampler: setting(
    'OTEL_TRACES_SAMPLER',
    text('always_on, always_off or traceidratio, each also after parentbased_').default('parentbased_always_on'),
    'Which traces are recorded; `parentbased_` leaves it to a caller that sends a `traceparent`.',
  ),
  samplerRatio: setting(
    'OTEL_TRACES_SAMPLER_ARG',
    text('a number from 0 to 1').default('1'),
    'Share of the traces that `traceidratio` records.',
  ),
  federatedTracing: setting(
    'FEDERATED_TRACING',
    boolean().default(false),
    '`true` answers a router that asks for it with the times of each field (`ftv1`); it needs `ROUTER_SECRET`.',
  ),
};
