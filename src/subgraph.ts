import type { DocumentNode, GraphQLFormattedError, GraphQLSchema, ValidationRule } from 'graphql';
import type { JSONWebKeySet } from 'jose';
import { createAudit, type AuditOptions } from './audit/audit.ts';
import type { Authenticate } from './auth.ts';
import type { AuthConfig, Config, GuardConfig, ProofConfig } from './config.ts';
import { deadlinesOf } from './deadlines.ts';
import type { Context } from './graphql/context.ts';
import { boundedAliases, oneMutationField, otpAsVariable } from './graphql/document-rules.ts';
import type { OnEvent } from './events.ts';
import { createFormatError } from './graphql/format-error.ts';
import type { Resolvers } from './generated/resolvers.ts';
import { createAttempts } from './guard/attempt-records.ts';
import { createFileStore } from './guard/file.ts';
import { openFile, type FileLink } from './guard/file-link.ts';
import { watchFileSecret } from './guard/file-secret.ts';
import { createFileWindows } from './guard/file-windows.ts';
import { createHmacs, type Hmac } from './guard/hmac.ts';
import { createIdentityWindows } from './guard/identity-windows.ts';
import { createLimits } from './guard/limits.ts';
import { createRedisStore } from './guard/redis.ts';
import { connectRedis, type RedisLink } from './guard/redis-link.ts';
import { watchSecret } from './guard/redis-secret.ts';
import { createRedisWindows } from './guard/redis-windows.ts';
import { createRequests } from './guard/requests.ts';
import { createMemoryStore, StoreFull, type AttemptStore } from './guard/store.ts';
import { timedStore, timedWindows } from './guard/timed-stores.ts';
import { createMemoryWindows, type WindowStore } from './guard/windows.ts';
import type { WireOptions } from './upstream/http.ts';
import type { UpstreamLoad } from './upstream/policies.ts';
import type { Logger } from './log.ts';
import { createReport, type Report, type UpstreamHealth } from './report.ts';
import { createProofs, NO_PROOFS } from './proofs/proofs.ts';
import { createContextFactory, type ContextRequest } from './request-context.ts';
import { readTestIdentities, withTestIdentities } from './test-identities.ts';
import { createUpstreams } from './upstreams.ts';
import { createVerification } from './verification/verification.ts';
import { mount, type SchemaModule } from './graphql/mount.ts';
import { createSchema, resolvers, typeDefs } from './graphql/schema.ts';

/** The configuration, as `readConfig` reads it or you make it, and what a host program has of its own. */
export interface IdentitySubgraphOptions
  extends Pick<Config, 'iamport' | 'guard' | 'limits' | 'maxRepresentations'>, Partial<Pick<Config, 'portone'>> {
  /** How callers prove their identity; or a function of your own that names the caller. */
  readonly auth: AuthConfig | Authenticate;
  /** Told what an operator should know; pino, or any logger of the same three methods. */
  readonly logger: Logger;
  /** Told what is worth counting. */
  readonly onEvent?: OnEvent;
  /** How to reach the upstream: agent, proxy, certificates, name look-up, headers. */
  readonly wire?: WireOptions;
  /** Your own store of attempts, in place of memory, a file or Redis. Limits stay where they are without it: give `windows` as well. */
  readonly store?: AttemptStore;
  /** Your own store of limits. Without it they are counted in `guard.redisUrl` or `guard.storeFile`, or where both are null in this process alone. */
  readonly windows?: WindowStore;
  /** The access record: a file, or a place of your own. */
  readonly audit?: AuditOptions;
  /** The keys of `personId` and `proof`; without it neither has a value. */
  readonly proofs?: ProofConfig;
}

/** Everything that mounts verification in a server of your own. */
export interface IdentitySubgraph {
  /** The parts of `schemaWith`, for a host that builds its schema itself and imports the federation directives. */
  readonly typeDefs: DocumentNode;
  readonly resolvers: Resolvers;
  /** The two above as one executable schema, federation fields included. */
  readonly schema: GraphQLSchema;
  /** The same within a host's own schema, whichever version of federation that links to, or none. */
  schemaWith(...modules: readonly SchemaModule[]): GraphQLSchema;
  /** For the server's `validationRules`, about identity fields alone: one for each mutation, codes as variables, few aliases as executed. */
  readonly validationRules: ValidationRule[];
  /** For the server's `formatError`: without it GraphQL's own errors repeat what a person typed. */
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  /**
   * The part of a request's context that the resolvers need. Make one for each request: it dedupes reads.
   * Errors: a GraphQLError UNAUTHENTICATED with HTTP status 401 for a token that is wrong.
   */
  createContext(request: ContextRequest): Promise<Context>;
  /** Whether the store of attempts can be written. A full one counts as ready: it goes on serving the records that it has. */
  isReady(): Promise<boolean>;
  /**
   * Whether lines of the access record can be written, as far as is known: `off` without a record. Nothing is served while it is
   * `unavailable`, unless `audit.failure` is `continue`.
   */
  record(): Promise<'ok' | 'unavailable' | 'off'>;
  /** The health of the upstream at its last call, and the calls that run and wait now; asking for it sends no call. */
  upstream(): UpstreamHealth & { readonly calls: UpstreamLoad };
  /** The public keys that verify proofs, to be served at an address of your own: none where there is no key. */
  jwks(): JSONWebKeySet;
  /** The access record opens its file anew: it was renamed. */
  reopen(): void;
  /** Lets go of the connections to the upstream and to the store. */
  close(): Promise<void>;
}

