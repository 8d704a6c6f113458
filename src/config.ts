import { createPublicKey, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isNetwork } from './address.ts';
import { SCOPES, type Scope } from './caller.ts';

export interface Config {
  /** `NODE_ENV=production`: refuses what is only for trying out, and hides the schema. */
  readonly isProduction: boolean;
  /** `HOST`, default 127.0.0.1: where GraphQL is served. */
  readonly host: string;
  /** `PORT`, default 4000; 0 picks a free one. */
  readonly port: number;
  /** `ADMIN_PORT`, default 4001: `/livez`, `/readyz` and `/metrics`. */
  readonly adminPort: number;
  /** For a client to deliver its whole request, and to take the answer; default 10 s. */
  readonly clientTimeoutMs?: number;
  /** Connections at a time to each of the two ports; default 10,000. */
  readonly maxConnections?: number;
  /** `LOG_LEVEL`, default info. */
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** `EXPLORER`, default true outside production: GraphiQL for a browser at /graphql. */
  readonly explorer: boolean;
  /** `TRUST_PROXY`, default none: addresses and CIDRs of proxies whose `X-Forwarded-For` is believed. */
  readonly trustProxy: readonly string[];
  /** `TRUSTED_DOCUMENTS`, default none: a JSON file of ids and documents; then no other document runs. */
  readonly trustedDocuments: string | null;
  readonly iamport: IamportConfig;
  readonly auth: AuthConfig;
  readonly guard: GuardConfig;
  readonly limits: LimitsConfig;
  /** `MAX_REPRESENTATIONS`, default 100: entity references that one request may resolve. */
  readonly maxRepresentations: number;
  /** The port of the embedded sandbox (`SANDBOX_PORT`, default 4010), null where real credentials are set. */
  readonly sandboxPort: number | null;
  /** Whether the upstream is a sandbox, where nobody's data is at stake: codes may stand in documents. */
  readonly isSandbox: boolean;
}

export interface GuardConfig {
  /** `REDIS_URL`, default none: where replicas share attempts and limits; without it both are this process's own. */
  readonly redisUrl: string | null;
  /** `GUARD_SECRET`, required with `REDIS_URL`, default a random one: the key of every HMAC that is stored. */
  readonly secret: string;
  /** `UNISSUED_IMP_UIDS`, default claim: whether the first caller to confirm an impUid that was not requested here owns it. */
  readonly claims: boolean;
}

/** How callers prove who they are. One of the first three is set, or none. */
export interface AuthConfig {
  /** `AUTH_JWKS_URL`: where the issuer publishes its keys. */
  readonly jwksUrl: string | null;
  /** How long an unknown key is not asked for again, so that made-up key ids cost nothing; default 30 s. */
  readonly jwksCooldownMs?: number;
  /** `AUTH_PUBLIC_KEY`: the issuer's key, PEM. */
  readonly publicKey: string | null;
  /** `AUTH_SECRET`: a secret shared with the issuer, at least 32 characters. */
  readonly secret: string | null;
  /** `AUTH_ISSUER`, `AUTH_AUDIENCE`: what the token must say, where they are set. */
  readonly issuer: string | null;
  readonly audience: string | null;
  /** `ROUTER_SECRET`: what the router in front sends as `router-authorization`; required of every request once set. */
  readonly routerSecret: string | null;
  /** What a caller may who does not prove anything (`ALLOW_ANONYMOUS`), null where there are no such callers. */
  readonly anonymousScopes: ReadonlySet<Scope> | null;
}

/** So many per so many seconds. */
export interface Rate {
  readonly points: number;
  readonly seconds: number;
}

/** The windows of each limit, in any order: a call that one of them denies counts in none. */
export interface LimitsConfig {
  /** `LIMIT_REQUESTS_PER_PHONE`, `_PER_CALLER`, `_PER_IP` and `LIMIT_REQUESTS`, of everybody: requests for a code. */
  readonly requestsPerPhone: readonly Rate[];
  readonly requestsPerCaller: readonly Rate[];
  readonly requestsPerIp: readonly Rate[];
  readonly requests: readonly Rate[];
  /** `LIMIT_CONFIRMS_PER_CALLER` and `_PER_IP`. */
  readonly confirmsPerCaller: readonly Rate[];
  readonly confirmsPerIp: readonly Rate[];
  /** `LIMIT_SHADOW`, default false: only log what would have been refused. */
  readonly shadow: boolean;
}

