/** `MUTATE_TESTS=guard/attempt,attack` runs these tests alone, which is faster; a change that they miss counts as missed. */
const only = process.env['MUTATE_TESTS'];

/** `npm run mutate` changes the source in small ways, one at a time, and prints each change that no test fails on. */
export default {
  mutate: [
    'src/guard/**/*.ts',
    'src/verification/**/*.ts',
    'src/upstream/**/*.ts',
    'src/iamport/**/*.ts',
    'src/auth.ts',
    'src/graphql/document-rules.ts',
    'src/config.ts',
    'src/config/**/*.ts',
  ],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  jest: {
    enableFindRelatedTests: false,
    config: {
      ...(only && { testMatch: [`**/test/{${only}}.test.ts`] }),
      runner: '<rootDir>/scripts/mutate/runner.js',
      testRunner: '<rootDir>/scripts/mutate/jest-circus.js',
      // Left out: tests of child processes, which run without the mutant, of the sandbox alone, and the slow fault matrix.
      testPathIgnorePatterns: [
        '/node_modules/',
        '/test/(browser/|(main|examples|canary|verification/replicas|sandbox/|verification/faults)\\.test)',
      ],
    },
  },
  concurrency: 2,
  timeoutMS: 20_000, // beyond the usual; Stryker counts a slow survivor as a change that was noticed
  maxTestRunnerReuse: 100, // a failed test can leave a server or a timer behind
  tsconfigFile: 'none', // Stryker would read it through the compiler's API, which TypeScript 7 does not have
  warnings: { slow: false },
  reporters: ['progress', 'clear-text', 'json'],
  clearTextReporter: { logTests: false, reportTests: false, skipFull: true },
  jsonReporter: { fileName: 'coverage/mutation.json' },
  incrementalFile: 'coverage/mutation-incremental.json',
  tempDirName: 'coverage/stryker',
};
