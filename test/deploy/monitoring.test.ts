import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { startGateway } from '../support/gateway.ts';

const ALERTS = 'deploy/prometheus/alerts.yml';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
const { groups } = parse(readFileSync(ALERTS, 'utf8')) as { groups: { rules: Rule[] }[] };
const RULES = groups.flatMap(({ rules }) => rules);

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
const DASHBOARD = JSON.parse(readFileSync('deploy/grafana/dashboard.json', 'utf8')) as {
  panels: Panel[];
  templating: { list: { name: string; query: string | { query: string } }[] };
};
const TARGETS = DASHBOARD.panels.flatMap(({ targets = [] }) => targets);

/** The labels that Prometheus and histograms add. */
const ADDED = new Set(['job', 'instance', 'le']);

/** The labels of every metric of a running gateway, and all their values. */
let metrics: Map<string, Map<string, Set<string>>>;

beforeAll(async () => {
  const gateway = await startGateway();
  const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  await gateway.close();
  metrics = new Map();
  for (const [, name, labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const sets = metrics.get(name!) ?? new Map<string, Set<string>>();
    metrics.set(name!, sets);
    for (const [, label, value] of labels.matchAll(/(\w+)="([^"]*)"/g))
      sets.set(label!, (sets.get(label!) ?? new Set()).add(value!));
  }
});

/** What an expression names that no gateway has: metrics, labels, and values of labels. */
function unknownIn(expr: string): string[] {
  const selectors = [...expr.matchAll(/\b((?:identity|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)];
  if (selectors.length === 0) return [`no metric in ${expr}`];
  const named = new Set(selectors.flatMap(([, name]) => [...(metrics.get(name!)?.keys() ?? [])]));
  const unknown = selectors.flatMap(([, name, matchers = '']) => {
    const sets = metrics.get(name!);
    if (!sets) return [name!];
    return [...matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].flatMap(([matcher, label, operator, text]) => {
      if (ADDED.has(label!)) return [];
      const values = [...(sets.get(label!) ?? [])];
      const patterns = operator!.endsWith('~') ? text!.split('|') : [text!.replaceAll(/[.*+?]/g, String.raw`\$&`)];
      const isKnown = patterns.every((pattern) => values.some((value) => new RegExp(`^(?:${pattern})$`).test(value)));
      return isKnown ? [] : [`${name}{${matcher}}`];
    });
  });
  const lists = [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(', '));
  return [...unknown, ...lists.filter((label) => !ADDED.has(label) && !named.has(label))];
}

describe('the alert rules', () => {
  test('name only metrics, labels and values that a running gateway has', () => {
    expect(RULES.length).toBeGreaterThan(15);
    expect(RULES.flatMap(({ alert, expr }) => unknownIn(expr).map((what) => `${alert}: ${what}`))).toEqual([]);
  });

  test('are told from rules that name others', () => {
    expect(unknownIn('identity_outcome_total')).toEqual(['identity_outcome_total']);
    expect(unknownIn('sum by (job, kind) (identity_outcomes_total{code="WRONG",call=~"confirm|reads"})')).toEqual([
      'identity_outcomes_total{code="WRONG"}',
      'identity_outcomes_total{call=~"confirm|reads"}',
      'kind',
    ]);
  });

  test('have a summary, a severity, and a section of their own in the operating page', () => {
    const page = readFileSync('docs/operating.md', 'utf8');
    const [section] = /^## Alerts\n[\s\S]*?(?=^## )/m.exec(page)!;
    const told = [...section.matchAll(/^### (\w+)\n\n(?:.+\n)*?.*\*\*Do\*\*: \S/gm)].map(([, name]) => name);
    expect(told).toEqual(RULES.map(({ alert }) => alert));
    for (const { alert, labels, annotations } of RULES) {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations).toEqual({
        summary: expect.stringMatching(/^[A-Z].*\.$/),
        runbook: `docs/operating.md#${alert.toLowerCase()}`,
      });
    }
  });
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const testPromtool = hasPromtool ? test : test.skip;

testPromtool.each([
  ['are valid', ['check', 'rules', ALERTS]],
  ['fire and are silent as they should', ['test', 'rules', 'test/deploy/alerts.promtool.yml']],
])('the alert rules %s (needs promtool on the PATH)', (_name, command) => {
  expect(() => execFileSync('promtool', command, { encoding: 'utf8', stdio: 'pipe' })).not.toThrow();
});

describe('the dashboard', () => {
  test('names only metrics, labels and values that a running gateway has', () => {
    expect(TARGETS.flatMap(({ expr }) => unknownIn(expr))).toEqual([]);
    const legends = TARGETS.flatMap(({ expr, legendFormat }) =>
      [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].filter(
        ([, label]) => !expr.includes(label!) && label !== 'instance',
      ),
    );
    expect(legends).toEqual([]);
  });

  test('shows every metric of our own', () => {
    const shown = TARGETS.map(({ expr }) => expr).join('\n');
    const names = [...metrics.keys()].filter((name) => /^identity_.*(?<!_sum|_count)$/.test(name));
    expect(names.filter((name) => !shown.includes(name))).toEqual([]);
  });

  test('lets its reader choose the data source, in every panel', () => {
    const { panels, templating } = DASHBOARD;
    expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'job']);
    const charts = panels.filter(({ type }) => type !== 'row');
    expect(new Set(charts.map(({ datasource }) => datasource?.uid))).toEqual(new Set(['${datasource}']));
    expect(TARGETS.every(({ expr }) => expr.includes('job=~"$job"'))).toBe(true);
  });

  test('has panels that do not overlap, each with an id of its own', () => {
    const { panels } = DASHBOARD;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});
