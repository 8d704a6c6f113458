import { Trace } from '@apollo/usage-reporting-protobuf';
import { afterEach, expect, test } from '@jest/globals';
import type { Config } from '../../src/config.ts';
import { CONFIRM_EVERYTHING, startGateway, testConfig, type Answer, type TestGateway } from '../support/gateway.ts';

const ROUTER_SECRET = 'secret-of-the-router';
const ASKS = { 'apollo-federation-include-trace': 'ftv1' };
const PROVES = { 'router-authorization': ROUTER_SECRET };

let gateway: TestGateway;
afterEach(() => gateway.close());

async function start(federatedTracing: boolean, routerSecret: string | null): Promise<void> {
  const auth: Config['auth'] = { ...testConfig('').auth, routerSecret };
  gateway = await startGateway({ config: { federatedTracing, auth } });
}

const ask = (headers: Record<string, string>, otp: unknown = '123456', query = CONFIRM_EVERYTHING) =>
  gateway.post({ query, variables: { impUid: 'imp_900200000001', otp } }, headers);

const traceIn = ({ body }: Answer): string | undefined =>
  (body as { readonly extensions?: { readonly ftv1?: string } }).extensions?.ftv1;

test('a router that asks and has proven its secret gets the time of each field', async () => {
  await start(true, ROUTER_SECRET);
  const answer = await ask({ ...ASKS, ...PROVES });
  expect(answer.body.data!['confirmIdentityOtp']).toMatchObject({ __typename: 'Certification' });
  const { root } = Trace.decode(Buffer.from(traceIn(answer)!, 'base64'));
  const [confirm] = root!.child!;
  expect(confirm).toMatchObject({ responseName: 'confirmIdentityOtp', parentType: 'Mutation' });
  expect(confirm!.child!.map(({ responseName }) => responseName)).toContain('uniqueKey');
  expect(gateway.calls('/confirm/')).toHaveLength(1);
});

test.each([
  ['a router that does not ask', true, ROUTER_SECRET, PROVES, 200],
  ['a router that asks for something else', true, ROUTER_SECRET, { ...PROVES, [Object.keys(ASKS)[0]!]: 'ftv2' }, 200],
  ['a request without the secret', true, ROUTER_SECRET, ASKS, 401],
  [
    'a request with a wrong secret',
    true,
    ROUTER_SECRET,
    { ...ASKS, 'router-authorization': 'secret-of-somebody-else' },
    401,
  ],
  ['anybody where it is not switched on', false, ROUTER_SECRET, { ...ASKS, ...PROVES }, 200],
  ['anybody where no secret is set', true, null, { ...ASKS, ...PROVES }, 200],
])('%s gets no trace', async (_who, isOn, secret, headers: Record<string, string>, status) => {
  await start(isOn, secret);
  const answer = await ask(headers);
  expect([answer.status, traceIn(answer)]).toEqual([status, undefined]);
  expect(answer.text).not.toContain('ftv1');
});

test.each([
  ['the value of a variable', { name: '홍길동' }, CONFIRM_EVERYTHING],
  ['a document that cannot be parsed', '123456', '{ 홍길동 }'],
  ['a document that is not valid', '123456', '{ certification(impUid: {a: "홍길동"}) { __typename } }'],
])('an error about %s has a place in a trace and no words', async (_what, otp, query) => {
  await start(true, ROUTER_SECRET);
  const answer = await ask({ ...ASKS, ...PROVES }, otp, query);
  expect(answer.body.errors).toHaveLength(1);
  const { root } = Trace.decode(Buffer.from(traceIn(answer)!, 'base64'));
  expect(root!.error!.map(({ message }) => message)).toEqual(['<masked>']);
  expect(JSON.stringify(root)).not.toContain('홍길동');
  expect(gateway.calls('')).toEqual([]);
});
