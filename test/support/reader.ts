import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startGateway, testConfig } from './gateway.ts';
import { LONGEST_MS, openTerminal, type Pasted, type Shell, type Terminal } from './terminal.ts';

/** Commands that stay until they are ended, and what they print when they are ready. */
export const STAYING: Record<string, RegExp> = {
  'npm start': /iamport-identity-gateway   (?<gateway>\S+)[^]*It listens on (?<sandbox>\S+);/,
  'npm run sandbox': /(?<sandbox>http:\/\/[\d.]+:\d+)/,
};

/** A person at a page: a terminal for each command that stays, and one for all others. */
export interface Reader extends AsyncDisposable {
  paste(commands: string): Promise<Pasted>;
  /** Runs a whole program, and answers what it prints. */
  run(file: string): Promise<string>;
}

/** What a clone has for its user, with the packages of this one. */
export function createClone(): string {
  const clone = mkdtempSync(join(tmpdir(), 'clone-'));
  for (const path of ['src', 'schema', 'schema.graphql', 'examples', 'package.json', 'tsconfig.json'])
    cpSync(path, join(clone, path), { recursive: true });
  symlinkSync(resolve('node_modules'), join(clone, 'node_modules'));
  return clone;
}

export function createReader(shell: Shell, clone: string, env: Record<string, string> = {}): Reader {
  const home = createHome();
  const closing: (() => Promise<unknown>)[] = [];
  let urls: { gateway?: string; sandbox?: string } = {};
  let terminal: Terminal | null = null;

  /** Where the page starts no gateway, the reader has `npm start` in another terminal. */
  async function haveGateway(): Promise<void> {
    if (urls.gateway || urls.sandbox) return;
    const { proofs } = testConfig('http://127.0.0.1');
    const gateway = await startGateway({ config: { proofs } });
    closing.push(() => gateway.close());
    urls = { gateway: gateway.url, sandbox: gateway.sandbox.url };
  }

  function open(): Terminal {
    const opened = openTerminal(shell, clone, environment());
    closing.push(() => opened.close());
    return opened;
  }

  function environment(): Record<string, string> {
    writeFileSync(join(home, '.curlrc'), portsOf(urls));
    return {
      PATH: [join(home, 'bin'), process.env['PATH']].join(delimiter),
      HOME: home,
      CURL_HOME: home,
      PORT: '0',
      ADMIN_PORT: '0',
      SANDBOX_PORT: '0',
      ...(urls.gateway && { GATEWAY_URL: urls.gateway }),
      ...(urls.sandbox && { SANDBOX_URL: urls.sandbox }),
      ...env,
    };
  }

  return {
    async paste(commands) {
      const ready = STAYING[commands.trimEnd().split('\n').at(-1)!];
      if (ready) {
        const staying = open();
        staying.type(commands);
        urls = { ...(await staying.printed(ready)).groups };
        return { status: 0, stdout: '', stderr: '' };
      }
      await haveGateway();
      terminal ??= open();
      return terminal.paste(commands);
    },
    async run(file) {
      await haveGateway();
      // The packages of this repository are run from their source, since a fresh clone has not built them.
      const fromSource = '--conditions=@iamport-identity-gateway/source';
      const child = promisify(execFile)(process.execPath, [fromSource, file], {
        cwd: clone,
        env: environment(),
        timeout: LONGEST_MS,
      });
      return (await child).stdout;
    },
    async [Symbol.asyncDispose]() {
      for (const close of closing.toReversed()) await close();
      rmSync(home, { recursive: true });
    },
  };
}

/** A home folder with an npm that has nothing to do for `npm ci`, since the clone has its packages. */
function createHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'reader-'));
  mkdirSync(join(home, 'bin'));
  const npm = spawnSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).stdout.trim();
  writeFileSync(join(home, 'bin/npm'), `#!/bin/sh\n[ "$*" = ci ] || exec "${npm}" "$@"\n`, { mode: 0o755 });
  return home;
}

/** Free ports in place of 4000 and 4010, which another program can have: curl connects to them where a page names those. */
function portsOf({ gateway, sandbox }: { gateway?: string; sandbox?: string }): string {
  const lines = Object.entries({ 4000: gateway, 4010: sandbox }).map(
    ([named, url]) => `connect-to = "127.0.0.1:${named}:127.0.0.1:${url ? new URL(url).port : '1'}"\n`,
  );
  return lines.join('');
}
