import { Counter, Gauge, Histogram, type PrometheusContentType, type Registry } from '@prometheus-io/client';

type Labels = Readonly<Record<string, string>>;
type Sets = Readonly<Record<string, readonly string[]>>;
type Series<S extends Sets> = { readonly [Label in keyof S]: S[Label][number] };

/** Every series of these labels, each of which has a fixed set of values. */
export function every<S extends Sets>(sets: S): Series<S>[] {
  const series = Object.entries(sets).reduce<Record<string, string>[]>(
    (all, [label, values]) => all.flatMap((labels) => values.map((value) => ({ ...labels, [label]: value }))),
    [{}],
  );
  return series as Series<S>[];
}

/**
 * Makes metrics all of whose series are there from the start, at 0: the number of series never grows, and the first event of
 * a kind is an increase that an alert can see.
 */
export function createMakers(registry: Registry<PrometheusContentType>) {
  const shared = (name: string, help: string, series: readonly Labels[]) => ({
    name: `identity_${name}`,
    help,
    labelNames: Object.keys(series[0]!),
    registers: [registry],
  });

  return {
    counter: <L extends Labels>(name: string, help: string, series: readonly L[]) => {
      const counter = new Counter<string>(shared(name, help, series));
      for (const labels of series) counter.inc(labels, 0);
      return (labels: L): void => counter.inc(labels);
    },
    gauge: <L extends Labels>(name: string, help: string, series: readonly L[], start = 0) => {
      const gauge = new Gauge<string>(shared(name, help, series));
      for (const labels of series) gauge.set(labels, start);
      return (labels: L, value: number): void => gauge.set(labels, value);
    },
    seconds: <L extends Labels>(name: string, help: string, buckets: number[], series: readonly L[]) => {
      const histogram = new Histogram<string>({ ...shared(name, help, series), buckets });
      for (const labels of series) histogram.zero(labels);
      return (labels: L, ms: number): void => histogram.observe(labels, ms / 1000);
    },
    /** A gauge that is read at each scrape. */
    read: <L extends Labels>(
      name: string,
      help: string,
      series: readonly L[],
      read: (labels: L) => number | Promise<number>,
    ): void => {
      const gauge = new Gauge<string>({
        ...shared(name, help, series),
        async collect() {
          for (const labels of series) gauge.set(labels, await read(labels));
        },
      });
    },
  };
}
