/** A subgraph of your own: it adds a field to `Certification` and knows nothing of it but the key. */
export const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])

  type Certification @key(fields: "impUid") {
    impUid: ID!
    membership: Membership
  }

  type Membership {
    number: String!
    level: String!
  }
`;

export const resolvers = {
  Certification: {
    membership: ({ impUid }: { impUid: string }) => ({ number: `M-${impUid.slice(-6)}`, level: 'GOLD' }),
  },
};
