import { setting } from './setting.ts';
import { channels, headerText, jsonObject, optional, text, url, wholeNumber } from './values.ts';

export const UPSTREAM = {
  apiKey: setting(
    'IAMPORT_API_KEY',
    optional(text()),
    'API key of the merchant at PortOne V1; without it and without `PORTONE_API_SECRET` the embedded sandbox answers.',
  ),
  apiSecret: setting(
    'IAMPORT_API_SECRET',
    optional(text()),
    'API secret of the merchant at PortOne V1, required with the key.',
  ),
  baseUrl: setting(
    'IAMPORT_BASE_URL',
    url(/^https?$/, 'an http or https URL').default('https://api.iamport.kr'),
    'Address of the PortOne V1 API; production accepts its known hosts only.',
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
  channels: setting(
    'IAMPORT_CHANNEL_KEY',
    optional(channels()),
    'Channels that send the codes, each with its provider in front where that is known, such as `danal=channel-key-a,kcp_v2=channel-key-b`. The first is used; the next one where it says that it is down. KCP requires one.',
  ),
  merchantCode: setting(
    'IAMPORT_MERCHANT_CODE',
    optional(text()),
    'Merchant code (가맹점 식별코드) for `openIdentityWindow` on V1; without it there is no [window](window.md) there, but for the sandbox.',
  ),
  bypass: setting(
    'IAMPORT_BYPASS',
    optional(jsonObject()),
    'Options of the provider itself, sent with each request for a code; a text `"{device}"` or `"{address}"` in them becomes the device or the IP of that request, and is left out where it is not known.',
  ),
  refusalsFile: setting('REFUSALS_FILE', optional(text('a path')), 'JSON file of more [refusals](refusals.md).'),
  testIdentitiesFile: setting(
    'TEST_IDENTITIES_FILE',
    optional(text('a path')),
    'JSON file of [test identities](guides/app-review.md) for the reviewers of app stores, which the gateway answers itself.',
  ),
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

export const PORTONE = {
  apiSecret: setting(
    'PORTONE_API_SECRET',
    optional(headerText()),
    'API secret of PortOne V2; with it new verifications are made there, and those of `IAMPORT_API_KEY` are still served.',
  ),
  storeId: setting('PORTONE_STORE_ID', optional(text()), 'Store at PortOne V2, required with the secret.'),
  channels: setting(
    'PORTONE_CHANNEL_KEY',
    optional(channels()),
    'Channels at PortOne V2, as `IAMPORT_CHANNEL_KEY`; required with the secret.',
  ),
  baseUrl: setting(
    'PORTONE_BASE_URL',
    url(/^https?$/, 'an http or https URL').default('https://api.portone.io'),
    'Address of the PortOne V2 API; production accepts its known host only.',
  ),
  bypass: setting('PORTONE_BYPASS', optional(jsonObject()), 'Options of the provider itself, as `IAMPORT_BYPASS`.'),
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
