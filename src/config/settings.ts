import { SERVER, TRACES } from './server-settings.ts';
import { setting, type Group } from './setting.ts';
import {
  boolean,
  encodedSecret,
  jsonObject,
  oneOf,
  optional,
  port,
  privateKeys,
  publicKey,
  rates,
  redisUrl,
  secret,
  text,
  url,
  wholeNumber,
} from './values.ts';

export const UPSTREAM = {
  apiKey: setting(
    'IAMPORT_API_KEY',
    optional(text()),
    'API key of the merchant; without it the embedded sandbox answers.',
  ),
  apiSecret: setting('IAMPORT_API_SECRET', optional(text()), 'API secret of the merchant, required with the key.'),
  baseUrl: setting(
    'IAMPORT_BASE_URL',
    url(/^https?$/, 'an http or https URL').default('https://api.iamport.kr'),
    'Address of the iamport API; production accepts its known hosts only.',
  ),
  httpsProxy: setting(
    'HTTPS_PROXY',
    optional(url(/^http$/, 'an http URL')),
    'HTTP proxy through which an https upstream is reached.',
  ),
  noProxy: setting(
    'NO_PROXY',
    optional(text('hosts, separated by commas')),
    'Hosts that are reached without the proxy.',
  ),
  channelKey: setting('IAMPORT_CHANNEL_KEY', optional(text()), 'Channel that sends the codes; KCP requires one.'),
  bypass: setting(
    'IAMPORT_BYPASS',
    optional(jsonObject()),
    'Options of the provider itself, sent with each request for a code; a text `"{device}"` or `"{address}"` in them becomes the device or the IP of that request, and is left out where it is not known.',
  ),
  refusalsFile: setting('REFUSALS_FILE', optional(text('a path')), 'JSON file of more [refusals](refusals.md).'),
  connectTimeoutMs: setting(
    'CONNECT_TIMEOUT_MS',
    wholeNumber(1, 60_000).default(2_000),
    'Deadline for each of name look-up, connection and TLS handshake.',
    'ms',
  ),
  confirmTimeoutMs: setting(
    'CONFIRM_TIMEOUT_MS',
    wholeNumber(1, 60_000).default(15_000),
    'Deadline for a confirm or a request for a code; to read back a lost answer takes up to 3 s more.',
    'ms',
  ),
  readTimeoutMs: setting(
    'READ_TIMEOUT_MS',
    wholeNumber(1, 60_000).default(8_000),
    'Deadline for a read, a deletion or a log-in.',
    'ms',
  ),
  codeLifetimeS: setting(
    'CODE_LIFETIME_S',
    wholeNumber(60, 600).default(180),
    'Time after which a code probably ends, for `expiresAt`: an estimate, since the provider does not tell it, and nothing is refused by it.',
    's',
  ),
};

export const POLICIES = {
  parallelCalls: setting(
    'UPSTREAM_PARALLEL',
    wholeNumber(1, 10_000).default(128),
    'Calls to the upstream at a time, counted apart for reads and for all other calls.',
  ),
  queuedCalls: setting(
    'UPSTREAM_QUEUE',
    wholeNumber(0, 10_000).default(128),
    'Calls that may wait in the queue, counted apart likewise; one more is `OVERLOADED`, as is one that has waited for half of its deadline.',
  ),
  readTries: setting(
    'READ_TRIES',
    wholeNumber(1, 5).default(3),
    'Tries of one read in all; a confirm or a request is sent again only where nothing was sent.',
  ),
  breakerMinimumRps: setting(
    'BREAKER_MIN_RPS',
    wholeNumber(1, 10_000).default(5),
    'Rate of calls below which failures do not open the circuit breaker.',
    'calls per second',
  ),
};

export const CALLERS = {
  jwksUrl: setting(
    'AUTH_JWKS_URL',
    optional(url(/^https?$/, 'an http or https URL')),
    'Address at which the token issuer publishes its keys; production accepts https only.',
  ),
  publicKey: setting('AUTH_PUBLIC_KEY', optional(publicKey()), 'Public key of the token issuer.'),
  secret: setting('AUTH_SECRET', optional(encodedSecret(32)), 'Secret shared with the token issuer.'),
  issuer: setting('AUTH_ISSUER', optional(text()), 'Required value of the `iss` claim.'),
  audience: setting('AUTH_AUDIENCE', optional(text()), 'Required value of the `aud` claim.'),
  routerSecret: setting(
    'ROUTER_SECRET',
    optional(secret(16)),
    'Secret of the router in front, required of every request as the header `router-authorization`.',
  ),
};