/** Verification as a part of your own GraphQL server. Errors: `ConfigError` where a file that the settings name cannot be used. */
export function createIdentitySubgraph(options: IdentitySubgraphOptions): IdentitySubgraph {
  const { iamport: config, logger, wire } = options;
  const report = createReport(logger, options.onEvent);
  const { onEvent } = report;
  const identities = config.testIdentitiesFile === null ? null : readTestIdentities(config.testIdentitiesFile);
  const upstreams = createUpstreams(options, wire, onEvent);
  const hmac = createHmacs(options.guard.secret);
  const stores = createStores(options, hmac, report);
  const { store, windows } = stores;
  const { upstream: real } = upstreams;
  const upstream = identities ? withTestIdentities(real, identities, { store, hmac, logger }) : real;
  const limits = createLimits({ config: options.limits, windows, hmac, onEvent, logger });
  const deadlines = deadlinesOf(config);
  const rules = { leaseMs: deadlines.leaseMs, claims: options.guard.claims };
  const attempts = createAttempts({ store, hmac, rules, logger, onEvent });
  const audit = createAudit(options.audit, { seal: (text) => hmac('audit', text), onNews: report.onAudit });
  const requests = createRequests({ store, hmac, logger, onEvent });
  const codeLifetimeMs = config.codeLifetimeS * 1_000;
  const identityWindows = createIdentityWindows({ store, hmac, onEvent });
  const guard = { attempts, identityWindows, limits, requests };
  const verification = createVerification({ upstream, ...guard, deadlines, codeLifetimeMs });
  const proofs = createProofs(options.proofs ?? NO_PROOFS);

  return {
    typeDefs,
    resolvers,
    schema: createSchema(),
    schemaWith: (...modules) => mount(modules),
    validationRules: [oneMutationField, boundedAliases, otpAsVariable],
    formatError: createFormatError(logger),
    createContext: createContextFactory(options, { verification, hmac, report, audit, proofs }),
    isReady: () =>
      store.check().then(
        () => true,
        (error) => error instanceof StoreFull,
      ),
    record: async () => (audit === null ? 'off' : (await audit.isWritable()) ? 'ok' : 'unavailable'),
    upstream: () => ({ ...report.upstream(), calls: upstream.load() }),
    jwks: () => proofs.jwks,
    reopen: () => audit?.reopen(),
    async close() {
      upstreams.close();
      await stores.close();
      await audit?.close();
    },
  };
}

interface Stores {
  readonly store: AttemptStore;
  readonly windows: WindowStore;
  close(): Promise<void>;
}

/** The stores of attempts and of limits: each is the host's own where it gives one, and otherwise the one that `guard` names. */
function createStores(options: IdentitySubgraphOptions, hmac: Hmac, report: Report): Stores {
  const { store, windows } = options;
  const kept = store && windows ? inMemory() : storesOf(options.guard, hmac, report);
  return {
    store: timedStore(store ?? kept.store, report.onEvent),
    windows: timedWindows(windows ?? kept.windows, report.onEvent),
    async close() {
      await store?.close();
      await kept.close();
    },
  };
}

function storesOf({ redisUrl, storeFile }: GuardConfig, hmac: Hmac, { onRedis, onFile }: Report): Stores {
  if (redisUrl) return inRedis(connectRedis(redisUrl, onRedis), hmac, onRedis);
  return storeFile ? inFile(openFile(storeFile, onFile), hmac, onFile) : inMemory();
}

function inRedis(redis: RedisLink, hmac: Hmac, onRedis: Report['onRedis']): Stores {
  const unwatch = watchSecret(redis, hmac, onRedis);
  return {
    store: createRedisStore(redis),
    windows: createRedisWindows(redis),
    async close() {
      unwatch();
      redis.client.disconnect();
    },
  };
}

function inFile(file: FileLink, hmac: Hmac, onFile: Report['onFile']): Stores {
  const unwatch = watchFileSecret(file, hmac, onFile);
  return {
    store: createFileStore(file),
    windows: createFileWindows(file),
    async close() {
      unwatch();
      file.close();
    },
  };
}

function inMemory(): Stores {
  const store = createMemoryStore();
  return { store, windows: createMemoryWindows(), close: () => store.close() };
}
