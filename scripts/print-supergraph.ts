// Writes a supergraph of this subgraph alone, and what a client sees of it; `--check` compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { composeServices, transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import { buildASTSchema, parse, printSchema } from 'graphql';
import { createSchema, printSchema as printSubgraph } from '../src/graphql/schema.ts';
import { complain, isCheck, root } from './document.ts';

/** The balancer of deploy/compose.yaml. */
const URL_INSIDE = 'http://balancer:4000/graphql';

const { supergraphSdl, errors } = composeServices([
  { name: 'identity', url: URL_INSIDE, typeDefs: parse(printSubgraph(createSchema())) },
]);
if (errors) throw new Error(errors.join('\n'));
write('deploy/router/supergraph.graphql', supergraphSdl);
write(
  'packages/client/schema.graphql',
  printSchema(buildASTSchema(transformSupergraphToPublicSchema(parse(supergraphSdl)))),
);

function write(path: string, sdl: string): void {
  const file = new URL(path, root);
  const text = `${sdl.trim()}\n`;
  if (!isCheck) writeFileSync(file, text);
  else if (text !== readFileSync(file, 'utf8')) complain(`${path} does not match schema/: run npm run codegen`);
}
