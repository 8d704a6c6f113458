import type { z } from 'zod';

export interface Setting {
  /** The name in the environment. */
  readonly name: string;
  /** Reads the text of the environment; the default is a value (`default`) or a text (`prefault`). */
  readonly schema: z.ZodDefault<z.ZodType> | z.ZodPrefault<z.ZodType>;
  readonly sentence: string;
  /** Empty where the value has none. */
  readonly unit: string;
}

/** Settings by the name of their value in `Config`. */
export type Group = Readonly<Record<string, Setting>>;

export type Values<G extends Group> = { readonly [Key in keyof G]: z.output<G[Key]['schema']> };

export function setting<Schema extends Setting['schema']>(name: string, schema: Schema, sentence: string, unit = '') {
  return { name, schema, sentence, unit };
}
