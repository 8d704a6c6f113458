// Prints the bill of materials of what a host program installs, as CycloneDX JSON. It needs no network.
//
// `npm sbom --omit dev` in this folder leaves out each package that development uses as well, `graphql` and `zod` among them
// (seen with npm 11.19). So npm is given a lockfile in which there is no development.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './document.ts';
import { inProduction, readLockfile } from './production-packages.ts';

const { devDependencies: _development, ...manifest } = JSON.parse(
  readFileSync(new URL('package.json', root), 'utf8'),
) as { name: string; devDependencies: object };
const lockfile = readLockfile();
const packages = Object.fromEntries(
  inProduction(lockfile).map(([path, locked]) => [path, { ...locked, devDependencies: undefined }]),
);

const temporary = mkdtempSync(join(tmpdir(), 'sbom-'));
const folder = join(temporary, manifest.name); // npm names the component by its folder
mkdirSync(folder);
writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...lockfile, packages }));
const options = ['--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--offline'];
const { status } = spawnSync('npm', ['sbom', ...options], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
rmSync(temporary, { recursive: true });
process.exitCode = status ?? 1;
