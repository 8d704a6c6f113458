import { lookup } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import type { Config } from '../config.ts';
import type { AttemptStore } from '../guard/store.ts';
import type { WindowStore } from '../guard/windows.ts';
import type { Logger } from '../log.ts';
import type { Sandbox, SandboxSms } from '../sandbox/sandbox.ts';
import { createIdentitySubgraph } from '../subgraph.ts';
import { createAdminServer } from './admin.ts';
import { createApollo } from './apollo.ts';
import { registerDemo } from './demo.ts';
import { registerInbox } from './explorer.ts';
import { createGraphQLServer } from './graphql-server.ts';
import type { State } from './state.ts';
import { createMetrics } from './metrics.ts';

export interface ServerOptions {
  readonly logger?: Logger;
  /** Told of every message that the embedded sandbox sends. */
  readonly onSms?: (sms: SandboxSms) => void;
  /** Your own stores of attempts and of limits, each in place of memory, a file or Redis: see `IdentitySubgraphOptions`. */
  readonly store?: AttemptStore;
  readonly windows?: WindowStore;
}

export interface GatewayServer {
  /** The embedded sandbox, null where there are real credentials. */
  readonly sandbox: Sandbox | null;
  /** Starts to listen. Errors: EADDRINUSE and the like. */
  listen(): Promise<Addresses>;
  /** The access record opens its file anew: it was renamed. */
  reopen(): void;
  /** Answers 503 at `/readyz` for `drainDelayMs` and goes on serving, so that load balancers notice before `close`. */
  drain(): Promise<void>;
  /** Stops listening, lets the requests in flight finish, then lets go of everything. */
  close(): Promise<void>;
}

export interface Addresses {
  /** The GraphQL endpoint. */
  readonly url: string;
  /** Where `/livez`, `/readyz` and `/metrics` are. */
  readonly adminUrl: string;
}

/** The gateway over HTTP. Errors: EADDRINUSE where the embedded sandbox's port is taken. */
export async function createServer(
  config: Config,
  { logger = pino({ level: config.logLevel }), onSms, store, windows }: ServerOptions = {},
): Promise<GatewayServer> {
  const sandbox = await startSandbox(config.sandboxPort, onSms);
  const { iamport, portone } = sandbox ? upstreamsAt(config, sandbox.url) : config;
  const metrics = createMetrics();
  const subgraph = createIdentitySubgraph({
    ...config,
    iamport,
    portone,
    logger,
    onEvent: metrics.count,
    ...(store && { store }),
    ...(windows && { windows }),
  });
  metrics.watch(subgraph);
  const apollo = await createApollo(subgraph, config);
  await apollo.start();

  const state: State = { isDraining: false, isClosing: false };
  const app = createGraphQLServer(config, logger, subgraph, apollo, state, metrics.count);
  if (sandbox && config.explorer) {
    registerDemo(app, sandbox.url);
    registerInbox(app, sandbox.inbox);
  }
  const admin = createAdminServer(config, logger, subgraph, metrics, state);

  return {
    sandbox,
    async listen() {
      const { port, adminPort, maxConnections } = config;
      // Node's queue of connections that wait to be accepted holds 511. After a restart all clients connect at once, and the kernel lets
      // those beyond the queue wait for retries of TCP, which took half a minute for 1,000 clients.
      const url = await app.listen({ host: await addressOf(config.host), port, backlog: maxConnections });
      const adminUrl = await admin.listen({ host: await addressOf(config.adminHost), port: adminPort });
      return { url: `${url}/graphql`, adminUrl };
    },
    reopen: () => subgraph.reopen(),
    async drain() {
      state.isDraining = true;
      if (config.drainDelayMs > 0) await delay(config.drainDelayMs);
    },
    async close() {
      state.isDraining = true;
      state.isClosing = true;
      await app.close();
      await admin.close();
      await apollo.stop();
      await subgraph.close();
      await sandbox?.close();
    },
  };
}

/** V1, and V2 where it is set, at the embedded sandbox, which may have taken any free port. */
function upstreamsAt({ iamport, portone }: Config, baseUrl: string): Pick<Config, 'iamport' | 'portone'> {
  return { iamport: { ...iamport, baseUrl }, portone: portone && { ...portone, baseUrl } };
}

/** For the name `localhost` Fastify would open a second node server, which would lack every setting of the first. */
async function addressOf(host: string): Promise<string> {
  return (await lookup(host)).address;
}

/** Loads the sandbox only where it is used. */
async function startSandbox(port: number | null, onSms: ServerOptions['onSms']): Promise<Sandbox | null> {
  if (port === null) return null;
  const { createSandbox } = await import('../sandbox/sandbox.ts');
  return createSandbox({ port, ...(onSms && { onSms }) });
}
