import { execFile, spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader, SignJWT, type JWTPayload } from 'jose';
import { createSandbox, type Sandbox } from '../src/sandbox/sandbox.ts';
import { createExamples, readManifest } from './support/examples.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { newPrivateKey } from './support/keys.ts';
import { until } from './support/until.ts';

const LOG_IN = 'POST /users/getToken';
const REQUEST = 'POST /certifications/otp/request';
const INBOX = 'GET /sandbox/inbox';
const CONFIRM = 'POST /certifications/otp/confirm/:impUid';
const READ = 'GET /certifications/:impUid';

describe('fetch', () => {
  test('asks for a code, has it retyped once, and welcomes the person', async () => {
    const gateway = await gatewayForExamples();
    expect(await runAgainst(gateway, 'fetch')).toBe(
      [
        'Asking for a code',
        '  -> show the field for the code',
        'Confirming a wrong code',
        '  That is not the code we sent. Please check it and try again.',
        '  -> let them retype it',
        'Confirming the code',
        '  -> welcome them',
        '  홍길동, born 1990-01-01',
        '',
      ].join('\n'),
    );
    expect(callsOf(gateway.sandbox)).toEqual([LOG_IN, REQUEST, INBOX, CONFIRM, CONFIRM]);
  });

  test.each([
    ['imp_900210000001', 'The time to enter the code is over.', 'offer to send a new code'],
    ['imp_900503000001', 'The carrier is closed for maintenance.', 'apologise, and offer to try again'],
    ['short', 'Please check what you entered.', 'mark the fields. impUid: Must be 6 to 64 letters'],
  ])('says what comes next for %s: %s', async (impUid, message, step) => {
    const output = await runAgainst(await gatewayForExamples(), 'fetch', impUid);
    expect(output).toContain(`\n  ${message}`);
    expect(output).toContain(`\n  -> ${step}`);
  });

  test('reads the certification after an answer that was lost, and never confirms again', async () => {
    const gateway = await gatewayForExamples();
    const output = await runAgainst(gateway, 'fetch', 'imp_900613000001');
    expect(output).toMatch(/-> read it in a moment.*\nReading what became of it\n {2}Verification is not/);
    expect(gateway.calls('/otp/confirm/')).toHaveLength(1);
  });

  test('has a step for a failure that only a newer gateway knows', async () => {
    const url = await gatewayThatAnswersTheTypeItIsAskedFor();
    expect(await run('fetch', { GATEWAY_URL: url }, 'LineStolenError')).toBe(
      'Confirming LineStolenError\n  In plain words.\n  -> start again\n',
    );
  });
});

const CONFIRMED_AND_READ = [
  'Asking for a code',
  'Confirming a wrong code',
  '  WRONG_CODE: That is not the code we sent. Please check it and try again.',
  '  -> retype',
  'Confirming the code',
  '  홍길동, born 1990-01-01',
  '  -> done',
  'Reading the certification',
  '  at least 19 years old: true',
  '  -> done',
  '',
].join('\n');

describe('Apollo Client', () => {
  test('confirms, reads the certification from upstream, and leaves none in its cache', async () => {
    const gateway = await gatewayForExamples();
    expect(await runAgainst(gateway, 'apollo-client')).toBe(
      `${CONFIRMED_AND_READ}Forgetting it\n  certifications in the cache: 0\n`,
    );
    expect(callsOf(gateway.sandbox)).toEqual([LOG_IN, REQUEST, INBOX, CONFIRM, CONFIRM, READ]);
  });
});

describe('urql', () => {
  test('confirms and reads with POST', async () => {
    const gateway = await gatewayForExamples();
    expect(await runAgainst(gateway, 'urql')).toBe(CONFIRMED_AND_READ);
    expect(callsOf(gateway.sandbox)).toEqual([LOG_IN, REQUEST, INBOX, CONFIRM, CONFIRM, READ]);
  });
});

