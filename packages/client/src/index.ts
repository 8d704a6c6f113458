import introspection, { type PossibleTypesResultData } from './generated/possible-types.ts';

export * from './generated/operations.ts';
export { nextStep, type Call, type FieldProblem, type IdentityResult, type NextStep } from './next-step.ts';
export type { ResultOf, TypedDocument, VariablesOf } from './typed-document.ts';

/** Which types each union and interface can be, for the caches of client libraries. */
export const possibleTypes: PossibleTypesResultData['possibleTypes'] = introspection.possibleTypes;
