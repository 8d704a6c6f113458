import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CLIENT = 'packages/client';

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly bin?: string | Readonly<Record<string, string>>;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

export interface Examples {
  /** The folder of an installed example, installed once. */
  install(name: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * Examples as projects of their own: each is a copy of its folder outside of this repository, in which the packages that its
 * package.json names are installed, and no other. The client package is the one that would be published.
 */
export function createExamples(): Examples {
  const root = mkdtempSync(join(tmpdir(), 'examples-'));
  const installed = new Map<string, Promise<string>>();
  let client: Promise<string> | undefined;

  async function install(name: string): Promise<string> {
    const folder = join(root, name);
    cpSync(`examples/${name}`, folder, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
    const { dependencies, devDependencies } = readManifest(folder);
    for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
      const target = join(folder, 'node_modules', dependency);
      mkdirSync(dirname(target), { recursive: true });
      if (dependency === 'iamport-identity-client') {
        cpSync(await (client ??= unpackClient(join(root, '.client'))), target, { recursive: true });
      } else {
        symlinkSync(resolve('node_modules', dependency), target);
      }
      linkCommands(folder, dependency);
    }
    return folder;
  }

  return {
    install(name) {
      const folder = installed.get(name) ?? install(name);
      installed.set(name, folder);
      return folder;
    },
    async close() {
      await Promise.allSettled(installed.values());
      rmSync(root, { recursive: true });
    },
  };
}

/** Into `node_modules/.bin`, where `node --run` finds them. */
function linkCommands(folder: string, dependency: string): void {
  const { bin = {} } = readManifest(join(folder, 'node_modules', dependency));
  const commands = typeof bin === 'string' ? { [basename(dependency)]: bin } : bin;
  const target = join(folder, 'node_modules/.bin');
  mkdirSync(target, { recursive: true });
  for (const [command, file] of Object.entries(commands))
    symlinkSync(join('..', dependency, file), join(target, command));
}

async function unpackClient(target: string): Promise<string> {
  const packed = await packClient();
  mkdirSync(target);
  await run('tar', ['-xzf', packed.file, '-C', target, '--strip-components=1']);
  packed.remove();
  return target;
}

export interface Packed {
  readonly file: string;
  /** Of the tarball, in bytes. */
  readonly size: number;
  readonly paths: readonly string[];
  readonly remove: () => void;
}

/** The client package as it would be published. It is built elsewhere than in `dist`: tests run side by side. */
export async function packClient(): Promise<Packed> {
  const folder = mkdtempSync(join(tmpdir(), 'client-'));
  for (const file of ['package.json', 'README.md', 'LICENSE', 'schema.graphql'])
    cpSync(join(CLIENT, file), join(folder, file));
  await run('node_modules/.bin/tsc', ['-p', `${CLIENT}/tsconfig.build.json`, '--outDir', join(folder, 'dist')]);
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--offline', '--json'], { cwd: folder });
  const [{ filename, size, files }] = JSON.parse(stdout) as [
    { filename: string; size: number; files: { path: string }[] },
  ];
  return {
    file: join(folder, filename),
    size,
    paths: files.map(({ path }) => path),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
