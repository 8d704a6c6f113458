import { pick, useGraphiQL, type MonacoEditor, type TabsState } from '@graphiql/react';

interface Source extends TabsState {
  readonly variableEditor?: MonacoEditor;
}

export interface Values {
  readonly [name: string]: string | Values;
}

let source: Source | undefined;

/** Renders nothing: it takes GraphiQL's state to `fillVariables`, which is called from outside of React as well. */
export function VariablesSource() {
  source = useGraphiQL(pick('tabs', 'activeTabIndex', 'variableEditor'));
  return null;
}

/** Puts values into the variables of each tab that has variables of these names, and answers the indexes of those tabs. */
export function fillVariables(values: Values): number[] {
  const { tabs = [], activeTabIndex, variableEditor } = source ?? {};
  return tabs.flatMap((tab, index) => {
    const isActive = index === activeTabIndex;
    const filled = withValues((isActive ? variableEditor?.getValue() : tab.variables) ?? '', values);
    if (filled === null) return [];
    // GraphiQL has an action for the active tab only; it reads the others when they are opened.
    if (isActive) variableEditor?.setValue(filled);
    else tab.variables = filled;
    return [index];
  });
}

/** null where no value has a place. */
function withValues(text: string, values: Values): string | null {
  try {
    const variables = JSON.parse(text) as Record<string, unknown>;
    return put(values, variables) ? JSON.stringify(variables, null, 2) : null;
  } catch {
    return null; // somebody is typing
  }
}

function put(values: Values, into: Record<string, unknown>): boolean {
  let isPut = false;
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(into, name)) continue;
    if (typeof value === 'object') isPut = put(value, into[name] as Record<string, unknown>) || isPut;
    else {
      into[name] = value;
      isPut = true;
    }
  }
  return isPut;
}
