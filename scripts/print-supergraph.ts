// Writes deploy/router/supergraph.graphql, a supergraph of this subgraph alone; `--check` compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { createSchema, printSchema } from '../src/graphql/schema.ts';

/** The balancer of deploy/compose.yaml. */
const URL_INSIDE = 'http://balancer:4000/graphql';

const file = new URL('../deploy/router/supergraph.graphql', import.meta.url);
const { supergraphSdl, errors } = composeServices([
  { name: 'identity', url: URL_INSIDE, typeDefs: parse(printSchema(createSchema())) },
]);
if (errors) throw new Error(errors.join('\n'));
const text = `${supergraphSdl.trim()}\n`;
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (text !== readFileSync(file, 'utf8')) {
  process.stderr.write('deploy/router/supergraph.graphql does not match schema/: run npm run codegen\n');
  process.exitCode = 1;
}
