import { readFileSync, writeFileSync } from 'node:fs';
import TestRunner from 'jest-runner';
import './compile-cache.js';

const RECORD = 'mutate-tests.json'; // in Stryker's copy of the project

/** The mutant under test (null: the first run, without one), the tests that reach it (null: all), and whether one failed. */
export const run = { mutant: null, names: null, isKilled: false };

/**
 * Runs the test files that reach the mutant, one by one, until one fails: first those which are fast or have killed
 * many. Stryker alone loads every test file for every mutant, and goes on after a failure.
 */
export default class MutationRunner extends TestRunner {
  static #kills = {}; // by file

  async runTests(tests, watcher, options) {
    const pattern = this._globalConfig.testNamePattern;
    run.mutant = process.env['__STRYKER_ACTIVE_MUTANT__'] ?? null;
    run.names = pattern ? namesOf(pattern) : null;
    run.isKilled = false;
    this._globalConfig = { ...this._globalConfig, testNamePattern: undefined };
    if (run.mutant === null) return this.#record(tests, watcher, options);

    const files = JSON.parse(readFileSync(RECORD, 'utf8'));
    const kills = MutationRunner.#kills;
    const rank = ({ path }) => files[path].ms / (1 + (kills[path] ?? 0));
    const reaching = tests.filter(({ path }) => !run.names || files[path].names.some((name) => run.names.has(name)));
    for (const test of reaching.toSorted((a, b) => rank(a) - rank(b))) {
      await super.runTests([test], watcher, options);
      if (!run.isKilled) continue;
      kills[test.path] = (kills[test.path] ?? 0) + 1;
      return;
    }
  }

  /** Writes down the tests of each file and its run time. Every later run is in another process. */
  async #record(tests, watcher, options) {
    const files = {};
    this.on('test-file-success', ([{ path }, { perfStats, testResults }]) => {
      files[path] = { ms: perfStats.runtime, names: testResults.map(({ fullName }) => fullName) };
    });
    await super.runTests(tests, watcher, options);
    writeFileSync(RECORD, JSON.stringify(files));
  }
}

/** Stryker's pattern is a list of escaped names. It does not compile as one: a test has a name of 60 kB. */
const namesOf = (pattern) =>
  new Set(
    pattern
      .slice(1, -1)
      .split(')|(')
      .map((name) => name.replaceAll(/\\(.)/gs, '$1')),
  );
