import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Config } from '../config.ts';
import type { Context } from '../graphql/context.ts';
import {
  closedSdl,
  everyAliasBounded,
  oneLongRootField,
  oneMutationField,
  otpAsVariable,
  plainIntrospection,
} from '../graphql/document-rules.ts';
import type { IdentitySubgraph } from '../subgraph.ts';
import { errorBody } from './error-answers.ts';

const MAX_TOKENS = 1_000;
const MAX_ERRORS = 10;

export async function createApollo(subgraph: IdentitySubgraph, config: Config): Promise<ApolloServer<Context>> {
  // Introspection and suggestions in error messages show the schema: with `ROUTER_SECRET` set, to the router alone.
  const isOpen = !config.isProduction || config.auth.routerSecret !== null;
  return new ApolloServer<Context>({
    schema: subgraph.schema,
    validationRules: [
      oneMutationField,
      oneLongRootField,
      everyAliasBounded,
      plainIntrospection,
      ...(config.isSandbox ? [] : [otpAsVariable]), // on the sandbox no code is anybody's
      ...(isOpen ? [] : [closedSdl]),
    ],
    formatError: subgraph.formatError,
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore }, // what it has to say quotes requests
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !isOpen,
    introspection: isOpen,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    stringifyResult: JSON.stringify, // in place of one that adds a line break
    maxRecursiveSelections: true,
    parseOptions: { maxTokens: MAX_TOKENS },
    validationOptions: { maxErrors: MAX_ERRORS },
    plugins: [
      boundedErrors,
      requestIds,
      ApolloServerPluginCacheControlDisabled(), // nothing here may be cached, and it would wrap every field
      ApolloServerPluginLandingPageDisabled(),
      await inlineTrace(config),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

/**
 * Traces of federation show every field with its time, so that they are for the router alone: where its secret is set, every request
 * that is executed has proven it.
 */
async function inlineTrace({ federatedTracing, auth }: Config): Promise<ApolloServerPlugin> {
  if (!federatedTracing || auth.routerSecret === null) return ApolloServerPluginInlineTraceDisabled();
  const { ApolloServerPluginInlineTrace } = await import('@apollo/server/plugin/inlineTrace');
  return ApolloServerPluginInlineTrace({ includeErrors: { masked: true } });
}

/** Variables and resolvers can add an error for each value; validation stops by itself, with one last entry of its own. */
const boundedErrors: ApolloServerPlugin = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body } }) {
        if (body.kind !== 'single') return;
        const { errors = [] } = body.singleResult;
        if (errors.length <= MAX_ERRORS + 1) return;
        const message = `${errors.length - MAX_ERRORS} more errors are left out.`;
        body.singleResult.errors = [...errors.slice(0, MAX_ERRORS), ...errorBody(message, 'MORE_ERRORS').errors];
      },
    };
  },
};

/** Names the request in the answer to one that failed, so that a person who reads it out can be found in the log. */
const requestIds: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async willSendResponse({ contextValue, response: { body } }) {
        if (body.kind !== 'single') return;
        const { requestId, hasFailed } = contextValue.identity;
        if (!hasFailed() && !body.singleResult.errors?.length) return;
        body.singleResult.extensions = { ...body.singleResult.extensions, requestId };
      },
    };
  },
};

function ignore(): void {}
