import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Registry } from '@prometheus-io/client';
import { graphql, GraphQLError } from 'graphql';
import { Registry as FormerRegistry } from 'prom-client';
import type { AttemptRecord } from '../src/guard/attempt-rules.ts';
import { createMemoryStore } from '../src/guard/store.ts';
import { createMemoryWindows } from '../src/guard/windows.ts';
import {
  createIdentitySubgraph,
  type AttemptStore,
  type IdentitySubgraphOptions,
  type WindowStore,
} from '../src/index.ts';
import { createMetrics } from '../src/server/metrics.ts';
import { createSandbox } from '../src/sandbox/sandbox.ts';
import { CONFIRM_EVERYTHING, startGateway, testConfig } from './support/gateway.ts';
import { callerHeaders, SECRET } from './support/tokens.ts';
import { useCases } from './support/verification.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (thing) => thing.close()));
});

/** A second copy of graphql-js in this process. */
function anotherGraphql(): { readonly GraphQLError: typeof GraphQLError } {
  let copy: unknown;
  jest.isolateModules(() => (copy = createRequire(import.meta.url)('graphql')));
  return copy as { readonly GraphQLError: typeof GraphQLError };
}

const silent = { info: () => {}, warn: () => {}, error: () => {} };

async function mount(options: Partial<IdentitySubgraphOptions> = {}) {
  const sandbox = await createSandbox();
  const subgraph = createIdentitySubgraph({ ...testConfig(sandbox.url), logger: silent, ...options });
  opened.push(sandbox, subgraph);
  return { sandbox, subgraph };
}

