import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { createAuthenticate, Unauthenticated } from '../src/auth.ts';
import type { AuthConfig } from '../src/config.ts';

const SECRET = 'a-secret-of-at-least-32-characters';
const NOTHING: AuthConfig = {
  jwksUrl: null,
  publicKey: null,
  secret: null,
  issuer: null,
  audience: null,
  routerSecret: null,
  anonymousScopes: null,
};

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function token(
  claims: Record<string, unknown> = {},
  { expires = '5m', alg = 'HS256', key = new TextEncoder().encode(SECRET) as never, kid = 'k1' } = {},
) {
  return new SignJWT({ scope: 'certification:ci other', ...claims })
    .setProtectedHeader({ alg, kid })
    .setSubject('user-1')
    .setExpirationTime(expires)
    .sign(key);
}

function ask(config: Partial<AuthConfig>, authorization?: string, routerAuthorization?: string) {
  const headers = { authorization, 'router-authorization': routerAuthorization };
  return createAuthenticate({ ...NOTHING, ...config })({ headers });
}

/** Where an issuer answers its keys so. */
async function issuerThat(answer: RequestListener): Promise<string> {
  const issuer = createServer(answer).listen(0, '127.0.0.1');
  await once(issuer, 'listening');
  closers.push(() => {
    issuer.closeAllConnections();
    issuer.close();
  });
  return `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
}

const refused = (config: Partial<AuthConfig>, jwt: string) =>
  expect(ask(config, `Bearer ${jwt}`)).rejects.toBeInstanceOf(Unauthenticated);

describe('a caller', () => {
  test('is the subject of a token signed with the shared secret, with the scopes known here', async () => {
    expect(await ask({ secret: SECRET }, `Bearer ${await token()}`)).toEqual({
      subject: 'user-1',
      isAnonymous: false,
      scopes: new Set(['certification:ci']),
    });
  });

  test('is the subject of a token signed for the public key', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwt = await token({ scope: ['certification:delete'] }, { alg: 'ES256', key: privateKey as never });
    expect(await ask({ publicKey: await exportSPKI(publicKey) }, `bearer ${jwt}`)).toMatchObject({
      subject: 'user-1',
      scopes: new Set(['certification:delete']),
    });
  });

  test('is nobody without a token, and anonymous only where that is allowed', async () => {
    expect(await ask({ secret: SECRET })).toBeNull();
    expect(await ask({ anonymousScopes: new Set(['certification:ci']) }, 'Bearer whatever')).toEqual({
      subject: 'anonymous',
      isAnonymous: true,
      scopes: new Set(['certification:ci']),
    });
  });

  test('is asked of the issuer once, and again when the issuer changes its keys', async () => {
    const [first, second] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
    let keys: object[] = [{ ...(await exportJWK(first.publicKey)), kid: 'first' }];
    let fetches = 0;
    const jwksUrl = await issuerThat((_request, response) => {
      fetches += 1;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
    });
    const authenticate = createAuthenticate({
      ...NOTHING,
      jwksUrl,
      jwksCooldownMs: 0,
    });
    const bearer = async (key: unknown, kid: string) => ({
      headers: { authorization: `Bearer ${await token({}, { alg: 'RS256', key: key as never, kid })}` },
    });

    const header = await bearer(first.privateKey, 'first');
    await Promise.all([
      authenticate(header),
      authenticate(header),
      authenticate(await bearer(first.privateKey, 'first')),
    ]);
    expect(fetches).toBe(1);
    keys = [{ ...(await exportJWK(second.publicKey)), kid: 'second' }];
    expect(await authenticate(await bearer(second.privateKey, 'second'))).toMatchObject({ subject: 'user-1' });
    expect(fetches).toBe(2);
  });
});

describe('an issuer whose keys cannot be had', () => {
  test.each<[string, RequestListener]>([
    ['answers 500', (_request, response) => response.writeHead(500).end()],
    ['answers HTML', (_request, response) => response.end('<html>')],
    ['hangs up', (request) => request.socket.destroy()],
  ])('is an outage and not the fault of a token, when it %s', async (_name, answer) => {
    const jwksUrl = await issuerThat(answer);
    const { privateKey } = await generateKeyPair('RS256');
    const jwt = await token({}, { alg: 'RS256', key: privateKey as never });
    const error: unknown = await ask({ jwksUrl }, `Bearer ${jwt}`).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(Unauthenticated);
  });
});

describe('a token is refused', () => {
  test('for a key that the issuer does not publish', async () => {
    const jwksUrl = await issuerThat((_request, response) => response.end('{"keys":[]}'));
    const { privateKey } = await generateKeyPair('RS256');
    await refused({ jwksUrl }, await token({}, { alg: 'RS256', key: privateKey as never }));
  });

  test.each([
    ['when it has expired', {}, { expires: '-31s' }, {}],
    ['from another issuer', { iss: 'https://other.example' }, {}, { issuer: 'https://issuer.example' }],
    ['for another audience', { aud: 'other' }, {}, { audience: 'identity' }],
    ['without a subject', { sub: undefined }, {}, {}],
    ['that is not valid yet', { nbf: Math.floor(Date.now() / 1000) + 60 }, {}, {}],
  ])('%s', async (_name, claims, options, config) => {
    const signer =
      'sub' in claims
        ? new SignJWT({})
            .setProtectedHeader({ alg: 'HS256' })
            .setExpirationTime('5m')
            .sign(new TextEncoder().encode(SECRET))
        : token(claims, options);
    await refused({ secret: SECRET, ...config }, await signer);
  });

  test('signed with another secret, or not at all, or with the public key as a secret', async () => {
    await refused({ secret: `${SECRET}!` }, await token());
    await refused({ secret: SECRET }, new UnsecuredJWT({ sub: 'user-1' }).setExpirationTime('5m').encode());
    const { publicKey } = await generateKeyPair('RS256');
    const pem = await exportSPKI(publicKey);
    await refused({ publicKey: pem }, await token({}, { key: new TextEncoder().encode(pem) as never }));
  });

  test('that is no token, in words that repeat nothing of it', async () => {
    const error = await ask({ secret: SECRET }, 'Bearer canary.canary.canary').catch((thrown: Error) => thrown);
    expect((error as Error).message).not.toContain('canary');
    await expect(ask({ secret: SECRET }, 'Basic canary')).rejects.toBeInstanceOf(Unauthenticated);
  });

  test('but leeway of 30 seconds is given to clocks', async () => {
    expect(await ask({ secret: SECRET }, `Bearer ${await token({}, { expires: '-25s' })}`)).toMatchObject({
      subject: 'user-1',
    });
  });
});

describe('the router secret', () => {
  test.each([[undefined], [''], ['wrong'], ['the-router-secre'], ['the-router-secret-and-more']])(
    'refuses %j, whatever the token',
    async (given) => {
      await expect(
        ask({ secret: SECRET, routerSecret: 'the-router-secret' }, `Bearer ${await token()}`, given),
      ).rejects.toBeInstanceOf(Unauthenticated);
    },
  );

  test('lets the router through', async () => {
    expect(
      await ask({ secret: SECRET, routerSecret: 'the-router-secret' }, `Bearer ${await token()}`, 'the-router-secret'),
    ).toMatchObject({ subject: 'user-1' });
  });
});
