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

try {
  await ask('healthy', 30);
  await ask('healthy, a storm', STORM);
  await redis.freeze();
  await ask('frozen, one', 1);
  await ask('frozen, thirty', 30);
  redis.thaw();
  while ((await confirm(gateway)).code !== 'certified');
  await ask('healthy again', 30);
  await redis.stop();
  await ask('dead, one', 1);
  await ask('dead, thirty', 30);
} finally {
  await redis.stop();
  await gateway.end('SIGTERM');
  await sandbox.close();
}
process.exitCode = slowest > LIMIT_MS ? 1 : 0;

/** So many confirms at once, each of a verification of its own. */
async function ask(state: string, count: number): Promise<void> {
  const answers = await Promise.all(Array.from({ length: count }, () => confirm(gateway)));
  const codes = new Map<string, number>();
  for (const { code } of answers) codes.set(code, (codes.get(code) ?? 0) + 1);
  const most = Math.max(...answers.map(({ ms }) => ms));
  if (codes.has('UPSTREAM_UNAVAILABLE')) slowest = Math.max(slowest, most);
  const counts = [...codes].map(([code, times]) => `${times} ${code}`).join(', ');
  process.stdout.write(`${state.padEnd(18)} slowest ${most.toFixed(0).padStart(5)} ms   ${counts}\n`);
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
