import {
  Kind,
  GraphQLError,
  OperationTypeNode,
  type ASTNode,
  type ASTVisitor,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/** Far more than an app's document has, and few enough to answer. */
const MAX_ALIASES = 30;

/** Every mutation is an attempt or a message: one for a request, however it is written. */
export const oneMutationField: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    if (
      operation.operation === OperationTypeNode.MUTATION &&
      rootFields(context, operation.selectionSet, new Set(), 0) > 1
    ) {
      context.reportError(new GraphQLError('A mutation may have one root field.', { nodes: operation }));
    }
  },
});

/** Stops at two, and enters no fragment again that had none: fragments that double cost nothing. */
function rootFields(
  context: ValidationContext,
  { selections }: SelectionSetNode,
  empty: Set<string>,
  counted: number,
): number {
  let count = counted;
  for (const selection of selections) {
    if (count > 1) return count;
    if (selection.kind === Kind.FIELD) count += 1;
    else if (selection.kind === Kind.INLINE_FRAGMENT) count = rootFields(context, selection.selectionSet, empty, count);
    else if (!empty.has(selection.name.value)) {
      empty.add(selection.name.value);
      const fragment = context.getFragment(selection.name.value);
      const before = count;
      if (fragment) count = rootFields(context, fragment.selectionSet, empty, count);
      if (count > before) empty.delete(selection.name.value);
    }
  }
  return count;
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
  return {
    Field({ alias }) {
      if (alias && ++aliases === MAX_ALIASES + 1) {
        context.reportError(new GraphQLError(`A document may have ${MAX_ALIASES} aliases.`, { nodes: alias }));
      }
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
