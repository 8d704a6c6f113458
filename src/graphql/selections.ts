import {
  Kind,
  valueFromASTUntyped,
  type DirectiveNode,
  type FieldNode,
  type GraphQLResolveInfo,
  type SelectionSetNode,
} from 'graphql';
import type { Selections } from './context.ts';
import { isPersonal } from './personal-fields.ts';
import { nameOfClaim } from './proof-claims.ts';

/** Without an access record no line needs them. */
export const NO_SELECTIONS: Selections = { note: () => true, take: () => null };

export function createSelections(): Selections {
  const noted = new Map<string, { readonly fields: Set<string>; isTaken: boolean }>();
  return {
    note(impUid, info) {
      const fields = selectedFields(info);
      const known = noted.get(impUid);
      if (known?.isTaken && [...fields].every((field) => known.fields.has(field))) return true;
      if (known && !known.isTaken) for (const field of fields) known.fields.add(field);
      else noted.set(impUid, { fields, isTaken: false });
      return known?.isTaken !== true;
    },
    take(impUid) {
      const known = noted.get(impUid);
      if (!known) return null;
      known.isTaken = true;
      return known.fields;
    },
  };
}

const CERTIFICATION = 'Certification';

type Variables = GraphQLResolveInfo['variableValues'];

/** The personal fields that the document selects of a certification, through fragments and directives, by their names. */
function selectedFields({ fieldNodes, fragments, schema, variableValues }: GraphQLResolveInfo): Set<string> {
  const fields = new Set<string>();
  const visited = new Set<string>(); // so that fragments that double cost nothing

  function visit({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (!isIncluded(selection.directives, variableValues)) continue;
      if (selection.kind === Kind.FIELD) for (const name of namesOf(selection, variableValues)) fields.add(name);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visitWithin(selection.typeCondition?.name.value, selection);
      else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments[selection.name.value];
        if (fragment) visitWithin(fragment.typeCondition.name.value, fragment);
      }
    }
  }

  function visitWithin(type: string | undefined, { selectionSet }: { readonly selectionSet: SelectionSetNode }): void {
    if (type === undefined || type === CERTIFICATION || !isObjectType(schema.getType(type))) visit(selectionSet);
  }

  for (const { selectionSet } of fieldNodes) if (selectionSet) visit(selectionSet);
  const certification = schema.getType(CERTIFICATION);
  const own = certification && 'getFields' in certification ? certification.getFields() : {};
  return new Set([...fields].filter((name) => Object.hasOwn(own, name.split('.')[0]!) && isPersonal(name)));
}

/** A proof stands as its claims, such as `proof.NAME`, and as `proof` where it has none. */
function namesOf({ name: { value: name }, arguments: args = [] }: FieldNode, variables: Variables): string[] {
  const argument = name === 'proof' && args.find((each) => each.name.value === 'claims');
  const claims = argument ? [valueFromASTUntyped(argument.value, variables)].flat().flatMap(nameOfClaim) : [];
  return claims.length > 0 ? claims : [name];
}

/** By its tag: a host's copy of graphql-js can be another than ours. */
function isObjectType(type: unknown): boolean {
  return Object.prototype.toString.call(type) === '[object GraphQLObjectType]';
}

/** As `@skip` and `@include` say; the document is valid, so that each has its condition. */
function isIncluded(directives: readonly DirectiveNode[] = [], variables: Variables): boolean {
  return directives.every(({ name, arguments: [condition] = [] }) => {
    if (name.value !== 'skip' && name.value !== 'include') return true;
    const value = condition?.value;
    const isTrue =
      value?.kind === Kind.VARIABLE
        ? variables[value.name.value] === true
        : value?.kind === Kind.BOOLEAN && value.value;
    return name.value === 'include' ? isTrue : !isTrue;
  });
}
