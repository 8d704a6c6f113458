import type { TypedDocument } from 'iamport-identity-client';

/** A request as it goes over the wire. */
export interface Sent {
  readonly name: string;
  readonly query: string;
  readonly variables: unknown;
  readonly language: string;
}

/** Told of each request; it answers a function that is told of the answer. */
export type Watch = (sent: Sent) => (status: string, body: unknown) => void;

/** The gateway answered `errors` in place of data, such as UNAUTHENTICATED. */
export class GraphqlError extends Error {
  readonly code: string;

  constructor({ message, extensions }: RequestError) {
    super(message);
    this.code = extensions?.code ?? '';
  }
}

interface RequestError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

const ENDPOINT = new URL('graphql', document.baseURI);

/**
 * Sends one operation with plain fetch. What an app plans for arrives as data: this throws a GraphqlError for `errors` in its
 * place, and another error where there is no answer. Then it is not known whether the call was processed. The sandbox asks for no
 * token; a gateway with real credentials does, in `authorization`.
 */
export async function graphql<Result, Variables>(
  document: TypedDocument<Result, Variables>,
  variables: Variables,
  language: string,
  watch: Watch,
): Promise<Result> {
  const query = String(document);
  const name = /^\w+ (\w+)/m.exec(query)?.[1] ?? '';
  const answered = watch({ name, query, variables, language });
  try {
    const response = await fetch(ENDPOINT, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-language': language },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as Body<Result>;
    answered(`HTTP ${response.status}`, body);
    return dataOf(body);
  } catch (error) {
    if (!(error instanceof GraphqlError)) answered(String(error), null);
    throw error;
  }
}

interface Body<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly RequestError[];
}

function dataOf<Result>({ data, errors }: Body<Result>): Result {
  if (data) return data;
  throw new GraphqlError(errors?.[0] ?? { message: 'An answer without data' });
}
