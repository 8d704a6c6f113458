import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { composeServices } from '@theguild/federation-composition';
import { buildASTSchema, Kind, parse, validate, type DocumentNode } from 'graphql';
import { parseDocument } from 'yaml';
import { blocksOf, DOCUMENTS, placeOf, type Block } from './support/documents.ts';
import { createClone, createReader, STAYING, type Reader } from './support/reader.ts';
import type { Shell } from './support/terminal.ts';

/** The pages whose blocks are run: translations have the same blocks, and the others are for people who change this project. */
const PAGES = DOCUMENTS.filter((page) => page === 'README.md' || /^docs\/(?!ko\/)/.test(page));
const BLOCKS = PAGES.flatMap(blocksOf);
const ofLanguage = (...languages: string[]): Block[] => BLOCKS.filter(({ language }) => languages.includes(language));

/** What is not run, by page and language, and why. */
const NOT_RUN: Record<string, string> = {
  'docs/guides/your-page.md sh': 'serves the page at port 3000: test/browser/page.test.ts runs it, and opens the page',
  'docs/guides/your-page.md html': 'test/browser/page.test.ts opens it in Chromium',
  'docs/client.md sh': 'npm installs packages from the registry; test/examples.test.ts runs the packed package',
  'docs/sandbox.md html': 'test/browser/window.test.ts opens pages with both scripts in Chromium',
  'docs/window.md html': 'test/browser/window-page.test.ts opens it in Chromium',
  'docs/window.md js': 'test/browser/window-page.test.ts runs it in Chromium',
  'docs/window.md mermaid': 'a picture',
  'docs/guides/v1-to-v2.md mermaid': 'a picture',
  'docs/architecture.md mermaid': 'a picture',
  'docs/proofs.md mermaid': 'a picture',
};

/** A part of a program: it is type-checked after these lines, and not run. */
const PARTS_AFTER: Record<string, string> = {
  'docs/federation.md': `
    import type { DocumentNode } from 'graphql';
    import type { Logger } from 'pino';
    interface MyContext { readonly userId: string }
    declare const logger: Logger;
    declare const typeDefs: DocumentNode;
    declare const resolvers: { Query: { me: () => null } };`,
  'docs/client.md': '', // a gateway of its own is behind it in test/examples.test.ts
  'docs/proofs.md': 'declare const proof: string;',
};

/** What the environment of a page's reader has. */
const ENVIRONMENTS: Record<string, Record<string, string>> = {
  'docs/operating.md': { GUARD_SECRET: 'a-guard-secret-for-the-pages-only' },
};

const nameOf = ({ page, line }: Block): string => `${page.replaceAll('/', '-')}-${line}.ts`;
const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)!;
const isRun = ({ page, language }: Block): boolean => !(`${page} ${language}` in NOT_RUN);
const isWholeProgram = (block: Block): boolean => block.language === 'ts' && !(block.page in PARTS_AFTER);

test('every block has a language that is checked here, and every exception is one', () => {
  const unknown = BLOCKS.filter(isRun).filter(
    ({ language }) => !['', 'sh', 'ts', 'graphql', 'json', 'text', 'yaml'].includes(language),
  );
  expect(unknown.map(placeOf)).toEqual([]);
  const here = new Set(BLOCKS.map(({ page, language }) => `${page} ${language}`));
  const parts = Object.keys(PARTS_AFTER).map((page) => `${page} ts`);
  expect([...Object.keys(NOT_RUN), ...parts].filter((it) => !here.has(it))).toEqual([]);
});

