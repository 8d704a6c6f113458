import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { createMetrics } from '../src/server/metrics.ts';

const DOCUMENTS = globSync('{*.md,docs/**/*.md,bench/*.md,examples/**/*.md}');

/** Paths of files in code spans, and targets of links, as a reader would follow them. */
function namedBy(document: string): string[] {
  const text = readFileSync(document, 'utf8');
  const spans = [...text.matchAll(/`((?:src|test|docs|scripts|bench|schema|deploy)\/[\w./-]+\.\w+)`/g)].map(
    ([, path]) => path!,
  );
  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(([, path]) =>
    join(dirname(document), path!),
  );
  return [...spans, ...links];
}

test('documents name and link only files that exist', () => {
  const missing = DOCUMENTS.flatMap((document) =>
    namedBy(document)
      .filter((path) => !existsSync(path))
      .map((path) => `${document}: ${path}`),
  );
  expect(missing).toEqual([]);
});

test('the operating page names every metric with its labels, and no other', async () => {
  const registry = new Registry();
  createMetrics(registry);
  const metrics = new Set((await registry.getMetricsAsJSON()).map(({ name }) => name));
  const page = readFileSync('docs/operating.md', 'utf8');
  const named = new Set([...page.matchAll(/^\| `(identity_\w+)`/gm)].map(([, name]) => name!));
  expect(named).toEqual(metrics);
});
