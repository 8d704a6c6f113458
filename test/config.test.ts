import { generateKeyPairSync, type KeyExportOptions } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ConfigError, configWarnings, readConfig } from '../src/config.ts';
import { lookalikes } from '../src/config/lookalikes.ts';
import { redisAddress } from '../src/config/redis-address.ts';
import { GROUPS } from '../src/config/settings.ts';
import { SANDBOX_KEY, SANDBOX_MERCHANT_CODE, SANDBOX_SECRET } from '../src/sandbox/sandbox.ts';
import { newPrivateKey } from './support/keys.ts';

const CREDENTIALS = { ALLOW_ANONYMOUS: 'true', IAMPORT_API_KEY: 'key', IAMPORT_API_SECRET: 'canary-secret' };
const PRODUCTION = { ...CREDENTIALS, NODE_ENV: 'production' };
const SETTINGS = GROUPS.flatMap(({ settings }) => Object.values(settings));

function errorOf(environment: Record<string, string>): ConfigError | null {
  try {
    readConfig(environment);
    return null;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function problems(environment: Record<string, string>): readonly string[] {
  return errorOf(environment)?.problems ?? [];
}

describe('readConfig', () => {
  test('of nothing is the sandbox, with the credentials it accepts and everything allowed', () => {
    expect(readConfig({})).toEqual({
      isProduction: false,
      isSandbox: true,
      explorer: true,
      trustProxy: [],
      trustedDocuments: null,
      adminHost: '127.0.0.1',
      adminPort: 4001,
      clientTimeoutMs: 10_000,
      maxConnections: 10_000,
      keepAliveMs: 72_000,
      drainDelayMs: 0,
      corsOrigins: /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/,
      corsCredentials: false,
      auth: {
        jwksUrl: null,
        publicKey: null,
        secret: null,
        issuer: null,
        audience: null,
        routerSecret: null,
        anonymousScopes: new Set(['certification:ci', 'certification:delete', 'certification:read-any']),
      },
      guard: { redisUrl: null, storeFile: null, secret: expect.stringMatching(/^.{44}$/), claims: true },
      limits: {
        requestsPerPhone: [
          { points: 1, seconds: 60 },
          { points: 5, seconds: 3600 },
          { points: 10, seconds: 86_400 },
        ],
        requestsPerCaller: [{ points: 10, seconds: 3600 }],
        requestsPerIp: [{ points: 300, seconds: 3600 }],
        requests: [{ points: 1000, seconds: 3600 }],
        confirmsPerCaller: [{ points: 60, seconds: 3600 }],
        confirmsPerIp: [{ points: 600, seconds: 3600 }],
        shadow: false,
      },
      traces: null,
      federatedTracing: false,
      audit: { file: null, failure: 'refuse' },
      proofs: {
        personIdKey: expect.stringMatching(/^.{44}$/),
        privateKeys: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/),
        issuer: 'sandbox',
      },
      host: '127.0.0.1',
      port: 4000,
      logLevel: 'info',
      sandboxPort: 4010,
      portone: null,
      maxRepresentations: 100,
      iamport: {
        channels: null,
        merchantCode: SANDBOX_MERCHANT_CODE,
        httpsProxy: null,
        noProxy: null,
        bypass: null,
        refusalsFile: null,
        testIdentitiesFile: null,
        baseUrl: 'http://127.0.0.1:4010',
        apiKey: SANDBOX_KEY,
        apiSecret: SANDBOX_SECRET,
        connectTimeoutMs: 2000,
        confirmTimeoutMs: 15_000,
        readTimeoutMs: 8000,
        codeLifetimeS: 180,
        policies: { parallelCalls: 128, queuedCalls: 128, readTries: 3, breakerMinimumRps: 5 },
      },
    });
  });

  const publicKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString().trim();
  const privateKeys = `${newPrivateKey()}${newPrivateKey('Ed25519')}`.trim();
  const environment = {
    NODE_ENV: 'test',
    HOST: '::1',
    PORT: '1',
    ADMIN_HOST: '10.1.2.3',
    ADMIN_PORT: '2',
    LOG_LEVEL: 'silent',
    EXPLORER: 'false',
    TRUST_PROXY: '10.0.0.0/8, ::1',
    TRUSTED_DOCUMENTS: 'documents.json',
    MAX_REPRESENTATIONS: '3',
    CLIENT_TIMEOUT_MS: '4',
    MAX_CONNECTIONS: '5',
    KEEP_ALIVE_MS: '1000',
    DRAIN_DELAY_MS: '2',
    CORS_ORIGINS: 'https://app.example.com, http://localhost:3000',
    CORS_CREDENTIALS: 'true',
    SANDBOX_PORT: '6',
    IAMPORT_API_KEY: 'key',
    IAMPORT_API_SECRET: 'its secret',
    IAMPORT_BASE_URL: 'http://127.0.0.1:9/',
    IAMPORT_CHANNEL_KEY: 'danal=channel, kcp_v2=another',
    IAMPORT_MERCHANT_CODE: 'imp12345678',
    PORTONE_API_SECRET: 'another secret',
    PORTONE_STORE_ID: 'store',
    PORTONE_CHANNEL_KEY: 'channel 2',
    PORTONE_BASE_URL: 'http://127.0.0.1:8/',
    PORTONE_BYPASS: '{"b":1}',
    HTTPS_PROXY: 'http://proxy.example:3128',
    NO_PROXY: 'localhost',
    IAMPORT_BYPASS: '{"a":1}',
    REFUSALS_FILE: 'refusals.json',
    TEST_IDENTITIES_FILE: 'identities.json',
    CONNECT_TIMEOUT_MS: '7',
    CONFIRM_TIMEOUT_MS: '8',
    READ_TIMEOUT_MS: '9',
    CODE_LIFETIME_S: '61',
    UPSTREAM_PARALLEL: '10',
    UPSTREAM_QUEUE: '11',
    READ_TRIES: '4',
    BREAKER_MIN_RPS: '13',
    AUTH_PUBLIC_KEY: publicKey,
    AUTH_ISSUER: 'issuer',
    AUTH_AUDIENCE: 'audience',
    ROUTER_SECRET: 'r'.repeat(16),
    REDIS_URL: 'rediss://redis.example',
    GUARD_SECRET: 'g'.repeat(32),
    UNISSUED_IMP_UIDS: 'refuse',
    LIMIT_REQUESTS_PER_PHONE: 'off',
    LIMIT_REQUESTS_PER_CALLER: '1/2s,3/4m',
    LIMIT_REQUESTS_PER_IP: '5/6h',
    LIMIT_REQUESTS: '123456789/12345d',
    LIMIT_CONFIRMS_PER_CALLER: '0/1s',
    LIMIT_CONFIRMS_PER_IP: '10/10s',
    LIMIT_SHADOW: 'true',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://receiver.example',
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
    FEDERATED_TRACING: 'true',
    AUDIT_FILE: 'access.jsonl',
    AUDIT_FAILURE: 'continue',
    PERSON_ID_KEY: 'p'.repeat(32),
    PROOF_PRIVATE_KEY: privateKeys,
    PROOF_ISSUER: 'https://identity.example.com',
  };
  const everything = {
    isProduction: false,
    isSandbox: false,
    host: '::1',
    port: 1,
    adminHost: '10.1.2.3',
    adminPort: 2,
    logLevel: 'silent',
    explorer: false,
    trustProxy: ['10.0.0.0/8', '::1'],
    trustedDocuments: 'documents.json',
    maxRepresentations: 3,
    clientTimeoutMs: 4,
    maxConnections: 5,
    keepAliveMs: 1_000,
    drainDelayMs: 2,
    corsOrigins: ['https://app.example.com', 'http://localhost:3000'],
    corsCredentials: true,
    sandboxPort: null,
    portone: {
      apiSecret: 'another secret',
      storeId: 'store',
      channels: [{ provider: null, key: 'channel 2' }],
      baseUrl: 'http://127.0.0.1:8/',
      bypass: '{"b":1}',
      isAlone: false,
    },
    iamport: {
      apiKey: 'key',
      apiSecret: 'its secret',
      baseUrl: 'http://127.0.0.1:9/',
      channels: [
        { provider: 'danal', key: 'channel' },
        { provider: 'kcp_v2', key: 'another' },
      ],
      merchantCode: 'imp12345678',
      httpsProxy: 'http://proxy.example:3128',
      noProxy: 'localhost',
      bypass: '{"a":1}',
      refusalsFile: 'refusals.json',
      testIdentitiesFile: 'identities.json',
      connectTimeoutMs: 7,
      confirmTimeoutMs: 8,
      readTimeoutMs: 9,
      codeLifetimeS: 61,
      policies: { parallelCalls: 10, queuedCalls: 11, readTries: 4, breakerMinimumRps: 13 },
    },
    auth: {
      jwksUrl: null,
      publicKey,
      secret: null,
      issuer: 'issuer',
      audience: 'audience',
      routerSecret: 'r'.repeat(16),
      anonymousScopes: null,
    },
    guard: { redisUrl: 'rediss://redis.example', storeFile: null, secret: 'g'.repeat(32), claims: false },
    limits: {
      requestsPerPhone: [],
      requestsPerCaller: [
        { points: 1, seconds: 2 },
        { points: 3, seconds: 240 },
      ],
      requestsPerIp: [{ points: 5, seconds: 21_600 }],
      requests: [{ points: 123_456_789, seconds: 1_066_608_000 }],
      confirmsPerCaller: [{ points: 0, seconds: 1 }],
      confirmsPerIp: [{ points: 10, seconds: 10 }],
      shadow: true,
    },
    traces: { followsCaller: false, share: 0.25 },
    federatedTracing: true,
    audit: { file: 'access.jsonl', failure: 'continue' },
    proofs: { personIdKey: 'p'.repeat(32), privateKeys, issuer: 'https://identity.example.com' },
  };

  test('reads every setting', () => {
    expect(readConfig(environment)).toEqual(everything);
  });

  test('takes each way to know callers: then nobody is anonymous, on the sandbox as well', () => {
    const jwksUrl = 'http://issuer.example/keys';
    const secret = 's'.repeat(32);
    expect(readConfig({ AUTH_JWKS_URL: jwksUrl }).auth).toMatchObject({ jwksUrl, anonymousScopes: null });
    expect(readConfig({ AUTH_SECRET: secret }).auth).toMatchObject({ secret, anonymousScopes: null });
    expect(readConfig(CREDENTIALS).auth.anonymousScopes).toEqual(new Set());
  });

  test('takes a public key whose line breaks are written as \\n', () => {
    for (const lineBreak of ['\\n', '\\r\\n'])
      expect(readConfig({ AUTH_PUBLIC_KEY: publicKey.replaceAll('\n', lineBreak) }).auth.publicKey).toBe(publicKey);
  });

  test.each<[string, KeyExportOptions<'pem'>]>([
    ['plain', { type: 'pkcs8', format: 'pem' }],
    ['encrypted', { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'canary' }],
    ['older', { type: 'pkcs1', format: 'pem' }],
  ])('refuses a private key of the token issuer (%s), and does not repeat it', (_name, form) => {
    const pem = String(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(form));
    for (const text of [pem, pem.replaceAll('\n', '\\n'), `${publicKey}\n${pem}`]) {
      expect(problems({ AUTH_PUBLIC_KEY: text })).toEqual([
        'AUTH_PUBLIC_KEY holds a private key, which nobody but the token issuer may have: set its public key',
      ]);
    }
  });

  test('takes private keys of proofs whose line breaks are written as \\n', () => {
    const PROOF_ISSUER = 'issuer';
    for (const lineBreak of ['\\n', '\\r\\n']) {
      const PROOF_PRIVATE_KEY = privateKeys.replaceAll('\n', lineBreak);
      expect(readConfig({ PROOF_PRIVATE_KEY, PROOF_ISSUER }).proofs.privateKeys).toBe(privateKeys);
    }
  });

  test('refuses every other key of proofs, and does not repeat it', () => {
    const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    const { privateKey: p256, publicKey: p256Public } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const encrypted = { ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'canary' };
    for (const PROOF_PRIVATE_KEY of [
      'pem',
      newPrivateKey().slice(0, 90),
      newPrivateKey().replaceAll(/^.{9}/gm, ''),
      newPrivateKey().replace('MIG', 'AAA'),
      p384.export(pkcs8),
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pkcs8),
      p256.export(encrypted),
      p256.export({ type: 'sec1', format: 'pem' }),
      p256Public.export({ type: 'spki', format: 'pem' }),
      `${privateKeys}\n${publicKey}`,
      `${privateKeys}\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg`,
    ].map(String))
      expect(problems({ PROOF_PRIVATE_KEY, PROOF_ISSUER: 'issuer' })).toEqual([
        'PROOF_PRIVATE_KEY must be private keys in PEM (PKCS #8), each P-256 or Ed25519 and without a password',
      ]);
  });

  test('makes other keys of proofs at each start of the sandbox, and none on real credentials', () => {
    const { personIdKey, privateKeys: keys } = readConfig({}).proofs;
    const again = readConfig({}).proofs;
    expect([again.personIdKey === personIdKey, again.privateKeys === keys]).toEqual([false, false]);
    expect(readConfig(CREDENTIALS).proofs).toEqual({ personIdKey: null, privateKeys: null, issuer: null });
  });

  test('takes a shared secret of 32 bytes in base64', () => {
    const secret = `base64:${'A'.repeat(43)}=`;
    expect(readConfig({ AUTH_SECRET: secret }).auth.secret).toBe(secret);
  });

  test('with credentials is the live API, or the base URL that is set', () => {
    expect(readConfig(CREDENTIALS)).toMatchObject({
      isSandbox: false,
      sandboxPort: null,
      iamport: { baseUrl: 'https://api.iamport.kr', apiKey: 'key', apiSecret: 'canary-secret' },
    });
    const { iamport } = readConfig({ ...CREDENTIALS, IAMPORT_BASE_URL: 'http://127.0.0.1:9/' });
    expect(iamport.baseUrl).toBe('http://127.0.0.1:9/');
  });

  test('keeps attempts in a file where one is named', () => {
    const { guard } = readConfig({ STORE_FILE: ' /var/lib/identity/attempts.db\n', GUARD_SECRET: SECRET });
    expect(guard).toMatchObject({ redisUrl: null, storeFile: '/var/lib/identity/attempts.db', secret: SECRET });
  });

  test('finds the sandbox on its port', () => {
    const { sandboxPort, iamport } = readConfig({ SANDBOX_PORT: '4999' });
    expect([sandboxPort, iamport.baseUrl]).toEqual([4999, 'http://127.0.0.1:4999']);
  });

  test('serves the explorer in production only where it is asked for', () => {
    expect(readConfig(PRODUCTION)).toMatchObject({ isProduction: true, explorer: false });
    expect(readConfig({ ...PRODUCTION, EXPLORER: 'true' })).toMatchObject({ isProduction: true, explorer: true });
  });

  test('makes another secret of the guard at each start', () => {
    expect(readConfig({}).guard.secret).not.toBe(readConfig({}).guard.secret);
  });

  test('takes an empty value for none', () => {
    expect(readConfig({ PORT: '', IAMPORT_API_KEY: '', IAMPORT_API_SECRET: '' })).toMatchObject({
      port: 4000,
      sandboxPort: 4010,
    });
  });

  test('takes values without the spaces and line breaks around them', () => {
    const spaced = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, ` \t${value}\r\n`]));
    expect(readConfig(spaced)).toEqual(everything);
    expect(readConfig({ PORT: ' ', IAMPORT_API_KEY: '\n' })).toMatchObject({ port: 4000, isSandbox: true });
  });

  test('refuses traces of federation for anybody but a router with a secret', () => {
    expect(problems({ FEDERATED_TRACING: 'true' })).toEqual([
      'FEDERATED_TRACING needs ROUTER_SECRET: the times of fields are for the router alone',
    ]);
    expect(problems({ FEDERATED_TRACING: 'false' })).toEqual([]);
  });

  test('refuses quotes around a value by the name alone', () => {
    const quoted = { HOST: '"127.0.0.1"', PORT: "'canary'", AUTH_SECRET: `"${'x'.repeat(40)}"`, OTHER: '"canary"' };
    expect(problems(quoted)).toEqual([
      'HOST must not be in quotes',
      'PORT must not be in quotes',
      'AUTH_SECRET must not be in quotes',
    ]);
    expect(problems({ AUTH_ISSUER: '"', AUTH_AUDIENCE: `'a"` })).toEqual([]);
  });

  test.each(['PORT', 'ADMIN_PORT', 'SANDBOX_PORT'])(
    'names the service links of Kubernetes as the cause of a %s of tcp://',
    (name) => {
      expect(problems({ [name]: 'tcp://10.0.0.7:4000' })).toEqual([
        `${name} is the address of a Kubernetes service: set enableServiceLinks: false in the pod, or the port in its environment`,
      ]);
    },
  );

  test('names every problem at once and repeats no value', () => {
    const found = errorOf({
      PORT: 'canary',
      LOG_LEVEL: 'canary',
      CONFIRM_TIMEOUT_MS: '0',
      IAMPORT_BASE_URL: 'canary',
      IAMPORT_API_SECRET: 'canary',
    });
    expect(found?.message).toBe(`The configuration has 5 problems:
  - PORT must be a whole number from 0 to 65535
  - LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent
  - IAMPORT_BASE_URL must be an http or https URL
  - CONFIRM_TIMEOUT_MS must be a whole number from 1 to 60000
  - IAMPORT_API_KEY must be set together with IAMPORT_API_SECRET`);
    expect(errorOf({ PORT: 'canary' })?.message).toBe(
      'The configuration has a problem:\n  - PORT must be a whole number from 0 to 65535',
    );
  });

  const NO_PROVEN_SANDBOX =
    'IAMPORT_API_KEY and IAMPORT_API_SECRET, or PORTONE_API_SECRET, must be set in production: the sandbox proves nothing';
  const KEY_MISSING = 'IAMPORT_API_KEY must be set together with IAMPORT_API_SECRET';
  const SECRET_MISSING = 'IAMPORT_API_SECRET must be set together with IAMPORT_API_KEY';
  const OTHER_UPSTREAM =
    'IAMPORT_BASE_URL must be https and api.iamport.kr or static-api.iamport.kr in production, or set ALLOW_OTHER_UPSTREAM=true';
  const NO_CALLERS =
    'one of AUTH_JWKS_URL, AUTH_PUBLIC_KEY, AUTH_SECRET must say who may call, or ALLOW_ANONYMOUS=true that anybody may';
  const NO_CREDENTIALS =
    'IAMPORT_BASE_URL needs IAMPORT_API_KEY and IAMPORT_API_SECRET; without all three the sandbox answers';
  const SECRET = 'x'.repeat(32);
  const PORTONE = {
    PORTONE_API_SECRET: 'secret',
    PORTONE_STORE_ID: 'store',
    PORTONE_CHANNEL_KEY: 'channel',
    ALLOW_ANONYMOUS: 'true',
  };

  test.each([
    ['no credentials', { NODE_ENV: 'production' }, NO_PROVEN_SANDBOX],
    ['no secret', { NODE_ENV: 'production', IAMPORT_API_KEY: 'key', ALLOW_ANONYMOUS: 'true' }, SECRET_MISSING],
    ['no key', { NODE_ENV: 'production', IAMPORT_API_SECRET: 'secret' }, KEY_MISSING],
    ['an http upstream', { ...PRODUCTION, IAMPORT_BASE_URL: 'http://api.iamport.kr' }, OTHER_UPSTREAM],
    ['an unknown host', { ...PRODUCTION, IAMPORT_BASE_URL: 'https://api.iamport.example' }, OTHER_UPSTREAM],
    [
      'another host without the permission',
      { ...PRODUCTION, IAMPORT_BASE_URL: 'http://10.0.0.1', ALLOW_OTHER_UPSTREAM: 'false' },
      OTHER_UPSTREAM,
    ],
    [
      'another host of PortOne V2',
      { ...PORTONE, NODE_ENV: 'production', PORTONE_BASE_URL: 'https://api.portone.example' },
      'PORTONE_BASE_URL must be https and api.portone.io in production, or set ALLOW_OTHER_UPSTREAM=true',
    ],
    [
      'a secret of PortOne V2 without callers',
      { ...PORTONE, NODE_ENV: 'production', ALLOW_ANONYMOUS: 'false' },
      NO_CALLERS,
    ],
    [
      'a secret of PortOne V2 without its store',
      { ...PORTONE, NODE_ENV: 'production', PORTONE_STORE_ID: '' },
      'PORTONE_STORE_ID must be set together with PORTONE_API_SECRET',
    ],
    [
      'a store of PortOne V2 without a secret',
      { ...PRODUCTION, PORTONE_STORE_ID: 'store' },
      'PORTONE_STORE_ID needs PORTONE_API_SECRET',
    ],
    [
      'a secret of PortOne V2 that no header can hold',
      { ...PORTONE, NODE_ENV: 'production', PORTONE_API_SECRET: 'first line\nsecond line' },
      'PORTONE_API_SECRET must be ASCII characters on one line',
    ],
    [
      'keys of callers over http',
      { ...PRODUCTION, AUTH_JWKS_URL: 'HTTP://issuer.example' },
      'AUTH_JWKS_URL must be https in production',
    ],
  ])('refuses %s in production', (_name, given, expected) => {
    expect(problems(given)).toEqual([expected]);
  });

  test.each([
    ['real credentials without callers', { IAMPORT_API_KEY: 'k', IAMPORT_API_SECRET: 's' }, NO_CALLERS],
    ['real credentials with callers denied', { ...CREDENTIALS, ALLOW_ANONYMOUS: 'false' }, NO_CALLERS],
    ['a base URL without credentials', { IAMPORT_BASE_URL: 'http://127.0.0.1:9' }, NO_CREDENTIALS],
    [
      'two ways to know callers',
      { AUTH_SECRET: SECRET, AUTH_JWKS_URL: 'https://issuer.example' },
      'AUTH_JWKS_URL and AUTH_SECRET exclude each other: set one',
    ],
    [
      'Redis without a secret',
      { REDIS_URL: 'redis://127.0.0.1' },
      'GUARD_SECRET must be set with REDIS_URL, the same on every replica',
    ],
    [
      'an access record without a secret',
      { AUDIT_FILE: '-' },
      'GUARD_SECRET must be set with AUDIT_FILE: a random one ends with the process',
    ],
    [
      'a file without a secret',
      { STORE_FILE: 'attempts.db' },
      'GUARD_SECRET must be set with STORE_FILE, the same after every restart',
    ],
    [
      'a key of proofs without their issuer',
      { PROOF_PRIVATE_KEY: newPrivateKey() },
      'PROOF_ISSUER must be set together with PROOF_PRIVATE_KEY',
    ],
    [
      'an issuer of proofs without a key',
      { PROOF_ISSUER: 'issuer' },
      'PROOF_PRIVATE_KEY must be set together with PROOF_ISSUER',
    ],
    [
      'one secret for pseudonyms and the store',
      { PERSON_ID_KEY: SECRET, GUARD_SECRET: SECRET },
      'PERSON_ID_KEY must not be GUARD_SECRET: that can be replaced, and this never can',
    ],
    [
      'Redis and a file',
      { REDIS_URL: 'redis://127.0.0.1', STORE_FILE: 'attempts.db', GUARD_SECRET: SECRET },
      'REDIS_URL and STORE_FILE exclude each other: set one',
    ],
  ])('refuses %s', (_name, given, expected) => {
    expect(problems(given)).toEqual([expected]);
  });

  const RATES = 'must be like 5/1h,10/1d, or off';
  const NETWORKS = 'must be addresses or CIDRs, separated by commas';
  const FLAG = 'must be true or false';
  const HTTP = 'must be an http or https URL';
  const REDIS = 'must be a redis, rediss, redis-cluster or redis-sentinel URL';
  const CHANNELS = 'must be channel keys, separated by commas, each alone or after danal= or kcp_v2=';
  const JSON_OBJECT = 'must be a JSON object';

  test.each([
    ['LOG_LEVEL', ['verbose'], 'must be one of fatal, error, warn, info, debug, trace, silent'],
    ['NODE_ENV', ['prod', 'Production', 'staging'], 'must be production, development or test'],
    ['TRUST_PROXY', ['10.0.0.0/8, everybody', '0.0.0.0/0', ',', '10.0.0.0/8,'], NETWORKS],
    ['AUTH_JWKS_URL', ['issuer', 'xhttps://issuer.example', 'httpsx://issuer.example'], HTTP],
    ['AUTH_PUBLIC_KEY', ['pem'], 'must be a public key in PEM'],
    [
      'AUTH_SECRET',
      [
        'x'.repeat(31),
        `base64:${'A'.repeat(42)}`,
        `base64:${'A'.repeat(42)}!`,
        `base64:${'A'.repeat(20)}=${'A'.repeat(30)}`,
      ],
      'must have at least 32 characters, or `base64:` and at least 32 bytes in base64',
    ],
    ['ROUTER_SECRET', ['x'.repeat(15)], 'must have at least 16 characters'],
    ['GUARD_SECRET', ['x'.repeat(31)], 'must have at least 32 characters'],
    ['PERSON_ID_KEY', ['x'.repeat(31)], 'must have at least 32 characters'],
    ['UNISSUED_IMP_UIDS', ['allow'], 'must be claim or refuse'],
    ['IAMPORT_CHANNEL_KEY', ['a,', 'nice=a', '=a', 'danal=', 'danal=a=b', 'a,b,danal=a'], CHANNELS],
    ...['IAMPORT_BYPASS', 'PORTONE_BYPASS'].map((name) => [name, ['[1]', 'null', '1', '{'], JSON_OBJECT] as const),
    ...['EXPLORER', 'ALLOW_ANONYMOUS', 'ALLOW_OTHER_UPSTREAM', 'LIMIT_SHADOW', 'FEDERATED_TRACING'].map(
      (name) => [name, ['1', 'TRUE', 'yes'], FLAG] as const,
    ),
    ...[
      'LIMIT_REQUESTS_PER_PHONE',
      'LIMIT_REQUESTS_PER_CALLER',
      'LIMIT_REQUESTS_PER_IP',
      'LIMIT_REQUESTS',
      'LIMIT_CONFIRMS_PER_CALLER',
      'LIMIT_CONFIRMS_PER_IP',
    ].map((name) => [name, ['lots'], RATES] as const),
    [
      'LIMIT_REQUESTS',
      [
        '5/0s',
        '5/1w',
        '5/1h,',
        ',5/1h',
        'x5/1h',
        '5/1hx',
        '5/1h 5/1d',
        '5/1h,x',
        '-5/1h',
        '/1h',
        '5/h',
        '1234567890/1s',
        '1/123456s',
        'off,5/1h',
        'offx',
        'xoff',
      ],
      RATES,
    ],
  ] as const)('says what %s must be', (name, wrong, expected) => {
    for (const text of wrong) expect([text, ...problems({ [name]: text })]).toEqual([text, `${name} ${expected}`]);
  });

  test('says what the addresses of Redis and of the upstream must be', () => {
    const wrong = [
      'redis',
      'xredis://redis.example',
      'redissx://redis.example',
      'redis-cluster://',
      'redis-cluster://a:x,b',
    ];
    const groups = [
      'redis-cluster://a,,b',
      'redis-cluster://a/name',
      'redis-sentinel://a,b',
      'redis-sentinel://a/',
      'redis-other://a',
    ];
    for (const url of [...wrong, ...groups])
      expect(problems({ REDIS_URL: url, GUARD_SECRET: SECRET })).toEqual([`REDIS_URL ${REDIS}`]);
    for (const url of ['api', 'xhttps://api.example', 'httpsx://api.example'])
      expect(problems({ ...CREDENTIALS, IAMPORT_BASE_URL: url })).toEqual([`IAMPORT_BASE_URL ${HTTP}`]);
  });

  test.each([
    ['PORT', 0, 65_535],
    ['ADMIN_PORT', 0, 65_535],
    ['SANDBOX_PORT', 0, 65_535],
    ['MAX_REPRESENTATIONS', 1, 1_000],
    ['CLIENT_TIMEOUT_MS', 1, 60_000],
    ['MAX_CONNECTIONS', 1, 1_000_000],
    ['CONNECT_TIMEOUT_MS', 1, 60_000],
    ['CONFIRM_TIMEOUT_MS', 1, 60_000],
    ['READ_TIMEOUT_MS', 1, 60_000],
    ['CODE_LIFETIME_S', 60, 600],
    ['UPSTREAM_PARALLEL', 1, 10_000],
    ['UPSTREAM_QUEUE', 0, 10_000],
    ['READ_TRIES', 1, 5],
    ['BREAKER_MIN_RPS', 1, 10_000],
  ])('takes %s from %d to %d, and whole numbers only', (name, min, max) => {
    const expected = [`${name} must be a whole number from ${min} to ${max}`];
    for (const number of [min, max]) expect(problems({ [name]: String(number) })).toEqual([]);
    for (const text of [min - 1, max + 1, min + 0.5, 1e20, 'one'].map(String))
      expect([text, problems({ [name]: text })]).toEqual([text, expected]);
  });

  test('takes the fixed-address alias in production, and another host when told so', () => {
    expect(problems(PRODUCTION)).toEqual([]);
    expect(problems({ ...PRODUCTION, AUTH_JWKS_URL: 'https://issuer.example' })).toEqual([]);
    expect(problems({ ...PRODUCTION, IAMPORT_BASE_URL: 'https://static-api.iamport.kr' })).toEqual([]);

    expect(problems({ ...PRODUCTION, IAMPORT_BASE_URL: 'http://10.0.0.1', ALLOW_OTHER_UPSTREAM: 'true' })).toEqual([]);
  });
});

