import { generateKeyPairSync } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IService } from 'kubernetes-models/v1';
import { parse } from 'yaml';
import { configWarnings, readConfig } from '../../src/config.ts';
import { GROUPS } from '../../src/config/settings.ts';
import { deadlinesOf } from '../../src/deadlines.ts';

interface Service {
  readonly image: string;
  readonly environment?: Record<string, string>;
  readonly networks: readonly string[];
  readonly stop_grace_period?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface Compose {
  readonly services: Record<string, Service>;
  readonly networks: {
    readonly inside: { readonly ipam: { readonly config: readonly { readonly subnet: string }[] } };
  };
}

interface Kustomization {
  readonly resources: readonly string[];
  readonly images: readonly { readonly name: string; readonly newTag: string }[];
}

/** A name that the compiler does not follow: the file has no types. */
const ROUTER_CONFIG: string = '../../deploy/router/gateway.config.mjs';

const read = (file: string): string => readFileSync(join('deploy', file), 'utf8');
const yaml = (file: string): unknown => parse(read(file), { merge: true });
const envFile = (file: string) => parseEnv(read(file)) as Record<string, string>;

const NAMES = new Set(GROUPS.flatMap(({ settings }) => Object.values(settings).map(({ name }) => name)));
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** Values that a person would fill in. */
const FILLED: Record<string, string> = {
  IAMPORT_API_KEY: 'key',
  IAMPORT_API_SECRET: 'secret',
  PORTONE_API_SECRET: 'secret',
  PORTONE_STORE_ID: 'store-1',
  PORTONE_CHANNEL_KEY: 'channel-1',
  AUTH_JWKS_URL: 'https://issuer.example.com/.well-known/jwks.json',
  AUTH_ISSUER: 'https://issuer.example.com',
  AUTH_AUDIENCE: 'identity',
  GUARD_SECRET: '0'.repeat(64),
  ROUTER_SECRET: '1'.repeat(64),
  REDIS_PASSWORD: '2'.repeat(64),
  PERSON_ID_KEY: '3'.repeat(64),
  PROOF_PRIVATE_KEY: generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
    .replaceAll('\n', '\\n'),
  PROOF_ISSUER: 'https://identity.example.com',
  REDIS_URL: `rediss://:${'2'.repeat(64)}@redis.example.com:6379/0`,
};
const fill = (env: Record<string, string>) => {
  const filled = Object.keys(env).filter((name) => env[name] === '');
  return { ...env, ...Object.fromEntries(filled.map((name) => [name, FILLED[name]!])) };
};

/** What may stay empty, and is then off. */
const OPTIONAL = ['PERSON_ID_KEY', 'PROOF_PRIVATE_KEY', 'PROOF_ISSUER'];
const CLAIMS = ['AUTH_ISSUER', 'AUTH_AUDIENCE'];
const emptied = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, '']));

/** The credentials of the two upstreams, of which one is enough. */
const V1 = ['IAMPORT_API_KEY', 'IAMPORT_API_SECRET'];
const V2 = ['PORTONE_API_SECRET', 'PORTONE_STORE_ID', 'PORTONE_CHANNEL_KEY'];

/** What production serves with all credentials, with those of V1 or of V2 alone; without any it does not start. */
function expectUpstreams(env: Record<string, string>): void {
  const without = (...names: string[]) => ({ ...env, ...emptied(names) });
  expect(readConfig(env).portone).toMatchObject({ isAlone: false });
  expect(readConfig(without(...V2)).portone).toBeNull();
  expect(readConfig(without(...V1)).portone).toMatchObject({ isAlone: true });
  expect(() => readConfig(without(...V1, ...V2))).toThrow('must be set in production');
}

/** The proof settings of a deployment whose optional values are filled in, and of one whose are not. */
const proofsOf = (env: Record<string, string>) => [
  readConfig(env).proofs,
  readConfig({ ...env, ...emptied(OPTIONAL) }).proofs,
];
const PROOFS = [
  { personIdKey: expect.any(String), privateKeys: expect.any(String), issuer: FILLED['PROOF_ISSUER'] },
  { personIdKey: null, privateKeys: null, issuer: null },
];

/** How long a process of these settings may take to end, in seconds. */
function endSeconds(env: Record<string, string>): number {
  const { drainDelayMs, iamport } = readConfig(env);
  return (drainDelayMs + deadlinesOf(iamport).drainMs) / 1_000;
}

