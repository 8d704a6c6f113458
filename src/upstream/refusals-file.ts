import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../config.ts';
import { REFUSALS, type Refusal } from './errors.ts';

/** What an operator has found out about the upstream: the refusal that a provider's code, or a pattern of words, stands for. */
export type RefusalRule =
  | { readonly code: string; readonly means: Refusal }
  | { readonly words: RegExp; readonly means: Refusal };

const means = z.enum(REFUSALS);
const Entry = z.union([
  z.strictObject({ code: z.string().regex(/^(?=[A-Za-z]*\d)[A-Za-z\d]{4}$/), means }),
  z.strictObject({ words: z.string().transform(asPattern), means }),
]);

/**
 * The rules in a JSON file, in its order; none where there is no file.
 * Errors: `ConfigError` with one line for each entry that is wrong.
 */
export function readRefusalRules(file: string | null): readonly RefusalRule[] {
  if (!file) return [];
  const read = entriesOf(file).map((entry) => Entry.safeParse(entry));
  const problems = read.flatMap(({ success }, index) =>
    success ? [] : [`REFUSALS_FILE entry ${index + 1} must have a code or words, and what it means (docs/refusals.md)`],
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return read.map(({ data }) => data!);
}

function entriesOf(file: string): readonly unknown[] {
  try {
    return z.array(z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new ConfigError(['REFUSALS_FILE must name a JSON file with a list of entries']);
  }
}

/** A pattern that also matches an empty text would match every message. */
function asPattern(source: string, context: z.RefinementCtx): RegExp {
  try {
    const pattern = new RegExp(source);
    if (!pattern.test('')) return pattern;
  } catch {} // not a pattern
  context.addIssue('not a pattern');
  return z.NEVER;
}
