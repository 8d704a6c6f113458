import {
  getNamedType,
  Kind,
  type GraphQLNamedType,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** An alias is a key of the answer, once for every record in it. */
export const MAX_ALIAS_LENGTH = 64;

interface Aliases {
  readonly count: number;
  /** Whether one of them is longer than `MAX_ALIAS_LENGTH`. */
  readonly isLong: boolean;
}

/** Whether the alias of a field counts; the type is not known below one that the schema does not have. */
export type IsCounted = (typeName: string | undefined, fieldName: string) => boolean;

type Parent = GraphQLNamedType | null | undefined;

const NONE: Aliases = { count: 0, isLong: false };

/**
 * Counts aliases as executed, for the fields that `isCounted` names. Each fragment is counted once, so that fragments that double
 * cost nothing; one that contains itself adds nothing.
 */
export function createAliasCount(
  context: ValidationContext,
  isCounted: IsCounted,
): (type: Parent, selectionSet: SelectionSetNode) => Aliases {
  const schema = context.getSchema();
  const known = new Map<string, Aliases>();

  function aliasesIn(type: Parent, { selections }: SelectionSetNode): Aliases {
    return selections.reduce<Aliases>((sum, selection) => added(sum, aliasesOf(type, selection)), NONE);
  }

  function aliasesOf(type: Parent, selection: SelectionNode): Aliases {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return aliasesOfFragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const narrowed = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : type;
      return aliasesIn(narrowed, selection.selectionSet);
    }
    const { name, alias, selectionSet } = selection;
    const field = type && 'getFields' in type ? type.getFields()[name.value] : undefined;
    const below = selectionSet ? aliasesIn(field && getNamedType(field.type), selectionSet) : NONE;
    if (!alias || !isCounted(type?.name, name.value)) return below;
    return added(below, { count: 1, isLong: alias.value.length > MAX_ALIAS_LENGTH });
  }

  function aliasesOfFragment(name: string): Aliases {
    const fragment = context.getFragment(name);
    if (fragment && !known.has(name)) {
      known.set(name, NONE);
      known.set(name, aliasesIn(schema.getType(fragment.typeCondition.name.value), fragment.selectionSet));
    }
    return known.get(name) ?? NONE;
  }

  return aliasesIn;
}

function added(one: Aliases, other: Aliases): Aliases {
  return { count: one.count + other.count, isLong: one.isLong || other.isLong };
}