test('commands have no comment, no value to fill in, and nothing after one that stays', () => {
  const wrong = DOCUMENTS.flatMap(blocksOf).filter(({ language, text }) => {
    const [, ...before] = text.trimEnd().split('\n').toReversed();
    return language === 'sh' && (/(^|\s)#|=…|=\.\.\.|<\w+>/m.test(text) || before.some((line) => line in STAYING));
  });
  expect(wrong.map(placeOf)).toEqual([]);
});

test('json, yaml and lines of logs can be parsed', () => {
  for (const block of ofLanguage('json')) expect(() => JSON.parse(block.text)).not.toThrow();
  for (const block of ofLanguage('yaml')) expect(parseDocument(block.text).errors).toEqual([]);
  const lines = ofLanguage('').flatMap(({ text }) => text.split('\n').filter((line) => line.startsWith('{"')));
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
});

test('documents fit the schema, and types compose with it', () => {
  const typeDefs = parse(readFileSync('schema.graphql', 'utf8'));
  const schema = buildASTSchema(typeDefs, { assumeValidSDL: true });
  const isOperation = (document: DocumentNode): boolean =>
    document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  for (const block of ofLanguage('graphql')) {
    const document = parse(block.text);
    const others = [{ name: 'yours', typeDefs: document }];
    const problems = isOperation(document)
      ? validate(schema, document)
      : (composeServices([{ name: 'identity', typeDefs }, ...others]).errors ?? []);
    expect([placeOf(block), ...problems.map(({ message }) => message)]).toEqual([placeOf(block)]);
  }
});

const clone = createClone();
for (const { file, text } of BLOCKS) if (file) writeFileSync(join(clone, file), text);
afterAll(() => rmSync(clone, { recursive: true }));

test('programs, and parts of programs, have no error of types', async () => {
  const folder = join(clone, 'blocks');
  mkdirSync(folder);
  for (const block of ofLanguage('ts'))
    writeFileSync(join(folder, nameOf(block)), `${PARTS_AFTER[block.page] ?? ''}\n${block.text}`);
  const compilerOptions = { noUnusedLocals: false, moduleDetection: 'force' };
  const project = { extends: '../tsconfig.json', compilerOptions, include: ['.'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  const tsc = [resolve('node_modules/typescript/bin/tsc'), '--singleThreaded', '-p', folder]; // threads cost more than they save
  const run = promisify(execFile)(process.execPath, tsc);
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});

const isPasted = (block: Block): boolean => block.language === 'sh' && isRun(block);
/** No shell is part of a program, so that it is run beside one of the two alone. */
const isExecuted = (block: Block, shell: Shell): boolean =>
  isPasted(block) || (shell === 'bash' && isWholeProgram(block));
describe.each<Shell>(['bash', 'zsh'])('pasted into %s', (shell) => {
  const isHere = spawnSync(shell, ['-c', 'true']).status === 0;
  const pages = PAGES.filter((page) => blocksOf(page).some((block) => isExecuted(block, shell)));
  let ends: Map<string, Promise<unknown>>;
  beforeAll(() => {
    // All at once, since they wait more than they compute.
    ends = new Map(
      pages.map((page) => [page, isHere ? followPage(page, shell).catch((error) => error) : Promise.resolve()]),
    );
  });
  afterAll(() => Promise.all(ends.values()));

  (isHere ? test : test.skip).each(pages)('%s does what it says', async (page) => {
    const end = await ends.get(page);
    if (end) throw end;
  });
});

/** Runs the blocks of a page in their order, on a gateway of its own, and compares the answers that it shows. */
async function followPage(page: string, shell: Shell): Promise<void> {
  const blocks = blocksOf(page);
  await using reader = createReader(shell, clone, ENVIRONMENTS[page]);
  for (const [index, block] of blocks.entries()) {
    const output = isExecuted(block, shell) ? await outputOf(block, blocks, reader) : null;
    const shown = blocks[index + 1];
    if (output === null || !shown) continue;
    const place = placeOf(shown);
    if (shown.language === 'text') expect([place, output.trim()]).toEqual([place, shown.text.trim()]);
    if (shown.language === 'json')
      expect([place, JSON.parse(lastLine(output))]).toEqual([place, JSON.parse(shown.text, anything)]);
  }
}

/** What a block prints; null for one that is not run, or by a later one. */
async function outputOf(block: Block, blocks: Block[], reader: Reader): Promise<string | null> {
  if (isWholeProgram(block)) {
    const isRunLater = blocks.some(
      ({ language, text }) => language === 'sh' && block.file && text.includes(block.file),
    );
    if (isRunLater) return null;
    const file = join(clone, nameOf(block));
    writeFileSync(file, block.text);
    return reader.run(file);
  }
  const { status, stdout, stderr } = await reader.paste(block.text);
  expect({ place: placeOf(block), status, stderr }).toMatchObject({ place: placeOf(block), status: 0 });
  expect(stderr).not.toMatch(/not found|no matches|parse error|syntax error|unexpected/);
  expect(stdout).not.toMatch(/"errors":|"INVALID_INPUT"/);
  return stdout;
}

/** An ellipsis on a page stands for any text. */
const anything = (_key: string, value: unknown): unknown => (value === '…' ? expect.any(String) : value);
