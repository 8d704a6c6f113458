import { pino, type DestinationStream, type Logger } from 'pino';
import { ConfigError, configWarnings, type Config } from '../config.ts';
import { deadlinesOf } from '../deadlines.ts';
import { describe } from '../log.ts';
import { createServer, type GatewayServer } from '../server/server.ts';
import { configOf, type Invocation } from './invocation.ts';
import { version } from '../version.ts';
import { printSms, welcome } from './welcome.ts';

/** Serves until a signal. An error that keeps the server from starting is printed, and ends the process with the code 1. */
export async function serve(invocation: Invocation): Promise<number> {
  const config = configOrExit(invocation);
  const logger = await createLogger(config);
  for (const warning of configWarnings(invocation.env)) logger.warn(warning);
  const traces = config.traces && (await import('../server/traces.ts')).startTraces(config.traces, version, logger);
  let server: GatewayServer | null = null;
  endOnSignals(config, logger, {
    drain: async () => server?.drain(),
    async close() {
      await server?.close();
      await traces?.close();
    },
  });

  try {
    server = await createServer(config, { logger, onSms: printSms });
    if (config.audit.file !== null) reopenOnHangup(server);
    const { url, adminUrl } = await server.listen();
    if (server.sandbox) {
      const { isSandboxForced } = invocation;
      const isOpen = config.auth.anonymousScopes !== null && config.auth.routerSecret === null;
      process.stdout.write(welcome(url, server.sandbox, { isSandboxForced, hasDemo: config.explorer, isOpen }));
    } else logger.info({ url, adminUrl, ...summary(config) }, 'listening');
  } catch (error) {
    fail(whyNotStarted(error));
  }
  return 0;
}

function endOnSignals(config: Config, logger: Logger, server: Pick<GatewayServer, 'drain' | 'close'>): void {
  let isStopping = false;

  /** Drains, then ends the process; after an error it accepts nothing more while it drains. */
  async function stop(): Promise<void> {
    isStopping = true;
    logger.info('draining');
    const { drainMs } = deadlinesOf(config.iamport);
    setTimeout(() => process.exit(1), config.drainDelayMs + drainMs).unref();
    try {
      if (!process.exitCode) await server.drain();
      await server.close();
      logger.info('stopped');
    } catch (error) {
      crash(error);
    }
    process.exit();
  }

  /** Logs one line without the error's message, which can quote a person's input. A second error does not cut the drain short. */
  function crash(error: unknown): void {
    logger.fatal(describe(error), 'an error was not handled: the process ends');
    process.exitCode = 1;
    if (!isStopping) void stop();
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => void (isStopping ? process.exit(1) : stop()));
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}

/** SIGHUP is logrotate's signal; without an access record it ends the process, as it does any other. */
function reopenOnHangup(server: GatewayServer): void {
  process.on('SIGHUP', () => server.reopen());
}

function whyNotStarted(error: unknown): string {
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (error instanceof ConfigError) return error.message;
  if (code !== 'EADDRINUSE') return `Cannot start: ${describe(error).error}${code ? ` (${code})` : ''}`;
  return `Port ${port} is taken. Set PORT (GraphQL, or --port), ADMIN_PORT (health) or SANDBOX_PORT (sandbox) to another.`;
}

/** Lines for people in a terminal, and JSON for programs. */
async function createLogger({ logLevel: level }: Config): Promise<Logger> {
  // A reader of the log that is gone must not keep the process from ending: pino's own writer would wait for it.
  if (!process.stdout.isTTY) return pino({ level }, byTurns(process.stdout));
  const { default: pretty } = await import('pino-pretty');
  return pino(
    { level },
    pretty({ sync: true, ignore: 'pid,hostname', singleLine: true, translateTime: 'SYS:HH:MM:ss.l' }),
  );
}

/** Writes the lines of one turn of the event loop together: to write each by itself is a twentieth of the CPU of a confirm. */
function byTurns(stream: NodeJS.WriteStream): DestinationStream {
  process.once('exit', () => stream.uncork());
  return {
    write(line) {
      if (stream.writableCorked === 0) {
        stream.cork();
        setImmediate(() => stream.uncork());
      }
      stream.write(line);
    },
  };
}

function configOrExit(invocation: Invocation): Config {
  try {
    return configOf(invocation);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return fail([error.message, ...configWarnings(invocation.env)].join('\n'));
  }
}

/** What an operator wants to see at a start: against whom this runs, for whom, and what is switched off. */
function summary({ isProduction, iamport, portone, auth, guard, limits, audit, trustedDocuments }: Config): object {
  const { jwksUrl, publicKey, secret } = auth;
  const rates = Object.entries(limits).filter(([, rates]) => Array.isArray(rates) && rates.length === 0);
  return {
    version,
    production: isProduction,
    // New verifications are made at the first.
    upstreams: [portone, portone?.isAlone ? null : iamport].flatMap((it) => (it ? new URL(it.baseUrl).host : [])),
    store: guard.redisUrl ? 'redis' : guard.storeFile ? 'file' : 'memory',
    callers: jwksUrl ? 'jwks' : publicKey ? 'public key' : secret ? 'secret' : 'anonymous',
    router: auth.routerSecret !== null,
    accessRecord: audit.file === null ? 'off' : audit.file === '-' ? 'standard output' : 'file',
    trustedDocuments: trustedDocuments !== null,
    limitsOff: limits.shadow ? 'all (shadow)' : rates.map(([name]) => name),
  };
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
