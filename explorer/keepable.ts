import { parse, TokenKind, visit, type DocumentNode, type Token } from 'graphql';

const TYPED_FREELY: ReadonlySet<TokenKind> = new Set([
  TokenKind.STRING,
  TokenKind.BLOCK_STRING,
  TokenKind.INT,
  TokenKind.FLOAT,
  TokenKind.COMMENT,
]);

/**
 * Whether a document can be kept in the browser: it has no comment and no literal but those of `operations`, and no name
 * with four digits in a row. A text that cannot be parsed is not kept, since anything can stand in it.
 */
export function isKeepable(text: string, operations: readonly string[]): boolean {
  if (text.trim() === '') return true;
  const document = parsed(text);
  if (document === null) return false;
  const known = new Set(operations.flatMap((operation) => [...freeTexts(parse(operation))]));
  return freeTexts(document).every((part) => known.has(part));
}

function parsed(text: string): DocumentNode | null {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

/** Everything in which a person's data can stand. */
function freeTexts(document: DocumentNode): string[] {
  const texts: string[] = [];
  for (let token: Token | null = document.loc!.startToken; token !== null; token = token.next) {
    const isLongNumber = token.kind === TokenKind.NAME && /\d{4}/.test(token.value);
    if (TYPED_FREELY.has(token.kind) || isLongNumber) texts.push(`${token.kind} ${token.value}`);
  }
  visit(document, { EnumValue: ({ value }) => void texts.push(`enum ${value}`) });
  return texts;
}
