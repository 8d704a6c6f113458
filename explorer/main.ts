import type { FetcherOpts, FetcherParams } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { getOperationAST, parse } from 'graphql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { createTabs } from './tabs.ts';
import './main.css';

const NAME = 'iamport-identity-gateway';

/** Personal data is typed and shown here: nothing of it outlives the page. */
const FORGETFUL_STORAGE = { length: 0, getItem: () => null, setItem() {}, removeItem() {}, clear() {} };

Object.assign(globalThis, { MonacoEnvironment: { getWorker: startWorker } });

const isSandbox = document.documentElement.dataset['sandbox'] === 'true';
const tabs = createTabs(isSandbox);

createRoot(document.body).render(
  createElement(
    GraphiQL,
    {
      fetcher: execute,
      storage: FORGETFUL_STORAGE,
      plugins: [], // instead of the history
      showPersistHeadersSettings: false,
      defaultTabs: tabs,
      initialVariables: tabs[0]!.variables, // the editor does not take them from the first tab
    },
    createElement(GraphiQL.Logo, null, isSandbox ? `${NAME} · sandbox` : NAME),
  ),
);

async function execute({ query, variables, operationName }: FetcherParams, options?: FetcherOpts) {
  // For a moment after a change of tabs, GraphiQL still names the operation of the tab before.
  const operation = getOperationAST(parse(query), operationName);
  const response = await fetch(location.pathname, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...options?.headers },
    body: JSON.stringify({ query, variables, operationName: operation?.name?.value }),
  });
  return response.json();
}

/** The editor asks for its workers by label; there are three files of them. */
function startWorker(_id: string, label: string): Worker {
  const name = label === 'graphql' || label === 'json' ? label : 'editor';
  return new Worker(new URL(`${name}.worker.js`, import.meta.url), { type: 'module' });
}
