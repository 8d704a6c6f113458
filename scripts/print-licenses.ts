// Writes docs/licenses.md from the lockfile; with `--check` a licence that is not permissive ends the process with 1 as well.
import { readFileSync } from 'node:fs';
import { complain, root, table, write } from './document.ts';
import { isPermissive, productionPackages, type ProductionPackage } from './production-packages.ts';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  dependencies: Readonly<Record<string, string>>;
};
const packages = productionPackages();
for (const { name, license } of packages.filter((it) => !isPermissive(it.license)))
  complain(`${name} has the licence "${license}", which is not in scripts/permissive-licenses.json`);

const isOwn = ({ name }: ProductionPackage): boolean => Object.hasOwn(dependencies, name);
const rows = (some: readonly ProductionPackage[]): string =>
  table(
    ['package', 'licence'],
    some.map(({ name, license }) => [name, license]),
  );

await write(
  'docs/licenses.md',
  `# Licences

The gateway itself is under the [MIT licence](../LICENSE). These packages are installed with it, all under permissive licences:
\`npm run codegen:check\` refuses another one, and a list that is not this one. \`npm run codegen\` writes this page from the lockfile,
without versions, so that it changes when a package comes or goes or changes its licence; \`npm run sbom\` prints the
versions. The packages in the explorer's bundle are in its \`LICENSES.txt\`, with the texts; its build refuses the same licences.

## Asked for

${rows(packages.filter(isOwn))}
## Asked for by these

\`graphql\` is a peer dependency: the host program brings it.

${rows(packages.filter((it) => !isOwn(it)))}`,
  'package-lock.json',
);
