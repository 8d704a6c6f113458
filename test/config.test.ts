import { describe, expect, test } from '@jest/globals';
import { ConfigError, readConfig } from '../src/config.ts';
import { SANDBOX_KEY, SANDBOX_SECRET } from '../src/sandbox/sandbox.ts';

const CREDENTIALS = { ALLOW_ANONYMOUS: 'true', IAMPORT_API_KEY: 'key', IAMPORT_API_SECRET: 'canary-secret' };
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
  test('of nothing is the sandbox, with the credentials it accepts and everything allowed', () => {
    expect(readConfig({})).toEqual({
      isProduction: false,
      isSandbox: true,
      explorer: true,
      trustProxy: [],
      trustedDocuments: null,
      adminPort: 4001,
      auth: {
        jwksUrl: null,
        publicKey: null,
        secret: null,
        issuer: null,
        audience: null,
        routerSecret: null,
        anonymousScopes: new Set(['certification:ci', 'certification:delete', 'certification:read-any']),
      },
      guard: { redisUrl: null, secret: expect.stringMatching(/^.{44}$/), claims: true },
      limits: {
        requestsPerPhone: [
          { points: 1, seconds: 60 },
          { points: 5, seconds: 3600 },
          { points: 10, seconds: 86_400 },
        ],
        requestsPerCaller: [{ points: 10, seconds: 3600 }],
        requestsPerIp: [{ points: 30, seconds: 3600 }],
        requests: [{ points: 1000, seconds: 3600 }],
        confirmsPerCaller: [{ points: 60, seconds: 3600 }],
        confirmsPerIp: [{ points: 600, seconds: 3600 }],
        shadow: false,
      },
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
        policies: { parallelCalls: 128, queuedCalls: 128, readTries: 3, breakerMinimumRps: 5 },
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
    [
      'half of the credentials',
      { NODE_ENV: 'production', IAMPORT_API_KEY: 'key', ALLOW_ANONYMOUS: 'true' },
      /IAMPORT_API_SECRET/,
    ],
    ['an http upstream', { ...PRODUCTION, IAMPORT_BASE_URL: 'http://api.iamport.kr' }, /https/],
    [
      'keys of callers over http',
      { ...PRODUCTION, AUTH_JWKS_URL: 'HTTP://issuer.example' },
      /AUTH_JWKS_URL must be https/,
    ],
    ['a host nobody knows', { ...PRODUCTION, IAMPORT_BASE_URL: 'https://api.iamport.example' }, /ALLOW_OTHER_UPSTREAM/],
    [
      'real credentials without callers',
      { IAMPORT_API_KEY: 'k', IAMPORT_API_SECRET: 's' },
      /AUTH_JWKS_URL, AUTH_PUBLIC_KEY, AUTH_SECRET must say who may call/,
    ],
    [
      'two ways to know callers',
      { AUTH_SECRET: 'x'.repeat(32), AUTH_JWKS_URL: 'https://issuer.example' },
      /exclude each other/,
    ],
    ['a short secret', { AUTH_SECRET: 'short' }, /AUTH_SECRET must have at least 32 characters/],
    ['a key that is none', { AUTH_PUBLIC_KEY: 'pem' }, /AUTH_PUBLIC_KEY must be a public key/],
    ['Redis without a secret', { REDIS_URL: 'redis://127.0.0.1' }, /GUARD_SECRET must be set with REDIS_URL/],
    ['a proxy that is no address', { TRUST_PROXY: '10.0.0.0/8, everybody' }, /TRUST_PROXY must be addresses or CIDRs/],
    ['every address as a proxy', { TRUST_PROXY: '0.0.0.0/0' }, /TRUST_PROXY must be addresses or CIDRs/],
    ['a limit that is no rate', { LIMIT_REQUESTS: 'lots' }, /LIMIT_REQUESTS must be like/],
    ['options that are no JSON object', { IAMPORT_BYPASS: '[1]' }, /IAMPORT_BYPASS must be a JSON object/],
    ['a base URL without credentials', { IAMPORT_BASE_URL: 'http://127.0.0.1:9' }, /needs IAMPORT_API_KEY/],
  ])('refuses %s', (_name, environment, expected) => {
    expect(problems(environment)).toEqual([expect.stringMatching(expected)]);
  });

  test('takes the fixed-address alias in production, and another host when told so', () => {
    expect(problems({ ...PRODUCTION, IAMPORT_BASE_URL: 'https://static-api.iamport.kr' })).toEqual([]);
    expect(problems({ ...PRODUCTION, IAMPORT_BASE_URL: 'http://10.0.0.1', ALLOW_OTHER_UPSTREAM: 'true' })).toEqual([]);
  });
});
