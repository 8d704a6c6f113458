import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { inProduction, isPermissive, productionPackages, readLockfile } from '../scripts/production-packages.ts';

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['(MIT AND BSD-3-Clause)', true],
  ['(MIT AND GPL-3.0-only)', false],
  ['MIT AND (GPL-3.0-only OR ISC)', false],
  ['GPL-3.0-only', false],
  ['LGPL-3.0-or-later', false],
  ['SEE LICENSE IN LICENSE.md', false],
  ['UNLICENSED', false],
  ['', false],
])('the licence "%s" is permissive: %p', (license, expected) => {
  expect(isPermissive(license)).toBe(expected);
});

test('every package that is installed with this one has a permissive licence', () => {
  const packages = productionPackages();
  expect(packages).toContainEqual({ name: 'zod', license: 'MIT' });
  expect(packages.filter(({ license }) => !isPermissive(license))).toEqual([]);
});

test('the bill of materials has every package of production, those that development uses as well included, and no other', () => {
  const { stdout } = spawnSync(process.execPath, ['scripts/print-sbom.ts'], { encoding: 'utf8' });
  const { metadata, components } = JSON.parse(stdout) as {
    metadata: { component: { name: string } };
    components: { name: string; version: string }[];
  };
  expect(metadata.component.name).toBe('iamport-identity-gateway');
  const locked = inProduction(readLockfile()).filter(([path]) => path !== '');
  const names = new Set(locked.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13)));
  expect(new Set(components.map(({ name }) => name))).toEqual(names);
  expect(names).not.toContain('jest');
});
