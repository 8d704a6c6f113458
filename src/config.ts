import { z } from 'zod';
import { ConfigError } from './errors.ts';

export interface Config {
  /** `HOST`, default 127.0.0.1: where GraphQL is served. */
  readonly host: string;
  /** `PORT`, default 4000; 0 picks a free one. */
  readonly port: number;
  /** `LOG_LEVEL`, default info. */
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly iamport: IamportConfig;
  /** `MAX_REPRESENTATIONS`, default 100: entity references that one request may resolve. */
  readonly maxRepresentations: number;
  /** The port of the embedded sandbox (`SANDBOX_PORT`, default 4010), null where real credentials are set. */
  readonly sandboxPort: number | null;
}

export interface IamportConfig {
  /** `IAMPORT_BASE_URL`, default https://api.iamport.kr. */
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
  /** `CONFIRM_TIMEOUT_MS`, default 15000: a whole confirm or request; below a router's usual 30 s. */
  readonly confirmTimeoutMs: number;
  /** `READ_TIMEOUT_MS`, default 8000: a whole read, or a log-in. */
  readonly readTimeoutMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const KNOWN_HOSTS = ['api.iamport.kr', 'static-api.iamport.kr'];
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const Settings = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(4000),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  SANDBOX_PORT: wholeNumber(0, 65_535).default(4010),
  IAMPORT_BASE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .default('https://api.iamport.kr'),
  IAMPORT_API_KEY: z.string().optional(),
  IAMPORT_API_SECRET: z.string().optional(),
  IAMPORT_CHANNEL_KEY: z.string().optional(),
  IAMPORT_BYPASS: z.string().refine(isJsonObject, 'must be a JSON object').optional(),
  MAX_REPRESENTATIONS: wholeNumber(1, 1_000).default(100),
  ALLOW_OTHER_UPSTREAM: z.enum(['true', 'false'], 'must be true or false').default('false'),
  CONNECT_TIMEOUT_MS: wholeNumber(1, 60_000).default(2_000),
  CONFIRM_TIMEOUT_MS: wholeNumber(1, 60_000).default(15_000),
  READ_TIMEOUT_MS: wholeNumber(1, 60_000).default(8_000),
});

/**
 * The configuration in an environment; an empty value counts as unset.
 * Errors: `ConfigError` with every problem at once.
 */
export function readConfig(environment: Environment): Config {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Settings.safeParse(env);
  const malformed = parsed.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? [];
  const problems = [...malformed, ...credentialProblems(env), ...productionProblems(env)];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);

  const settings = parsed.data;
  const isSandbox = settings.IAMPORT_API_KEY === undefined;
  return {
    host: settings.HOST,
    port: settings.PORT,
    logLevel: settings.LOG_LEVEL,
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
    },
  };
}

function credentialProblems(env: Environment): string[] {
  const { IAMPORT_API_KEY: key, IAMPORT_API_SECRET: secret, IAMPORT_BASE_URL: url } = env;
  if (key && !secret) return ['IAMPORT_API_SECRET must be set together with IAMPORT_API_KEY'];
  if (secret && !key) return ['IAMPORT_API_KEY must be set together with IAMPORT_API_SECRET'];
  if (url && !key)
    return ['IAMPORT_BASE_URL needs IAMPORT_API_KEY and IAMPORT_API_SECRET; without all three the sandbox answers'];
  return [];
}

function productionProblems(env: Environment): string[] {
  if (env['NODE_ENV'] !== 'production') return [];
  const problems: string[] = [];
  if (!env['IAMPORT_API_KEY'] && !env['IAMPORT_API_SECRET']) {
    problems.push('IAMPORT_API_KEY and IAMPORT_API_SECRET must be set in production: the sandbox proves nothing');
  }
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