describe('createIdentitySubgraph', () => {
  test('gives a schema and a context that confirm without any server, beside the fields of another context', async () => {
    const { sandbox, subgraph } = await mount();
    const contextValue = { userId: 'somebody', ...(await subgraph.createContext({ headers: {} })) };
    const variableValues = { impUid: 'imp_900200000001', otp: '123456' };
    const { data, errors } = await graphql({
      schema: subgraph.schema,
      source: CONFIRM_EVERYTHING,
      contextValue,
      variableValues,
    });
    expect(errors).toBeUndefined();
    expect(data!['confirmIdentityOtp']).toMatchObject({ __typename: 'Certification', name: '홍길동' });
    expect(sandbox.requests).toHaveLength(2);
  });

  test('resolves a bad reference to an error, so that a host library that throws leaves no rejection behind', async () => {
    const { subgraph } = await mount();
    const context = await subgraph.createContext({ headers: {} });
    const reference = { __typename: 'Certification', impUid: '' } as const;
    const resolve: Function = subgraph.resolvers.Certification.__resolveReference;
    expect(await resolve(reference, context)).toMatchObject({ extensions: { code: 'INVALID_INPUT' } });
    expect(await resolve(reference, {})).toBeInstanceOf(TypeError);
  });

  test.each([
    ['node', { 'accept-language': 'ko' }],
    ['node, repeated', { 'accept-language': ['ko', 'en;q=0.1'] }],
    ['fetch', new Headers({ 'Accept-Language': 'ko' })],
  ])('reads the language from headers as %s gives them', async (_name, headers) => {
    const { subgraph } = await mount();
    expect((await subgraph.createContext({ headers })).identity.language).toBe('ko');
  });

  test('reaches the upstream through an agent of the host program', async () => {
    class CountingAgent extends Agent {
      sockets_created = 0;
      override createConnection(...args: Parameters<Agent['createConnection']>) {
        this.sockets_created += 1;
        return super.createConnection(...args);
      }
    }
    const agent = new CountingAgent({ keepAlive: true });
    const { subgraph } = await mount({ wire: { agent, headers: { 'x-team': 'identity' } } });
    const { verification, caller } = (await subgraph.createContext({ headers: {} })).identity;
    expect(await useCases(verification).confirm(caller!, 'imp_900200000001', '123456')).toMatchObject({
      certified: true,
    });
    expect(agent.sockets_created).toBe(1);
    agent.destroy();
  });

  test('keeps attempts in a store of the host program, and tells them apart though its clock stands still', async () => {
    const memory = createMemoryStore(() => 1_000_000);
    const begun = new Set<string>();
    const store: AttemptStore = {
      ...memory,
      replace: (key, expected, next) => {
        const { lease } = JSON.parse(next) as AttemptRecord;
        if (lease !== null) begun.add(lease);
        return memory.replace(key, expected, next);
      },
    };
    const { subgraph } = await mount({ store });
    const { verification, caller } = (await subgraph.createContext({ headers: {} })).identity;
    for (const otp of ['000001', '000002', '000003'])
      await useCases(verification).confirm(caller!, 'imp_900200000001', otp);
    expect(begun.size).toBe(3);
  });

  test("knows GraphQL's own errors though the host has another copy of graphql-js", async () => {
    const { subgraph } = await mount();
    const other = anotherGraphql();
    expect(other.GraphQLError).not.toBe(GraphQLError);
    const formatted = { message: 'Cannot query field "x" on type "Query".' };
    expect(subgraph.formatError(formatted, new other.GraphQLError(formatted.message))).toMatchObject(formatted);
    expect(subgraph.formatError(formatted, new Error('a defect'))).toMatchObject({ message: 'Internal server error' });
  });

  test.each([
    ['today', () => new Registry()],
    ['up to prom-client 15', () => new FormerRegistry()],
  ])("counts in a registry of the host program's own, as the library is called %s", async (_name, createRegistry) => {
    const registry = createRegistry();
    const { subgraph } = await mount({ onEvent: createMetrics(registry).count });
    const context = { contextValue: await subgraph.createContext({ headers: {}, ip: undefined, signal: undefined }) };
    const variableValues = { impUid: 'imp_900200000001', otp: 'x' };
    await graphql({ schema: subgraph.schema, source: CONFIRM_EVERYTHING, variableValues, ...context });
    const counted = 'identity_outcomes_total{call="confirm",code="INVALID_INPUT"} 1';
    expect(await registry.metrics()).toContain(counted);
    expect(await registry.metrics()).not.toContain('process_cpu');
  });

  test('counts limits in windows of the host program, and asks the upstream nothing that they deny', async () => {
    const memory = createMemoryWindows();
    const names: string[] = [];
    const windows: WindowStore = {
      ...memory,
      take(asked) {
        names.push(...asked.map(({ name }) => name));
        return memory.take(asked);
      },
    };
    const limits = { ...testConfig('').limits, confirmsPerCaller: [{ points: 1, seconds: 60 }] };
    // Nothing listens there: Redis is not connected where both stores are the host's.
    const guard = { ...testConfig('').guard, redisUrl: 'redis://127.0.0.1:1' };
    const warned: string[] = [];
    const logger = { ...silent, warn: (_fields: object, message: string) => void warned.push(message) };
    const auth = { ...testConfig('').auth, secret: SECRET, anonymousScopes: null };
    const { subgraph, sandbox } = await mount({ store: createMemoryStore(), windows, limits, guard, logger, auth });
    const headers = await callerHeaders('alice');
    const { verification, caller } = (await subgraph.createContext({ headers })).identity;
    const { confirm } = useCases(verification);
    expect(await confirm(caller!, 'imp_900200000001', '000000')).toMatchObject({ code: 'WRONG_CODE' });
    expect(await confirm(caller!, 'imp_900200000001', '000001')).toMatchObject({ code: 'RATE_LIMITED' });
    expect(names).toEqual(Array(2).fill('confirms-per-caller:60'));
    expect(sandbox.requests.filter(({ path }) => path.includes('/confirm/'))).toHaveLength(1);
    expect([await subgraph.isReady(), warned]).toEqual([true, ['a limit was reached']]);
  });

  test('has the limits of the host program in a whole server as well', async () => {
    const windows: WindowStore = {
      take: async (asked) => ({ waits: asked.map(() => 1_000), counted: [], nextInMs: 1_000 }),
      giveBack: async () => {},
    };
    const limits = { ...testConfig('').limits, confirmsPerIp: [{ points: 9, seconds: 60 }] };
    const gateway = await startGateway({ windows, config: { limits } });
    opened.push(gateway);
    expect(await gateway.confirm('imp_900200000001', '123456')).toMatchObject({ code: 'RATE_LIMITED' });
    expect(gateway.calls('')).toEqual([]);
  });

  test('counts limits in this process where the host program has a store of attempts alone', async () => {
    const limits = { ...testConfig('').limits, confirmsPerCaller: [{ points: 1, seconds: 60 }] };
    const auth = { ...testConfig('').auth, secret: SECRET, anonymousScopes: null };
    const store = createMemoryStore();
    const replicas = [await mount({ store, limits, auth }), await mount({ store, limits, auth })];
    for (const { subgraph } of replicas) {
      const headers = await callerHeaders('alice');
      const { verification, caller } = (await subgraph.createContext({ headers })).identity;
      const { confirm } = useCases(verification);
      expect(await confirm(caller!, 'imp_900200000001', '000000')).not.toMatchObject({ code: 'RATE_LIMITED' });
      expect(await confirm(caller!, 'imp_900200000001', '000001')).toMatchObject({ code: 'RATE_LIMITED' });
    }
  });

  test('tells its logger which field drifted, and never the value', async () => {
    const lines: string[] = [];
    const warn = (fields: object, message: string): void => void lines.push(JSON.stringify([fields, message]));
    const { subgraph } = await mount({ logger: { ...silent, warn } });
    const { verification, caller } = (await subgraph.createContext({ headers: {} })).identity;
    await useCases(verification).confirm(caller!, 'imp_900232000002', '123456');
    expect(lines.join()).toMatch(/gender/);
    expect(lines.join()).not.toMatch(/홍길동|123456|900232/);
  });
});
