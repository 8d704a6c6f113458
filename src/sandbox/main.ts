import { MAGIC_CODE } from './scenarios.ts';
import { SANDBOX_KEY, SANDBOX_PORTONE_SECRET, SANDBOX_SECRET, createSandbox } from './sandbox.ts';

const DEFAULT_PORT = '4010';

function readPort(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (!(port <= 65_535)) throw new Error('SANDBOX_PORT must be a port number, 0 to 65535');
  return port;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isTaken = 'code' in error && error.code === 'EADDRINUSE';
  return isTaken ? 'the port is taken; choose another with SANDBOX_PORT' : error.message;
}

try {
  const sandbox = await createSandbox({
    port: readPort(process.env['SANDBOX_PORT'] ?? DEFAULT_PORT),
    onSms: ({ impUid, phone, code }) => say(`SMS to ${phone}: ${code} (${impUid})`),
  });
  say(`The iamport sandbox listens on ${sandbox.url}`);
  say(`  credentials  ${SANDBOX_KEY} / ${SANDBOX_SECRET}`);
  say(`  V2 secret    ${SANDBOX_PORTONE_SECRET}`);
  say(`  try          imp_900200000001 with the code ${MAGIC_CODE}`);
  say(`  window       ${sandbox.url}/v1/iamport.js, ${sandbox.url}/v2/browser-sdk.js`);
  say(`  inbox        ${sandbox.url}/sandbox/inbox`);
  const stop = () => void sandbox.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  process.stderr.write(`sandbox: ${explain(error)}\n`);
  process.exitCode = 1;
}
