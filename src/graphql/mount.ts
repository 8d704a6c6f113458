import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  Kind,
  parse,
  visit,
  type ConstDirectiveNode,
  type ConstListValueNode,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import type { Resolvers } from '../generated/resolvers.ts';
import { checkRepresentations } from './entities.ts';
import { resolvers as identityResolvers, typeDefs as identityTypeDefs } from './schema.ts';

/** A part of a host's schema, as for `buildSubgraphSchema`. */
export interface SchemaModule {
  /** Parsed, or as text. Errors of `schemaWith`: GraphQL's own for a text that is not SDL. */
  readonly typeDefs: DocumentNode | string;
  readonly resolvers?: object;
}

/** The federation directives in our schema, and the first version that has them all. */
const DIRECTIVES = ['@key', '@authenticated', '@requiresScopes'];
const MIN_VERSION = [2, 5] as const;
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ${JSON.stringify(DIRECTIVES)})`;

/**
 * A host's schema with identity verification in it. The link to federation is the host's where it has one, with the directives
 * that our schema needs imported; a scalar that the host defines too is the host's.
 */
export function mount(modules: readonly SchemaModule[]): GraphQLSchema {
  const linked = modules.map(({ typeDefs }) => withDirectives(parsed(typeDefs)));
  const hasLink = linked.some(({ isLinked }) => isLinked);
  const scalars = new Set(linked.flatMap(({ typeDefs }) => typeDefs.definitions.flatMap(scalarName)));
  const isOurs = (definition: DefinitionNode): boolean => !scalarName(definition).some((name) => scalars.has(name));
  const ours = identityTypeDefs.definitions.filter(isOurs);
  const schema = buildSubgraphSchema([
    ...modules.map(({ resolvers }, index) => ({
      typeDefs: linked[index]!.typeDefs,
      ...(resolvers && { resolvers: resolvers as Resolvers }),
    })),
    {
      typeDefs: { kind: Kind.DOCUMENT, definitions: [...(hasLink ? [] : parse(LINK).definitions), ...ours] },
      resolvers: Object.fromEntries(
        Object.entries(identityResolvers).filter(([name]) => !scalars.has(name)),
      ) as Resolvers,
    },
  ]);
  checkRepresentations(schema);
  return schema;
}

function parsed(typeDefs: DocumentNode | string): DocumentNode {
  return typeof typeDefs === 'string' ? parse(typeDefs) : typeDefs;
}

function scalarName(definition: DefinitionNode): string[] {
  return definition.kind === Kind.SCALAR_TYPE_DEFINITION ? [definition.name.value] : [];
}

/** A document whose link to federation, if it has one, imports our directives too. */
function withDirectives(document: DocumentNode): { readonly typeDefs: DocumentNode; readonly isLinked: boolean } {
  let isLinked = false;
  const typeDefs = visit(document, {
    Directive: (node) => {
      const version = federationVersion(node as ConstDirectiveNode);
      if (!version) return undefined;
      isLinked = true;
      return linkWith(node as ConstDirectiveNode, version);
    },
  });
  return { typeDefs, isLinked };
}

function federationVersion({ name, arguments: args = [] }: ConstDirectiveNode): [major: number, minor: number] | null {
  const url = args.find((argument) => argument.name.value === 'url')?.value;
  if (name.value !== 'link' || url?.kind !== Kind.STRING) return null;
  const [, major, minor] = /^https:\/\/specs\.apollo\.dev\/federation\/v(\d+)\.(\d+)\/?$/.exec(url.value) ?? [];
  return major === undefined ? null : [Number(major), Number(minor)];
}

function linkWith(link: ConstDirectiveNode, [major, minor]: [number, number]): ConstDirectiveNode {
  const isOld = major === MIN_VERSION[0] && minor < MIN_VERSION[1];
  const args = link.arguments ?? [];
  const imported = args.find(({ name }) => name.value === 'import')?.value;
  const values = imported?.kind === Kind.LIST ? imported.values : [];
  const names = new Set(values.map((value) => (value.kind === Kind.STRING ? value.value : null)));
  const missing = DIRECTIVES.filter((name) => !names.has(name));
  const list: ConstListValueNode = {
    kind: Kind.LIST,
    values: [...values, ...missing.map((value) => ({ kind: Kind.STRING, value }) as const)],
  };
  const kept = args.filter(({ name }) => name.value !== 'import' && !(isOld && name.value === 'url'));
  const url = { kind: Kind.STRING, value: 'https://specs.apollo.dev/federation/v2.7' } as const;
  return {
    ...link,
    arguments: [
      ...kept,
      ...(isOld ? [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'url' }, value: url } as const] : []),
      { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'import' }, value: list },
    ],
  };
}
