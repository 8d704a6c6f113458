import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { readConfig } from '../../src/index.ts';
import { createServer } from '../../src/server/server.ts';
import { composeWithGuild } from '../../test/supergraph/compose.ts';
import { startHive } from '../../test/supergraph/routers.ts';
import { startSubgraph } from '../../test/supergraph/subgraph.ts';
import * as membersDefinition from './members.ts';

const AUTH_SECRET = process.env['AUTH_SECRET'] ?? randomBytes(32).toString('hex');
const ROUTER_SECRET = randomBytes(32).toString('hex');

const ports = { PORT: '0', ADMIN_PORT: '0', SANDBOX_PORT: '0' };
const behindRouter = { AUTH_SECRET, ROUTER_SECRET, TRUST_PROXY: '127.0.0.1' };
const identity = await createServer(readConfig({ ...ports, ...behindRouter, LOG_LEVEL: 'warn' }));
const { url } = await identity.listen();
const members = await startSubgraph(membersDefinition);

const { supergraphSdl } = await composeWithGuild([
  { name: 'identity', url, headers: { 'router-authorization': ROUTER_SECRET } },
  { name: 'members', url: members.url },
]);
const router = await startHive(supergraphSdl, Number(process.env['PORT'] ?? 4000), { ROUTER_SECRET });

const token = await new SignJWT({})
  .setProtectedHeader({ alg: 'HS256' })
  .setSubject('visitor')
  .setExpirationTime('1h')
  .sign(new TextEncoder().encode(AUTH_SECRET));

const query =
  'mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) { __typename ... on Certification { name membership { number level } } ... on IdentityError { code message } } }';
const body = JSON.stringify({ query, variables: { impUid: 'imp_900200000001', otp: '123456' } });
process.stdout.write(`
A supergraph of two at ${router.url}. One field of this answer comes from members.ts:

curl -s ${router.url} -H 'authorization: Bearer ${token}' -H 'content-type: application/json' -d '${body}'
`);

async function stop(): Promise<void> {
  await router.close();
  await members.close();
  await identity.close();
}
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
