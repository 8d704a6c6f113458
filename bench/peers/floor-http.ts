import { createServer, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { confirmPath, createAuthorization, readEnvironment, type ConfirmArguments } from './contract.ts';

// No GraphQL: takes the two variables, and hands the upstream's answer back as it is.

const { port, upstream } = readEnvironment();
const authorization = createAuthorization(upstream);

async function forward(variables: ConfirmArguments): Promise<NodeJS.ReadableStream> {
  const body = JSON.stringify({ otp: variables.otp });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    authorization: await authorization(),
  };
  return new Promise((resolve, reject) => {
    request(upstream + confirmPath(variables.impUid), { method: 'POST', headers }, resolve)
      .on('error', reject)
      .end(body);
  });
}

createServer((incoming, outgoing) => {
  void json(incoming)
    .then((body) => forward((body as { variables: ConfirmArguments }).variables))
    .then((answer) => answer.pipe(outgoing.writeHead(200, { 'content-type': 'application/json' })));
}).listen(port, '127.0.0.1');
