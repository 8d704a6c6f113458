import { isKeepable } from './keepable.ts';

const DOCUMENTS = 'explorer:documents';
const THEME = 'graphiql:theme';

interface StoredTab {
  readonly id: string;
  readonly query: string | null;
}

/** The documents of the last visit, one for each tab, or those given. */
export function readDocuments(operations: readonly string[]): readonly string[] {
  try {
    const kept = JSON.parse(browserStorage()?.getItem(DOCUMENTS) ?? '[]') as string[];
    const documents = kept.filter((text) => isKeepable(text, operations));
    return documents.length > 0 ? documents : operations;
  } catch {
    return operations;
  }
}

/**
 * What GraphiQL may keep: the theme, and each document as it was when it last had nothing personal in it. It would keep
 * variables as well, under a key of their own and in its tabs.
 */
export function createStorage(operations: readonly string[]) {
  const store = browserStorage();
  const untouched = JSON.stringify(operations);
  const lastKeepable = new Map<string, string>();

  function keepDocuments(tabs: readonly StoredTab[]): void {
    for (const { id, query } of tabs) {
      if (isKeepable(query ?? '', operations)) lastKeepable.set(id, query ?? '');
    }
    const documents = JSON.stringify(tabs.flatMap(({ id }) => lastKeepable.get(id) ?? []));
    if (documents === untouched) store?.removeItem(DOCUMENTS);
    else store?.setItem(DOCUMENTS, documents);
  }

  return {
    length: 0,
    getItem: (name: string) => (name === THEME ? (store?.getItem(THEME) ?? null) : null),
    setItem(name: string, value: string) {
      if (name === THEME) store?.setItem(THEME, value);
      if (name === 'graphiql:tabState') keepDocuments((JSON.parse(value) as { tabs: StoredTab[] }).tabs);
    },
    removeItem(name: string) {
      if (name === THEME) store?.removeItem(THEME);
    },
    clear() {
      store?.removeItem(THEME);
      store?.removeItem(DOCUMENTS);
    },
  };
}

/** null where the browser's settings forbid it. */
function browserStorage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
