import {
  GraphQLError,
  type DocumentNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import { createAnswerBounds } from './graphql/answer-bounds.ts';
import { createAuthenticate, header, Unauthenticated, type Authenticate, type RequestHeaders } from './auth.ts';
import type { AuthConfig, Config } from './config.ts';
import { languageOf, type Context } from './graphql/context.ts';
import {
  boundedAliases,
  oneLongRootField,
  oneMutationField,
  otpAsVariable,
  plainIntrospection,
} from './graphql/document-rules.ts';
import type { OnEvent } from './events.ts';
import { failure } from './failure.ts';
import { createFormatError } from './graphql/format-error.ts';
import type { Resolvers } from './generated/resolvers.ts';
import { counted } from './guard/counted.ts';
import { createGuard } from './guard/guard.ts';
import { createHmacs } from './guard/hmac.ts';
import { createLimits } from './guard/limits.ts';
import { connectRedis, createRedisStore } from './guard/redis.ts';
import { createRedisWindows } from './guard/redis-windows.ts';
import { createMemoryStore, StoreFull, type AttemptStore } from './guard/store.ts';
import { createMemoryWindows } from './guard/windows.ts';
import { createHttp, type GotOptions } from './iamport/http.ts';
import { createIamport } from './iamport/source.ts';
import { createLoaders } from './graphql/loaders.ts';
import type { Logger } from './log.ts';
import { createSchema, resolvers, typeDefs } from './graphql/schema.ts';

/** The configuration, as `readConfig` reads it or you make it, and what a host program has of its own. */
export interface IdentitySubgraphOptions extends Pick<Config, 'iamport' | 'guard' | 'limits' | 'maxRepresentations'> {
  /** Who may call; or a function of your own that says who does. */
  readonly auth: AuthConfig | Authenticate;
  /** Told what an operator should know; pino, or any logger of the same three methods. */
  readonly logger: Logger;
  /** Told what is worth counting. */
  readonly onEvent?: OnEvent;
  /** Your own options for the HTTP client: agents, certificates, headers, name look-up. */
  readonly got?: GotOptions;
  /** Your own store of attempts, in place of memory or Redis. */
  readonly store?: AttemptStore;
}

/** Everything that mounts verification in a server of your own. */
export interface IdentitySubgraph {
  /** For `buildSubgraphSchema`, next to your own; its federation directives are the host's to import. */
  readonly typeDefs: DocumentNode;
  readonly resolvers: Resolvers;
  /** The two above as one executable schema, federation fields included. */
  readonly schema: GraphQLSchema;
  /** For the server's `validationRules`: one root field for each mutation, one `_entities`, codes as variables, few aliases as executed. */
  readonly validationRules: ValidationRule[];
  /** For the server's `formatError`: without it GraphQL's own errors repeat what a person typed. */
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  /**
   * The part of a request's context that the resolvers need. Make one for each request: it dedupes reads.
   * Errors: a GraphQLError UNAUTHENTICATED with HTTP status 401 for a token that is wrong.
   */
  createContext(request: {
    readonly headers: RequestHeaders;
    readonly ip?: string | null;
    /** When the caller has gone: reads stop, and what changes something goes on. */
    readonly signal?: AbortSignal;
  }): Promise<Context>;
  /** Whether the store of attempts can be written. A full one counts as ready: it goes on serving the records that it has. */
  isReady(): Promise<boolean>;
  /** Lets go of the connections to the upstream and to the store. */
  close(): Promise<void>;
}

/** Beyond the confirm itself: the pause and the look after an answer that was lost. */
const READ_BACK_MS = 3_000;

/** Two read-backs and a reserve: an attempt that takes longer has lost its process. */
const FLIGHT_RESERVE_MS = 10_000;

/** How often the log repeats that the store is full, which can be said for every call. */
const TELL_EVERY_MS = 60_000;

/** Verification as a part of your own GraphQL server. Errors: none here. */
export function createIdentitySubgraph(options: IdentitySubgraphOptions): IdentitySubgraph {
  const { iamport: config, guard: guardConfig, logger, maxRepresentations, got } = options;
  let toldOfNoRoomAt = Number.NEGATIVE_INFINITY;
  const tellOfNoRoom = (): void => {
    if (performance.now() - toldOfNoRoomAt < TELL_EVERY_MS) return;
    toldOfNoRoomAt = performance.now();
    logger.warn({}, 'the store of attempts is full: new verifications are answered OVERLOADED');
  };
  const onEvent: OnEvent = (event) => {
    if (event.kind === 'drift') logger.warn({ field: event.field }, 'the upstream sent a value not known here');
    if (event.kind === 'limit') logger.warn({ limit: event.limit, shadow: event.shadow }, 'a limit was reached');
    if (event.kind === 'store-full') tellOfNoRoom();
    options.onEvent?.(event);
  };
  const tellOfRedis = (isUp: boolean): void =>
    isUp
      ? logger.info({}, 'Redis is connected')
      : logger.warn({}, 'Redis is lost: nothing is confirmed until it is back');
  const http = createHttp({ ...config, ...(got && { got }) });
  const iamport = createIamport({ ...config, http, onEvent });

  const { redisUrl } = guardConfig;
  const redis = redisUrl === null ? null : connectRedis(redisUrl, tellOfRedis);
  const store = options.store ?? (redis ? createRedisStore(redis) : createMemoryStore());
  const hmac = createHmacs(guardConfig.secret);
  const windows = redis ? createRedisWindows(redis) : createMemoryWindows();
  const limits = createLimits({ config: options.limits, windows, hmac, onEvent, logger });
  const rules = {
    flightMs: config.confirmTimeoutMs + FLIGHT_RESERVE_MS,
    answerMs: config.confirmTimeoutMs + READ_BACK_MS,
    claims: guardConfig.claims,
  };
  const guarded = tellingWhenFull(store, onEvent);
  const guard = counted(createGuard({ iamport, store: guarded, hmac, limits, rules, logger }), onEvent);
  const authenticate = typeof options.auth === 'function' ? options.auth : createAuthenticate(options.auth);

  return {
    typeDefs,
    resolvers,
    schema: createSchema(),
    validationRules: [oneMutationField, oneLongRootField, boundedAliases, plainIntrospection, otpAsVariable],
    formatError: createFormatError(logger),
    async createContext({ headers, ip = null, signal }) {
      const identity = await authenticate({ headers }).catch(asGraphQLError);
      const caller = identity && { ...identity, ip };
      const read = async (impUid: string) => (caller ? guard.read(caller, impUid, signal) : failure('NOT_FOUND'));
      const language = languageOf(header(headers, 'accept-language'));
      const bounds = createAnswerBounds(maxRepresentations);
      return { identity: { guard, caller, language, bounds, loaders: createLoaders(read) } };
    },
    isReady: () =>
      store.check().then(
        () => true,
        (error) => error instanceof StoreFull,
      ),
    async close() {
      http.close();
      await store.close();
      redis?.disconnect();
    },
  };
}

/** The same store, which tells of each call that it denies for lack of room. */
function tellingWhenFull(store: AttemptStore, onEvent: OnEvent): AttemptStore {
  const tell = (error: unknown): never => {
    if (error instanceof StoreFull) onEvent({ kind: 'store-full' });
    throw error;
  };
  return {
    update: (key, step) => store.update(key, step).catch(tell),
    check: () => store.check().catch(tell),
    close: () => store.close(),
  };
}

function asGraphQLError(error: unknown): never {
  if (!(error instanceof Unauthenticated)) throw error;
  throw new GraphQLError(`${error.message}.`, { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } });
}
