// Run by `npm version`: the client package, and the examples that use it, get the version that package.json has by then.
import { copyFileSync, globSync, readFileSync, writeFileSync } from 'node:fs';

const CLIENT = 'iamport-identity-client';
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

replace('packages/client/package.json', /("version": ")[^"]+/, version);
replace('package-lock.json', new RegExp(`("name": "${CLIENT}",\\s+"version": ")[^"]+`), version);
for (const file of globSync('examples/*/package.json'))
  replace(file, new RegExp(`("${CLIENT}": ")[^"]+`), `^${version}`);
copyFileSync('schema.graphql', 'test/released-schema.graphql');

function replace(file: string, pattern: RegExp, value: string): void {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(pattern, `$1${value}`));
}
