/**
 * Verification mounted in an Apollo Server that exists already: its schema, its context, its logger.
 * On its own it runs on the sandbox; with IAMPORT_API_KEY and IAMPORT_API_SECRET on the real upstream.
 *
 *   npm run example examples/mounted/main.ts
 */
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { parse } from 'graphql';
import { createIdentitySubgraph, readConfig, type Context } from 'iamport-identity-gateway';
import { createSandbox } from 'iamport-identity-gateway/sandbox';
import { pino } from 'pino';

interface MyContext extends Context {
  readonly userId: string;
}

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])

  type Query {
    me: User!
  }
  type User @key(fields: "id") {
    id: ID!
  }
`);
const resolvers = {
  Query: { me: (_: unknown, _args: object, { userId }: MyContext) => ({ id: userId }) },
};

const logger = pino({ name: 'my-api' });
const config = readConfig(process.env);
const sandbox = config.sandboxPort === null ? null : await createSandbox({ port: config.sandboxPort });
const identity = createIdentitySubgraph({ ...config, logger });

const server = new ApolloServer<MyContext>({
  schema: identity.schemaWith({ typeDefs, resolvers }),
  logger,
  validationRules: identity.validationRules, // one confirm for a request
  formatError: identity.formatError, // GraphQL's own errors repeat what a person typed
  plugins: [
    ApolloServerPluginInlineTraceDisabled(), // it would time every field for a router that asks
    {
      serverWillStart: async () => ({
        serverWillStop: async () => {
          await identity.close();
          await sandbox?.close();
        },
      }),
    },
  ],
});

const { url } = await startStandaloneServer(server, {
  listen: { host: config.host, port: config.port },
  context: async ({ req }) => ({
    ...(await identity.createContext(req)),
    userId: 'user-1', // as your own session says
  }),
});

const body = JSON.stringify({
  query:
    'mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) { __typename ... on IdentityError { message } } }',
  variables: { impUid: 'imp_900200000001', otp: '123456' },
});
console.log(`Verification is mounted next to "me". Try:

  curl -s ${url} -H 'content-type: application/json' -d '{"query":"{ me { id } }"}'
  curl -s ${url} -H 'content-type: application/json' -d '${body}'
`);
