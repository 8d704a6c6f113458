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

const ENDPOINT = new URL('graphql', document.baseURI);

/**
 * Sends one operation with plain fetch. What an app plans for arrives as data: this throws where there is none, as for a gateway
 * that cannot be reached. Then it is not known whether the call was processed. The sandbox asks for no token; a gateway with real
 * credentials does, in `authorization`.
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
    const body = (await response.json()) as { data?: Result | null };
    answered(`HTTP ${response.status}`, body);
    if (!body.data) throw new Error(`HTTP ${response.status} without data`);
    return body.data;
  } catch (error) {
    answered(String(error), null);
    throw error;
  }
}
