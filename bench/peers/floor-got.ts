import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import got from 'got';
import { confirmPath, createAuthorization, readEnvironment, type ConfirmArguments } from './contract.ts';

// No GraphQL: takes the two variables, and hands the upstream's answer back as it is.

const { port, upstream } = readEnvironment();
const authorization = createAuthorization(upstream);

async function forward({ impUid, otp }: ConfirmArguments): Promise<string> {
  const headers = { authorization: await authorization() };
  return got.post(upstream + confirmPath(impUid), { headers, json: { otp } }).text();
}

createServer((incoming, outgoing) => {
  void json(incoming)
    .then((body) => forward((body as { variables: ConfirmArguments }).variables))
    .then((answer) => outgoing.writeHead(200, { 'content-type': 'application/json' }).end(answer));
}).listen(port, '127.0.0.1');
