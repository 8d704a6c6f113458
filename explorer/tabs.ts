import { Kind, parse, type OperationDefinitionNode } from 'graphql';

export interface ExplorerTab {
  readonly query: string;
  readonly variables: string;
}

declare const SHIPPED_OPERATIONS: readonly string[];

/** The text of every file in schema/operations, in the order of the journey; the build puts it here. */
export const OPERATIONS = SHIPPED_OPERATIONS;

/** One tab for each document. Its variables are filled in for the sandbox, and empty elsewhere. */
export function createTabs(documents: readonly string[], isSandbox: boolean): ExplorerTab[] {
  const filled = isSandbox ? sandboxValues() : EMPTY_VALUES;
  return documents.map((query) => {
    const values = isOfWindow(query) ? EMPTY_VALUES : filled;
    const variables = variableNames(query).map((name) => [name, values[name] ?? '']);
    return { query, variables: JSON.stringify(Object.fromEntries(variables), null, 2) };
  });
}

/** It takes the impUid of a window that was opened and passed: that of a request would never be found. */
export function isOfWindow(query: string): boolean {
  return query.includes('completeIdentityWindow');
}

/** An impUid of a row of magic ones, a new one each time: one that was confirmed before answers differently. */
export function freshImpUid(row: string): string {
  return `imp_900${row}${String(Math.floor(Math.random() * 1_000_000)).padStart(6, '0')}`;
}

/** The impUid that a request for a code answered, whatever the alias of its field; undefined for any other answer. */
export function sentImpUid(
  operation: OperationDefinitionNode | null | undefined,
  answer: { readonly data?: Readonly<Record<string, { readonly impUid?: string } | null>> | null },
): string | undefined {
  for (const field of operation?.selectionSet.selections ?? []) {
    if (field.kind !== Kind.FIELD || field.name.value !== 'requestIdentityOtp') continue;
    return answer.data?.[(field.alias ?? field.name).value]?.impUid;
  }
  return undefined;
}

type Values = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

const EMPTY_VALUES: Values = { input: { name: '', phone: '', birthday: '', genderDigit: '', carrier: '' } };

function sandboxValues(): Values {
  return {
    input: { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' },
    impUid: freshImpUid('200'),
    otp: '123456',
  };
}

function variableNames(query: string): string[] {
  if (query.trim() === '') return [];
  return parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
      : [],
  );
}
