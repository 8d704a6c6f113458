import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

export interface SubgraphDefinition {
  readonly typeDefs: string;
  readonly resolvers: object;
}

export interface RunningSubgraph {
  readonly url: string;
  close(): Promise<void>;
}

/** A subgraph over HTTP on a free port. */
export async function startSubgraph({ typeDefs, resolvers }: SubgraphDefinition): Promise<RunningSubgraph> {
  const server = new ApolloServer({
    schema: buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers: resolvers as never }]),
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    stopOnTerminationSignals: false,
  });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
  return { url, close: () => server.stop() };
}
