import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
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
  const answer = await fetch(upstream + confirmPath(impUid), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: await authorization() },
    body: JSON.stringify({ otp }),
  });
  return memberOf((await answer.json()) as Envelope);
}

const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers: { Mutation: { confirmIdentityOtp } } }) });
// oxlint-disable-next-line typescript/no-misused-promises -- as Yoga's documentation starts it
createServer(yoga).listen(port, '127.0.0.1');
