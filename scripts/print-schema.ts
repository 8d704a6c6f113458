// Writes schema.graphql, the printed subgraph schema that ships with the package.
import { writeFileSync } from 'node:fs';
import { createSchema, printSchema } from '../src/graphql/schema.ts';

writeFileSync(new URL('../schema.graphql', import.meta.url), printSchema(createSchema()));
