import type { DocumentNode, GraphQLFormattedError, GraphQLSchema, ValidationRule } from 'graphql';
import type { Authenticate } from './auth.ts';
import type { AuthConfig, Config } from './config.ts';
import { deadlinesOf } from './deadlines.ts';
import type { Context } from './graphql/context.ts';
import { boundedAliases, oneMutationField, otpAsVariable } from './graphql/document-rules.ts';
import type { OnEvent } from './events.ts';
import { createFormatError } from './graphql/format-error.ts';
import type { Resolvers } from './generated/resolvers.ts';
import { createAttempts } from './guard/attempt-records.ts';
import { createHmacs, type Hmac } from './guard/hmac.ts';
import { createLimits } from './guard/limits.ts';
import { createRedisStore } from './guard/redis.ts';
import { connectRedis } from './guard/redis-link.ts';
import { watchSecret } from './guard/redis-secret.ts';
import { createRedisWindows } from './guard/redis-windows.ts';
import { createMemoryStore, StoreFull, type AttemptStore } from './guard/store.ts';
import { timedStore, timedWindows } from './guard/timed-stores.ts';
import { createMemoryWindows, type WindowStore } from './guard/windows.ts';
import { createHttp, type WireOptions } from './iamport/http.ts';
import type { UpstreamLoad } from './iamport/policies.ts';
import { createIamport } from './iamport/source.ts';
import type { Logger } from './log.ts';
import { createReport, type Report, type UpstreamHealth } from './report.ts';
import { createContextFactory, type ContextRequest } from './request-context.ts';
import { createVerification } from './verification/verification.ts';
import { mount, type SchemaModule } from './graphql/mount.ts';
import { createSchema, resolvers, typeDefs } from './graphql/schema.ts';

/** The configuration, as `readConfig` reads it or you make it, and what a host program has of its own. */
export interface IdentitySubgraphOptions extends Pick<Config, 'iamport' | 'guard' | 'limits' | 'maxRepresentations'> {
  /** How callers prove their identity; or a function of your own that names the caller. */
  readonly auth: AuthConfig | Authenticate;
  /** Told what an operator should know; pino, or any logger of the same three methods. */
  readonly logger: Logger;
  /** Told what is worth counting. */
  readonly onEvent?: OnEvent;
  /** How to reach the upstream: agent, proxy, certificates, name look-up, headers. */
  readonly wire?: WireOptions;
  /** Your own store of attempts, in place of memory or Redis. Limits stay where they are without it: give `windows` as well. */
  readonly store?: AttemptStore;
  /** Your own store of limits. Without it they are counted in `guard.redisUrl`, or where that is null in this process alone. */
  readonly windows?: WindowStore;
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
  /** How the upstream was when it was last called, and the calls that run and wait; this calls nobody. */
  upstream(): UpstreamHealth & { readonly calls: UpstreamLoad };
  /** Lets go of the connections to the upstream and to the store. */
  close(): Promise<void>;
}

/** Verification as a part of your own GraphQL server. Errors: none here. */
export function createIdentitySubgraph(options: IdentitySubgraphOptions): IdentitySubgraph {
  const { iamport: config, logger, wire } = options;
  const report = createReport(logger, options.onEvent);
  const { onEvent } = report;
  const http = createHttp({ ...config, ...(wire && { wire }) });
  const iamport = createIamport({ ...config, http, onEvent });
  const hmac = createHmacs(options.guard.secret);
  const stores = createStores(options, hmac, report);
  const { store, windows } = stores;
  const limits = createLimits({ config: options.limits, windows, hmac, onEvent, logger });
  const deadlines = deadlinesOf(config);
  const rules = { leaseMs: deadlines.leaseMs, claims: options.guard.claims };
  const attempts = createAttempts({ store, hmac, rules, logger, onEvent });
  const verification = createVerification({ iamport, attempts, limits, deadlines });

  return {
    typeDefs,
    resolvers,
    schema: createSchema(),
    schemaWith: (...modules) => mount(modules),
    validationRules: [oneMutationField, boundedAliases, otpAsVariable],
    formatError: createFormatError(logger),
    createContext: createContextFactory(options, { verification, hmac, report }),
    isReady: () =>
      store.check().then(
        () => true,
        (error) => error instanceof StoreFull,
      ),
    upstream: () => ({ ...report.upstream(), calls: iamport.load() }),
    async close() {
      http.close();
      await stores.close();
    },
  };
}

/** Where attempts are kept and limits counted: the host's own, in Redis where its URL is set, otherwise in this process. */
function createStores(options: IdentitySubgraphOptions, hmac: Hmac, { onRedis, onEvent }: Report) {
  const { redisUrl } = options.guard;
  const isOwn = options.store !== undefined && options.windows !== undefined;
  const redis = redisUrl === null || isOwn ? null : connectRedis(redisUrl, onRedis);
  const unwatch = redis && watchSecret(redis, hmac, onRedis);
  const store = options.store ?? (redis ? createRedisStore(redis) : createMemoryStore());
  const windows = options.windows ?? (redis ? createRedisWindows(redis) : createMemoryWindows());
  return {
    store: timedStore(store, onEvent),
    windows: timedWindows(windows, onEvent),
    async close() {
      unwatch?.();
      await store.close();
      redis?.client.disconnect();
    },
  };
}
