/** The fields of a JSON or form body, every value as text. */
export type Body = ReadonlyMap<string, string>;

/** JSON if it is, else a form: the content types of real clients do not tell. */
export function parseBody(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    const fields = Object.entries(Object(value)).filter(([, field]) => field !== null && typeof field !== 'object');
    return new Map(fields.map(([name, field]) => [name, String(field)]));
  } catch {
    return new Map(new URLSearchParams(text));
  }
}
