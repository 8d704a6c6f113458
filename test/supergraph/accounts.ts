/** A subgraph that refers to certifications it holds only the impUids of. */
export const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])

  type Query {
    "One account for each impUid, in this order: the test says what is referred to."
    accounts(impUids: [ID!]!): [Account!]!
  }

  type Account {
    id: ID!
    certification: Certification
  }

  type Certification @key(fields: "impUid", resolvable: false) {
    impUid: ID!
  }
`;

export const resolvers = {
  Query: {
    accounts: (_parent: unknown, { impUids }: { impUids: string[] }) =>
      impUids.map((impUid, index) => ({ id: String(index), certification: { impUid } })),
  },
};
