import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { fastify, type FastifyError, type FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import { createFormatError } from './format-error.ts';
import { describe, type Logger } from './log.ts';
import { createIdentitySubgraph } from './subgraph.ts';

export interface GatewayServer {
  /** Starts to listen and answers the address of the GraphQL endpoint. */
  listen(): Promise<string>;
  /** Stops listening, lets the requests in flight finish, then lets go of everything. */
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;
const MAX_TOKENS = 1_000;
/** For a client to deliver its whole request; checked every `CONNECTION_CHECK_MS`. */
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTION_CHECK_MS = 2_000;

/** The gateway over HTTP. Errors: none here; `listen` rejects when the port is taken. */
export async function createServer(
  config: Config,
  logger: Logger = pino({ level: config.logLevel }),
): Promise<GatewayServer> {
  const subgraph = createIdentitySubgraph({ ...config, logger });
  const apollo = createApollo(subgraph.schema, logger);
  await apollo.start();

  const app = createHttpServer(logger);
  app.post(
    '/graphql',
    fastifyApolloHandler(apollo, {
      context: async (request) => subgraph.createContext(request),
    }),
  );
  app.get('/graphql', async (_request, reply) =>
    reply
      .code(405)
      .header('allow', 'POST')
      .send(errorBody('Send GraphQL as POST with content-type application/json.', 'METHOD_NOT_ALLOWED')),
  );

  let isClosing = false;
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) void reply.header('connection', 'close'); // a kept-alive connection would hold the drain up
  });

  return {
    async listen() {
      return `${await app.listen({ host: config.host, port: config.port })}/graphql`;
    },
    async close() {
      isClosing = true;
      await app.close();
      await apollo.stop();
      subgraph.close();
    },
  };
}

function createApollo(schema: GraphQLSchema, logger: Logger): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    logger: {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: () => logger.error({}, 'Apollo Server reported an error'),
    },
    formatError: createFormatError(logger),
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: false,
    introspection: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: MAX_TOKENS },
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

/** Everything around GraphQL; what fails before a resolver answers in GraphQL's own shape too. */
function createHttpServer(logger: Logger): FastifyInstance {
  const app = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: CONNECTION_CHECK_MS },
  });
  app.addHook('onRequest', async (_request, reply) => {
    void reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(errorBody('GraphQL is served at /graphql.', 'NOT_FOUND')),
  );
  app.setErrorHandler(async (error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send(errorBody(clientMistake(status), 'BAD_REQUEST'));
    logger.error(describe(error), 'a request failed unexpectedly');
    return reply.code(500).send(errorBody('Internal server error', 'INTERNAL_SERVER_ERROR'));
  });
  return app;
}

/** Our own words: the framework's can quote the body. */
function clientMistake(status: number): string {
  if (status === 413) return `The body is larger than ${MAX_BODY_BYTES} bytes.`;
  if (status === 415) return 'Send content-type application/json.';
  return 'The body is not JSON.';
}

function errorBody(message: string, code: string) {
  return { errors: [{ message, extensions: { code } }] };
}
