import { SANDBOX_MERCHANT_CODE } from '../../src/sandbox/sandbox.ts';
import { portoneAt, startGateway, type Fields, type TestGateway } from '../support/gateway.ts';
import type { Version } from '../support/upstreams.ts';
import * as members from '../../examples/supergraph/members.ts';
import * as accounts from './accounts.ts';
import type { Composition, Service } from './compose.ts';
import { type ReadCounter, startReadCounter } from './read-counter.ts';
import type { StartRouter } from './routers.ts';
import { startSubgraph } from './subgraph.ts';

export interface Supergraph {
  readonly composition: Composition;
  readonly reads: ReadCounter;
  readonly sandbox: TestGateway['sandbox'];
  /** The upstream calls that contain this text, as "METHOD /path". */
  calls(containing: string): string[];
  query(query: string, variables: object, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly data: {
    readonly requestIdentityOtp: { readonly impUid: string };
    readonly confirmIdentityOtp: { readonly __typename: string; readonly code: string; readonly message: string };
    readonly openIdentityWindow: Fields;
    readonly completeIdentityWindow: Fields;
    readonly accounts: readonly { readonly certification: unknown }[];
  };
  readonly errors?: readonly {
    readonly path: readonly (string | number)[];
    readonly extensions: { readonly code: string };
  }[];
}

/** Sandbox of one version, gateway, a subgraph that extends `Certification`, one that refers to it, and a router before them. */
export async function startSupergraph(
  compose: (services: readonly Service[]) => Promise<Composition>,
  startRouter: StartRouter,
  version: Version,
): Promise<Supergraph> {
  await using starting = new AsyncDisposableStack();
  const keep = <T extends { close(): Promise<void> }>(part: T): T => starting.adopt(part, () => part.close());

  const reads: ReadCounter = keep(await startReadCounter(() => identity.sandbox.url));
  const identity = keep(
    await startGateway({
      iamport: { baseUrl: reads.url, merchantCode: SANDBOX_MERCHANT_CODE },
      config: { portone: version === 'V2' ? portoneAt(reads.url) : null },
    }),
  );
  const extending = keep(await startSubgraph(members));
  const referring = keep(await startSubgraph(accounts));
  const composition = await compose([
    { name: 'identity', url: identity.url },
    { name: 'members', url: extending.url },
    { name: 'accounts', url: referring.url },
  ]);
  const router = keep(await startRouter(composition.supergraphSdl));
  const started = starting.move();

  return {
    composition,
    reads,
    sandbox: identity.sandbox,
    calls: (containing) => identity.calls(containing),
    async query(query, variables, headers) {
      const response = await fetch(router.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer;
    },
    close: () => started.disposeAsync(),
  };
}
