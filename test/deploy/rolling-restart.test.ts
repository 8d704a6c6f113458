import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startCluster, type Cluster } from '../../scripts/cluster.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { waitsForRedis } from '../support/gateway-process.ts';
import type { Fields } from '../support/gateway.ts';
import { hasRedis } from '../support/redis.ts';
import { createTcpService, type TcpService } from '../support/tcp-service.ts';
import { createUpstreamProxy, type UpstreamProxy } from '../support/upstream-proxy.ts';

const CLIENTS = 16;
const AT_LEAST = 300;
/** Six processes start one after another; a busy machine is no failure. */
const TIMEOUT_MS = 240_000;

const PERSON = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
const REQUEST = `mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) {
  __typename ... on IdentityOtpSent { impUid } ... on IdentityError { code } } }`;
const CONFIRM = `mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) {
  __typename ... on Certification { impUid certified } ... on IdentityError { code } } }`;

const describeRedis = hasRedis ? describe : describe.skip;

describeRedis('a rolling restart of three gateways under load (needs redis-server on the PATH)', () => {
  let sandbox: Sandbox;
  let upstream: UpstreamProxy;
  let cluster: Cluster;
  let service: TcpService;
  const agent = new Agent({ keepAlive: true }); // it uses a connection until it hears that it is closed, as many routers do

  beforeAll(async () => {
    sandbox = await createSandbox();
    upstream = await createUpstreamProxy(sandbox.url, { confirmMs: 250 });
    cluster = await startCluster({
      upstreamUrl: upstream.urlFor('any'),
      // Longer than a busy machine keeps this process, with all clients in it, from polling, and a gateway from its answer.
      settings: { DRAIN_DELAY_MS: '3000', CONNECT_TIMEOUT_MS: '20000' },
      nodeOptions: [waitsForRedis(50)],
    });
    service = await createTcpService(() => cluster.gateways);
  }, TIMEOUT_MS);
  afterAll(async () => {
    agent.destroy();
    service?.close();
    await cluster?.close();
    await upstream?.close();
    await sandbox?.close();
  }, TIMEOUT_MS);

  /** The one root field, or all of an answer that has none. */
  async function run(url: string, query: string, variables: object): Promise<Fields> {
    const headers = { 'content-type': 'application/json' };
    const sent = request(url, { method: 'POST', headers, agent }).end(JSON.stringify({ query, variables }));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answer = (await json(response)) as { data?: Record<string, Fields> };
    return Object.values(answer.data ?? {})[0] ?? (answer as Fields);
  }

  async function verify(url: string): Promise<Fields> {
    const requested = await run(url, REQUEST, { input: PERSON });
    const sms = sandbox.inbox.findLast(({ impUid }) => impUid === requested['impUid']);
    return sms ? run(url, CONFIRM, { impUid: sms.impUid, otp: sms.code }) : requested;
  }

  test(
    'loses no request, sends each code once, and ends each gateway with exit code 0',
    async () => {
      const ended: Awaited<ReturnType<Cluster['replaceOldest']>>[] = [];
      const answers: (Fields | string)[] = [];
      // Half of the clients behind a balancer that polls /readyz, half behind one that goes on using open connections.
      const clients = Array.from({ length: CLIENTS }, async (_, index) => {
        const { url } = index % 2 === 0 ? cluster.balancer : service;
        while (ended.length < 3 || answers.length < AT_LEAST) answers.push(await verify(url).catch(String));
      });
      while (ended.length < 3) ended.push(await cluster.replaceOldest());
      await Promise.all(clients);

      expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
      expect(cluster.balancer.lost).toEqual([]);
      expect(answers.filter((answer) => typeof answer === 'string' || !answer['certified'])).toEqual([]);
      const confirms = sandbox.requests.filter(({ path }) => path.includes('/otp/confirm/')).map(({ path }) => path);
      expect(new Set(confirms).size).toBe(answers.length);
      expect(confirms).toHaveLength(answers.length);
      // Gateways that are ending have answered as well: otherwise none of this was asked of them.
      const isLate = /"msg":"draining"[^]*"call":"confirm","code":"OK"/;
      expect(ended.map(({ gateway }) => isLate.test(gateway.output()))).toContain(true);
    },
    TIMEOUT_MS,
  );
});
