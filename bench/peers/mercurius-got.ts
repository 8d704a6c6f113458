import Fastify from 'fastify';
import got from 'got';
import mercurius from 'mercurius';
import {
  confirmPath,
  createAuthorization,
  memberOf,
  readEnvironment,
  typeDefs,
  type ConfirmArguments,
  type Envelope,
} from './contract.ts';

const { port, upstream } = readEnvironment();
const authorization = createAuthorization(upstream);

async function confirmIdentityOtp(_parent: unknown, { impUid, otp }: ConfirmArguments): Promise<object> {
  const headers = { authorization: await authorization() };
  return memberOf(await got.post(upstream + confirmPath(impUid), { headers, json: { otp } }).json<Envelope>());
}

const app = Fastify();
await app.register(mercurius, { schema: typeDefs, resolvers: { Mutation: { confirmIdentityOtp } } });
await app.listen({ port, host: '127.0.0.1' });
