// The packages that are installed with this one, and their licences.
import { existsSync, readFileSync } from 'node:fs';
import { root } from './document.ts';

export interface ProductionPackage {
  readonly name: string;
  /** As an SPDX expression; empty where the package names none. */
  readonly license: string;
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly name?: string;
  readonly license?: string;
  /** Set by npm where nothing but development needs it. */
  readonly dev?: boolean;
  /** A package of this repository, which is published by itself. */
  readonly link?: boolean;
}

export function readLockfile(): Lockfile {
  return JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8')) as Lockfile;
}

/** The parts of the lockfile that a host program installs, by their paths; '' is this package itself. */
export function inProduction({ packages }: Lockfile): [path: string, locked: LockedPackage][] {
  return Object.entries(packages).filter(
    ([path, { dev, link }]) => dev !== true && link !== true && (path === '' || path.startsWith('node_modules/')),
  );
}

/** Each name once for each licence. Packages of other platforms are not installed: of these the lockfile tells. */
export function productionPackages(): readonly ProductionPackage[] {
  const found = inProduction(readLockfile())
    .filter(([path]) => path !== '')
    .map(([path, locked]) => ({
      name: locked.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      license: licenseOf(installed(path) ?? locked),
    }));
  const byName = new Map(found.map((it) => [`${it.name} ${it.license}`, it]));
  return [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function installed(path: string): object | null {
  const file = new URL(`${path}/package.json`, root);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : null;
}

/** Old packages have `{ type }`. */
function licenseOf({ license }: { readonly license?: unknown }): string {
  const type = typeof license === 'object' && license !== null && 'type' in license ? license.type : license;
  return typeof type === 'string' ? type : '';
}

const PERMISSIVE = new Set(
  JSON.parse(readFileSync(new URL('scripts/permissive-licenses.json', root), 'utf8')) as readonly string[],
);

/** Whether an SPDX expression can be kept with permissive licences alone; one with both AND and OR is for a person to read. */
export function isPermissive(license: string): boolean {
  const text = license.replaceAll(/[()]/g, ' ').trim();
  const [all, any] = [text.split(/\s+AND\s+/), text.split(/\s+OR\s+/)];
  if (all.length > 1 && any.length > 1) return false;
  return any.length > 1 ? any.some((it) => PERMISSIVE.has(it)) : all.every((it) => PERMISSIVE.has(it));
}
