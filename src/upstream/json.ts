export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that a text is JSON of; undefined for any other text. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text.replace(/^\uFEFF/, ''))); // proxies and imitations put a byte order mark in front
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}
