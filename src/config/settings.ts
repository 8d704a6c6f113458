import { SERVER, TRACES } from './server-settings.ts';
import { setting, type Group } from './setting.ts';
import { POLICIES, PORTONE, UPSTREAM } from './upstream-settings.ts';
import {
  boolean,
  encodedSecret,
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
} from './values.ts';

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
    'Requests for a code from one IPv4 address or IPv6 /64 network; on the sandbox `300/1h`.',
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

const PERMISSIONS = {
  allowAnonymous: setting(
    'ALLOW_ANONYMOUS',
    boolean().default(false),
    '`true` starts with real credentials and without keys of a token issuer: all callers are one, without scopes.',
  ),
  allowOtherUpstream: setting(
    'ALLOW_OTHER_UPSTREAM',
    boolean().default(false),
    '`true` accepts any `IAMPORT_BASE_URL` and `PORTONE_BASE_URL` in production, plain http included.',
  ),
};

/** Every setting, in the order of `docs/settings.md`. */
export const GROUPS: readonly { readonly title: string; readonly settings: Group }[] = [
  { title: 'Server', settings: SERVER },
  { title: 'Upstream', settings: UPSTREAM },
  { title: 'PortOne V2', settings: PORTONE },
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
