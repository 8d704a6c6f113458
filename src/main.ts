#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { pino, type Logger } from 'pino';
import { ConfigError, configWarnings, readConfig, type Config } from './config.ts';
import { deadlinesOf } from './deadlines.ts';
import { describe } from './log.ts';
import type { Sandbox, SandboxSms } from './sandbox/sandbox.ts';
import { createServer, type GatewayServer } from './server/server.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const config = configOrExit();
// A reader of the log that is gone must not keep the process from ending: pino's own writer would wait for it.
process.stdout.on('error', () => {});
const logger = await createLogger();
for (const warning of configWarnings(process.env)) logger.warn(warning);
let server: GatewayServer | null = null;
let isStopping = false;

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(0));
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);

try {
  server = await createServer(config, { logger, onSms: printSms });
  const { url, adminUrl } = await server.listen();
  if (server.sandbox) print(welcome(url, server.sandbox));
  else logger.info({ url, adminUrl, ...summary(config) }, 'listening');
} catch (error) {
  fail(whyNotStarted(error));
}

/** Drains, then ends the process; asked again, ends it at once. */
async function stop(exitCode: number): Promise<void> {
  if (isStopping) process.exit(1);
  isStopping = true;
  logger.info('draining');
  const { drainMs } = deadlinesOf(config.iamport);
  setTimeout(() => process.exit(1), config.drainDelayMs + drainMs).unref();
  if (exitCode === 0) await server?.drain();
  await server?.close();
  logger.info('stopped');
  process.exit(exitCode);
}

/** One clean line: what was thrown can hold what a person typed. */
function crash(error: unknown): void {
  logger.fatal(describe(error), 'an error was not handled: the process ends');
  void stop(1);
}

function whyNotStarted(error: unknown): string {
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (error instanceof ConfigError) return error.message;
  if (code !== 'EADDRINUSE') return `Cannot start: ${describe(error).error}${code ? ` (${code})` : ''}`;
  return `Port ${port} is taken. Set PORT (GraphQL), ADMIN_PORT (health) or SANDBOX_PORT (sandbox) to another.`;
}

/** Lines for people in a terminal, and JSON for programs. */
async function createLogger(): Promise<Logger> {
  if (!process.stdout.isTTY) return pino({ level: config.logLevel }, process.stdout);
  const { default: pretty } = await import('pino-pretty');
  return pino(
    { level: config.logLevel },
    pretty({ sync: true, ignore: 'pid,hostname', singleLine: true, translateTime: 'SYS:HH:MM:ss.l' }),
  );
}

function configOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return fail([error.message, ...configWarnings(process.env)].join('\n'));
  }
}

/** What an operator wants to see at a start: against whom this runs, for whom, and what is switched off. */
function summary({ isProduction, iamport, auth, guard, limits, trustedDocuments }: Config): object {
  const { jwksUrl, publicKey, secret } = auth;
  const rates = Object.entries(limits).filter(([, rates]) => Array.isArray(rates) && rates.length === 0);
  return {
    version,
    production: isProduction,
    upstream: new URL(iamport.baseUrl).host,
    store: guard.redisUrl ? 'redis' : guard.storeFile ? 'file' : 'memory',
    callers: jwksUrl ? 'jwks' : publicKey ? 'public key' : secret ? 'secret' : 'anonymous',
    router: auth.routerSecret !== null,
    trustedDocuments: trustedDocuments !== null,
    limitsOff: limits.shadow ? 'all (shadow)' : rates.map(([name]) => name),
  };
}

function welcome(url: string, sandbox: Sandbox): string {
  const query =
    'mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) { __typename ... on Certification { name birthday certifiedAt } ... on IdentityError { code message } } }';
  const body = JSON.stringify({ query, variables: { impUid: 'imp_900200000001', otp: '123456' } });
  return `
  iamport-identity-gateway   ${url}

  No IAMPORT_API_KEY is set, so the embedded sandbox answers: nobody is verified, nothing is sent.
  It listens on ${sandbox.url}; the messages it "sends" are at ${sandbox.url}/sandbox/inbox.

  Try imp_900200000001 with the code 123456; take any other six last digits for a fresh one:

  curl -s ${url} -H 'content-type: application/json' -d '${body}'
`;
}

function printSms({ impUid, phone, code }: SandboxSms): void {
  print(`  SMS to ${phone}: the code for ${impUid} is ${code}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
