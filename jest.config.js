export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  collectCoverageFrom: ['src/**/*.ts', '!src/generated/**'],
  // v8 counts stripped types as uncovered code.
  coverageProvider: 'babel',
};
