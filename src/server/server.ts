import { lookup } from 'node:dns/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { fastify, type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { pino } from 'pino';
import { inNetworks } from '../address.ts';
import type { Config } from '../config.ts';
import type { Context } from '../graphql/context.ts';
import { closedSdl, otpAsVariable } from '../graphql/document-rules.ts';
import { registerExplorer } from './explorer.ts';
import type { AttemptStore } from '../guard/store.ts';
import { describe, type Logger } from '../log.ts';
import { createSandbox, type Sandbox, type SandboxSms } from '../sandbox/sandbox.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createIdentitySubgraph, type IdentitySubgraph } from '../subgraph.ts';
import { trustedOnly } from './trusted-documents.ts';

export interface ServerOptions {
  readonly logger?: Logger;
  /** Told of every message that the embedded sandbox sends. */
  readonly onSms?: (sms: SandboxSms) => void;
  /** Your own store of attempts, in place of memory or Redis. */
  readonly store?: AttemptStore;
}

export interface GatewayServer {
  /** The embedded sandbox, null where there are real credentials. */
  readonly sandbox: Sandbox | null;
  /** Starts to listen. Errors: EADDRINUSE and the like. */
  listen(): Promise<Addresses>;
  /** Stops listening, lets the requests in flight finish, then lets go of everything. */
  close(): Promise<void>;
}

export interface Addresses {
  /** The GraphQL endpoint. */
  readonly url: string;
  /** Where `/livez`, `/readyz` and `/metrics` are. */
  readonly adminUrl: string;
}

const MAX_BODY_BYTES = 64 * 1024;
const MAX_TOKENS = 1_000;
const MAX_ERRORS = 10;
const CLIENT_TIMEOUT_MS = 10_000;
/** A connection beyond these is closed before anything is read from it. */
const MAX_CONNECTIONS = 10_000;

const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** The gateway over HTTP. Errors: EADDRINUSE where the embedded sandbox's port is taken. */
export async function createServer(
  config: Config,
  { logger = pino({ level: config.logLevel }), onSms, store }: ServerOptions = {},
): Promise<GatewayServer> {
  const { sandboxPort } = config;
  const sandbox = sandboxPort === null ? null : await createSandbox({ port: sandboxPort, ...(onSms && { onSms }) });
  const iamport = sandbox ? { ...config.iamport, baseUrl: sandbox.url } : config.iamport;
  const metrics = createMetrics();
  const subgraph = createIdentitySubgraph({
    ...config,
    iamport,
    logger,
    onEvent: metrics.count,
    ...(store && { store }),
  });
  const apollo = createApollo(subgraph, config);
  await apollo.start();

  const state = { isClosing: false };
  const app = createGraphQLServer(config, logger, state);
  const context = async ({ headers, ip }: FastifyRequest, reply: FastifyReply) =>
    subgraph.createContext({ headers, ip, signal: goneSignal(reply) });
  if (config.explorer) registerExplorer(app, config);
  app.route({
    method: 'POST',
    url: '/graphql',
    ...(config.trustedDocuments !== null && { preHandler: trustedOnly(config.trustedDocuments) }),
    handler: fastifyApolloHandler(apollo, { context }),
  });
  app.get('/graphql', async (_request, reply) =>
    reply
      .code(405)
      .header('allow', 'POST')
      .send(errorBody('Send GraphQL as POST with content-type application/json.', 'METHOD_NOT_ALLOWED')),
  );
  const admin = createAdminServer(config, logger, subgraph, metrics, state);

  return {
    sandbox,
    async listen() {
      const { port, adminPort } = config;
      // For the name `localhost` Fastify opens a second node server, which would lack every setting made below.
      const { address: host } = await lookup(config.host);
      const url = await app.listen({ host, port });
      return { url: `${url}/graphql`, adminUrl: await admin.listen({ host, port: adminPort }) };
    },
    async close() {
      state.isClosing = true;
      await app.close();
      await admin.close();
      await apollo.stop();
      await subgraph.close();
      await sandbox?.close();
    },
  };
}

function createApollo(subgraph: IdentitySubgraph, config: Config): ApolloServer<Context> {
  // Behind a router with a secret every request that arrives is the router's own.
  const isOpen = !config.isProduction || config.auth.routerSecret !== null;
  const rules = subgraph.validationRules.filter((rule) => !(config.isSandbox && rule === otpAsVariable));
  return new ApolloServer<Context>({
    schema: subgraph.schema,
    validationRules: isOpen ? rules : [...rules, closedSdl],
    formatError: subgraph.formatError,
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore }, // what it has to say quotes requests
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !isOpen,
    introspection: isOpen,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    maxRecursiveSelections: true,
    parseOptions: { maxTokens: MAX_TOKENS },
    validationOptions: { maxErrors: MAX_ERRORS },
    plugins: [
      boundedErrors,
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

/** Variables and resolvers can add an error for each value; validation stops by itself, with one last entry of its own. */
const boundedErrors: ApolloServerPlugin = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body } }) {
        if (body.kind !== 'single') return;
        const { errors = [] } = body.singleResult;
        if (errors.length <= MAX_ERRORS + 1) return;
        const message = `${errors.length - MAX_ERRORS} more errors are left out.`;
        body.singleResult.errors = [...errors.slice(0, MAX_ERRORS), { message, extensions: { code: 'MORE_ERRORS' } }];
      },
    };
  },
};

