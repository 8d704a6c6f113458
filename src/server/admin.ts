import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import type { IdentitySubgraph } from '../subgraph.ts';
import { createHttpServer } from './http-server.ts';
import type { Metrics } from './metrics.ts';
import { errorBody } from './error-answers.ts';
import type { State } from './state.ts';

/** Health and metrics for operators, on a port of their own, which answers until the drain has ended. */
export function createAdminServer(
  config: Config,
  logger: Logger,
  subgraph: IdentitySubgraph,
  metrics: Metrics,
  state: Readonly<State>,
): FastifyInstance {
  const admin = createHttpServer(config, logger);
  admin.get('/livez', async () => ({ status: 'ok' }));
  admin.get('/readyz', async (_request, reply) => {
    const store = (await subgraph.isReady()) ? 'ok' : 'unavailable';
    const record = await subgraph.record();
    const isRecorded = record !== 'unavailable' || config.audit.failure === 'continue';
    const { login, breakers } = subgraph.upstream();
    const isReady = store === 'ok' && isRecorded && login !== 'refused' && !state.isDraining;
    return reply
      .code(isReady ? 200 : 503)
      .send({ status: isReady ? 'ok' : 'unavailable', store, record, login, breakers, closing: state.isDraining });
  });
  admin.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metrics.render();
    return reply.type(contentType).send(body);
  });
  admin.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(errorBody('Here are /livez, /readyz and /metrics.', 'NOT_FOUND')),
  );
  return admin;
}
