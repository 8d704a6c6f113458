// Bundles explorer/ into dist/explorer and demo/ into dist/demo. Plain JavaScript: `npm ci --omit=dev` runs it as well, on any Node.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const JOURNEY = [
  'request',
  'resend',
  'confirm-identity-otp',
  'confirm-identity-app',
  'certification',
  'open',
  'complete',
  'delete',
];

const esbuild = await import('esbuild').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write('esbuild is not installed, so the explorer and the demo are not built.\n');
  process.exit(0);
});

const root = new URL('../', import.meta.url);

await build('explorer', {
  entryPoints: {
    main: 'explorer/main.tsx',
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  },
  define: { SHIPPED_OPERATIONS: JSON.stringify(readOperations()) },
  loader: { '.ttf': 'file' },
  alias: { 'prettier/parser-graphql': 'prettier/plugins/graphql' }, // the same plugin, imported under both names
  jsx: 'automatic',
  splitting: true, // the page and its three workers share most of the editor
});
await build('demo', {
  entryPoints: { main: 'demo/main.ts' },
  alias: { 'iamport-identity-client': './packages/client/src/index.ts' }, // also where the workspace is not linked
});

async function build(page, options) {
  const output = new URL(`dist/${page}/`, root);
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: fileURLToPath(root),
    bundle: true,
    minify: true,
    format: 'esm',
    charset: 'utf8', // an escaped Korean letter is twice as long
    legalComments: 'none', // LICENSES.txt has them
    outdir: fileURLToPath(output),
    write: false,
    metafile: true,
    ...options,
  });
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  for (const { path, contents } of outputFiles) {
    // Next to main.css, which has everything, esbuild leaves the styles of each lazy chunk; nothing loads those.
    if (path.endsWith('.css') && basename(path) !== 'main.css') continue;
    writeFileSync(path, contents);
  }
  writeFileSync(new URL('index.html', output), readFileSync(new URL(`${page}/index.html`, root)));
  writeFileSync(new URL('LICENSES.txt', output), licenses(Object.keys(metafile.inputs)));
}

/** Each with its fragment: a tab is a document of its own. */
function readOperations() {
  const folder = new URL('schema/operations/', root);
  const read = (file) => readFileSync(new URL(file, folder), 'utf8');
  return readdirSync(folder)
    .filter((file) => file !== 'fragments.graphql')
    .toSorted((a, b) => step(a) - step(b))
    .map((file) => `${read(file)}\n${read('fragments.graphql')}`);
}

/** What is not on the journey comes last. */
function step(file) {
  const index = JOURNEY.findIndex((word) => file.startsWith(word));
  return index === -1 ? JOURNEY.length : index;
}

/** The bundled packages may be copied together with their licences. */
function licenses(inputs) {
  const permissive = JSON.parse(readFileSync(new URL('scripts/permissive-licenses.json', root), 'utf8'));
  const folders = new Set(inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(path)?.[0] ?? ''));
  const texts = [...folders].filter(Boolean).map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(new URL(`${folder}package.json`, root), 'utf8'));
    if (!permissive.includes(license)) throw new Error(`${name} has the licence ${license}: see docs/licenses.md`);
    const notices = readdirSync(new URL(folder, root)).filter((file) => /^(licen[sc]e|thirdparty)/i.test(file));
    const text = notices.map((file) => readFileSync(new URL(folder + file, root), 'utf8')).join('\n');
    return `${name} ${version}: ${license}\n\n${text}`;
  });
  return texts.toSorted().join('\n\n');
}
