import { Kind, parse } from 'graphql';

export interface ExplorerTab {
  readonly query: string;
  readonly variables: string;
}

/** The text of every operation in schema/operations, in the order of the journey; the build puts it here. */
declare const OPERATIONS: readonly string[];

/** One tab for each operation. Its variables are filled in for the sandbox, and empty elsewhere. */
export function createTabs(isSandbox: boolean): ExplorerTab[] {
  const values = isSandbox ? sandboxValues() : EMPTY_VALUES;
  return OPERATIONS.map((query) => {
    const variables = variableNames(query).map((name) => [name, values[name] ?? '']);
    return { query, variables: JSON.stringify(Object.fromEntries(variables), null, 2) };
  });
}

type Values = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

const EMPTY_VALUES: Values = { input: { name: '', phone: '', birthday: '', genderDigit: '', carrier: '' } };

/** A new impUid each time: one that was confirmed before answers differently. */
function sandboxValues(): Values {
  const digits = String(Math.floor(Math.random() * 1_000_000)).padStart(6, '0');
  return {
    input: { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' },
    impUid: `imp_900200${digits}`,
    otp: '123456',
  };
}

function variableNames(query: string): string[] {
  return parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
      : [],
  );
}
