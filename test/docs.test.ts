import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Registry } from '@prometheus-io/client';
import { createMetrics } from '../src/server/metrics.ts';
import { DOCUMENTS } from './support/documents.ts';

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

test('lines of the log on pages have messages that the gateway writes', () => {
  const source = globSync('src/**/*.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const told = DOCUMENTS.flatMap((document) =>
    [...readFileSync(document, 'utf8').matchAll(/"msg": ?"(?:Redis cannot be used: )?([^"]+)"/g)].map(
      ([, message]) => `${document}: ${message}`,
    ),
  );
  expect(told.length).toBeGreaterThan(20);
  expect(told.filter((line) => !source.includes(line.slice(line.indexOf(': ') + 2)))).toEqual([]);
});

const PAGE = readFileSync('docs/operating.md', 'utf8');

/** The labels of each metric and their values, all of which are there from the start. */
async function metricsHere(): Promise<Map<string, Record<string, string[]>>> {
  const registry = new Registry();
  const idle = { running: 0, queued: 0 };
  const upstream = () => ({ login: 'unknown', breakers: {}, calls: { mutation: idle, read: idle } }) as const;
  createMetrics(registry).watch({ isReady: async () => true, upstream });
  const metrics = (await registry.getMetricsAsJSON()).map(({ name, values }) => {
    const pairs = values.flatMap(({ labels }) => Object.entries(labels)).filter(([label]) => label !== 'le');
    const sets = Map.groupBy(pairs, ([label]) => label).entries();
    return [
      name,
      Object.fromEntries([...sets].map(([label, set]) => [label, sorted(set.map(([, value]) => String(value)))])),
    ] as const;
  });
  return new Map(metrics);
}

function sorted(values: readonly string[]): string[] {
  return [...new Set(values)].toSorted((a, b) => (a < b ? -1 : 1));
}

const spans = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span!.replaceAll(/\s+/g, ' '));

test('the operating page names every metric with its labels, and no other', async () => {
  const named = [...PAGE.matchAll(/^\| `(identity_\w+)` +\|([^|]*)\|/gm)].map(([, name, labels]) => [
    name!,
    spans(labels!),
  ]);
  const metrics = [...(await metricsHere())].map(([name, labels]) => [name, Object.keys(labels)]);
  expect(Object.fromEntries(named)).toEqual(Object.fromEntries(metrics));
});

test('the operating page names every value of every label, and no other', async () => {
  const items = [...PAGE.matchAll(/^- `(\w+)` of ((?:`identity_\w+`(?:, )?)+):\s((?:.|\n {2})+)/gm)];
  const named = items.flatMap(([, label, names, values]) =>
    spans(names!).map((name) => [`${name} ${label}`, sorted(spans(values!))]),
  );
  const here = [...(await metricsHere())].filter(([name]) => name !== 'identity_build_info');
  const values = here.flatMap(([name, labels]) =>
    Object.entries(labels).map(([label, set]) => [`${name} ${label}`, set]),
  );
  expect(Object.fromEntries(named)).toEqual(Object.fromEntries(values));
});