export interface IamportConfig {
  /** `IAMPORT_BASE_URL`, default https://api.iamport.kr; in production another host needs `ALLOW_OTHER_UPSTREAM=true`. */
  readonly baseUrl: string;
  /** `IAMPORT_API_KEY`. */
  readonly apiKey: string;
  /** `IAMPORT_API_SECRET`. */
  readonly apiSecret: string;
  /** `IAMPORT_CHANNEL_KEY`, default none: the channel that sends the codes, which KCP requires. */
  readonly channelKey: string | null;
  /** `IAMPORT_BYPASS`, default none: a JSON object with the provider's own options for a request. */
  readonly bypass: string | null;
  /** `CONNECT_TIMEOUT_MS`, default 2000: each of name look-up, connection and TLS handshake. */
  readonly connectTimeoutMs: number;
  /** `CONFIRM_TIMEOUT_MS`, default 15000: a whole confirm or request; a lost answer takes 3 s more; below a router's usual 30 s. */
  readonly confirmTimeoutMs: number;
  /** `READ_TIMEOUT_MS`, default 8000: a whole read, or a log-in. */
  readonly readTimeoutMs: number;
  readonly policies: PoliciesConfig;
}

/** How much the upstream is asked for at once, and how soon it is left alone. */
export interface PoliciesConfig {
  /** `UPSTREAM_PARALLEL` and `UPSTREAM_QUEUE`, default 128 each: calls at a time, of reads and of all others; beyond, OVERLOADED. */
  readonly parallelCalls: number;
  readonly queuedCalls: number;
  /** `READ_TRIES`, default 3: for a read in all. What changes something is tried again only where nothing was sent. */
  readonly readTries: number;
  /** `BREAKER_MIN_RPS`, default 5: calls per second below which failures open no breaker. */
  readonly breakerMinimumRps: number;
  /** How long an open breaker waits before it tries again; default 10 s. */
  readonly breakerResetMs?: number;
}

/** The environment does not make a configuration; `problems` has one line per setting, none with a value in it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

const KNOWN_HOSTS = ['api.iamport.kr', 'static-api.iamport.kr'];
const CALLER_SETTINGS = ['AUTH_JWKS_URL', 'AUTH_PUBLIC_KEY', 'AUTH_SECRET'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const boolean = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');
const url = (protocol: RegExp, error: string) => z.url({ protocol, error });
const secret = (length: number) => z.string().min(length, `must have at least ${length} characters`);

const Settings = z.object({
  NODE_ENV: z.string().optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(4000),
  ADMIN_PORT: wholeNumber(0, 65_535).default(4001),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  EXPLORER: boolean.optional(),
  TRUST_PROXY: z
    .string()
    .transform(listed)
    .refine((list) => list.every(isNetwork), 'must be addresses or CIDRs, separated by commas')
    .default([]),
  TRUSTED_DOCUMENTS: z.string().optional(),
  SANDBOX_PORT: wholeNumber(0, 65_535).default(4010),

  IAMPORT_BASE_URL: url(/^https?$/, 'must be an http or https URL').default('https://api.iamport.kr'),
  IAMPORT_API_KEY: z.string().optional(),
  IAMPORT_API_SECRET: z.string().optional(),
  IAMPORT_CHANNEL_KEY: z.string().optional(),
  IAMPORT_BYPASS: z.string().refine(isJsonObject, 'must be a JSON object').optional(),
  ALLOW_OTHER_UPSTREAM: boolean.default(false),
  CONNECT_TIMEOUT_MS: wholeNumber(1, 60_000).default(2_000),
  CONFIRM_TIMEOUT_MS: wholeNumber(1, 60_000).default(15_000),
  READ_TIMEOUT_MS: wholeNumber(1, 60_000).default(8_000),
  UPSTREAM_PARALLEL: wholeNumber(1, 10_000).default(128),
  UPSTREAM_QUEUE: wholeNumber(0, 10_000).default(128),
  READ_TRIES: wholeNumber(1, 5).default(3),
  BREAKER_MIN_RPS: wholeNumber(1, 10_000).default(5),
  MAX_REPRESENTATIONS: wholeNumber(1, 1_000).default(100),

  AUTH_JWKS_URL: url(/^https?$/, 'must be an http or https URL').optional(),
  AUTH_PUBLIC_KEY: z.string().refine(isPublicKey, 'must be a public key in PEM').optional(),
  AUTH_SECRET: secret(32).optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  ROUTER_SECRET: secret(16).optional(),
  ALLOW_ANONYMOUS: boolean.default(false),

  REDIS_URL: url(/^rediss?$/, 'must be a redis or rediss URL').optional(),
  GUARD_SECRET: secret(32).optional(),
  UNISSUED_IMP_UIDS: z.enum(['claim', 'refuse'], 'must be claim or refuse').default('claim'),

  LIMIT_REQUESTS_PER_PHONE: rates('1/60s,5/1h,10/1d'),
  LIMIT_REQUESTS_PER_CALLER: rates('10/1h'),
  LIMIT_REQUESTS_PER_IP: rates('30/1h'),
  LIMIT_REQUESTS: rates('1000/1h'),
  LIMIT_CONFIRMS_PER_CALLER: rates('60/1h'),
  LIMIT_CONFIRMS_PER_IP: rates('600/1h'),
  LIMIT_SHADOW: boolean.default(false),
});

/**
 * The configuration in an environment; an empty value counts as unset.
 * Errors: `ConfigError` with every problem at once.
 */
