import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../src/config.ts';
import { ConfigError } from '../src/errors.ts';
import { SANDBOX_KEY, SANDBOX_SECRET } from '../src/sandbox/sandbox.ts';

const CREDENTIALS = { IAMPORT_API_KEY: 'key', IAMPORT_API_SECRET: 'canary-secret' };
const PRODUCTION = { ...CREDENTIALS, NODE_ENV: 'production' };

function problems(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('readConfig', () => {
  test('of nothing is the sandbox, with the credentials it accepts', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 4000,
      logLevel: 'info',
      sandboxPort: 4010,
      maxRepresentations: 100,
      iamport: {
        channelKey: null,
        bypass: null,
        baseUrl: 'http://127.0.0.1:4010',
        apiKey: SANDBOX_KEY,
        apiSecret: SANDBOX_SECRET,
        connectTimeoutMs: 2000,
        confirmTimeoutMs: 15_000,
        readTimeoutMs: 8000,
      },
    });
  });

  test('with credentials is the live API, or the base URL that is set', () => {
    expect(readConfig(CREDENTIALS)).toMatchObject({
      sandboxPort: null,
      iamport: { baseUrl: 'https://api.iamport.kr', apiKey: 'key' },
    });
    const { iamport } = readConfig({ ...CREDENTIALS, IAMPORT_BASE_URL: 'http://127.0.0.1:9/' });
    expect(iamport.baseUrl).toBe('http://127.0.0.1:9/');
  });

  test('takes an empty value for none', () => {
    expect(readConfig({ PORT: '', IAMPORT_API_KEY: '', IAMPORT_API_SECRET: '' })).toMatchObject({
      port: 4000,
      sandboxPort: 4010,
    });
  });

  test('names every problem at once and repeats no value', () => {
    const found = problems({
      PORT: 'canary',
      LOG_LEVEL: 'canary',
      CONFIRM_TIMEOUT_MS: '0',
      IAMPORT_BASE_URL: 'canary',
      IAMPORT_API_SECRET: 'canary',
    });
    expect(new Set(found.map((problem) => problem.split(' ')[0]))).toEqual(
      new Set(['CONFIRM_TIMEOUT_MS', 'IAMPORT_API_KEY', 'IAMPORT_BASE_URL', 'LOG_LEVEL', 'PORT']),
    );
    expect(found.join()).not.toContain('canary');
  });

  test.each([
    ['no credentials', { NODE_ENV: 'production' }, /IAMPORT_API_KEY and IAMPORT_API_SECRET/],
    ['half of the credentials', { NODE_ENV: 'production', IAMPORT_API_KEY: 'key' }, /IAMPORT_API_SECRET/],
    ['an http upstream', { ...PRODUCTION, IAMPORT_BASE_URL: 'http://api.iamport.kr' }, /https/],
    ['a host nobody knows', { ...PRODUCTION, IAMPORT_BASE_URL: 'https://api.iamport.example' }, /ALLOW_OTHER_UPSTREAM/],
    ['a base URL without credentials', { IAMPORT_BASE_URL: 'http://127.0.0.1:9' }, /needs IAMPORT_API_KEY/],
  ])('refuses %s', (_name, environment, expected) => {
    expect(problems(environment)).toEqual([expect.stringMatching(expected)]);
  });

  test('takes the fixed-address alias in production, and another host when told so', () => {
    expect(problems({ ...PRODUCTION, IAMPORT_BASE_URL: 'https://static-api.iamport.kr' })).toEqual([]);
    expect(problems({ ...PRODUCTION, IAMPORT_BASE_URL: 'http://10.0.0.1', ALLOW_OTHER_UPSTREAM: 'true' })).toEqual([]);
  });
});
