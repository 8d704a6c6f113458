// node apollo-gateway.ts FILE PORT: serves the supergraph in a file through Apollo Gateway.
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { withoutAccessDirectives } from './access-directives.ts';

/** A router forwards no header unless told to: without these every caller is a stranger who reads English. */
const FORWARDED_HEADERS = ['authorization', 'accept-language'];

interface Context {
  /** None while the gateway makes a request of its own. */
  readonly headers?: IncomingHttpHeaders;
}

const [file = '', port] = process.argv.slice(2);

const gateway = new ApolloGateway({
  supergraphSdl: withoutAccessDirectives(readFileSync(file, 'utf8')),
  buildService: ({ url = '' }) =>
    new RemoteGraphQLDataSource<Context>({
      url,
      willSendRequest({ request, context }) {
        for (const name of FORWARDED_HEADERS) {
          const value = context.headers?.[name];
          if (typeof value === 'string') request.http?.headers.set(name, value);
        }
      },
    }),
});

await startStandaloneServer(new ApolloServer<Context>({ gateway }), {
  listen: { host: '127.0.0.1', port: Number(port) },
  context: async ({ req }) => ({ headers: req.headers }),
});
