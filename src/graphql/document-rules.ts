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
import { createAliasCount, MAX_ALIAS_LENGTH, type IsCounted } from './alias-count.ts';
import { isIdentityField } from './identity-fields.ts';

// The rules for a host's server concern identity fields alone: its other fields, and their aliases, are the host's.

/** Far more than an app's document has, and few enough to answer. */
const MAX_ALIASES = 30;

/** Every mutation is an attempt or a message: one for a request, however it is written. */
export const oneMutationField: ValidationRule = (context) => ({
  OperationDefinition(operation) {
    if (operation.operation !== OperationTypeNode.MUTATION) return;
    if (!hasTwo(context, operation, ({ name }) => isIdentityField('Mutation', name.value))) return;
    context.reportError(
      new GraphQLError('A mutation may have one field of identity verification.', { nodes: operation }),
    );
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
    Field({ name, arguments: args = [] }) {
      const value = args.find((argument) => argument.name.value === 'otp')?.value;
      if (!value || !isIdentityField(context.getParentType()?.name, name.value)) return;
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
function aliasRule(isCounted: IsCounted): ValidationRule {
  return (context) => ({
    OperationDefinition({ operation, selectionSet }) {
      const root = context.getSchema().getRootType(operation);
      const { count, isLong } = createAliasCount(context, isCounted)(root, selectionSet);
      if (count <= MAX_ALIASES && !isLong) return;
      const message = `A document may have ${MAX_ALIASES} aliases of ${MAX_ALIAS_LENGTH} characters each.`;
      context.reportError(new GraphQLError(message, { nodes: selectionSet }));
    },
  });
}

export const boundedAliases = aliasRule(isIdentityField);
export const everyAliasBounded = aliasRule(() => true);

/** Every level of an introspection is a list: an alias in it multiplies all that is below. No tool sends one. */
export const plainIntrospection: ValidationRule = (context) => ({
  Field({ name, selectionSet }) {
    if (!selectionSet || !['__schema', '__type'].includes(name.value)) return;
    if (createAliasCount(context, () => true)(null, selectionSet).count === 0) return;
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
