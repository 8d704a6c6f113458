/**
 * The topology of deploy/compose.yaml as processes of this machine: Redis, three gateways, a balancer, and Hive Gateway
 * in front where `npm --prefix test/supergraph ci` has installed it. `npm run cluster` runs it on the sandbox until it is told to end.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createSandbox, type Sandbox } from '../src/sandbox/sandbox.ts';
import { startGatewayProcess, type GatewayProcess } from '../test/support/gateway-process.ts';
import { hasRedis, startRedis } from '../test/support/redis.ts';
import { startHive, type Router } from '../test/supergraph/routers.ts';
import { startBalancer, type Balancer } from './balancer.ts';

export interface ClusterOptions {
  readonly upstreamUrl: string;
  /** Settings of all gateways beside those of the cluster. */
  readonly settings?: Record<string, string>;
  readonly nodeOptions?: readonly string[];
  /** Port of Hive Gateway; without it there is no router. */
  readonly routerPort?: number;
  readonly balancerPort?: number;
}

export interface Cluster {
  readonly balancer: Balancer;
  readonly router: Router | null;
  /** Those that run, and have not been told to end. */
  readonly gateways: readonly GatewayProcess[];
  /** Starts a successor, sends the oldest gateway SIGTERM once the successor is ready, and answers its exit code. */
  replaceOldest(): Promise<{ readonly gateway: GatewayProcess; readonly exitCode: number | null }>;
  close(): Promise<void>;
}

const REPLICAS = 3;
const REDIS_PASSWORD = 'the-redis-of-this-cluster';
const ROUTER_SECRET = 'the-router-of-this-cluster';

export const hasHive = existsSync(new URL('../test/supergraph/node_modules/.bin/hive-gateway', import.meta.url));

/** Needs redis-server on PATH. Errors: EADDRINUSE; what has started is ended then. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of closers.splice(0).toReversed()) await closeOne();
  };
  try {
    return await start(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  { upstreamUrl, settings, nodeOptions, routerPort, balancerPort }: ClusterOptions,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Cluster> {
  const redis = await startRedis(undefined, ['--requirepass', REDIS_PASSWORD, '--maxmemory-policy', 'noeviction']);
  closers.push(() => redis.stop());
  const balancer = await startBalancer(balancerPort);
  closers.push(() => balancer.close());
  const gateways: GatewayProcess[] = [];
  closers.push(() => Promise.all(gateways.map((gateway) => gateway.end('SIGTERM'))));

  const env = {
    NODE_ENV: 'production',
    IAMPORT_BASE_URL: upstreamUrl,
    ALLOW_OTHER_UPSTREAM: 'true',
    ALLOW_ANONYMOUS: 'true',
    REDIS_URL: redis.url.replace('//', `//:${REDIS_PASSWORD}@`),
    GUARD_SECRET: 'the same on every replica, 32 characters',
    TRUST_PROXY: '127.0.0.1',
    DRAIN_DELAY_MS: '1000', // the balancer polls more often than most
    ...(routerPort !== undefined && { ROUTER_SECRET }),
    ...settings,
  };
  async function startGateway(): Promise<void> {
    const gateway = await startGatewayProcess(env, nodeOptions);
    gateways.push(gateway);
    await balancer.add(gateway);
  }
  await Promise.all(Array.from({ length: REPLICAS }, startGateway));

  const router =
    routerPort === undefined ? null : await startHive(supergraphAt(balancer.url), routerPort, { ROUTER_SECRET });
  if (router) closers.push(() => router.close());
  return {
    balancer,
    router,
    gateways,
    async replaceOldest() {
      await startGateway();
      const gateway = gateways.shift()!;
      const exitCode = await gateway.end('SIGTERM');
      balancer.remove(gateway);
      return { gateway, exitCode };
    },
    close,
  };
}

/** The supergraph that is deployed, with the subgraph at this address. */
function supergraphAt(url: string): string {
  const deployed = readFileSync(new URL('../deploy/router/supergraph.graphql', import.meta.url), 'utf8');
  return deployed.replace(/(@join__graph\(name: "identity", url: )"[^"]*"/, (_, start) => `${start}"${url}"`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function curl(url: string): string {
  const query =
    'mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) { __typename ... on Certification { name } ... on IdentityError { code message } } }';
  const body = JSON.stringify({ query, variables: { impUid: 'imp_900200000001', otp: '123456' } });
  return `curl -s ${url} -H 'content-type: application/json' -d '${body}'`;
}

async function main(): Promise<void> {
  if (!hasRedis) {
    process.stderr.write('redis-server is not on PATH: the replicas have nothing to share.\n');
    process.exit(1);
  }
  const starting = startOnSandbox();
  // Before anything has started: a signal that comes meanwhile ends what the start has brought.
  const stop = async (): Promise<void> => {
    const { cluster, sandbox } = await starting;
    await cluster.close();
    await sandbox.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

  const { cluster, sandbox } = await starting;
  const { balancer, gateways, router } = cluster;
  print(router ? `router     ${router.url}` : 'router     none: npm --prefix test/supergraph ci installs Hive Gateway');
  print(`balancer   ${balancer.url}`);
  for (const { url, adminUrl } of gateways) print(`gateway    ${url}   ${adminUrl}/readyz`);
  print(`sandbox    ${sandbox.url}/sandbox/inbox\n\n${curl((router ?? balancer).url)}\n\nCtrl-C ends all of them.`);
}

async function startOnSandbox(): Promise<{ cluster: Cluster; sandbox: Sandbox }> {
  const sandbox = await createSandbox({ port: 4010 });
  const ports = { balancerPort: 4100, ...(hasHive && { routerPort: 4000 }) };
  try {
    return { sandbox, cluster: await startCluster({ upstreamUrl: sandbox.url, ...ports }) };
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

if (import.meta.main) await main();
