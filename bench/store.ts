/**
 * How soon is the answer there when Redis is frozen or dead? And does a gateway that is busy take a healthy Redis for dead?
 *
 *   npx node bench/store.ts      needs redis-server on the PATH
 */
import { createSandbox } from '../src/sandbox/sandbox.ts';
import { startGatewayProcess, type GatewayProcess } from '../test/support/gateway-process.ts';
import { startRedis } from '../test/support/redis.ts';

const STORM = 1_500;
/** What an answer may take while Redis does not. */
const LIMIT_MS = 200;
/** For Redis to be found again. */
const PATIENCE_MS = 5_000;
/** Every window that stands in front of a confirm by default, and none that is ever full. */
const LIMITS = { LIMIT_CONFIRMS_PER_CALLER: '999999999/1h', LIMIT_CONFIRMS_PER_IP: '999999999/1h' };

const sandbox = await createSandbox();
const redis = await startRedis();
const gateway = await startGatewayProcess({
  ...LIMITS,
  IAMPORT_BASE_URL: sandbox.url,
  REDIS_URL: redis.url,
  GUARD_SECRET: 'a-secret-of-at-least-32-characters',
  ALLOW_ANONYMOUS: 'true',
  UPSTREAM_PARALLEL: '1000',
  UPSTREAM_QUEUE: '1000',
});
let serial = 0;
let slowest = 0;
let isWrong = false;

try {
  await ask('healthy', 30, 'certified');
  await ask('healthy, a storm', STORM, 'certified');
  await redis.freeze();
  await ask('frozen, one', 1, 'UPSTREAM_UNAVAILABLE');
  await ask('frozen, thirty', 30, 'UPSTREAM_UNAVAILABLE');
  redis.thaw();
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until && (await confirm(gateway)).code !== 'certified');
  await ask('healthy again', 30, 'certified');
  await redis.stop();
  await ask('dead, one', 1, 'UPSTREAM_UNAVAILABLE');
  await ask('dead, thirty', 30, 'UPSTREAM_UNAVAILABLE');
} finally {
  await redis.stop();
  await gateway.end('SIGTERM');
  await sandbox.close();
}
print(`slowest answer without Redis: ${slowest.toFixed(0)} ms, where ${LIMIT_MS} ms are allowed`);
process.exitCode = isWrong || slowest > LIMIT_MS ? 1 : 0;

/** So many confirms at once, each of a verification of its own, which should all end so. */
async function ask(state: string, count: number, expected: string): Promise<void> {
  const answers = await Promise.all(Array.from({ length: count }, () => confirm(gateway)));
  const others = answers.filter(({ code }) => code !== expected).length;
  const most = Math.max(...answers.map(({ ms }) => ms));
  if (expected !== 'certified') slowest = Math.max(slowest, most);
  if (others > 0) isWrong = true;
  print(`Redis ${state.padEnd(17)} ${count - others} of ${count} ${expected}, the slowest after ${most.toFixed(0)} ms`);
}

async function confirm({ url }: GatewayProcess): Promise<{ code: string; ms: number }> {
  serial += 1;
  const query =
    'mutation($i: ID!, $o: String!) { confirmIdentityOtp(impUid: $i, otp: $o) { ... on IdentityError { code } } }';
  const variables = { i: `imp_900200${String(serial).padStart(6, '0')}`, o: '123456' };
  const began = performance.now();
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data } = (await answer.json()) as { data: { confirmIdentityOtp: { code?: string } } };
  return { code: data.confirmIdentityOtp.code ?? 'certified', ms: performance.now() - began };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