export function readConfig(environment: Environment): Config {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Settings.safeParse(env);
  const malformed = parsed.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? [];
  const problems = [...malformed, ...credentialProblems(env), ...callerProblems(env), ...productionProblems(env)];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);

  const settings = parsed.data;
  const isProduction = settings.NODE_ENV === 'production';
  const isSandbox = settings.IAMPORT_API_KEY === undefined;
  return {
    isProduction,
    isSandbox,
    host: settings.HOST,
    port: settings.PORT,
    adminPort: settings.ADMIN_PORT,
    logLevel: settings.LOG_LEVEL,
    explorer: settings.EXPLORER ?? !isProduction,
    trustProxy: settings.TRUST_PROXY,
    trustedDocuments: settings.TRUSTED_DOCUMENTS ?? null,
    maxRepresentations: settings.MAX_REPRESENTATIONS,
    sandboxPort: isSandbox ? settings.SANDBOX_PORT : null,
    iamport: {
      baseUrl: isSandbox ? `http://127.0.0.1:${settings.SANDBOX_PORT}` : settings.IAMPORT_BASE_URL,
      apiKey: settings.IAMPORT_API_KEY ?? 'sandbox_key',
      apiSecret: settings.IAMPORT_API_SECRET ?? 'sandbox_secret',
      channelKey: settings.IAMPORT_CHANNEL_KEY ?? null,
      bypass: settings.IAMPORT_BYPASS ?? null,
      connectTimeoutMs: settings.CONNECT_TIMEOUT_MS,
      confirmTimeoutMs: settings.CONFIRM_TIMEOUT_MS,
      readTimeoutMs: settings.READ_TIMEOUT_MS,
      policies: {
        parallelCalls: settings.UPSTREAM_PARALLEL,
        queuedCalls: settings.UPSTREAM_QUEUE,
        readTries: settings.READ_TRIES,
        breakerMinimumRps: settings.BREAKER_MIN_RPS,
      },
    },
    auth: {
      jwksUrl: settings.AUTH_JWKS_URL ?? null,
      publicKey: settings.AUTH_PUBLIC_KEY ?? null,
      secret: settings.AUTH_SECRET ?? null,
      issuer: settings.AUTH_ISSUER ?? null,
      audience: settings.AUTH_AUDIENCE ?? null,
      routerSecret: settings.ROUTER_SECRET ?? null,
      // On the sandbox there is nobody's data to protect: everything can be tried.
      anonymousScopes: namesCallers(env) ? null : new Set(isSandbox ? SCOPES : []),
    },
    guard: {
      redisUrl: settings.REDIS_URL ?? null,
      secret: settings.GUARD_SECRET ?? randomBytes(32).toString('base64'),
      claims: settings.UNISSUED_IMP_UIDS === 'claim',
    },
    limits: {
      requestsPerPhone: settings.LIMIT_REQUESTS_PER_PHONE,
      requestsPerCaller: settings.LIMIT_REQUESTS_PER_CALLER,
      requestsPerIp: settings.LIMIT_REQUESTS_PER_IP,
      requests: settings.LIMIT_REQUESTS,
      confirmsPerCaller: settings.LIMIT_CONFIRMS_PER_CALLER,
      confirmsPerIp: settings.LIMIT_CONFIRMS_PER_IP,
      shadow: settings.LIMIT_SHADOW,
    },
  };
}