test('a host program that names callers itself needs no setting for them', () => {
  const environment = { IAMPORT_API_KEY: 'key', IAMPORT_API_SECRET: 'its secret' };
  expect(problems(environment)).toHaveLength(1);
  expect(readConfig(environment, { hasOwnCallers: true }).isSandbox).toBe(false);
  expect(() => readConfig({ ...environment, REDIS_URL: 'redis://x' }, { hasOwnCallers: true })).toThrow('GUARD_SECRET');
});

describe('redisAddress', () => {
  test('takes one server as ioredis does', () => {
    const url = 'rediss://:secret@redis.example:6380/1';
    expect(redisAddress(url)).toEqual({ kind: 'single', url });
  });

  test('takes some nodes of a cluster, and the standard port where none is named', () => {
    expect(redisAddress('redis-cluster://a:7000,[::1]:7001,b')).toEqual({
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 7000 },
        { host: '::1', port: 7001 },
        { host: 'b', port: 6379 },
      ],
      credentials: {},
      isTls: false,
    });
  });

  test('takes sentinels and the name of their master, with a password that may be percent-encoded', () => {
    const address = { kind: 'sentinel', master: 'identity', nodes: [{ host: 'a', port: 26_379 }], isTls: true };
    for (const [text, credentials] of [
      ['user:p%40ss@', { username: 'user', password: 'p@ss' }],
      [':100%@', { password: '100%' }],
    ] as const)
      expect(redisAddress(`rediss-sentinel://${text}a/identity`)).toEqual({ ...address, credentials });
  });
});

