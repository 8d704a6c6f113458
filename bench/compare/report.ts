import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { CONFIRMS, ENTITIES, FAST, MANY, PACED, ROUNDS, SLOW, title, type Case, type Samples } from './cases.ts';
import type { RunningServer } from './servers.ts';

/** What else the machine did before the servers started. */
const [loadBefore = 0] = loadavg();

/** As Markdown. */
export function report(samples: Samples, starts: ReadonlyMap<RunningServer, number>): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const rows = [...starts.keys()].map((server) => [
    server.server.name,
    ratio(samples, FAST, server),
    of(samples, FAST, server, 'cpuUs', 0),
    of(samples, FAST, server, 'rate', 0),
    of(samples, FAST, server, 'p50', 1),
    of(samples, FAST, server, 'p99', 1),
    of(samples, SLOW, server, 'p50', 1),
    of(samples, SLOW, server, 'p99', 1),
    ratio(samples, MANY, server),
    of(samples, MANY, server, 'rate', 0),
    of(samples, PACED, server, 'p50', 0),
    of(samples, PACED, server, 'p99', 0),
    (memory(samples, server) / 2 ** 20).toFixed(0),
    starts.get(server)!.toFixed(0),
  ]);
  const entityServers = [...samples.get(ENTITIES[0]!)!.keys()];
  const entityRows = entityServers.flatMap((server) =>
    [0, 2, 4].map((at) => [
      server.server.name,
      String(ENTITIES[at]!.references),
      of(samples, ENTITIES[at]!, server, 'cpuUs', 0),
      of(samples, ENTITIES[at]!, server, 'p50', 1),
      of(samples, ENTITIES[at + 1]!, server, 'p50', 0),
    ]),
  );
  return [
    `${new Date().toISOString().slice(0, 10)}, commit ${commit}, node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, load before ${loadBefore.toFixed(1)}; medians of ${ROUNDS} rounds of ${CONFIRMS} confirms`,
    '',
    table(
      [
        'server',
        'CPU x ours',
        'CPU µs',
        'confirms/s',
        'p50 ms',
        'p99 ms',
        '200 ms: p50 +ms',
        'p99 +ms',
        '200 ms, 1,000 connections: CPU x ours',
        'confirms/s',
        'at 80 %: p50 +ms',
        'p99 +ms',
        'RSS MB',
        'start ms',
      ],
      rows,
    ),
    '',
    table(['`_entities`', 'references', 'CPU µs', 'p50 ms', '200 ms: p50 +ms'], entityRows),
    ...failures(samples),
  ].join('\n');
}

/** A figure is worth less where some of the answers were no certifications. */
function failures(samples: Samples): string[] {
  const all = [...samples].flatMap(([one, ofServers]) =>
    [...ofServers].flatMap(([{ server }, list]) =>
      list
        .filter(({ failed }) => failed > 0)
        .map(({ failed, failure }) => `- ${server.name}: ${failed} of ${one.requests} ${title(one)}: ${failure}`),
    ),
  );
  return all.length > 0 ? ['', 'Not answered with a certification, in one round:', '', ...all] : [];
}

/** Median over the rounds; times are those above the upstream's delay. */
function of(
  samples: Samples,
  one: Case,
  server: RunningServer,
  column: 'cpuUs' | 'rate' | 'p50' | 'p99',
  digits: number,
): string {
  const list = samples.get(one)!.get(server);
  if (!list) return '';
  const values = list.map((sample) => {
    if (column === 'cpuUs') return sample.cpuUs;
    return column === 'rate' ? one.requests / sample.seconds : sample[column] - one.delayMs;
  });
  return median(values).toFixed(digits);
}

/** Round by round, since other work of the machine changes from one round to the next. */
function ratio(samples: Samples, one: Case, server: RunningServer): string {
  const [ours] = samples.get(one)!.values();
  const list = samples.get(one)!.get(server);
  return list ? median(list.map(({ cpuUs }, round) => cpuUs / ours![round]!.cpuUs)).toFixed(2) : '';
}

/** Bytes after the last of the confirms. */
function memory(samples: Samples, server: RunningServer): number {
  const list = samples.get(MANY)!.get(server) ?? samples.get(FAST)!.get(server)!;
  return list.at(-1)!.rssBytes;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
