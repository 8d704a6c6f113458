/** Each of our own series with its value, from the text format of Prometheus. */
export function seriesIn(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith('identity_'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at))];
    }),
  );
}

export async function scrape(adminUrl: string): Promise<Map<string, number>> {
  return seriesIn(await (await fetch(`${adminUrl}/metrics`)).text());
}

/** The labels of the series of one metric that have changed between two scrapes, and by how much. */
export function changes(before: Map<string, number>, after: Map<string, number>, name: string): Record<string, number> {
  const changed = [...after].filter(
    ([series, value]) => series.startsWith(name) && value !== (before.get(series) ?? 0),
  );
  return Object.fromEntries(
    changed.map(([series, value]) => [series.slice(name.length), value - (before.get(series) ?? 0)]),
  );
}
