/** The values that one request for a code can put into the provider's own options. */
export interface BypassValues {
  /** The kind of device that the person sits at; null where it is not known. */
  readonly device: 'PC' | 'MOBILE' | null;
  /** The person's IP address; null where it is not known. */
  readonly address: string | null;
}

/**
 * The provider's own options for one request: JSON in which a text that is `{device}` or `{address}` becomes the value of this
 * request. A property whose value is not known is left out, so that the provider takes its default.
 */
export function bypassFor(template: string, { device, address }: BypassValues): string {
  const values = new Map<unknown, string | null>([
    ['{device}', device],
    ['{address}', address],
  ]);
  const fill = (_name: string, value: unknown): unknown =>
    values.has(value) ? (values.get(value) ?? undefined) : value;
  return JSON.stringify(JSON.parse(template, fill));
}
