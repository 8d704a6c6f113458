import type { FetcherOpts, FetcherParams } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { getOperationAST, parse } from 'graphql';
import { createRoot } from 'react-dom/client';
import { Adjustments } from './adjustments.ts';
import { createStorage, readDocuments } from './documents.ts';
import { Header, token } from './header.tsx';
import { PaneBar } from './pane-bar.tsx';
import { SANDBOX_PLUGIN } from './sandbox.tsx';
import { createTabs, OPERATIONS, sentImpUid } from './tabs.ts';
import { fillVariables, VariablesSource } from './variables.ts';
import './main.css';

Object.assign(globalThis, { MonacoEnvironment: { getWorker: startWorker } });

const isSandbox = document.documentElement.dataset['sandbox'] === 'true';
const isWide = matchMedia('(min-width: 1100px)').matches;
const tabs = createTabs(readDocuments(OPERATIONS), isSandbox);
const plugins = isSandbox ? [SANDBOX_PLUGIN] : []; // instead of the history, which would keep variables

createRoot(document.body).render(
  <main className="graphiql-container page">
    <Header isSandbox={isSandbox} />
    <GraphiQL
      fetcher={execute}
      storage={createStorage(OPERATIONS)}
      plugins={plugins}
      {...(isWide && plugins[0] && { visiblePlugin: plugins[0] })}
      showPersistHeadersSettings={false}
      defaultTabs={tabs}
      initialVariables={tabs[0]!.variables} // the editor does not take them from the first tab
    >
      <GraphiQL.Logo> </GraphiQL.Logo>
      <VariablesSource />
      <PaneBar />
      <Adjustments />
    </GraphiQL>
  </main>,
);

async function execute({ query, variables, operationName }: FetcherParams, options?: FetcherOpts) {
  // For a moment after a change of tabs, GraphiQL still names the operation of the tab before.
  const operation = getOperationAST(parse(query), operationName);
  const authorization = token();
  const response = await fetch(location.pathname, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }), ...options?.headers },
    body: JSON.stringify({ query, variables, operationName: operation?.name?.value }),
  });
  const answer = await response.json();
  const impUid = sentImpUid(operation, answer);
  // The code of another message cannot be right.
  if (impUid !== undefined) fillVariables({ impUid, otp: '' });
  return answer;
}

/** The editor asks for its workers by label; there are three files of them. */
function startWorker(_id: string, label: string): Worker {
  const name = label === 'graphql' || label === 'json' ? label : 'editor';
  return new Worker(new URL(`${name}.worker.js`, import.meta.url), { type: 'module' });
}
