/**
 * A GraphQL operation in both of its forms: the parsed one (a `DocumentNode`), which Apollo Client and urql take, and its text,
 * `String(document)`, which plain fetch sends.
 * The fields have the type `never`, which fits the `DocumentNode` of every library without an import of one.
 */
export interface TypedDocument<Result, Variables> {
  readonly kind: never;
  readonly definitions: readonly never[];
  /** The operation with its fragments, as text. */
  toString(): string;
  /** Not there at run time: the name by which libraries find both types. */
  readonly __apiType?: (variables: Variables) => Result;
}

/** What an operation answers, as `data`. */
export type ResultOf<Document> = Document extends TypedDocument<infer Result, infer _> ? Result : never;
export type VariablesOf<Document> = Document extends TypedDocument<infer _, infer Variables> ? Variables : never;

/** An operation or a fragment. */
export interface Part {
  readonly text: string;
  readonly definition: unknown;
}

/** The text is no enumerable property: clients copy, compare and cache documents by theirs. */
class Document {
  readonly kind = 'Document';
  readonly definitions: readonly unknown[];
  readonly #text: string;

  constructor(parts: readonly Part[]) {
    this.definitions = parts.map(({ definition }) => definition);
    this.#text = parts.map(({ text }) => text).join('\n\n');
  }

  toString(): string {
    return this.#text;
  }
}

export function typedDocument<Result, Variables>(...parts: readonly Part[]): TypedDocument<Result, Variables> {
  return new Document(parts) as unknown as TypedDocument<Result, Variables>;
}
