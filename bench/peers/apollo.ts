import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { RESTDataSource, type AugmentedRequest } from '@apollo/datasource-rest';
import { parse } from 'graphql';
import {
  confirmPath,
  createAuthorization,
  memberOf,
  readEnvironment,
  typeDefs,
  type ConfirmArguments,
  type Envelope,
} from './contract.ts';

const { port, upstream } = readEnvironment();
const authorization = createAuthorization(upstream);

class Certifications extends RESTDataSource {
  override baseURL = upstream;

  override async willSendRequest(_path: string, request: AugmentedRequest): Promise<void> {
    request.headers['authorization'] = await authorization();
  }

  confirm({ impUid, otp }: ConfirmArguments): Promise<Envelope> {
    return this.post(confirmPath(impUid), { body: { otp } });
  }

  read(impUid: string): Promise<Envelope> {
    return this.get(`/certifications/${encodeURIComponent(impUid)}`);
  }
}

interface Context {
  readonly certifications: Certifications;
}

const federation = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
  extend type Certification @key(fields: "impUid")
`;

const resolvers = {
  Mutation: {
    confirmIdentityOtp: async (_parent: unknown, args: ConfirmArguments, { certifications }: Context) =>
      memberOf(await certifications.confirm(args)),
  },
  Certification: {
    __resolveReference: async ({ impUid }: { impUid: string }, { certifications }: Context) =>
      memberOf(await certifications.read(impUid)),
  },
};

const server = new ApolloServer<Context>({
  schema: buildSubgraphSchema([{ typeDefs: parse(typeDefs + federation), resolvers }]),
});
await startStandaloneServer(server, {
  listen: { port, host: '127.0.0.1' },
  context: async () => ({ certifications: new Certifications({ cache: server.cache }) }),
});