describe('deploy/compose.yaml', () => {
  const { services, networks } = yaml('compose.yaml') as Compose;
  const gateways = Object.keys(services).filter((name) => name.startsWith('gateway-'));
  const gateway = services['gateway-1']!;
  const [router, balancer, redis] = [services['router']!, services['balancer']!, services['redis']!];
  const variables = envFile('.env.example');
  const env = interpolate({ NODE_ENV: 'production', ...gateway.environment! }, fill(variables));

  test('gives three gateways settings that exist, and that production starts with, without a warning', () => {
    expect(gateways.map((name) => services[name])).toEqual([gateway, gateway, gateway]);
    expect(Object.keys(gateway.environment!).filter((name) => !NAMES.has(name))).toEqual([]);
    expect(readConfig(env)).toMatchObject({ isProduction: true, isSandbox: false, trustProxy: expect.anything() });
    expect(configWarnings(env)).toEqual([]);
    expect(gateway.image).toBe(`iamport-identity-gateway:${version}`);
  });

  test('asks for every value of .env.example, all of which are empty there, and for no other', () => {
    const asked = [...read('compose.yaml').matchAll(/\$\{(\w+)(?::[?-])\}/g)].map(([, name]) => name!);
    expect(read('compose.yaml').match(/(?<!\$)\$\{/g)).toHaveLength(asked.length);
    expect([...new Set(asked)].toSorted()).toEqual(Object.keys(variables).toSorted());
    expect(Object.values(variables).every((value) => value === '')).toBe(true);
  });

  test('serves PortOne V1, V2 or both, and nothing without either', () => {
    expectUpstreams(env);
  });

  test('takes tokens of one issuer and for one audience where these are filled in', () => {
    const [issuer, audience] = CLAIMS.map((name) => FILLED[name]);
    expect(readConfig(env).auth).toMatchObject({ issuer, audience });
    expect(readConfig({ ...env, ...emptied(CLAIMS) }).auth).toMatchObject({ issuer: null, audience: null });
  });

  test('has personId and proofs where their keys are filled in, and asks for nothing else that may stay empty', () => {
    expect(proofsOf(env)).toEqual(PROOFS);
    expect([...read('compose.yaml').matchAll(/\$\{(\w+):-\}/g)].map(([, name]) => name)).toEqual([
      ...V1,
      ...V2,
      ...CLAIMS,
      ...OPTIONAL,
    ]);
  });

  test('gives a gateway longer to end than it takes', () => {
    expect(Number.parseInt(gateway.stop_grace_period!, 10)).toBeGreaterThanOrEqual(endSeconds(env) + 5);
    expect(router.stop_grace_period).toBe(gateway.stop_grace_period);
  });

  test('believes addresses from the inner network alone, and lets nothing but the router be reached from outside', () => {
    expect(env['TRUST_PROXY']).toBe(networks.inside.ipam.config[0]!.subnet);
    expect(Object.keys(services).filter((name) => 'ports' in services[name]!)).toEqual(['router']);
    expect([router.networks, balancer.networks, redis.networks]).toEqual([['inside', 'public'], ['inside'], ['store']]);
  });

  test('takes every right from every container that it can do without', () => {
    for (const service of Object.values(services))
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        image: expect.stringMatching(/:\d/),
      });
  });

  test('has a router that sends its secret and appends the address of its client', async () => {
    const { gatewayConfig } = await import(ROUTER_CONFIG);
    const { fromClientToSubgraphs } = gatewayConfig.propagateHeaders;
    const headers = new Headers({ authorization: 'Bearer x', 'x-forwarded-for': '203.0.113.9', cookie: 'a=b' });
    const context = { req: { socket: { remoteAddress: '198.51.100.7' } } };
    expect(router.environment).toHaveProperty('ROUTER_SECRET');
    process.env['ROUTER_SECRET'] = 'the secret of the router';
    expect(fromClientToSubgraphs({ request: { headers }, context })).toEqual({
      authorization: 'Bearer x',
      'accept-language': null,
      'x-forwarded-for': '203.0.113.9, 198.51.100.7',
      'router-authorization': 'the secret of the router',
    });
    delete process.env['ROUTER_SECRET'];
  });

  test('has a balancer that polls readiness more often than a gateway drains, and repeats nothing that was sent', () => {
    const { port, adminPort, drainDelayMs } = readConfig(env);
    const config = read('haproxy.cfg');
    expect([...config.matchAll(/^ +server (\S+) (\S+)$/gm)].map(([, name, address]) => [name, address])).toEqual(
      gateways.map((name) => [name, `${name}:${port}`]),
    );
    const [, checkPort, seconds] = /check port (\d+) inter (\d+)s fall 1 /.exec(config)!;
    expect(Number(checkPort)).toBe(adminPort);
    expect(Number(seconds) * 1_000).toBeLessThan(drainDelayMs / 2);
    expect(config).toMatch(/^ +http-check send meth GET uri \/readyz /m);
    expect(config.match(/retry-on .*/g)).toEqual(['retry-on conn-failure']);
    const answerSeconds = deadlinesOf(readConfig(env).iamport).answerMs / 1_000;
    expect(Number(/timeout server (\d+)s/.exec(config)![1])).toBeGreaterThan(answerSeconds + 3);
    expect(gateway.healthcheck!.test.join(' ')).toContain(`:${adminPort}/readyz`);
  });
});

