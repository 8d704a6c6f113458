// A plugin of GraphQL Code Generator for codegen.yml: documents as text and as AST, without graphql-js at run time.
import { readFileSync } from 'node:fs';
import {
  Kind,
  print,
  visit,
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';

interface File {
  readonly location?: string;
  readonly document?: DocumentNode;
}

export function plugin(_schema: unknown, files: readonly File[]) {
  const fragments = files.flatMap(({ document }) => document?.definitions ?? []).filter(isFragment);
  return {
    prepend: ["import { typedDocument, type TypedDocument } from '../typed-document.ts';"],
    content: [
      ...fragments.map((fragment) => `const ${fragment.name.value} = ${partOf(fragment)};`),
      ...files.flatMap((file) =>
        (file.document?.definitions ?? []).filter(isOperation).map((it) => commentOf(file) + constantOf(it, fragments)),
      ),
      '',
    ].join('\n\n'),
  };
}

function isFragment(node: DefinitionNode): node is FragmentDefinitionNode {
  return node.kind === Kind.FRAGMENT_DEFINITION;
}

function isOperation(node: DefinitionNode): node is OperationDefinitionNode {
  return node.kind === Kind.OPERATION_DEFINITION;
}

function constantOf(node: OperationDefinitionNode, fragments: readonly FragmentDefinitionNode[]): string {
  const name = node.name!.value;
  const type = `${name}${node.operation[0]!.toUpperCase()}${node.operation.slice(1)}`; // as typescript-operations names it
  const parts = [partOf(node), ...spreadsIn(node, fragments)].join(', ');
  return `export const ${name}Document: TypedDocument<${type}, ${type}Variables> = /* @__PURE__ */ typedDocument(${parts});`;
}

/** The names of the fragments that are used here, those that only other fragments use included. */
function spreadsIn(node: DefinitionNode, fragments: readonly FragmentDefinitionNode[]): Set<string> {
  const names = new Set<string>();
  visit(node, {
    FragmentSpread({ name: { value } }) {
      const fragment = fragments.find(({ name }) => name.value === value);
      if (!fragment) throw new Error(`There is no fragment ${value}`);
      for (const name of [value, ...spreadsIn(fragment, fragments)]) names.add(name);
    },
  });
  return names;
}

function partOf(node: DefinitionNode): string {
  return `{ text: ${JSON.stringify(print(node))}, definition: ${JSON.stringify(node, withoutEmpty)} }`;
}

/** Locations, and lists that are optional, are left out: no client needs them. */
function withoutEmpty(key: string, value: unknown): unknown {
  return key === 'loc' || (Array.isArray(value) && value.length === 0) ? undefined : value;
}

/** The comment at the top of the file, which the document that is handed over no longer has. */
function commentOf({ location }: File): string {
  const head = /^(?:#.*\n)*/.exec(location ? readFileSync(location, 'utf8') : '')![0];
  const text = head.replaceAll(/^# ?/gm, '').trim();
  return text && `/** ${text.replaceAll('\n', '\n * ')} */\n`;
}