describe('configWarnings', () => {
  test.each([
    ['IAMPORT_APIKEY', 'IAMPORT_API_KEY'],
    ['IAMPORT_SECRET', 'IAMPORT_API_SECRET'],
    ['IAMPORT_URL', 'IAMPORT_BASE_URL'],
    ['LIMIT_REQUEST_PER_IP', 'LIMIT_REQUESTS_PER_IP'],
    ['REDIS_URI', 'REDIS_URL'],
    ['TRUSTPROXY', 'TRUST_PROXY'],
    ['redis_url', 'REDIS_URL'],
  ])('have the right name for %s', (name, meant) => {
    expect(configWarnings({ [name]: 'canary' })).toEqual([
      `${name} is not a setting and has no effect: is ${meant} meant?`,
    ]);
    expect(configWarnings({ [name]: 'canary', [meant]: 'canary' })).toEqual([]);
  });

  test('are none for the settings themselves, nor for the names of other programs', () => {
    const others =
      'HOME,HOSTNAME,PATH,PORTS,POST,SHELL,LANG,USER,PWD,NODE_OPTIONS,NODE_PATH,NODE_VERSION,npm_config_port,REDIS_HOST,REDIS_PORT,REDIS_TLS,LOG_FORMAT,LOG_DIR,AUTH_URL,AUTH_TOKEN,ADMIN_USER,IAMPORT_GATEWAY_SERVICE_HOST,IAMPORT_GATEWAY_PORT,KUBERNETES_PORT,SANDBOX_SERVICE_HOST,OTEL_EXPORTER_OTLP_LOGS_ENDPOINT,OTEL_EXPORTER_OTLP_METRICS_ENDPOINT,OTEL_TRACES_EXPORTER';
    expect(configWarnings(Object.fromEntries(others.split(',').map((name) => [name, 'x'])))).toEqual([]);
    const all = Object.fromEntries(SETTINGS.map(({ name }) => [name, 'x']));
    expect(configWarnings({ ...all, OTEL_SDK_DISABLED: 'true' })).toEqual([]);
  });

  const NO_STORE =
    'Neither STORE_FILE nor REDIS_URL is set: attempts and limits are those of this process alone and end with it, so that each restart makes five more guesses free. Set STORE_FILE on one machine, or REDIS_URL for several';
  const NO_RECORD = 'AUDIT_FILE is not set: who read personal data, and when, is not recorded';

  test.each([
    [{}, [NO_STORE, NO_RECORD]],
    [{ AUDIT_FILE: '-' }, [NO_STORE]],
    [{ STORE_FILE: 'attempts.db' }, [NO_RECORD]],
    [{ REDIS_URL: 'redis://127.0.0.1', AUDIT_FILE: '-' }, []],
  ])('say of production with %j what it forgets and what it does not record', (given, expected) => {
    expect(configWarnings({ ...PRODUCTION, ...given })).toEqual(expected);
  });

  test('are none of these outside production', () => {
    expect(configWarnings(CREDENTIALS)).toEqual([]);
  });

  test('say that all requests have the address of the router where no proxy is trusted', () => {
    expect(configWarnings({ ROUTER_SECRET: 'canary' })).toEqual([
      'TRUST_PROXY is not set beside ROUTER_SECRET: no address that the router forwards is believed, so that there are no limits per IP',
    ]);
    expect(configWarnings({ ROUTER_SECRET: 'canary', PORTONE_API_SECRET: 'canary' })).toEqual([
      expect.stringMatching(/ no limits per IP, and PortOne V2, which needs the address of the person, sends no code$/),
    ]);
    expect(configWarnings({ ROUTER_SECRET: 'canary', TRUST_PROXY: '10.0.0.0/8' })).toEqual([]);
  });

  test('say what PortOne V2 is told behind a proxy that is not trusted, in production alone', () => {
    const given = { PORTONE_API_SECRET: 'canary', REDIS_URL: 'redis://127.0.0.1', AUDIT_FILE: '-' };
    expect(configWarnings(given)).toEqual([]);
    expect(configWarnings({ NODE_ENV: 'production', ...given })).toEqual([
      'TRUST_PROXY is not set: with a proxy in front, everybody counts as one address, and PortOne V2 is told that address',
    ]);
    expect(configWarnings({ NODE_ENV: 'production', ...given, TRUST_PROXY: '10.0.0.0/8' })).toEqual([]);
  });
});

