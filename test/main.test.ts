import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../src/commands/commands.ts';
import { GROUPS } from '../src/config/settings.ts';
import { createSandbox } from '../src/sandbox/sandbox.ts';
import { until } from './support/until.ts';

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** The gateway as `npm start` runs it, on free ports. */
function start(env: Record<string, string> = {}, args: readonly string[] = []) {
  const child = spawn(process.execPath, ['src/main.ts', ...args], {
    env: { PORT: '0', ADMIN_PORT: '0', SANDBOX_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const closed = once(child, 'close');
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  return {
    child,
    output: () => output,
    /** Resolves with the match once the output has it; rejects if the process ends before. */
    printed: (pattern: RegExp): Promise<RegExpExecArray> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output);
          if (match) resolve(match);
        };
        listeners.add(look);
        child.once('close', () => reject(new Error(`ended before it printed ${pattern}: ${output}`)));
        look();
      }),
    /** The exit code, once all that was printed has been read. */
    exited: async (): Promise<number | null> => {
      await closed;
      return child.exitCode;
    },
  };
}

const URL_PRINTED = /http:\/\/127\.0\.0\.1:\d+\/graphql/;

function bodyOf(impUid: string): string {
  const query =
    'mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) { __typename ... on IdentityError { code } } }';
  return JSON.stringify({ query, variables: { impUid, otp: '123456' } });
}

function post(url: string, impUid: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: bodyOf(impUid) });
}

async function confirm(url: string, impUid: string): Promise<unknown> {
  return (await post(url, impUid)).json();
}

