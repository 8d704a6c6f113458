import type { TypedDocument } from 'iamport-identity-client';

/** What an app plans for arrives as data: this throws on faults only, such as no network. */
export async function graphql<Result, Variables>(
  document: TypedDocument<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(window.document.body.dataset['gateway']!, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: String(document), variables }),
  });
  const { data } = (await response.json()) as { data?: Result };
  if (!data) throw new Error(`The gateway answered ${response.status} without data`);
  return data;
}
