import {
  Kind,
  GraphQLError,
  OperationTypeNode,
  type ASTNode,
  type ASTVisitor,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** Far more than an app's document has, and few enough to answer. */
const MAX_ALIASES = 30;

/** An alias is a key of the answer, once for every record in it. */
const MAX_ALIAS_LENGTH = 64;

/** Every mutation is an attempt or a message: one for a request, however it is written. `__typename` has no effect. */
export const oneMutationField: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    const hasEffect = ({ name }: FieldNode): boolean => name.value !== '__typename';
    if (operation.operation !== OperationTypeNode.MUTATION || !hasTwo(context, operation, hasEffect)) return;
    context.reportError(new GraphQLError('A mutation may have one root field.', { nodes: operation }));
  },
});

/** Root fields whose answer is long by itself: several of one kind would multiply it. A router sends one of each. */
const LONG_ROOT_FIELDS = ['_entities', '_service', '__schema', '__type'];

export const oneLongRootField: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    for (const long of LONG_ROOT_FIELDS) {
      if (!hasTwo(context, operation, ({ name }) => name.value === long)) continue;
      context.reportError(new GraphQLError(`An operation may have one ${long} field.`, { nodes: operation }));
    }
  },
});

/** Whether an operation has more than one root field of a kind, counted through fragments and under every alias. */
function hasTwo(
  context: ValidationContext,
  { selectionSet }: OperationDefinitionNode,
  isCounted: (field: FieldNode) => boolean,
): boolean {
  /** Fragments without such a field, which are not entered again: fragments that double cost nothing. */
  const empty = new Set<string>();
  let count = 0;
  const countIn = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (count > 1) return;
      if (selection.kind === Kind.FIELD) count += Number(isCounted(selection));
      else if (selection.kind === Kind.INLINE_FRAGMENT) countIn(selection.selectionSet);
      else if (!empty.has(selection.name.value)) {
        empty.add(selection.name.value);
        const fragment = context.getFragment(selection.name.value);
        const before = count;
        if (fragment) countIn(fragment.selectionSet);
        if (count > before) empty.delete(selection.name.value);
      }
    }
  };
  countIn(selectionSet);
  return count > 1;
}

/** A code that stands in the document itself, a default included, ends up in caches and logs of documents. */
export const otpAsVariable: ValidationRule = (context): ASTVisitor => {
  const carriers = new Set<string>();
  const refuse = (node: ASTNode): void =>
    context.reportError(new GraphQLError('Send otp as a variable, not inside the document.', { nodes: node }));
  return {
    Argument({ name, value }) {
      if (name.value !== 'otp') return;
      if (value.kind === Kind.VARIABLE) carriers.add(value.name.value);
      else refuse(value);
    },
    Document: {
      leave({ definitions }) {
        const variables = definitions.flatMap((node) =>
          node.kind === Kind.OPERATION_DEFINITION ? (node.variableDefinitions ?? []) : [],
        );
        for (const { variable, defaultValue } of variables)
          if (defaultValue && carriers.has(variable.name.value)) refuse(defaultValue);
      },
    },
  };
};

/** Aliases are counted as executed: those of a fragment once for each of its spreads. */
export const boundedAliases: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    const { count, isLong } = aliasesIn(context, operation.selectionSet, new Map());
    if (count <= MAX_ALIASES && !isLong) return;
    const message = `A document may have ${MAX_ALIASES} aliases of ${MAX_ALIAS_LENGTH} characters each.`;
    context.reportError(new GraphQLError(message, { nodes: operation }));
  },
});

interface Aliases {
  readonly count: number;
  readonly isLong: boolean;
}

/** Each fragment is counted once, so that fragments that double cost nothing; one that contains itself adds nothing. */
function aliasesIn(context: ValidationContext, { selections }: SelectionSetNode, known: Map<string, Aliases>): Aliases {
  let count = 0;
  let isLong = false;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD && selection.alias) {
      count += 1;
      isLong ||= selection.alias.value.length > MAX_ALIAS_LENGTH;
    }
    const below = aliasesBelow(context, selection, known);
    count += below.count;
    isLong ||= below.isLong;
  }
  return { count, isLong };
}

function aliasesBelow(context: ValidationContext, selection: SelectionNode, known: Map<string, Aliases>): Aliases {
  if (selection.kind !== Kind.FRAGMENT_SPREAD)
    return selection.selectionSet ? aliasesIn(context, selection.selectionSet, known) : NO_ALIASES;
  const name = selection.name.value;
  const fragment = context.getFragment(name);
  if (fragment && !known.has(name)) {
    known.set(name, NO_ALIASES);
    known.set(name, aliasesIn(context, fragment.selectionSet, known));
  }
  return known.get(name) ?? NO_ALIASES;
}

const NO_ALIASES: Aliases = { count: 0, isLong: false };

/** Every level of an introspection is a list: an alias in it multiplies all that is below. No tool sends one. */
export const plainIntrospection: ValidationRule = (context) => ({
  Field({ name, selectionSet }) {
    if (!selectionSet || !['__schema', '__type'].includes(name.value)) return;
    if (aliasesIn(context, selectionSet, new Map()).count === 0) return;
    context.reportError(new GraphQLError('An introspection may have no aliases.', { nodes: selectionSet }));
  },
});

/** The SDL is closed where introspection is: it says the same. */
export const closedSdl: ValidationRule = (context) => ({
  Field(node) {
    if (node.name.value === '_service')
      context.reportError(new GraphQLError('The schema is not public here.', { nodes: node }));
  },
});