describe('npm start', () => {
  test('without credentials says that the sandbox answers, with a curl that certifies when it is pasted, and ends cleanly', async () => {
    const gateway = start();
    const [, url, body] = await gateway.printed(/curl -s (\S+) -H 'content-type: application\/json' -d '(.*)'/);
    expect(gateway.output()).toMatch(/sandbox answers[\s\S]*imp_900200000001 with the code 123456/);
    const response = await fetch(url!, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body!,
    });
    expect(await response.json()).toMatchObject({
      data: { confirmIdentityOtp: { __typename: 'Certification', name: '홍길동' } },
    });
    gateway.child.kill('SIGTERM');
    expect(await gateway.exited()).toBe(0);
  });

  test('with credentials and a base URL talks to that, and logs neither', async () => {
    const sandbox = await createSandbox();
    const gateway = start({
      IAMPORT_API_KEY: 'sandbox_key',
      IAMPORT_API_SECRET: 'sandbox_secret',
      ALLOW_ANONYMOUS: 'true',
      IAMPORT_BASE_URL: sandbox.url,
    });
    const [url] = await gateway.printed(URL_PRINTED);
    expect(await confirm(url, 'imp_900200000001')).toMatchObject({
      data: { confirmIdentityOtp: { __typename: 'Certification' } },
    });
    expect(sandbox.requests.map(({ path }) => path)).toEqual([
      '/users/getToken',
      '/certifications/otp/confirm/imp_900200000001',
    ]);
    expect(gateway.output()).not.toMatch(/sandbox_key|sandbox_secret|(?<!\d)123456(?!\d)|홍길동/);
    await sandbox.close();
  });

  /** A gateway before an upstream that answers a confirm when it is told to. */
  async function startBeforeHolding(env: Record<string, string> = {}) {
    const arrived = Promise.withResolvers<() => void>();
    const upstream = createServer((request, response) => {
      const answer = (body: unknown): void =>
        void response.end(JSON.stringify({ code: 0, message: null, response: body }));
      if (request.url === '/users/getToken') answer({ access_token: 't', now: 0, expired_at: 1800 });
      else
        arrived.resolve(() =>
          answer({ imp_uid: 'imp_123456', pg_provider: 'danal', foreigner: false, certified: true }),
        );
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const { port } = upstream.address() as AddressInfo;
    const gateway = start({
      IAMPORT_API_KEY: 'k',
      IAMPORT_API_SECRET: 's',
      ALLOW_ANONYMOUS: 'true',
      IAMPORT_BASE_URL: `http://127.0.0.1:${port}`,
      ...env,
    });
    return { gateway, upstream, arrived };
  }

  test('finishes a confirm in flight after errors that nobody handled, however many, and exits 1', async () => {
    const hook = "data:text/javascript,process.on('SIGUSR2',()=>{throw(Error())})";
    const { gateway, upstream, arrived } = await startBeforeHolding({ NODE_OPTIONS: `--import=${hook}` });
    const [url] = await gateway.printed(URL_PRINTED);
    const answer = confirm(url, 'imp_123456').catch(() => 'lost');
    const finish = await arrived.promise;
    gateway.child.kill('SIGUSR2');
    await gateway.printed(/draining/);
    gateway.child.kill('SIGUSR2');
    await Promise.race([gateway.printed(/not handled[^]*not handled/), gateway.exited()]);
    finish();
    expect(await answer).toEqual({ data: { confirmIdentityOtp: { __typename: 'Certification' } } });
    expect(await gateway.exited()).toBe(1);
    upstream.closeAllConnections();
    upstream.close();
  });

  test('finishes a confirm in flight after SIGTERM, answers it, refuses every other, and exits 0', async () => {
    const { gateway, upstream, arrived } = await startBeforeHolding();
    const [url] = await gateway.printed(URL_PRINTED);
    const late = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8');
    const body = bodyOf('imp_another');
    late.write(`POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n`);
    const answer = confirm(url, 'imp_123456');
    const finish = await arrived.promise;
    gateway.child.kill('SIGTERM');
    await gateway.printed(/draining/);
    late.write(`content-type: application/json\r\n\r\n${body}`);
    await until(async () => {
      const early = await fetch(url).catch(() => null); // answered while the port is not closed yet
      if (early) expect([early.status, await early.text()]).toEqual([503, expect.stringContaining('CLOSING')]);
      return early === null;
    });
    finish();
    expect(await answer).toEqual({ data: { confirmIdentityOtp: { __typename: 'Certification' } } });
    let refused = '';
    for await (const chunk of late) refused += chunk;
    expect(refused).toMatch(/^HTTP\/1.1 503[\s\S]*no-store[\s\S]*"code":"CLOSING"/);
    expect(await gateway.exited()).toBe(0);
    upstream.closeAllConnections();
    upstream.close();
  });

  test('is not ready while it drains, and still serves, on connections that end with the answer', async () => {
    const gateway = start({
      IAMPORT_API_KEY: 'sandbox_key',
      IAMPORT_API_SECRET: 'sandbox_secret',
      ALLOW_ANONYMOUS: 'true',
      DRAIN_DELAY_MS: '60000',
    });
    const [, url, adminUrl] = await gateway.printed(/"url":"([^"]+)","adminUrl":"([^"]+)"/);
    const readyz = async (): Promise<unknown> => (await fetch(`${adminUrl}/readyz`)).json();
    expect(await readyz()).toEqual({
      status: 'ok',
      store: 'ok',
      record: 'off',
      login: 'unknown',
      breakers: {},
      closing: false,
    });
    expect((await post(url!, 'x')).headers.get('connection')).toBe('keep-alive');
    expect(gateway.output()).toMatch(/"version":"\d+\.\d+\.\d+","production":false,"upstreams":\["api.iamport.kr"\]/);
    expect(gateway.output()).toMatch(/"store":"memory","callers":"anonymous".*"limitsOff":\[\]/);
    gateway.child.kill('SIGTERM');
    await gateway.printed(/draining/);
    expect(await readyz()).toMatchObject({ status: 'unavailable', closing: true });
    const late = await post(url!, 'x');
    expect(await late.json()).toMatchObject({ data: { confirmIdentityOtp: { code: 'INVALID_INPUT' } } });
    expect(late.headers.get('connection')).toBe('close');
    gateway.child.kill('SIGTERM');
    expect(await gateway.exited()).toBe(1);
  });

  test('lets 1,000 clients connect at once while it is busy, of which none waits for a retry of TCP', async () => {
    const gateway = start();
    const [url] = await gateway.printed(URL_PRINTED);
    gateway.child.kill('SIGSTOP'); // it accepts nothing: those who connect wait in the queue of the kernel
    const sockets = Array.from({ length: 1_000 }, () => connect(Number(new URL(url).port), '127.0.0.1'));
    try {
      const signal = AbortSignal.timeout(30_000); // while the process is stopped, a retry finds the queue as full
      await Promise.all(sockets.map((socket) => once(socket, 'connect', { signal })));
    } finally {
      for (const socket of sockets) socket.destroy();
      gateway.child.kill('SIGCONT');
    }
  });

  test('ends though the reader of its log is gone', async () => {
    const gateway = start({ DRAIN_DELAY_MS: '0' });
    const [url] = await gateway.printed(URL_PRINTED);
    gateway.child.stdout.destroy();
    for (let index = 0; index < 3; index += 1) await confirm(url, 'imp_900200000001');
    gateway.child.kill('SIGTERM');
    expect(await gateway.exited()).toBe(0);
  });

  test('ends at once at a second signal', async () => {
    const arrived = Promise.withResolvers<void>();
    const upstream = createServer(() => arrived.resolve());
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const { port } = upstream.address() as AddressInfo;
    const gateway = start({
      IAMPORT_API_KEY: 'k',
      IAMPORT_API_SECRET: 's',
      ALLOW_ANONYMOUS: 'true',
      IAMPORT_BASE_URL: `http://127.0.0.1:${port}`,
    });
    const [url] = await gateway.printed(URL_PRINTED);
    const lost = confirm(url, 'imp_123456').catch(() => 'lost');
    await arrived.promise;
    gateway.child.kill('SIGTERM');
    await gateway.printed(/draining/);
    gateway.child.kill('SIGTERM');
    expect([await gateway.exited(), await lost]).toEqual([1, 'lost']);
    upstream.closeAllConnections();
    upstream.close();
  });

  test('refuses production without credentials, and says every problem at once', async () => {
    const gateway = start({ NODE_ENV: 'production', PORT: 'x' });
    expect(await gateway.exited()).toBe(1);
    expect(gateway.output()).toMatch(
      /2 problems:\n {2}- PORT must be a whole number from 0 to 65535\n {2}- IAMPORT_API_KEY and IAMPORT_API_SECRET, or PORTONE_API_SECRET, must be set/,
    );
  });

  test('logs a name that resembles a setting, and says so too where it does not start', async () => {
    const gateway = start({ TRUST_PROXYS: 'canary' });
    await gateway.printed(
      /"level":40,.*"msg":"TRUST_PROXYS is not a setting and has no effect: is TRUST_PROXY meant\?"/,
    );
    const refused = start({ NODE_ENV: 'production', IAMPORT_APIKEY: 'canary' });
    expect(await refused.exited()).toBe(1);
    expect(refused.output()).toContain('IAMPORT_APIKEY is not a setting and has no effect: is IAMPORT_API_KEY meant?');
    expect(gateway.output() + refused.output()).not.toContain('canary');
  });

  test('says which port is taken and what to set', async () => {
    const first = start();
    const [url] = await first.printed(URL_PRINTED);
    const second = start({ PORT: new URL(url).port });
    expect(await second.exited()).toBe(1);
    expect(second.output()).toMatch(/Port \d+ is taken\. Set PORT/);
  });
});

describe('the command line', () => {
  async function run(args: readonly string[], env: Record<string, string> = {}): Promise<[number | null, string]> {
    const command = start(env, args);
    return [await command.exited(), command.output()];
  }

  test.each(['--help', '-h'])('prints commands, flags and settings that exist, on one screen, for %s', async (flag) => {
    const [code, output] = await run([flag]);
    expect(code).toBe(0);
    expect(output.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
    for (const line of output.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    for (const name of [...Object.keys(COMMANDS), '--port N', '--host H', '--sandbox', '--help', '--version'])
      expect(output).toContain(` ${name} `);
    for (const way of ['npm start --', 'node dist/main.js', 'audit verify FILE...'])
      expect(output).toContain(`  ${way} `);
    const known = GROUPS.flatMap(({ settings }) => Object.values(settings).map(({ name }) => name));
    const named = output.match(/\b[A-Z]+(_[A-Z]+)+\b|\b(HOST|PORT)\b/g)!;
    expect(known).toEqual(expect.arrayContaining(named));
    for (const [file] of output.matchAll(/\S+\.md/g)) expect(existsSync(file)).toBe(true);
  });

  test('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await run(['--version'])).toEqual([0, `${version}\n`]);
  });

  test('ends with 2 and one line where an argument is wrong', async () => {
    expect(await run(['--prot', '1'])).toEqual([2, 'There is no flag --prot: is --port meant? See --help.\n']);
  });

  test('takes host and port from flags before the environment, and refuses them in the same words', async () => {
    const gateway = start({ HOST: '192.0.2.1', PORT: 'x' }, ['--host', 'localhost', '--port=0']);
    await gateway.printed(URL_PRINTED);
    expect(await run(['--port', 'x'])).toEqual([
      1,
      expect.stringContaining('PORT must be a whole number from 0 to 65535'),
    ]);
  });

  test('names the demo before anything else, and not where the explorer is off', async () => {
    const gateway = start({});
    const [url] = await gateway.printed(URL_PRINTED);
    expect(gateway.output()).toMatch(/^\s+Open http:\/\/127\.0\.0\.1:\d+\/demo in a browser/);
    expect((await fetch(new URL('/demo', url))).headers.get('content-type')).toBe('text/html; charset=utf-8');
    const without = start({ EXPLORER: 'false' });
    await without.printed(URL_PRINTED);
    expect(without.output()).not.toContain('/demo');
  });

  test.each([
    [{ AUTH_SECRET: 'canary-of-at-least-32-characters-' }],
    [{ ROUTER_SECRET: 'canary-of-at-least-32-characters-' }],
  ])('names where to read on, and neither demo nor command, where %j refuses both', async (secret) => {
    const gateway = start(secret);
    await gateway.printed(/docs\/guides\/sign-up\.md/);
    expect(gateway.output()).not.toMatch(/\/demo|curl|canary/);
  });

  test('runs the sandbox though credentials are set, which are then not used', async () => {
    const credentials = { IAMPORT_API_KEY: 'canary', IAMPORT_API_SECRET: 'canary', IAMPORT_BASE_URL: 'http://canary' };
    const gateway = start(credentials, ['--sandbox']);
    const [url] = await gateway.printed(URL_PRINTED);
    expect(await confirm(url, 'imp_900200000001')).toMatchObject({
      data: { confirmIdentityOtp: { __typename: 'Certification' } },
    });
    expect(gateway.output()).toContain('With --sandbox the embedded sandbox answers');
    expect(gateway.output()).not.toContain('canary');
  });

  test('refuses the sandbox in production though credentials are set', async () => {
    const credentials = { IAMPORT_API_KEY: 'k', IAMPORT_API_SECRET: 's', AUTH_SECRET: 'x'.repeat(32) };
    const [code, output] = await run(['--sandbox'], { NODE_ENV: 'production', ...credentials });
    expect(code).toBe(1);
    expect(output).toContain('--sandbox is refused in production: the sandbox proves nothing');
  });

  test('reaches the process through npm start, as a signal does', async () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
    const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
    // npm puts the arguments behind the script, and sends signals to the shell alone.
    const shell = spawn('sh', ['-c', `${scripts.start} --port 0`], {
      env: { PATH: path, PORT: 'x', ADMIN_PORT: '0', SANDBOX_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running.push(shell);
    let output = '';
    for await (const chunk of shell.stdout.setEncoding('utf8')) {
      if (output === '' && URL_PRINTED.test(chunk)) shell.kill('SIGTERM');
      output += chunk;
    }
    expect(output).toMatch(/draining[\s\S]*stopped/);
  });
});
