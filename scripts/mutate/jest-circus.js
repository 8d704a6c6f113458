import { globSync, readFileSync } from 'node:fs';
import { createEmptyTestResult } from '@jest/test-result';
import circus from 'jest-circus/runner';
import { run } from './runner.js';

/** jest-circus that skips the tests which do not reach the mutant, and every test after a failure. */
export default async function runFile(globalConfig, config, environment, runtime, path, send) {
  const stryker = environment.global.__stryker__;
  const statics = () => ({ ...stryker?.mutantCoverage?.static });
  const handle = environment.handleTestEvent;
  const before = statics();
  let imported;
  environment.handleTestEvent = async (event, state) => {
    await handle?.call(environment, event, state);
    if (event.name === 'run_start') imported = statics();
    if (run.mutant === null) return;
    const { test } = event;
    if (event.name === 'test_start' && (run.isKilled || run.names?.has(fullName(test)) === false)) test.mode = 'skip';
    if (event.name === 'test_done' && test.errors.length > 0) run.isKilled = true;
  };
  try {
    const result = await circus.default(globalConfig, config, environment, runtime, path, send);
    if (run.mutant === null && stryker?.mutantCoverage)
      attribute(stryker.mutantCoverage, before, imported, result.testResults);
    return result;
  } catch (error) {
    if (run.mutant === null) throw error;
    // A mutant that makes an import throw is killed. Stryker counts a file that cannot be loaded as an error of its own.
    run.isKilled = true;
    const failed = {
      ancestorTitles: [],
      title: path,
      fullName: path,
      status: 'failed',
      failureMessages: [String(error)],
    };
    return { ...createEmptyTestResult(), numFailingTests: 1, testResults: [failed] };
  }
}

function fullName(test) {
  const titles = [];
  for (let block = test; block.parent; block = block.parent) titles.unshift(block.name);
  return titles.join(' ');
}

let sourceOf; // the source file of each mutant
const attributed = new Set();

/**
 * Stryker runs every test on a mutant that ran outside of a test, which it calls static. Most need fewer tests: code
 * that hooks or concurrent tests ran belongs to the tests of that file, and code that ran on import to the test files
 * that run more of the same source file.
 */
function attribute({ static: outside, perTest }, before, imported, tests) {
  sourceOf ??= new Map(
    globSync('src/**/*.ts').flatMap((file) =>
      Array.from(readFileSync(file, 'utf8').matchAll(/stryMutAct_\w+\("(\d+)"\)/g), ([, id]) => [id, file]),
    ),
  );
  const ids = Object.keys(outside);
  const ran = ids.filter((id) => outside[id] > (imported[id] ?? 0));
  const sources = new Set(
    [...ran, ...tests.flatMap(({ fullName }) => Object.keys(perTest[fullName] ?? {}))].map((id) => sourceOf.get(id)),
  );
  const onImport = ids.filter((id) => imported[id] > (before[id] ?? 0) && sources.has(sourceOf.get(id)));
  for (const id of [...ran, ...onImport]) {
    attributed.add(id);
    for (const { fullName } of tests) (perTest[fullName] ??= {})[id] ??= outside[id];
  }
  for (const id of attributed) delete outside[id];
}
