import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { packClient } from '../support/examples.ts';

interface Manifest {
  readonly version: string;
  readonly dependencies?: object;
  readonly peerDependencies?: object;
}

function read(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

test('the package has its modules, their types and the schema, in less than 15 kB', async () => {
  const { size, paths, remove } = await packClient();
  remove();
  expect(paths.filter((path) => !path.startsWith('dist/')).toSorted()).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
    'schema.graphql',
  ]);
  expect(paths).toEqual(expect.arrayContaining(['dist/index.js', 'dist/index.d.ts']));
  expect(paths.filter((path) => !/\.(js|d\.ts)$/.test(path) && path.startsWith('dist/'))).toEqual([]);
  expect(size).toBeLessThan(15_000);
});

test('the package brings no other one, and is of the version of the gateway', () => {
  const manifest = read('packages/client/package.json');
  expect({ ...manifest.dependencies, ...manifest.peerDependencies }).toEqual({});
  expect(manifest.version).toBe(read('package.json').version);
});
