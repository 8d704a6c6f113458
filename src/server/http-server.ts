import type { IncomingMessage, ServerResponse } from 'node:http';
import { fastify, type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { inNetworks } from '../address.ts';
import type { Config } from '../config.ts';
import { describe, type Logger } from '../log.ts';
import { requestIdOf } from '../request-context.ts';
import { errorBody, MAX_BODY_BYTES, refuse, refuseSocket, SAFE_HEADERS, clientMistake } from './error-answers.ts';

/** A request that is answered with an error; one that node could not read has no id. */
interface RefusedRequest {
  readonly requestId: string | null;
  readonly status: number;
  readonly code: string;
  /** The method, and a path that is served here; null for any other, which can hold whatever a client writes. */
  readonly method: string | null;
  readonly route: string | null;
}

/** What both servers share: answers of node's and of Fastify's own take our shape, are not stored, and have a deadline. */
export function createHttpServer(
  config: Config,
  logger: Logger,
  onRefused: (refused: RefusedRequest) => void = () => {},
): FastifyInstance {
  const { clientTimeoutMs, maxConnections, keepAliveMs } = config;
  const app = fastify({
    bodyLimit: MAX_BODY_BYTES,
    genReqId: ({ headers }) => requestIdOf(headers),
    requestTimeout: clientTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    http: {
      headersTimeout: clientTimeoutMs,
      connectionsCheckingInterval: Math.ceil(clientTimeoutMs / 5), // node takes whole numbers only
      requireHostHeader: false, // checked below
      joinDuplicateHeaders: true, // node would keep the first of two, where a proxy may have checked the second
    },
    clientErrorHandler(error, socket) {
      const status = refuseSocket(error, socket);
      if (status !== null) onRefused({ requestId: null, status, code: 'BAD_REQUEST', method: null, route: null });
    },
    return503OnClosing: false, // said below, in our own shape
    trustProxy: config.trustProxy.length > 0 && inNetworks(config.trustProxy),
    // A path that cannot be decoded comes here, past every hook.
    frameworkErrors: (_error, request, reply) => {
      cutSlowReader(request.raw, reply.raw, clientTimeoutMs);
      onRefused({ requestId: request.id, status: 400, code: 'BAD_REQUEST', method: request.method, route: null });
      void refuse(reply);
    },
  });
  const { server } = app;
  server.maxConnections = maxConnections;
  server.on('checkExpectation', (request, response) => server.emit('request', request, response)); // checked below
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({ ...SAFE_HEADERS, 'x-request-id': request.id });
    if (!hasValidHost(request)) return refuse(reply);
    const { expect = '100-continue' } = request.headers;
    return /100-continue/i.test(expect) ? undefined : refuse(reply, 417, 'Expect may be 100-continue.');
  });
  app.addHook('onSend', async (request, reply, payload) => {
    cutSlowReader(request.raw, reply.raw, clientTimeoutMs);
    const { statusCode: status } = reply;
    if (status < 400) return;
    const code = /"code":"(\w+)"/.exec(String(payload))?.[1] ?? 'none';
    const { id: requestId, method, routeOptions } = request;
    onRefused({ requestId, status, code, method, route: routeOptions.url ?? null });
  });
  app.setErrorHandler(async (error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send(errorBody(clientMistake(status), 'BAD_REQUEST'));
    logger.error(describe(error), 'a request failed unexpectedly');
    return reply.code(500).send(errorBody('Internal server error', 'INTERNAL_SERVER_ERROR'));
  });
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
