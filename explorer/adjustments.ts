import { pick, useGraphiQL, useMonaco } from '@graphiql/react';
import { useEffect } from 'react';

/** The width below which main.css shows one pane at a time. */
export const NARROW = matchMedia('(max-width: 700px)');

/** Renders nothing: it changes what GraphiQL has no properties for. */
export function Adjustments() {
  useEditorOptions();
  useDarkTheme();
  useListOfTabs();
  return null;
}

/** Lines wrap. On a narrow screen there are no line numbers, and text has the 16 px below which Safari zooms into a field. */
function useEditorOptions(): void {
  const editors = useGraphiQL(pick('queryEditor', 'variableEditor', 'headerEditor', 'responseEditor'));
  useEffect(() => {
    const adapt = () => {
      const isNarrow = NARROW.matches;
      for (const editor of Object.values(editors)) {
        editor?.updateOptions({
          fontSize: isNarrow ? 16 : 15,
          lineNumbers: isNarrow || editor === editors.responseEditor ? 'off' : 'on',
          folding: !isNarrow,
          wordWrap: 'on',
        });
      }
    };
    adapt();
    NARROW.addEventListener('change', adapt);
    return () => NARROW.removeEventListener('change', adapt);
  }, [editors]);
}

/** GraphiQL's dark theme again, for comments and line numbers with the contrast of 4.5 : 1 that WCAG 2.2 asks of text. */
function useDarkTheme(): void {
  const monaco = useMonaco(({ monaco }) => monaco);
  useEffect(() => {
    monaco?.editor.defineTheme('graphiql-DARK', {
      base: 'vs-dark',
      inherit: true,
      rules: [
        { token: 'argument.identifier.gql', foreground: '#908aff' },
        { token: 'comment', foreground: '#8fbf7a' },
      ],
      colors: DARK_COLORS,
    });
  }, [monaco]);
}

const CLEAR = '#ffffff00';
const BACKGROUND = '#212a3b';
const PRIMARY = '#ff5794';
const PRIMARY_BACKGROUND = '#ff579419';

const DARK_COLORS = {
  'editor.background': CLEAR,
  'scrollbar.shadow': CLEAR,
  'editorLineNumber.foreground': '#a9b4c8',
  'editorHoverWidget.background': BACKGROUND,
  'editorSuggestWidget.background': BACKGROUND,
  'editorSuggestWidget.selectedBackground': PRIMARY_BACKGROUND,
  'editorWidget.background': BACKGROUND,
  'menu.background': BACKGROUND,
  'menu.selectionBackground': PRIMARY_BACKGROUND,
  'quickInput.background': BACKGROUND,
  'quickInputList.focusBackground': PRIMARY_BACKGROUND,
  'list.hoverBackground': PRIMARY_BACKGROUND,
  'list.highlightForeground': PRIMARY,
  'textLink.foreground': PRIMARY,
  focusBorder: PRIMARY,
};

/** GraphiQL gives the role of a tab to an element that holds two buttons, which a screen reader cannot reach: it is a list. */
function useListOfTabs(): void {
  const { tabs, activeTabIndex } = useGraphiQL(pick('tabs', 'activeTabIndex'));
  useEffect(() => {
    document.querySelector('.graphiql-tabs')?.removeAttribute('role');
    for (const [index, item] of document.querySelectorAll('.graphiql-tab').entries()) {
      item.removeAttribute('role');
      item.removeAttribute('aria-selected');
      item.querySelector('.graphiql-tab-button')?.setAttribute('aria-current', String(index === activeTabIndex));
      if (index === activeTabIndex) item.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }, [tabs, activeTabIndex]);
}