describe('deploy/kubernetes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'identity-manifests-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const kustomization = yaml('kubernetes/kustomization.yaml') as Kustomization;
  const deployment = yaml('kubernetes/deployment.yaml') as IDeployment;
  const service = yaml('kubernetes/service.yaml') as IService;
  const budget = yaml('kubernetes/disruption-budget.yaml') as IPodDisruptionBudget;
  const policy = yaml('kubernetes/network-policy.yaml') as INetworkPolicy;
  const pod = deployment.spec!.template.spec!;
  const [container] = pod.containers as [(typeof pod.containers)[number]];
  const settings = envFile('kubernetes/settings.env');
  const secrets = envFile('kubernetes/secrets.env.example');
  const env = { NODE_ENV: 'production', ...settings, ...fill(secrets) };

  test('has manifests with the fields of Kubernetes and no other', () => {
    const lines = kustomization.resources.map((file, index) => {
      const manifest = yaml(`kubernetes/${file}`) as { apiVersion: string; kind: string };
      const { apiVersion, kind } = manifest;
      const type = `import('kubernetes-models/${apiVersion}').I${kind}`;
      return `export const manifest${index}: ${type} = ${JSON.stringify(manifest)};`;
    });
    writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'));
    symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
    const tsc = join(process.cwd(), 'node_modules/.bin/tsc');
    const { stdout, status } = spawnSync(tsc, [...options, 'manifests.ts'], { cwd: folder, encoding: 'utf8' });
    expect([stdout, status]).toEqual(['', 0]);
    const files = globSync('deploy/kubernetes/*.yaml').map((file) => file.split('/').at(-1)!);
    expect([...kustomization.resources, 'kustomization.yaml'].toSorted()).toEqual(files.toSorted());
  });

  test('gives the gateway settings that exist, and that production starts with, without a warning', () => {
    expect(Object.keys({ ...settings, ...secrets }).filter((name) => !NAMES.has(name))).toEqual([]);
    expect(Object.values(secrets).every((value) => value === '')).toBe(true);
    expect(readConfig(env)).toMatchObject({ isProduction: true, isSandbox: false });
    expect(configWarnings(env)).toEqual([]);
    expect(kustomization.images).toMatchObject([{ name: container.image, newTag: version }]);
  });

  test('serves PortOne V1, V2 or both, and nothing without either', () => {
    expectUpstreams(env);
  });

  test('has personId and proofs where their keys are filled in', () => {
    expect(proofsOf(env)).toEqual(PROOFS);
  });

  test('replaces three pods one by one, and gives each longer to end than it takes', () => {
    expect(deployment.spec).toMatchObject({
      replicas: 3,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
    });
    expect(budget.spec!.maxUnavailable).toBe(1);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(endSeconds(env) + 5);
  });

  test('asks the standard ports for liveness and readiness, and opens GraphQL alone to other pods', () => {
    const { port, adminPort } = readConfig(env);
    expect(container.ports).toEqual([
      { name: 'graphql', containerPort: port },
      { name: 'admin', containerPort: adminPort },
    ]);
    const { startupProbe, livenessProbe, readinessProbe } = container;
    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe!.httpGet)).toEqual(
      ['/livez', '/livez', '/readyz'].map((path) => ({ path, port: 'admin' })),
    );
    expect(service.spec!.ports).toMatchObject([{ port, targetPort: 'graphql' }]);
    expect(policy.spec!.ingress!.map(({ ports }) => ports)).toEqual([[{ port: 'graphql' }], [{ port: 'admin' }]]);
    expect(policy.spec!.egress!.flatMap(({ ports }) => ports!.map((one) => one.port))).toEqual([53, 53, 6379, 443]);
  });

  test('selects the pods of the deployment everywhere', () => {
    const labels = deployment.spec!.template.metadata!.labels;
    const selectors = [
      deployment.spec!.selector.matchLabels,
      service.spec!.selector,
      budget.spec!.selector!.matchLabels,
      policy.spec!.podSelector!.matchLabels,
      ...pod.topologySpreadConstraints!.map(({ labelSelector }) => labelSelector!.matchLabels),
    ];
    expect(selectors).toEqual(selectors.map(() => labels));
  });

  test('runs under the restricted standard of pod security, without a token of the cluster', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
});

/** As Compose does, of a variable that must be set. */
function interpolate(env: Record<string, string>, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, text]) => [name, text.replaceAll(/\$\{(\w+):[?-]\}/g, (_, of) => values[of]!)]),
  );
}
