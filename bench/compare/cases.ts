import type { Load } from './load.ts';
import type { RunningServer } from './servers.ts';

export const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
export const CONFIRMS = Number(process.env['BENCH_CONFIRMS'] ?? 4_000);
const SLOW_MS = 200;

export interface Case {
  readonly delayMs: number;
  readonly connections: number;
  readonly requests: number;
  /** Requests begin at this share of the rate that `MANY` reached; null: each connection sends its next at once. */
  readonly pace: number | null;
  /** Of `_entities`; null is a confirm. */
  readonly references: number | null;
  readonly takesPart: (running: RunningServer) => boolean;
}

export interface Sample extends Load {
  /** For each request. */
  readonly cpuUs: number;
  readonly rssBytes: number;
}

/** One for each round. */
export type Samples = ReadonlyMap<Case, ReadonlyMap<RunningServer, Sample[]>>;

export const FAST: Case = confirms(0, 32, CONFIRMS, () => true);
export const SLOW: Case = confirms(SLOW_MS, 32, Math.ceil(CONFIRMS / 5), ({ server }) => server.isWhole);
export const MANY: Case = confirms(SLOW_MS, 1_000, CONFIRMS, ({ server }) => server.isWhole);
/** What a person waits where the server has some room left. */
export const PACED: Case = { ...MANY, pace: 0.8 };
export const ENTITIES: readonly Case[] = [1, 10, 100].flatMap((references) => [
  entities(0, references, Math.ceil(CONFIRMS / 10 / Math.sqrt(references))),
  entities(SLOW_MS, references, 2),
]);

function confirms(delayMs: number, connections: number, requests: number, takesPart: Case['takesPart']): Case {
  return { delayMs, connections, requests, pace: null, references: null, takesPart };
}

function entities(delayMs: number, references: number, requests: number): Case {
  const takesPart = ({ server }: RunningServer): boolean => server.name === 'ours' || server.name.startsWith('Apollo');
  return { delayMs, connections: 1, requests, pace: null, references, takesPart };
}

export function title({ delayMs, connections, pace, references }: Case): string {
  const what = references === null ? 'confirms' : `_entities of ${references}`;
  const load = pace === null ? `${connections} at a time` : `${connections} connections, ${pace * 100} % of the rate`;
  return `${what}, ${load}, the upstream takes ${delayMs} ms`;
}
