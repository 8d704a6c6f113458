import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { SCOPES, type Scope } from './caller.ts';
import { lookalikes } from './config/lookalikes.ts';
import { AUDIT, CALLERS, GROUPS, GUARD, LIMITS, PROOFS, SANDBOX } from './config/settings.ts';
import { POLICIES, PORTONE, UPSTREAM } from './config/upstream-settings.ts';
import { combinationProblems, namesCallers } from './config/combinations.ts';
import { proofProblems, readProofs, type ProofConfig } from './config/proofs.ts';
import { SERVER, TRACES } from './config/server-settings.ts';
import type { Group, Values } from './config/setting.ts';
import type { Channel } from './upstream/channel.ts';
import { readTraces, tracingProblems, type TracesConfig } from './config/traces.ts';

export type { ProofConfig } from './config/proofs.ts';
export type { Rate } from './config/values.ts';

/** The values of `config/settings.ts`, which documents each setting, and values derived from them. */
export interface Config extends Omit<Values<typeof SERVER>, 'corsOrigins'> {
  /** Served outside production unless `EXPLORER` says otherwise. */
  readonly explorer: boolean;
  readonly drainDelayMs: number;
  readonly adminHost: string;
  /** Exact origins, or a pattern of them. */
  readonly corsOrigins: readonly string[] | RegExp;
  readonly iamport: IamportConfig;
  /** Null where there is no secret of PortOne V2. */
  readonly portone: PortoneConfig | null;
  readonly auth: AuthConfig;
  readonly guard: GuardConfig;
  readonly limits: LimitsConfig;
  /** Null where no traces are sent. Only `main.ts` sends them: a host program has a tracer provider of its own. */
  readonly traces: TracesConfig | null;
  /** A router that has proven its secret gets traces of federation. */
  readonly federatedTracing: boolean;
  readonly audit: AuditConfig;
  readonly proofs: ProofConfig;
  /** The port of the embedded sandbox, null where real credentials are set. */
  readonly sandboxPort: number | null;
  /** The upstream is a sandbox, where no real data is at stake: codes may stand in documents. */
  readonly isSandbox: boolean;
}

export interface IamportConfig extends Values<typeof UPSTREAM> {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly policies: PoliciesConfig;
}

/** What PortOne V2 has of its own; deadlines and policies are those of `IamportConfig`, for each upstream apart. */
export interface PortoneConfig extends Values<typeof PORTONE> {
  readonly apiSecret: string;
  readonly storeId: string;
  readonly channels: readonly Channel[];
  /** There is no key of iamport, so that no verification was made there. */
  readonly isAlone: boolean;
}

/** Limits on calls to the upstream, and the threshold of its circuit breakers. */
export type PoliciesConfig = Values<typeof POLICIES>;

/** The proof of a caller's identity. At most one of `jwksUrl`, `publicKey` and `secret` is set. */
export interface AuthConfig extends Values<typeof CALLERS> {
  /** The scopes of a caller without a token, null where a token is required. */
  readonly anonymousScopes: ReadonlySet<Scope> | null;
}

export interface GuardConfig extends Values<typeof GUARD> {
  readonly secret: string;
}

/** The windows of each limit, in any order: a call that one of them denies counts in none. */
export type LimitsConfig = Values<typeof LIMITS>;

/** The place of the access record, and what happens where it cannot be written. */
export type AuditConfig = Values<typeof AUDIT>;

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

const SETTINGS = GROUPS.flatMap(({ settings }) => Object.values(settings));
const NAMES = SETTINGS.map(({ name }) => name);

/** Every setting by its name in the environment. */
const Settings = z.object(Object.fromEntries(SETTINGS.map(({ name, schema }) => [name, schema])));

type Environment = Readonly<Record<string, string | undefined>>;

/** Kubernetes takes some seconds to stop sending requests to a process that is ending. */
const DRAIN_DELAY_MS = 5_000;

/** The page of an app under development, on any port. */
const LOCALHOST = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

/** Everything is tried from one machine there, and no message costs anything. */
const ON_SANDBOX = { LIMIT_REQUESTS_PER_IP: '300/1h' };

function isSandboxIn({ IAMPORT_API_KEY: v1, PORTONE_API_SECRET: v2 }: Environment): boolean {
  return !v1 && !v2;
}

interface ReadOptions {
  /** The host program says by itself who calls, so that no setting has to. */
  readonly hasOwnCallers?: boolean;
}

/**
 * The configuration in an environment; values are trimmed, and an empty one counts as unset.
 * Errors: `ConfigError` with every problem at once.
 */