describe('the variables of OpenTelemetry', () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://receiver:4318';
  const traces = (env: object) => readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT, ...env }).traces;

  test.each([
    [undefined, undefined, { followsCaller: true, share: 1 }],
    ['always_on', '0.5', { followsCaller: false, share: 1 }],
    ['always_off', undefined, { followsCaller: false, share: 0 }],
    ['traceidratio', '0.5', { followsCaller: false, share: 0.5 }],
    ['traceidratio', undefined, { followsCaller: false, share: 1 }],
    ['parentbased_always_off', undefined, { followsCaller: true, share: 0 }],
    ['parentbased_traceidratio', '0', { followsCaller: true, share: 0 }],
  ])('sample %s %s', (OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, expected) => {
    expect(traces({ OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG })).toEqual(expected);
  });

  test('switch traces on by either address, and off by OTEL_SDK_DISABLED', () => {
    expect(readConfig({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://receiver/traces' }).traces).not.toBeNull();
    expect(traces({ OTEL_SDK_DISABLED: 'false' })).not.toBeNull();
    expect([traces({ OTEL_SDK_DISABLED: 'TRUE' }), readConfig({}).traces]).toEqual([null, null]);
  });

  test.each([
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'canary:4317' },
      'OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https URL: no traces are sent',
      null,
    ],
    [
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'canary' },
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT must be an http or https URL: no traces are sent',
      null,
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: '"http://canary"' },
      'OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https URL: no traces are sent',
      null,
    ],
    [
      { OTEL_TRACES_SAMPLER: 'canary' },
      'OTEL_TRACES_SAMPLER is not known here: parentbased_always_on is used',
      { followsCaller: true, share: 1 },
    ],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '25%' },
      'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1: 1 is used',
      { followsCaller: false, share: 1 },
    ],
  ])('that cannot be used are warned of and end nothing: %j', (env, warning, expected) => {
    expect(configWarnings({ OTEL_EXPORTER_OTLP_ENDPOINT, ...env })).toEqual([warning]);
    expect(traces(env)).toEqual(expected);
  });
});