test('examples ask for the versions that their tests run with', () => {
  const { version } = readManifest('packages/client');
  const ours = readManifest('.');
  const tested: Record<string, string> = {
    ...ours.dependencies,
    ...ours.devDependencies,
    'iamport-identity-client': `^${version}`,
  };
  const asked = globSync('examples/*/package.json').flatMap((file) => {
    const { dependencies, devDependencies } = readManifest(dirname(file));
    return Object.entries({ ...dependencies, ...devDependencies }).map(
      ([name, version]) => [basename(dirname(file)), name, version] as const,
    );
  });
  expect(asked.length).toBeGreaterThan(0);
  expect(asked).toEqual(asked.map(([example, name]) => [example, name, tested[name]]));
});

describe('Relay', () => {
  test('confirms and reads with operations that are compiled against the schema of the package', async () => {
    const folder = await examples.install('relay');
    // Ends with 1 where `__generated__` is not what the compiler makes of them.
    await promisify(execFile)(process.execPath, ['--run', 'compile', '--', '--validate'], { cwd: folder });
    const gateway = await gatewayForExamples();
    expect(await runAgainst(gateway, 'relay')).toBe(CONFIRMED_AND_READ);
    expect(callsOf(gateway.sandbox)).toEqual([LOG_IN, REQUEST, INBOX, CONFIRM, CONFIRM, READ]);
  });
});

describe('mounted', () => {
  test('answers its own field and ours, in the language of the caller, and logs to its own logger', async () => {
    const sandbox = await createSandbox();
    closing.push(() => sandbox.close());
    const { url, printed } = await mount({
      IAMPORT_API_KEY: 'sandbox_key',
      ALLOW_ANONYMOUS: 'true',
      IAMPORT_API_SECRET: 'sandbox_secret',
      IAMPORT_BASE_URL: sandbox.url,
    });
    expect(await post(url, '{ me { id } }')).toEqual({ me: { id: 'user-1' } });
    const confirm =
      'mutation($otp: String!) { confirmIdentityOtp(impUid: "imp_900232000001", otp: $otp) { __typename ... on IdentityError { message } } }';
    expect(await post(url, confirm, { otp: '000000' })).toEqual({
      confirmIdentityOtp: { __typename: 'OtpRejectedError', message: '인증번호가 맞지 않아요. 다시 확인해 주세요.' },
    });
    expect(await post(url, confirm, { otp: '123456' })).toEqual({
      confirmIdentityOtp: { __typename: 'Certification' },
    });
    expect(callsOf(sandbox, 'imp_900232000001')).toEqual([LOG_IN, CONFIRM, CONFIRM]);
    const { input } = await printed(/"name":"my-api","field":"\w+","msg":"the upstream sent a value not known here"/);
    expect(input).not.toContain('inline tracing');
  });

  test('runs on a sandbox of its own, prints a curl that certifies, and ends on SIGTERM', async () => {
    const { child, url, printed } = await mount({ SANDBOX_PORT: await freePort() });
    const [, body] = await printed(/-d '(\{"query":"mutation.*\})'/);
    const { query, variables } = JSON.parse(body!);
    expect(await post(url, query, variables)).toEqual({ confirmIdentityOtp: { __typename: 'Certification' } });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  });
});

