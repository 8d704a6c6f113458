import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { Config, IamportConfig, PortoneConfig } from '../../src/config.ts';
import type { AttemptStore } from '../../src/guard/store.ts';
import type { WindowStore } from '../../src/guard/windows.ts';
import {
  createSandbox,
  SANDBOX_CHANNEL_KEY,
  SANDBOX_PORTONE_SECRET,
  SANDBOX_STORE_ID,
  type Sandbox,
  type SandboxOptions,
} from '../../src/sandbox/sandbox.ts';
import { createServer } from '../../src/server/server.ts';
import { portoneConfig, testConfig } from './config.ts';

export { testConfig }; // apart, since tests of one folder need no server

/** One answered object; a test says what it expects in it. */
export type Fields = Record<string, unknown> & {
  readonly message: string;
  readonly certifiedAt: string;
  readonly fields: readonly { name: string; message: string }[];
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: {
    data?: Record<string, Fields> | null;
    errors?: { message: string; extensions?: { code: string } }[];
  };
}

export interface TestGateway {
  readonly url: string;
  readonly adminUrl: string;
  readonly sandbox: Sandbox;
  /** Everything logged so far. */
  readonly log: () => string;
  post(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The one root field of an operation that answers data and no errors. */
  run(query: string, variables?: object, headers?: Record<string, string>): Promise<Fields>;
  confirm(impUid: string, otp: string, headers?: Record<string, string>): Promise<Fields>;
  /** The upstream calls that contain this text, as "METHOD /path". */
  calls(containing: string): string[];
  close(): Promise<void>;
}

/** Every field of every member of the union, without one alias. */
export const CONFIRM_EVERYTHING = `
  mutation Confirm($impUid: ID!, $otp: String!) {
    confirmIdentityOtp(impUid: $impUid, otp: $otp) {
      __typename
      ... on Certification {
        impUid merchantUid pgTid pgProvider name gender birth birthday foreigner foreignerV2 phone carrier
        certified certifiedAt uniqueKey uniqueInSite origin
      }
      ... on IdentityError { code message retryable }
      ... on InvalidInputError { code message retryable fields { name message } }
      ... on OtpRejectedError { code message retryable attemptsRemaining retryAt }
      ... on CertificationNotFoundError { code message retryable }
      ... on RateLimitedError { code message retryable retryAt }
      ... on OutcomeUnknownError { code message retryable }
      ... on UpstreamError { code message retryable providerCode retryAt }
    }
  }`;

/** PortOne V2 as a sandbox speaks it, alone unless this says otherwise. */
export function portoneAt(baseUrl: string, portone: Partial<PortoneConfig> = {}): PortoneConfig {
  return portoneConfig(baseUrl, {
    apiSecret: SANDBOX_PORTONE_SECRET,
    storeId: SANDBOX_STORE_ID,
    channels: [{ key: SANDBOX_CHANNEL_KEY, provider: null }],
    ...portone,
  });
}

/** A gateway and its own sandbox, both on free ports. */
export async function startGateway(
  options: {
    iamport?: Partial<IamportConfig>;
    /** PortOne V2 at the sandbox, alone unless this says otherwise. */
    portone?: Partial<PortoneConfig>;
    config?: Partial<Config>;
    sandbox?: SandboxOptions;
    store?: AttemptStore;
    windows?: WindowStore;
  } = {},
): Promise<TestGateway> {
  const sandbox = await createSandbox(options.sandbox);
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const portone = options.portone && portoneAt(sandbox.url, options.portone);
  const config = { ...testConfig(sandbox.url, options.iamport), ...(portone && { portone }), ...options.config };
  const { store, windows } = options;
  // Without time and pid, in whose digits any code turns up.
  const logger = pino({ level: 'trace', timestamp: false, base: null }, stream);
  const own = { logger, ...(store && { store }), ...(windows && { windows }) };
  // A start that is refused must not leave the sandbox behind, or the test run would never end.
  const server = await createServer(config, own).catch(async (error: unknown) => {
    await sandbox.close();
    throw error;
  });
  const { url, adminUrl } = await server.listen();

  async function post(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  }

  async function run(query: string, variables: object = {}, headers: Record<string, string> = {}): Promise<Fields> {
    const { status, body } = await post({ query, variables }, headers);
    if (status !== 200 || body.errors) throw new Error(`Expected data, got ${status} ${JSON.stringify(body)}`);
    return Object.values(body.data!)[0]!;
  }

  return {
    url,
    adminUrl,
    sandbox,
    log: () => lines.join(''),
    post,
    run,
    confirm: (impUid, otp, headers) => run(CONFIRM_EVERYTHING, { impUid, otp }, headers),
    calls: (containing) =>
      sandbox.requests.map(({ method, path }) => `${method} ${path}`).filter((call) => call.includes(containing)),
    async close() {
      await server.close();
      await sandbox.close();
    },
  };
}