describe('a name', () => {
  test.each<[string, string, string]>([
    ['four letters from another of the upstream', 'IAMPORT_WXYZ', 'IAMPORT_ABCD'],
    ['a sixth of the letters from another with its first word', 'LIMIT_REKWESTS', 'LIMIT_REQUESTS'],
    ['one letter from another of eight letters', 'LOGS_LEVEL', 'LOG_LEVEL'],
    ['no letter from a short one', 'node-env', 'NODE_ENV'],
  ])('that is %s resembles it: %s', (_how, name, setting) => {
    expect(lookalikes([name], [setting])).toEqual([{ name, meant: setting }]);
  });

  test.each<[string, string, string]>([
    ['five letters from another of the upstream', 'IAMPORT_VWXYZ', 'IAMPORT_ABCDE'],
    ['not of the upstream, as the other is,', 'IMPORT_KEYS', 'IAMPORT_KEY'],
    ['of the upstream, as the other is not,', 'IAMPORT_KEYS', 'IMPORT_KEY'],
    ['more than a sixth of the letters from another', 'LIMIT_REKWISTS', 'LIMIT_REQUESTS'],
    ['two letters from another with another first word', 'LIMITSS_REQUESTS', 'LIMIT_REQUESTS'],
    ['two letters from another, one of them in the first word,', 'LIMIS_REQUESTX', 'LIMIT_REQUESTS'],
    ['two letters from another, which end it,', 'my_LIMIT_REQUESTS', 'LIMIT_REQUESTS'],
    ['one letter from another of seven letters', 'NODES_ENV', 'NODE_ENV'],
  ])('that is %s does not resemble it: %s', (_how, name, setting) => {
    expect(lookalikes([name], [setting])).toEqual([]);
  });

  test('resembles the nearest of several settings, and is not told where it is a setting itself', () => {
    const settings = ['LIMIT_REQUESTS_PER_ID', 'LIMIT_REQUESTS_PER_IP'];
    const name = 'LIMIT_REQUEST_PER_IP';
    expect(lookalikes([name], settings)).toEqual([{ name, meant: 'LIMIT_REQUESTS_PER_IP' }]);
    expect(lookalikes([name], settings.toReversed())).toEqual([{ name, meant: 'LIMIT_REQUESTS_PER_IP' }]);
    expect(lookalikes(settings.slice(1), settings)).toEqual([]);
  });
});

