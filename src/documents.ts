import {
  Kind,
  GraphQLError,
  OperationTypeNode,
  type ASTNode,
  type ASTVisitor,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** Far more than an app's document has, and few enough to answer. */
const MAX_ALIASES = 30;

/** An alias is a key of the answer, once for every record in it. */
const MAX_ALIAS_LENGTH = 64;

/** Every mutation is an attempt or a message: one for a request, however it is written. */
export const oneMutationField: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    if (operation.operation !== OperationTypeNode.MUTATION || !hasTwo(context, operation, () => true)) return;
    context.reportError(new GraphQLError('A mutation may have one root field.', { nodes: operation }));
  },
});

/** A router sends one `_entities` for each request; several would multiply what one list of references costs. */
export const oneEntitiesField: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    if (!hasTwo(context, operation, ({ name }) => name.value === '_entities')) return;
    context.reportError(new GraphQLError('An operation may have one _entities field.', { nodes: operation }));
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

export const boundedAliases: ValidationRule = (context) => {
  let aliases = 0;
  let isTold = false;
  return {
    Field({ alias }) {
      if (!alias) return;
      aliases += 1;
      if (isTold || (aliases <= MAX_ALIASES && alias.value.length <= MAX_ALIAS_LENGTH)) return;
      isTold = true;
      const message = `A document may have ${MAX_ALIASES} aliases of ${MAX_ALIAS_LENGTH} characters each.`;
      context.reportError(new GraphQLError(message, { nodes: alias }));
    },
  };
};

/** Our own SDL is for whoever may introspect. */
export const closedSdl: ValidationRule = (context) => ({
  Field(node) {
    if (node.name.value === '_service')
      context.reportError(new GraphQLError('The schema is not public here.', { nodes: node }));
  },
});
