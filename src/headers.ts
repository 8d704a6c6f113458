/** Headers as node, Fastify, Express or fetch give them. */
export type RequestHeaders = Headers | Readonly<Record<string, string | string[] | undefined>>;

/** One header by its lower-case name; repeated ones are joined. */
export function header(headers: RequestHeaders, name: string): string | undefined {
  const value = headers instanceof Headers ? (headers.get(name) ?? undefined) : headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