describe('a setting', () => {
  test('has the default that the documentation shows', () => {
    expect(Object.fromEntries(SETTINGS.map(({ name, schema }) => [name, schema.def.defaultValue]))).toEqual({
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      PORT: 4000,
      ADMIN_HOST: null,
      ADMIN_PORT: 4001,
      LOG_LEVEL: 'info',
      EXPLORER: null,
      TRUST_PROXY: [],
      TRUSTED_DOCUMENTS: null,
      MAX_REPRESENTATIONS: 100,
      CLIENT_TIMEOUT_MS: 10_000,
      KEEP_ALIVE_MS: 72_000,
      DRAIN_DELAY_MS: null,
      CORS_ORIGINS: null,
      CORS_CREDENTIALS: false,
      MAX_CONNECTIONS: 10_000,
      IAMPORT_API_KEY: null,
      IAMPORT_API_SECRET: null,
      IAMPORT_BASE_URL: 'https://api.iamport.kr',
      IAMPORT_CHANNEL_KEY: null,
      IAMPORT_MERCHANT_CODE: null,
      PORTONE_API_SECRET: null,
      PORTONE_STORE_ID: null,
      PORTONE_CHANNEL_KEY: null,
      PORTONE_BASE_URL: 'https://api.portone.io',
      PORTONE_BYPASS: null,
      HTTPS_PROXY: null,
      NO_PROXY: null,
      IAMPORT_BYPASS: null,
      REFUSALS_FILE: null,
      TEST_IDENTITIES_FILE: null,
      CONNECT_TIMEOUT_MS: 2_000,
      CONFIRM_TIMEOUT_MS: 15_000,
      READ_TIMEOUT_MS: 8_000,
      CODE_LIFETIME_S: 180,
      UPSTREAM_PARALLEL: 128,
      UPSTREAM_QUEUE: 128,
      READ_TRIES: 3,
      BREAKER_MIN_RPS: 5,
      AUTH_JWKS_URL: null,
      AUTH_PUBLIC_KEY: null,
      AUTH_SECRET: null,
      AUTH_ISSUER: null,
      AUTH_AUDIENCE: null,
      ROUTER_SECRET: null,
      REDIS_URL: null,
      STORE_FILE: null,
      GUARD_SECRET: null,
      UNISSUED_IMP_UIDS: 'claim',
      LIMIT_REQUESTS_PER_PHONE: '1/60s,5/1h,10/1d',
      LIMIT_REQUESTS_PER_CALLER: '10/1h',
      LIMIT_REQUESTS_PER_IP: '30/1h',
      LIMIT_REQUESTS: '1000/1h',
      LIMIT_CONFIRMS_PER_CALLER: '60/1h',
      LIMIT_CONFIRMS_PER_IP: '600/1h',
      LIMIT_SHADOW: false,
      OTEL_EXPORTER_OTLP_ENDPOINT: null,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: null,
      OTEL_SDK_DISABLED: null,
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      OTEL_TRACES_SAMPLER_ARG: '1',
      FEDERATED_TRACING: false,
      AUDIT_FILE: null,
      AUDIT_FAILURE: 'refuse',
      PERSON_ID_KEY: null,
      PROOF_PRIVATE_KEY: null,
      PROOF_ISSUER: null,
      SANDBOX_PORT: 4010,
      ALLOW_ANONYMOUS: false,
      ALLOW_OTHER_UPSTREAM: false,
    });
  });

  test('has a sentence, and the documentation names it', () => {
    const documentation = readFileSync(new URL('../docs/settings.md', import.meta.url), 'utf8');
    for (const { name, sentence } of SETTINGS) {
      expect([name, sentence]).toEqual([name, expect.stringMatching(/^[A-Z`].+\.$/)]);
      expect(documentation).toContain(`| \`${name}\` `);
    }
  });
});
