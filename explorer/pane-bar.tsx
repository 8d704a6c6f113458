import { ExecuteButton, useGraphiQL } from '@graphiql/react';
import { useEffect, useState } from 'react';

const PANES = ['Operation', 'Variables', 'Result'] as const;

/** On a narrow screen one pane is shown at a time: this bar chooses it, and runs the operation. */
export function PaneBar() {
  const [pane, setPane] = useState<(typeof PANES)[number]>('Operation');
  const isFetching = useGraphiQL(({ isFetching }) => isFetching);
  useEffect(() => {
    document.body.dataset['pane'] = pane;
  }, [pane]);
  useEffect(() => {
    if (isFetching) setPane('Result');
  }, [isFetching]);
  return (
    <nav className="pane-bar" aria-label="Panes">
      {PANES.map((name) => (
        <button key={name} type="button" aria-pressed={name === pane} onClick={() => setPane(name)}>
          {name}
        </button>
      ))}
      <ExecuteButton />
    </nav>
  );
}