function namesCallers(env: Environment): boolean {
  return CALLER_SETTINGS.some((name) => env[name]);
}

function credentialProblems(env: Environment): string[] {
  const { IAMPORT_API_KEY: key, IAMPORT_API_SECRET: secret, IAMPORT_BASE_URL: url } = env;
  if (key && !secret) return ['IAMPORT_API_SECRET must be set together with IAMPORT_API_KEY'];
  if (secret && !key) return ['IAMPORT_API_KEY must be set together with IAMPORT_API_SECRET'];
  if (url && !key)
    return ['IAMPORT_BASE_URL needs IAMPORT_API_KEY and IAMPORT_API_SECRET; without all three the sandbox answers'];
  return [];
}

function callerProblems(env: Environment): string[] {
  const problems: string[] = [];
  const named = CALLER_SETTINGS.filter((name) => env[name]);
  if (named.length > 1) problems.push(`${named.join(' and ')} exclude each other: set one`);
  if (named.length === 0 && env['IAMPORT_API_KEY'] && env['ALLOW_ANONYMOUS'] !== 'true') {
    problems.push(
      `one of ${CALLER_SETTINGS.join(', ')} must say who may call, or ALLOW_ANONYMOUS=true that anybody may`,
    );
  }
  if (env['REDIS_URL'] && !env['GUARD_SECRET'])
    problems.push('GUARD_SECRET must be set with REDIS_URL, the same on every replica');
  return problems;
}

function productionProblems(env: Environment): string[] {
  if (env['NODE_ENV'] !== 'production') return [];
  const problems: string[] = [];
  if (!env['IAMPORT_API_KEY'] && !env['IAMPORT_API_SECRET']) {
    problems.push('IAMPORT_API_KEY and IAMPORT_API_SECRET must be set in production: the sandbox proves nothing');
  }
  if (URL.parse(env['AUTH_JWKS_URL'] ?? '')?.protocol === 'http:')
    problems.push('AUTH_JWKS_URL must be https in production');
  const url = URL.parse(env['IAMPORT_BASE_URL'] ?? 'https://api.iamport.kr');
  const isKnown = url === null || (url.protocol === 'https:' && KNOWN_HOSTS.includes(url.hostname));
  if (!isKnown && env['ALLOW_OTHER_UPSTREAM'] !== 'true') {
    problems.push(
      `IAMPORT_BASE_URL must be https and ${KNOWN_HOSTS.join(' or ')} in production, or set ALLOW_OTHER_UPSTREAM=true`,
    );
  }
  return problems;
}

function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(error).int(error).min(min, error).max(max, error);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function listed(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

function isPublicKey(pem: string): boolean {
  try {
    createPublicKey(pem);
    return true;
  } catch {
    return false;
  }
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `5/1h,10/1d` is five an hour and ten a day; `off` is no limit. */
function rates(standard: string) {
  return z
    .string()
    .regex(/^(off|\d{1,9}\/[1-9]\d{0,4}[smhd](,\d{1,9}\/[1-9]\d{0,4}[smhd])*)$/, 'must be like 5/1h,10/1d, or off')
    .default(standard)
    .transform((text): Rate[] => (text === 'off' ? [] : text.split(',').map(rate)));
}

function rate(text: string): Rate {
  const [, points, count, unit] = /^(\d+)\/(\d+)([smhd])$/.exec(text) ?? [];
  return { points: Number(points), seconds: Number(count) * SECONDS[unit as keyof typeof SECONDS] };
}
