export default {
  testEnvironment: 'node',
  testTimeout: 60_000, // a busy machine is no failure
  maxWorkers: 2, // tests wait for sockets more than they compute
  maxConcurrency: 15, // and those of the fault matrix for nothing else
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // `npm run test:browser`
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/browser/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  collectCoverageFrom: ['src/**/*.ts', '!src/generated/**'],
  // v8 counts stripped types as uncovered code.
  coverageProvider: 'babel',
};
