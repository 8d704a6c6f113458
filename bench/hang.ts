/**
 * How long does a thousand people wait when the upstream does not answer?
 *
 *   npx node bench/hang.ts
 */
import { spawn } from 'node:child_process';

const PEOPLE = 1_000;
const BUDGET_MS = 5_000;
/** A lost confirm is read back: 300 ms later, for at most three seconds. */
const READ_BACK_MS = 3_000;

const env = {
  LIMIT_CONFIRMS_PER_IP: 'off',
  PORT: '0',
  ADMIN_PORT: '0',
  SANDBOX_PORT: '0',
  CONFIRM_TIMEOUT_MS: String(BUDGET_MS),
};
const gateway = spawn(process.execPath, ['src/main.ts'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
let url: string | undefined;
for await (const chunk of gateway.stdout.setEncoding('utf8')) {
  url = /http:\S+\/graphql/.exec(chunk)?.[0];
  if (url !== undefined) break;
}

const query = 'mutation($i: ID!) { confirmIdentityOtp(impUid: $i, otp: "123456") { ... on IdentityError { code } } }';
const outcomes = new Map<string, number[]>();

async function person(serial: number): Promise<void> {
  const began = performance.now();
  const body = JSON.stringify({ query, variables: { i: `imp_900610${String(serial).padStart(6, '0')}` } });
  const answer = await fetch(url!, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { data } = (await answer.json()) as { data: { confirmIdentityOtp: { code: string } } };
  const { code } = data.confirmIdentityOtp;
  outcomes.set(code, [...(outcomes.get(code) ?? []), performance.now() - began]);
}

await Promise.all(Array.from({ length: PEOPLE }, (_, serial) => person(serial)));
const all = [...outcomes.values()].flat().toSorted((a, b) => a - b);
const lines = [
  `${PEOPLE} confirms at once, the upstream hangs, ${BUDGET_MS} ms to confirm and ${READ_BACK_MS} ms to read back`,
  ...[...outcomes].map(([code, times]) => `  ${code}  ${times.length}, slowest ${Math.max(...times).toFixed(0)} ms`),
  `p99 ${all[Math.floor(all.length * 0.99)]!.toFixed(0)} ms, the budget and ${READ_BACK_MS + 500} ms allow ${BUDGET_MS + READ_BACK_MS + 500} ms`,
];
process.stdout.write(`${lines.join('\n')}\n`);
gateway.kill('SIGTERM');
