import { pick, useGraphiQL, type MonacoEditor, type TabsState } from '@graphiql/react';
import { isOfWindow } from './tabs.ts';

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

/**
 * Puts values into the variables of each tab that has variables of these names. Answers the indexes of those tabs, the ones that take
 * most values first.
 */
export function fillVariables(values: Values): number[] {
  const { tabs = [], activeTabIndex, variableEditor } = source ?? {};
  const taking = tabs.flatMap((tab, index) => {
    if (isOfWindow(tab.query ?? '')) return [];
    const isActive = index === activeTabIndex;
    const filled = withValues((isActive ? variableEditor?.getValue() : tab.variables) ?? '', values);
    if (filled === null) return [];
    // GraphiQL has an action for the active tab only; it reads the others when they are opened.
    if (isActive) variableEditor?.setValue(filled.text);
    else tab.variables = filled.text;
    return [{ index, count: filled.count }];
  });
  return taking.toSorted((a, b) => b.count - a.count).map(({ index }) => index);
}

/** The text with the values and how many have a place there, null where none has. */
function withValues(text: string, values: Values): { text: string; count: number } | null {
  try {
    const variables = JSON.parse(text) as Record<string, unknown>;
    const count = put(values, variables);
    return count > 0 ? { text: JSON.stringify(variables, null, 2), count } : null;
  } catch {
    return null; // somebody is typing
  }
}

function put(values: Values, into: Record<string, unknown>): number {
  let count = 0;
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(into, name)) continue;
    if (typeof value === 'object') count += put(value, into[name] as Record<string, unknown>);
    else {
      into[name] = value;
      count += 1;
    }
  }
  return count;
}