describe('sign-up', () => {
  test('takes a proof once, and a person once, and asks nobody about the person', async () => {
    const { gateway, signUp } = await signUpBackend();
    const proof = await proofOf(gateway);
    expect(await signUp(proof)).toEqual([201, { account: { id: 1 } }]);
    expect(await signUp(proof)).toEqual([401, { reason: 'replayed' }]);
    expect(await signUp(await proofOf(gateway, 'imp_900200000002'))).toEqual([409, { reason: 'has-an-account' }]);
    expect(gateway.sandbox.requests.map(({ path }) => path)).toEqual([
      '/users/getToken',
      '/certifications/otp/confirm/imp_900200000001',
      '/certifications/otp/confirm/imp_900200000002',
    ]);
  });

  test('refuses a proof for another service, of another gateway, of another key, an expired and a changed one', async () => {
    const { gateway, key, signUp } = await signUpBackend();
    const proof = await proofOf(gateway);
    const { kid } = decodeProtectedHeader(proof);
    const sign = (claims: JWTPayload, by = key): Promise<string> =>
      new SignJWT({
        iss: ISSUER,
        aud: 'shop',
        sub: 'a',
        age_over_14: true,
        jti: 'j',
        exp: Date.now() / 1000 + 60,
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid: kid! })
        .sign(createPrivateKey(by));
    expect(await signUp(await proofOf(gateway, undefined, 'forum'))).toEqual([401, { reason: 'foreign' }]);
    expect(await signUp(await sign({ iss: 'https://other.example.com' }))).toEqual([401, { reason: 'foreign' }]);
    expect(await signUp(await sign({}, newPrivateKey()))).toEqual([401, { reason: 'forged' }]);
    expect(await signUp(await sign({ exp: Date.now() / 1000 - 1 }))).toEqual([401, { reason: 'expired' }]);
    const [head, , signature] = proof.split('.');
    const changed = Buffer.from('{"aud":"shop"}').toString('base64url');
    expect(await signUp(`${head}.${changed}.${signature}`)).toEqual([401, { reason: 'forged' }]);
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await signUp(`${unsigned}.${proof.split('.')[1]}.`)).toEqual([401, { reason: 'forged' }]);
    for (const nothing of ['', 'a.b.c', 'x'.repeat(20_000)])
      expect(await signUp(nothing)).toEqual([400, { reason: 'no-proof' }]);
    expect(await signUp(await sign({}))).toEqual([201, { account: { id: 1 } }]);
  });

  test('refuses a person that it cannot know, and a child', async () => {
    const { gateway, key, signUp } = await signUpBackend();
    expect(await signUp(await proofOf(gateway, 'imp_900230000001'))).toEqual([403, { reason: 'too-young-or-unknown' }]);
    const { kid } = decodeProtectedHeader(await proofOf(gateway));
    const sign = (claims: JWTPayload): Promise<string> =>
      new SignJWT({ iss: ISSUER, aud: 'shop', exp: Date.now() / 1000 + 60, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: kid! })
        .sign(createPrivateKey(key));
    expect(await signUp(await sign({ jti: '1', sub: 'a', age_over_14: false }))).toEqual([
      403,
      { reason: 'too-young-or-unknown' },
    ]);
    expect(await signUp(await sign({ jti: '2', age_over_14: true }))).toEqual([422, { reason: 'person-unknown' }]);
  });

  test('verifies with the keys that it has while the gateway is away, and calls it an outage where it has none', async () => {
    const { gateway, signUp } = await signUpBackend();
    const proofs = [await proofOf(gateway), await proofOf(gateway, 'imp_900200000002')];
    const other = await signUpBackend(gateway);
    expect(await signUp(proofs[0]!)).toEqual([201, { account: { id: 1 } }]);
    await gateway.close();
    expect(await signUp(proofs[1]!)).toEqual([409, { reason: 'has-an-account' }]);
    expect(await other.signUp(proofs[1]!)).toEqual([503, { reason: 'try-again' }]);
    expect(await until(other.complaints, Boolean)).toBe('The keys of the gateway cannot be fetched\n');
  });
});

const ISSUER = 'https://identity.example.com';

