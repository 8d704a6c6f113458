import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CONFIRM_EVERYTHING, type Answer, type Fields } from './gateway.ts';
import { until } from './until.ts';

/** A gateway as a process of its own, which can be killed. */
export interface GatewayProcess {
  readonly url: string;
  readonly adminUrl: string;
  /** Everything it has printed so far. */
  readonly output: () => string;
  post(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The one root field of an operation that answers data and no errors. */
  run(query: string, variables: object, headers?: Record<string, string>): Promise<Fields>;
  confirm(impUid: string, otp: string, headers?: Record<string, string>): Promise<Fields>;
  /** Sends a signal that does not end it. */
  signal(name: NodeJS.Signals): void;
  /** Sends a signal and waits for the end; answers the exit code, null after a signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

const NO_LIMITS = {
  LIMIT_REQUESTS_PER_PHONE: 'off',
  LIMIT_REQUESTS_PER_CALLER: 'off',
  LIMIT_REQUESTS_PER_IP: 'off',
  LIMIT_REQUESTS: 'off',
  LIMIT_CONFIRMS_PER_CALLER: 'off',
  LIMIT_CONFIRMS_PER_IP: 'off',
};

/** A node option: Redis may be silent for so many times as long, since a busy machine can keep it waiting. */
export const waitsForRedis = (times: number): string =>
  `--import=data:text/javascript,${encodeURIComponent(`
    const { setInterval } = globalThis;
    globalThis.setInterval = (tick, ms) => setInterval(tick, ms * ${times});
  `)}`;

/** `node src/main.ts` with the sandbox's credentials, on free ports and without limits, once it is ready. */
export async function startGatewayProcess(
  env: Record<string, string>,
  nodeOptions: readonly string[] = [],
): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [...nodeOptions, 'src/main.ts'], {
    env: {
      PORT: '0',
      ADMIN_PORT: '0',
      IAMPORT_API_KEY: 'sandbox_key',
      IAMPORT_API_SECRET: 'sandbox_secret',
      ...NO_LIMITS,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let output = '';
  const { url, adminUrl } = await new Promise<{ url: string; adminUrl: string }>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const line = /^(.*"msg":"listening".*)\n/m.exec(output)?.[1];
        if (line) resolve(JSON.parse(line));
      });
    }
    child.once('close', () => reject(new Error(`ended before it listened: ${output}`)));
  });
  await until(async () => (await fetch(`${adminUrl}/readyz`)).status === 200);

  async function post(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  }

  async function run(query: string, variables: object, headers: Record<string, string> = {}): Promise<Fields> {
    const { status, body } = await post({ query, variables }, headers);
    if (status !== 200 || body.errors) throw new Error(`Expected data, got ${status} ${JSON.stringify(body)}`);
    return Object.values(body.data!)[0]!;
  }

  return {
    url,
    adminUrl,
    output: () => output,
    post,
    run,
    confirm: (impUid, otp, headers) => run(CONFIRM_EVERYTHING, { impUid, otp }, headers),
    signal: (name) => void child.kill(name),
    async end(signal) {
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}
