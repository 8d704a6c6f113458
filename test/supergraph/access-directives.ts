import { Kind, parse, print, visit, type ASTNode, type DirectiveNode } from 'graphql';

const ACCESS = /^(authenticated|requiresScopes)(__|$)/;

/**
 * A supergraph without `@authenticated` and `@requiresScopes`. Apollo Gateway refuses to start with what it cannot
 * enforce; the subgraph enforces both by itself.
 */
export function withoutAccessDirectives(supergraphSdl: string): string {
  const isAccess = ({ name }: { readonly name: { readonly value: string } }): boolean => ACCESS.test(name.value);
  const dropIfAccess = (node: ASTNode & { readonly name: { readonly value: string } }) =>
    isAccess(node) ? null : undefined;
  return print(
    visit(parse(supergraphSdl), {
      Directive: (node) => (isAccess(node) || isAccessLink(node) ? null : undefined),
      DirectiveDefinition: dropIfAccess,
      ScalarTypeDefinition: dropIfAccess,
    }),
  );
}

function isAccessLink({ name, arguments: args = [] }: DirectiveNode): boolean {
  return (
    name.value === 'link' &&
    args.some(({ value }) => value.kind === Kind.STRING && /\/(authenticated|requiresScopes)\//.test(value.value))
  );
}
