import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { JSONWebKeySet } from 'jose';
import type { Config } from '../config.ts';
import type { OnEvent } from '../events.ts';
import type { Context } from '../graphql/context.ts';
import type { Logger } from '../log.ts';
import type { IdentitySubgraph } from '../subgraph.ts';
import { createClientAddress } from './client-address.ts';
import { registerCors } from './cors.ts';
import { registerExplorer } from './explorer.ts';
import { createHttpServer } from './http-server.ts';
import { errorBody, refuse } from './error-answers.ts';
import { trustedOnly } from './trusted-documents.ts';
import type { State } from './state.ts';

/** The public port: GraphQL, and the explorer where it is on. */
export function createGraphQLServer(
  config: Config,
  logger: Logger,
  subgraph: IdentitySubgraph,
  apollo: ApolloServer<Context>,
  state: Readonly<State>,
  onEvent: OnEvent,
): FastifyInstance {
  const app = createHttpServer(config, logger, (refused) => {
    logger.info(refused, 'a request was refused');
    onEvent({ kind: 'refused-request', status: refused.status, code: refused.code });
  });
  app.addHook('onRequest', async ({ ip, host }, reply) => {
    if (state.isClosing) return reply.code(503).send(errorBody('The gateway is closing. Please ask again.', 'CLOSING'));
    // A caller that has hung up already has no address to be counted by; Apollo needs a host, which HTTP/1.0 may lack.
    return ip !== undefined && host !== '' ? undefined : refuse(reply);
  });
  app.addHook('onSend', async (_request, reply) => {
    // Load balancers send new connections elsewhere, but go on using those that are kept alive until they are closed.
    if (state.isDraining) void reply.header('connection', 'close');
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(errorBody('GraphQL is served at /graphql.', 'NOT_FOUND')),
  );
  registerCors(app, config);
  if (config.explorer) registerExplorer(app, config);
  registerKeys(app, subgraph.jwks());
  const addressOf = createClientAddress(config, logger);
  const context = async (request: FastifyRequest, reply: FastifyReply) =>
    subgraph.createContext({
      headers: request.headers,
      ip: addressOf(request),
      signal: goneSignal(reply),
      requestId: request.id,
    });
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
  return app;
}

/** Cache lifetime of the key set, after which every verifier knows a new key. */
const KEYS_MAX_AGE_S = 300;

/** The keys that verify proofs, where there are any. */
function registerKeys(app: FastifyInstance, jwks: JSONWebKeySet): void {
  if (jwks.keys.length === 0) return;
  app.get('/.well-known/jwks.json', async (_request, reply) =>
    reply.header('cache-control', `public, max-age=${KEYS_MAX_AGE_S}`).send(jwks),
  );
}

/** Aborted when the caller hangs up before the answer. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
