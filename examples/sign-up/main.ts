/**
 * A sign-up backend that trusts no browser: the browser brings a proof, and the gateway's public keys verify it. The gateway is
 * not asked, and no name, birthday or CI comes here. It needs jose and nothing of this repository: copy the folder.
 *
 *   npm start                                    the gateway with its sandbox, in another terminal
 *   npm run example examples/sign-up/main.ts     this backend; it prints how to sign up
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const GATEWAY_URL = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4000/graphql';
const JWKS_URL = process.env['JWKS_URL'] ?? new URL('/.well-known/jwks.json', GATEWAY_URL).href;
/** PROOF_ISSUER of the gateway. */
const ISSUER = process.env['ISSUER'] ?? 'sandbox';
/** The name of this service. Another one has another name, and then neither takes the other's proofs. */
const AUDIENCE = 'shop';

const MAX_BODY_BYTES = 16 * 1024;

/** Fetched at the first proof, kept for ten minutes, and fetched anew for a key that is not in it. */
const keys = createRemoteJWKSet(new URL(JWKS_URL));

/** The accounts by person; a database with a unique index on the person. */
const accounts = new Map<string, { readonly id: number }>();

/** The proofs that were taken, until they expire; with several processes `SET <jti> 1 NX EXAT <exp>` in Redis. */
const taken = new Map<string, number>();

interface Answer {
  readonly status: number;
  readonly body: object;
}

const refused = (status: number, reason: string): Answer => ({ status, body: { reason } });

async function signUp(proof: string): Promise<Answer> {
  const { payload } = await jwtVerify(proof, keys, {
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['ES256', 'EdDSA'],
    requiredClaims: ['exp', 'jti'],
  });
  if (!takeOnce(payload.jti!, payload.exp!)) return refused(401, 'replayed');
  // Null and missing are not yes: the provider may not have told the birthday.
  if (payload['age_over_14'] !== true) return refused(403, 'too-young-or-unknown');
  const person = payload.sub;
  if (person === undefined) return refused(422, 'person-unknown'); // the provider gave no CI: nobody can be told from another
  if (accounts.has(person)) return refused(409, 'has-an-account');
  const account = { id: accounts.size + 1 };
  accounts.set(person, account);
  return { status: 201, body: { account } };
}

function takeOnce(jti: string, exp: number): boolean {
  const now = Date.now() / 1000;
  for (const [id, until] of taken) if (until < now) taken.delete(id);
  if (taken.has(jti)) return false;
  taken.set(jti, exp);
  return true;
}

/** A proof that cannot be verified is the sender's fault, keys that cannot be fetched are an outage. */
function refusalOf(error: unknown): Answer {
  if (error instanceof errors.JWTExpired) return refused(401, 'expired');
  if (error instanceof errors.JWTClaimValidationFailed) return refused(401, 'foreign');
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey)
    return refused(401, 'forged');
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return refused(400, 'no-proof');
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return refused(401, 'forged');
  console.error('The keys of the gateway cannot be fetched'); // not the error: it can quote the proof
  return refused(503, 'try-again');
}

async function proofIn(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  try {
    const { proof } = JSON.parse(Buffer.concat(chunks).toString()) as { proof?: unknown };
    return typeof proof === 'string' ? proof : null;
  } catch {
    return null;
  }
}

async function answer(request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'POST' || request.url !== '/sign-up') return refused(404, 'not-found');
  const proof = await proofIn(request);
  return proof === null ? refused(400, 'no-proof') : signUp(proof).catch(refusalOf);
}

const server = createServer((request, response) => {
  const send = ({ status, body }: Answer): void => {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
  };
  answer(request).then(send, () => response.destroy()); // the sender has hung up
});

server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sign-up`;
  const query = `mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) { ... on Certification { proof(audience: "${AUDIENCE}", claims: [PERSON_ID, OVER_14]) } } }`;
  const body = JSON.stringify({ query, variables: { impUid: 'imp_900200000001', otp: '123456' } });
  console.log(`Sign up at ${url}. As a browser would, on the sandbox:

  proof=$(curl -s ${GATEWAY_URL} -H 'content-type: application/json' -d '${body}' | grep -o 'eyJ[^"]*')
  curl -s ${url} -d "{\\"proof\\":\\"$proof\\"}"

A second time with the same proof it is refused as replayed, and with a new one since the person has an account.
`);
});