export const GUARD = {
  redisUrl: setting(
    'REDIS_URL',
    optional(redisUrl()),
    'Redis in which replicas share attempts and limits, `rediss` for TLS; without it both are in a file or in the memory of one process.',
  ),
  storeFile: setting(
    'STORE_FILE',
    optional(text('a path')),
    'File on a local disk that keeps attempts and limits of one machine over a restart, in place of `REDIS_URL`.',
  ),
  secret: setting(
    'GUARD_SECRET',
    optional(secret(32)),
    'Key of every HMAC that is stored, the same on every replica and after every restart, required with `REDIS_URL` and `STORE_FILE`; unset, each start makes a random one.',
  ),
  claims: setting(
    'UNISSUED_IMP_UIDS',
    oneOf(['claim', 'refuse'], 'claim or refuse')
      .transform((word) => word === 'claim')
      .prefault('claim'),
    'An impUid that was requested elsewhere belongs to the first caller that tries a code (`claim`), or does not exist (`refuse`).',
  ),
};

export const LIMITS = {
  requestsPerPhone: setting(
    'LIMIT_REQUESTS_PER_PHONE',
    rates('1/60s,5/1h,10/1d'),
    'Requests for a code to one phone number.',
  ),
  requestsPerCaller: setting('LIMIT_REQUESTS_PER_CALLER', rates('10/1h'), 'Requests for a code by one caller.'),
  requestsPerIp: setting(
    'LIMIT_REQUESTS_PER_IP',
    rates('30/1h'),
    'Requests for a code from one IPv4 address or IPv6 /64 network.',
  ),
  requests: setting('LIMIT_REQUESTS', rates('1000/1h'), 'Requests for a code in all.'),
  confirmsPerCaller: setting(
    'LIMIT_CONFIRMS_PER_CALLER',
    rates('60/1h'),
    'Codes tried by one caller, over all verifications.',
  ),
  confirmsPerIp: setting(
    'LIMIT_CONFIRMS_PER_IP',
    rates('600/1h'),
    'Codes tried from one IPv4 address or IPv6 /64 network, over all verifications.',
  ),
  shadow: setting(
    'LIMIT_SHADOW',
    boolean().default(false),
    '`true` only logs the calls that a limit would have denied.',
  ),
};

export const AUDIT = {
  file: setting(
    'AUDIT_FILE',
    optional(text('a path, or `-` for standard output')),
    'File to which the [access record](operating.md#access-record) is appended, one for each process; unset, no access is recorded.',
  ),
  failure: setting(
    'AUDIT_FAILURE',
    oneOf(['refuse', 'continue'], 'refuse or continue').default('refuse'),
    'Where the access record cannot be written, operations are refused (`refuse`), or answered all the same with an error in the log (`continue`).',
  ),
};

export const PROOFS = {
  personIdKey: setting(
    'PERSON_ID_KEY',
    optional(secret(32)),
    'Key of every [personId](proofs.md#one-account-for-each-person), the same on every replica and for ever: another key makes everybody a new person. Unset, there is no `personId`, and on the sandbox a random key at each start.',
  ),
  privateKeys: setting(
    'PROOF_PRIVATE_KEY',
    optional(privateKeys()),
    'Keys of [proofs](proofs.md), the same on every replica: the first one signs, and the public keys of all are at `/.well-known/jwks.json`. Unset, there are no proofs, and on the sandbox a random key at each start.',
  ),
  issuer: setting(
    'PROOF_ISSUER',
    optional(text()),
    'Value of the claim `iss` of proofs, such as the public address of the gateway, required with `PROOF_PRIVATE_KEY`; `sandbox` where that is random.',
  ),
};

export const SANDBOX = {
  port: setting('SANDBOX_PORT', port().default(4010), 'Port of the sandbox, embedded or as `npm run sandbox`.'),
};

export const PERMISSIONS = {
  allowAnonymous: setting(
    'ALLOW_ANONYMOUS',
    boolean().default(false),
    '`true` starts with real credentials and without keys of a token issuer: all callers are one, without scopes.',
  ),
  allowOtherUpstream: setting(
    'ALLOW_OTHER_UPSTREAM',
    boolean().default(false),
    '`true` accepts any `IAMPORT_BASE_URL` in production, plain http included.',
  ),
};

/** Every setting, in the order of `docs/settings.md`. */
export const GROUPS: readonly { readonly title: string; readonly settings: Group }[] = [
  { title: 'Server', settings: SERVER },
  { title: 'Upstream', settings: UPSTREAM },
  { title: 'Load on the upstream', settings: POLICIES },
  { title: 'Callers', settings: CALLERS },
  { title: 'Attempts', settings: GUARD },
  { title: 'Limits', settings: LIMITS },
  { title: 'Traces', settings: TRACES },
  { title: 'Access record', settings: AUDIT },
  { title: 'Proofs', settings: PROOFS },
  { title: 'Sandbox', settings: SANDBOX },
  { title: 'Permissions', settings: PERMISSIONS },
];
