import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { createMetrics } from '../src/server/metrics.ts';

const DOCUMENTS = globSync('{*.md,docs/**/*.md,bench/*.md,examples/**/*.md}');

/** Paths of files in code spans, and targets of links, as a reader would follow them. */
function namedBy(document: string): string[] {
  const text = readFileSync(document, 'utf8');
  const spans = [...text.matchAll(/`((?:src|test|docs|scripts|bench|schema)\/[\w./-]+\.\w+)`/g)].map(
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

/** The anchor that a reader's page makes of a heading. */
function anchorsIn(document: string): Set<string> {
  const headings = [...readFileSync(document, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('links to a heading name one that is there', () => {
  const broken = DOCUMENTS.flatMap((document) =>
    [...readFileSync(document, 'utf8').matchAll(/\]\((?!https?:)([^)#]*\.md)?#([^)]+)\)/g)]
      .map(([, path, anchor]) => ({ page: path ? join(dirname(document), path) : document, anchor: anchor! }))
      .filter(({ page, anchor }) => !anchorsIn(page).has(anchor))
      .map(({ page, anchor }) => `${document}: ${page}#${anchor}`),
  );
  expect(broken).toEqual([]);
});

test('the operating page names every metric with its labels, and no other', async () => {
  const registry = new Registry();
  createMetrics(registry);
  const metrics = new Set((await registry.getMetricsAsJSON()).map(({ name }) => name));
  const page = readFileSync('docs/operating.md', 'utf8');
  const named = new Set([...page.matchAll(/^\| `(identity_\w+)`/gm)].map(([, name]) => name!));
  expect(named).toEqual(metrics);
});
