export * from './generated/operations.ts';
export { possibleTypes } from './possible-types.ts';
export { nextStep, type Call, type FieldProblem, type IdentityResult, type NextStep } from './next-step.ts';
export type { ResultOf, TypedDocument, VariablesOf } from './typed-document.ts';
