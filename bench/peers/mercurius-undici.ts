import Fastify from 'fastify';
import mercurius from 'mercurius';
import { request } from 'undici';
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
  const { body } = await request(upstream + confirmPath(impUid), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: await authorization() },
    body: JSON.stringify({ otp }),
  });
  return memberOf((await body.json()) as Envelope);
}

const app = Fastify();
await app.register(mercurius, { schema: typeDefs, resolvers: { Mutation: { confirmIdentityOtp } } });
await app.listen({ port, host: '127.0.0.1' });