export function readConfig(environment: Environment, { hasOwnCallers = false }: ReadOptions = {}): Config {
  const given = valuesIn(environment);
  const env = isSandboxIn(given) ? { ...ON_SANDBOX, ...given } : given;
  const parsed = Settings.safeParse(env);
  const problems = [
    ...formProblems(env, parsed.error?.issues ?? []),
    ...combinationProblems(env, hasOwnCallers),
    ...proofProblems(env),
    ...tracingProblems(env),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);

  const values = <G extends Group>(group: G) =>
    Object.fromEntries(Object.entries(group).map(([key, { name }]) => [key, parsed.data[name]])) as Values<G>;
  const server = values(SERVER);
  const upstream = values(UPSTREAM);
  const guard = values(GUARD);
  const { port: sandboxPort } = values(SANDBOX);
  const portone = values(PORTONE);
  const isSandbox = isSandboxIn(env);
  return {
    ...server,
    explorer: server.explorer ?? !server.isProduction,
    adminHost: server.adminHost ?? server.host,
    drainDelayMs: server.drainDelayMs ?? (server.isProduction ? DRAIN_DELAY_MS : 0),
    corsOrigins: server.corsOrigins ?? (isSandbox ? LOCALHOST : []),
    isSandbox,
    sandboxPort: isSandbox ? sandboxPort : null,
    iamport: {
      ...upstream,
      baseUrl: isSandbox ? `http://127.0.0.1:${sandboxPort}` : upstream.baseUrl,
      apiKey: upstream.apiKey ?? 'sandbox_key',
      apiSecret: upstream.apiSecret ?? 'sandbox_secret',
      merchantCode: upstream.merchantCode ?? (isSandbox ? 'imp_sandbox' : null),
      policies: values(POLICIES),
    },
    // `portoneProblems` has seen that the others are set.
    portone: portone.apiSecret === null ? null : ({ ...portone, isAlone: upstream.apiKey === null } as PortoneConfig),
    auth: {
      ...values(CALLERS),
      // The sandbox has no real data to protect: everything can be tried.
      anonymousScopes: namesCallers(env) ? null : new Set(isSandbox ? SCOPES : []),
    },
    guard: { ...guard, secret: guard.secret ?? randomBytes(32).toString('base64') },
    limits: values(LIMITS),
    traces: readTraces(env).traces,
    federatedTracing: values(TRACES).federatedTracing,
    audit: values(AUDIT),
    proofs: readProofs(values(PROOFS), isSandbox),
  };
}

/** What is probably not meant in an environment that makes a configuration: one line each, none with a value in it. */
export function configWarnings(environment: Environment): readonly string[] {
  const env = valuesIn(environment);
  // OpenTelemetry has many variables like those that are settings here.
  const warnings = lookalikes(Object.keys(env).filter(isOurs), NAMES).map(
    ({ name, meant }) => `${name} is not a setting and has no effect: is ${meant} meant?`,
  );
  if (env['NODE_ENV'] === 'production' && !env['REDIS_URL'] && !env['STORE_FILE'])
    warnings.push(
      'Neither STORE_FILE nor REDIS_URL is set: attempts and limits are those of this process alone and end with it, so that each restart makes five more guesses free. Set STORE_FILE on one machine, or REDIS_URL for several',
    );
  if (env['NODE_ENV'] === 'production' && !env['AUDIT_FILE'])
    warnings.push('AUDIT_FILE is not set: who read personal data, and when, is not recorded');
  if (!env['TRUST_PROXY']) warnings.push(...untrustedProxy(env));
  return [...warnings, ...readTraces(env).warnings];
}

/** What follows where no proxy in front is believed. Without a router there may be none, which only PortOne V2 makes worth a line. */
function untrustedProxy(env: Environment): readonly string[] {
  const isV2 = Boolean(env['PORTONE_API_SECRET']);
  if (env['ROUTER_SECRET']) {
    const orCodes = isV2 ? ', and PortOne V2, which needs the address of the person, sends no code' : '';
    return [
      `TRUST_PROXY is not set beside ROUTER_SECRET: no address that the router forwards is believed, so that there are no limits per IP${orCodes}`,
    ];
  }
  if (env['NODE_ENV'] !== 'production' || !isV2) return [];
  return [
    'TRUST_PROXY is not set: with a proxy in front, everybody counts as one address, and PortOne V2 is told that address',
  ];
}

/**
 * The values that are set. Editors and secret stores leave line breaks and spaces at their ends; many systems set the variables
 * of proxies in lower case.
 */
function valuesIn(environment: Environment): Environment {
  const { https_proxy, no_proxy } = environment;
  const trimmed = Object.entries({ HTTPS_PROXY: https_proxy, NO_PROXY: no_proxy, ...environment }).map(
    ([name, value]) => [name, value?.trim()] as const,
  );
  return Object.fromEntries(trimmed.filter(([, value]) => value !== ''));
}

/** Malformed values. Quotes are told apart: a shell takes them away, and `docker --env-file` leaves them in the value. */
function formProblems(env: Environment, issues: readonly z.core.$ZodIssue[]): string[] {
  const quoted = NAMES.filter(isOurs).filter((name) => /^(["']).*\1$/s.test(env[name] ?? ''));
  const malformed = issues.filter(({ path: [name] }) => !quoted.includes(String(name)));
  return [
    ...quoted.map((name) => `${name} must not be in quotes`),
    ...malformed.map(({ path, message }) => `${path.join('.')} ${message}`),
  ];
}

/** Variables OTEL_… are OpenTelemetry's: a wrong value of one is a warning at most. */
function isOurs(name: string): boolean {
  return !name.startsWith('OTEL_');
}
