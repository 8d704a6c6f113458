// The parts of generated documents: tables, and files that `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'oxfmt';

export const root = new URL('../', import.meta.url);
const options = JSON.parse(readFileSync(new URL('.oxfmtrc.json', root), 'utf8'));

export const isCheck = process.argv.includes('--check');

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`);
  return lines.join('');
}

export function code(text: string): string {
  return text && `\`${text}\``;
}

/** Writes a document of `source`, formatted; with `--check` a file that differs ends the process with 1. */
export async function write(path: string, text: string, source: string): Promise<void> {
  const { code: formatted, errors } = await format(path, text, options);
  if (errors.length > 0) throw new Error(`${path} cannot be formatted: ${errors[0]!.message}`);
  const file = new URL(path, root);
  if (!isCheck) return writeFileSync(file, formatted);
  if (formatted !== textOf(file)) complain(`${path} does not match ${source}: run npm run codegen`);
}

export function complain(problem: string): void {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

function textOf(file: URL): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
