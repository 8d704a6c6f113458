import { globSync, readFileSync } from 'node:fs';

/** Every page that people read. */
export const DOCUMENTS = globSync('{*.md,docs/**/*.md,bench/*.md,examples/**/*.md}').toSorted();

/** A fenced block of code. */
export interface Block {
  readonly page: string;
  readonly line: number;
  /** The word after the fence, empty where there is none. */
  readonly language: string;
  readonly text: string;
  /** The file that the sentence before it tells the reader to save it as. */
  readonly file: string | null;
}

export function blocksOf(page: string): Block[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(/^( *)```(\w*)\n([^]*?)^ *```$/gm)].map(({ index, 1: indent, 2: language, 3: body }) => {
    const before = text.slice(0, index);
    const [, file] = /[Ss]ave (?:this|it) as `([\w.-]+)`[^`]*(?:`[^`]*`)?:\n\n$/.exec(before) ?? [];
    const lines = body!.split('\n').map((line) => line.slice(indent!.length));
    return { page, line: before.split('\n').length, language: language!, text: lines.join('\n'), file: file ?? null };
  });
}

export const placeOf = ({ page, line }: Block): string => `${page}:${line}`;