async function signUpBackend(gateway?: TestGateway) {
  const key = newPrivateKey();
  const proofs = { personIdKey: 'p'.repeat(32), privateKeys: key, issuer: ISSUER };
  const asked = gateway ?? (await startGateway({ config: { proofs } }));
  if (!gateway) closing.push(() => asked.close());
  const folder = await examples.install('sign-up');
  const env = { GATEWAY_URL: asked.url, ISSUER, PORT: '0' };
  const child = spawn(process.execPath, ['main.ts'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  closing.push(() => child.kill('SIGKILL'));
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaints += chunk;
  });
  const [printed] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const [, url] = /Sign up at (\S+)\./.exec(printed)!;
  return {
    gateway: asked,
    key,
    complaints: () => complaints,
    signUp: async (proof: string): Promise<[status: number, body: unknown]> => {
      const response = await fetch(url!, { method: 'POST', body: JSON.stringify({ proof }) });
      return [response.status, await response.json()];
    },
  };
}

/** As the browser gets it. */
async function proofOf({ url }: TestGateway, impUid = 'imp_900200000001', audience = 'shop'): Promise<string> {
  const query = `mutation($impUid: ID!, $otp: String!, $audience: String!) {
    confirmIdentityOtp(impUid: $impUid, otp: $otp) {
      ... on Certification { proof(audience: $audience, claims: [PERSON_ID, OVER_14]) } } }`;
  const data = (await post(url, query, { impUid, otp: '123456', audience })) as Record<string, { proof: string }>;
  return data['confirmIdentityOtp']!.proof;
}

/** The package's own name then means its source, as in `npm run example`. */
const FROM_SOURCE = '--conditions=@iamport-identity-gateway/source';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function gatewayForExamples(): Promise<TestGateway> {
  const gateway = await startGateway();
  closing.push(() => gateway.close());
  return gateway;
}

function runAgainst(gateway: TestGateway, example: string, ...args: string[]): Promise<string> {
  return run(example, { GATEWAY_URL: gateway.url, SANDBOX_URL: gateway.sandbox.url }, ...args);
}

/** What a client example prints; rejects unless it ends by itself, with 0 and no complaint. */
async function run(example: string, env: Record<string, string>, ...args: string[]): Promise<string> {
  const folder = await examples.install(example);
  const child = promisify(execFile)(process.execPath, ['main.ts', ...args], { cwd: folder, env, timeout: 55_000 });
  const { stdout, stderr } = await child;
  expect(stderr).toBe('');
  return stdout;
}

const examples = createExamples();
afterAll(() => examples.close());

/** The upstream calls, with the impUid that this is about, the one that was issued unless told, as `:impUid`. */
function callsOf({ requests, inbox }: Sandbox, impUid = inbox[0]!.impUid): string[] {
  return requests.map(({ method, path }) => `${method} ${path.replace(impUid, ':impUid')}`);
}

/** It takes the impUid for the name of an error type. */
async function gatewayThatAnswersTheTypeItIsAskedFor(): Promise<string> {
  const server = createServer((request, response) => void answerWhatIsAskedFor(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

async function answerWhatIsAskedFor(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { variables } = JSON.parse(await text(request));
  const error = { __typename: variables.impUid, code: 'THE_CODE', message: 'In plain words.', retryable: false };
  response.end(JSON.stringify({ data: { confirmIdentityOtp: error } }));
}

async function mount(env: Record<string, string>) {
  const child = spawn(process.execPath, [FROM_SOURCE, 'examples/mounted/main.ts'], {
    env: { PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closing.push(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });

  /** Resolves with the match once the output has it; rejects if the process ends before. */
  async function printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(output);
      if (match) return match;
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`ended before it printed ${pattern}: ${output}`);
      await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    }
  }

  const [, url] = await printed(/curl -s (\S+) .*mutation.*\n/);
  return { child, url: url!, printed };
}

/** The data of a Korean caller's answer. */
async function post(url: string, query: string, variables = {}): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-language': 'ko' },
    body: JSON.stringify({ query, variables }),
  });
  return ((await response.json()) as { data: unknown }).data;
}

/** One that was free a moment ago. */
async function freePort(): Promise<string> {
  const sandbox = await createSandbox();
  await sandbox.close();
  return new URL(sandbox.url).port;
}