/** What both servers share: answers of node's and of Fastify's own take our shape, are not stored, and have a deadline. */
function createHttpServer(config: Config, logger: Logger): FastifyInstance {
  const { clientTimeoutMs = CLIENT_TIMEOUT_MS, maxConnections = MAX_CONNECTIONS } = config;
  const app = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: clientTimeoutMs,
    http: {
      headersTimeout: clientTimeoutMs,
      connectionsCheckingInterval: clientTimeoutMs / 5,
      requireHostHeader: false, // checked below
      joinDuplicateHeaders: true, // node would keep the first of two, where a proxy may have checked the second
    },
    clientErrorHandler: refuseSocket,
    return503OnClosing: false, // said below, in our own shape
    trustProxy: config.trustProxy.length > 0 && inNetworks(config.trustProxy),
    // A path that cannot be decoded comes here, past every hook.
    frameworkErrors: (_error, request, reply) => {
      cutSlowReader(request.raw, reply.raw, clientTimeoutMs);
      void refuse(reply);
    },
  });
  const { server } = app;
  server.maxConnections = maxConnections;
  server.on('checkExpectation', (request, response) => server.emit('request', request, response)); // checked below
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(SAFE_HEADERS);
    if (!hasValidHost(request)) return refuse(reply);
    const { expect = '100-continue' } = request.headers;
    return /100-continue/i.test(expect) ? undefined : refuse(reply, 417, 'Expect may be 100-continue.');
  });
  app.addHook('onSend', async (request, reply) => cutSlowReader(request.raw, reply.raw, clientTimeoutMs));
  app.setErrorHandler(async (error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send(errorBody(clientMistake(status), 'BAD_REQUEST'));
    logger.error(describe(error), 'a request failed unexpectedly');
    return reply.code(500).send(errorBody('Internal server error', 'INTERNAL_SERVER_ERROR'));
  });
  return app;
}

function createGraphQLServer(config: Config, logger: Logger, state: { readonly isClosing: boolean }): FastifyInstance {
  const app = createHttpServer(config, logger);
  app.addHook('onRequest', async ({ ip, host }, reply) => {
    if (state.isClosing) return reply.code(503).send(errorBody('The gateway is closing. Please ask again.', 'CLOSING'));
    // A caller that has hung up already has no address to be counted by; Apollo needs a host, which HTTP/1.0 may lack.
    return ip !== undefined && host !== '' ? undefined : refuse(reply);
  });
  app.addHook('onSend', async (_request, reply) => {
    if (state.isClosing) void reply.header('connection', 'close'); // a kept-alive connection would hold the drain up
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(errorBody('GraphQL is served at /graphql.', 'NOT_FOUND')),
  );
  return app;
}

/**
 * A deadline for taking the answer; an idle timeout would start anew with every byte that the client takes.
 * The reset frees what the kernel still holds of the answer.
 */
function cutSlowReader({ socket }: IncomingMessage, response: ServerResponse, timeoutMs: number): void {
  if (response.destroyed) return;
  const timer = setTimeout(() => socket.resetAndDestroy(), timeoutMs);
  response.once('close', () => clearTimeout(timer));
}

/** One host, without user name or path; none only where HTTP/1.0 asks, as health checks do. */
function hasValidHost({ host, raw: { httpVersion } }: FastifyRequest): boolean {
  if (host === '') return httpVersion === '1.0';
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}/`);
}

/** Aborted when the caller hangs up before the answer. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

/** Health and metrics for operators, on a port of their own, which answers until the drain has ended. */
function createAdminServer(
  config: Config,
  logger: Logger,
  subgraph: IdentitySubgraph,
  metrics: Metrics,
  state: { readonly isClosing: boolean },
): FastifyInstance {
  const admin = createHttpServer(config, logger);
  admin.get('/livez', async () => ({ status: 'ok' }));
  admin.get('/readyz', async (_request, reply) => {
    const store = (await subgraph.isReady()) ? 'ok' : 'unavailable';
    const isReady = store === 'ok' && !state.isClosing;
    return reply
      .code(isReady ? 200 : 503)
      .send({ status: isReady ? 'ok' : 'unavailable', store, closing: state.isClosing });
  });
  admin.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metrics.render(await subgraph.isReady());
    return reply.type(contentType).send(body);
  });
  admin.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(errorBody('Here are /livez, /readyz and /metrics.', 'NOT_FOUND')),
  );
  return admin;
}

/** Closes the connection as well: a body that was not asked for would be read as the next request. */
async function refuse(reply: FastifyReply, status = 400, message = 'The request cannot be read.'): Promise<unknown> {
  return reply
    .code(status)
    .headers({ ...SAFE_HEADERS, connection: 'close' })
    .send(errorBody(message, 'BAD_REQUEST'));
}

/** Answers on the socket itself: what is too slow, too long or no HTTP never becomes a request. */
function refuseSocket({ code }: { code: string }, socket: Socket): void {
  // The response that node is sending on this socket: words of ours would be read as a part of it.
  const { _httpMessage: due } = socket as { _httpMessage?: ServerResponse | null };
  if (!socket.writable || due?.req.complete) return void socket.destroy();
  const [status, message] = NO_REQUEST[code] ?? ['400 Bad Request', 'The request cannot be read.'];
  const body = JSON.stringify(errorBody(message, 'BAD_REQUEST'));
  const headers = {
    ...SAFE_HEADERS,
    'content-type': 'application/json',
    'content-length': body.length,
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`);
  socket.once('finish', () => socket.destroy()); // a client that is slow is slow to hang up, too
}

const NO_REQUEST: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are too long.'],
};

/** Our own words: the framework's can quote the body. */
function clientMistake(status: number): string {
  if (status === 413) return `The body is larger than ${MAX_BODY_BYTES} bytes.`;
  if (status === 415) return 'Send content-type application/json.';
  return 'The body is not JSON.';
}

function errorBody(message: string, code: string) {
  return { errors: [{ message, extensions: { code } }] };
}

function ignore(): void {}
