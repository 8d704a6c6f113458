import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { createAuthenticate, Unauthenticated } from '../src/auth.ts';
import type { AuthConfig } from '../src/config.ts';
import { until } from './support/until.ts';

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
  jest.useRealTimers();
});

/** Moves the clock that tokens and key sets are dated by; jose takes no other. Timers and sockets keep their own. */
function advance(ms: number): void {
  const now = Date.now() + ms;
  jest.useFakeTimers({
    now,
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
}

function token(
  claims: Record<string, unknown> = {},
  { expires = '5m', alg = 'HS256', key = new TextEncoder().encode(SECRET) as never, kid = 'k1' } = {},
) {
  return new SignJWT({ scope: 'certification:ci other', ...claims })
    .setProtectedHeader({ alg, ...(kid !== '' && { kid }) })
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

interface Issuer {
  readonly url: string;
  readonly fetches: () => number;
  /** Publishes other keys, or none at all and answers 503. */
  change(keys: Keys | null): Promise<void>;
}
type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
type Keys = Record<string, Pair>;

/** An issuer with these keys, by their id. */
async function publish(keys: Keys): Promise<Issuer> {
  let fetches = 0;
  let body: string | null = null;
  const change = async (to: Keys | null): Promise<void> => {
    const published = Object.entries(to ?? {}).map(async ([kid, { publicKey }]) =>
      Object.assign(await exportJWK(publicKey), { kid }),
    );
    body = to && JSON.stringify({ keys: await Promise.all(published) });
  };
  await change(keys);
  const url = await issuerThat((_request, response) => {
    fetches += 1;
    response.writeHead(body === null ? 503 : 200, { 'content-type': 'application/json' }).end(body);
  });
  return { url, fetches: () => fetches, change };
}

async function bearer({ privateKey }: Pair, kid: string, expires = '1h') {
  const jwt = await token({}, { alg: 'RS256', key: privateKey as never, kid, expires });
  return { headers: { authorization: `Bearer ${jwt}` } };
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

  test.each(['EdDSA', 'Ed25519'])(
    'is the subject of a token signed as %s, for a key in PEM or in a key set',
    async (alg) => {
      const { publicKey, privateKey } = await generateKeyPair('EdDSA');
      const authorization = `Bearer ${await token({}, { alg, key: privateKey as never })}`;
      const { url } = await publish({ k1: { publicKey, privateKey } });
      for (const config of [{ publicKey: await exportSPKI(publicKey) }, { jwksUrl: url }])
        expect(await ask(config, authorization)).toMatchObject({ subject: 'user-1' });
    },
  );

  test.each(['base64', 'base64url'] as const)(
    'is the subject of a token signed with a shared secret in %s',
    async (encoding) => {
      const bytes = randomBytes(32).fill(0xfb, 0, 4); // has a digit in which the alphabets differ
      const authorization = `Bearer ${await token({}, { key: bytes as never })}`;
      expect(await ask({ secret: `base64:${bytes.toString(encoding)}` }, authorization)).toMatchObject({
        subject: 'user-1',
      });
      await refused({ secret: bytes.toString(encoding) }, await token({}, { key: bytes as never }));
    },
  );

  test('is nobody with an empty authorization header', async () => {
    for (const empty of ['', ' ']) expect(await ask({ secret: SECRET }, empty)).toBeNull();
    const authenticate = createAuthenticate({ ...NOTHING, secret: SECRET });
    expect(await authenticate({ headers: new Headers({ authorization: '' }) })).toBeNull();
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
    const issuer = await publish({ first });
    const authenticate = createAuthenticate({ ...NOTHING, jwksUrl: issuer.url }, 0);

    const header = await bearer(first, 'first');
    await Promise.all([authenticate(header), authenticate(header), authenticate(await bearer(first, 'first'))]);
    expect(issuer.fetches()).toBe(1);
    await issuer.change({ second });
    expect(await authenticate(await bearer(second, 'second'))).toMatchObject({ subject: 'user-1' });
    expect(issuer.fetches()).toBe(2);
  });
});

describe('scopes', () => {
  const ALL = ['certification:ci', 'certification:delete', 'certification:read-any'] as const;

  test.each<[string, Record<string, unknown>, readonly string[]]>([
    ['scp as one text', { scope: undefined, scp: `${ALL[0]} other` }, [ALL[0]]],
    ['scp as a list', { scope: undefined, scp: [ALL[1]] }, [ALL[1]]],
    ['scope and scp together', { scope: ALL[2], scp: [ALL[0]] }, [ALL[0], ALL[2]]],
    ['neither', { scope: undefined }, []],
    ['claims of another form', { scope: { a: ALL[0] }, scp: [1, null] }, []],
  ])('are read from %s', async (_name, claims, expected) => {
    const identity = await ask({ secret: SECRET }, `Bearer ${await token(claims)}`);
    expect(identity?.scopes).toEqual(new Set(expected));
  });
});

describe('a token without a key id', () => {
  const header = async ({ privateKey }: Pair, claims: Record<string, unknown> = {}, expires = '5m') => {
    const jwt = await token(claims, { alg: 'RS256', key: privateKey as never, kid: '', expires });
    return { headers: { authorization: `Bearer ${jwt}` } };
  };

  test('is verified with each key of its kind, and refused where none has signed it', async () => {
    const [first, second, foreign] = await Promise.all([1, 2, 3].map(() => generateKeyPair('RS256')));
    const issuer = await publish({ first: first!, second: second! });
    const authenticate = createAuthenticate({ ...NOTHING, jwksUrl: issuer.url });
    for (const pair of [first!, second!])
      expect(await authenticate(await header(pair))).toMatchObject({ subject: 'user-1' });
    await expect(authenticate(await header(foreign!))).rejects.toBeInstanceOf(Unauthenticated);
    expect(issuer.fetches()).toBe(1);
  });

  test('is verified though another key of the set is too weak to be used', async () => {
    const [weak, right] = [generateKeyPairSync('rsa', { modulusLength: 1024 }), await generateKeyPair('RS256')];
    const keys = [weak.publicKey.export({ format: 'jwk' }), await exportJWK(right.publicKey)];
    const jwksUrl = await issuerThat((_request, response) => response.end(JSON.stringify({ keys })));
    const authenticate = createAuthenticate({ ...NOTHING, jwksUrl });
    expect(await authenticate(await header(right))).toMatchObject({ subject: 'user-1' });
  });

  test('is refused for its claims whichever key has signed it', async () => {
    const [first, second] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
    const { url } = await publish({ first, second });
    const authenticate = createAuthenticate({ ...NOTHING, jwksUrl: url });
    const expired = authenticate(await header(first, {}, '-31s'));
    await expect(expired).rejects.toThrow('The token has expired');
  });

  test('is refused as soon as a key set without its key has been fetched', async () => {
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => generateKeyPair('RS256')));
    const issuer = await publish({ first: first!, second: second! });
    const authenticate = createAuthenticate({ ...NOTHING, jwksUrl: issuer.url }, 0);
    const verified = await header(first!);
    for (let index = 0; index < 3; index += 1)
      expect(await authenticate(verified)).toMatchObject({ subject: 'user-1' });
    await issuer.change({ second: second!, third: third! });
    await authenticate(await bearer(third!, 'third'));
    await expect(authenticate(verified)).rejects.toBeInstanceOf(Unauthenticated);
  });
});

describe('a verified token', () => {
  test('is refused once it has expired', async () => {
    const authenticate = createAuthenticate({ ...NOTHING, secret: SECRET });
    const header = { headers: { authorization: `Bearer ${await token({}, { expires: '1m' })}` } };
    expect(await authenticate(header)).toMatchObject({ subject: 'user-1' });
    advance(89_000);
    expect(await authenticate(header)).toMatchObject({ subject: 'user-1' });
    advance(2_000);
    await expect(authenticate(header)).rejects.toBeInstanceOf(Unauthenticated);
  });

  test('is refused as soon as a key set without its key has been fetched', async () => {
    const [first, second] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
    const issuer = await publish({ first });
    const authenticate = createAuthenticate({ ...NOTHING, jwksUrl: issuer.url }, 0);
    const header = await bearer(first, 'first');
    for (let index = 0; index < 3; index += 1) await authenticate(header);
    await issuer.change({ second });
    expect(await authenticate(header)).toMatchObject({ subject: 'user-1' });
    await authenticate(await bearer(second, 'second'));
    await expect(authenticate(header)).rejects.toBeInstanceOf(Unauthenticated);
  });

  test('is refused a minute after its key was withdrawn, though nobody else asks', async () => {
    const first = await generateKeyPair('RS256');
    const issuer = await publish({ first });
    const authenticate = createAuthenticate({ ...NOTHING, jwksUrl: issuer.url });
    const header = await bearer(first, 'first');
    for (let index = 0; index < 3; index += 1) await authenticate(header);
    await issuer.change({});
    advance(59_000);
    expect(await authenticate(header)).toMatchObject({ subject: 'user-1' });
    expect(issuer.fetches()).toBe(1);
    advance(2_000);
    let error: unknown = null;
    await until(async () => {
      error = await authenticate(header).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      return error !== null;
    });
    expect(error).toBeInstanceOf(Unauthenticated);
    expect(issuer.fetches()).toBe(2);
  });

  test('is accepted for five minutes while the issuer cannot be asked, which is tried once a minute', async () => {
    const first = await generateKeyPair('RS256');
    const issuer = await publish({ first });
    const authenticate = createAuthenticate({ ...NOTHING, jwksUrl: issuer.url });
    const header = await bearer(first, 'first');
    await authenticate(header);
    await issuer.change(null);
    for (let minute = 1; minute <= 4; minute += 1) {
      advance(60_000);
      for (let index = 0; index < 3; index += 1)
        expect(await authenticate(header)).toMatchObject({ subject: 'user-1' });
    }
    expect(issuer.fetches()).toBeLessThanOrEqual(5);
  });

  test('meets an outage while the key set cannot be fetched anew, and is accepted again afterwards', async () => {
    const first = await generateKeyPair('RS256');
    const issuer = await publish({ first });
    const authenticate = createAuthenticate({ ...NOTHING, jwksUrl: issuer.url });
    const header = await bearer(first, 'first');
    for (let index = 0; index < 3; index += 1) await authenticate(header);
    await issuer.change(null);
    advance(5 * 60_000);
    const error: unknown = await authenticate(header).catch((thrown: unknown) => thrown);
    expect([error instanceof Error, error instanceof Unauthenticated]).toEqual([true, false]);
    await issuer.change({ first });
    expect(await authenticate(header)).toMatchObject({ subject: 'user-1' });
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
    ['that is not valid yet', { nbf: Math.floor(Date.now() / 1000) + 3_600 }, {}, {}],
  ])('%s', async (_name, claims, options, config) => {
    await refused({ secret: SECRET, ...config }, await token(claims, options));
  });

  test('without a subject, and without an expiry', async () => {
    const bare = (): SignJWT => new SignJWT({}).setProtectedHeader({ alg: 'HS256' });
    const key = new TextEncoder().encode(SECRET);
    await refused({ secret: SECRET }, await bare().setExpirationTime('5m').sign(key));
    await refused({ secret: SECRET }, await bare().setSubject('').setExpirationTime('5m').sign(key));
    await refused({ secret: SECRET }, await bare().setSubject('user-1').sign(key));
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

describe('an algorithm', () => {
  test.each(['HS256', 'HS384', 'HS512'])('of a shared secret is accepted: %s', async (alg) => {
    const jwt = await token({}, { alg, key: new TextEncoder().encode(LONG_SECRET) as never });
    expect(await ask({ secret: LONG_SECRET }, `Bearer ${jwt}`)).toMatchObject({ subject: 'user-1' });
  });

  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
    'of a public key is accepted: %s',
    async (alg) => {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      const jwt = await token({}, { alg, key: privateKey as never });
      const pem = await exportSPKI(publicKey);
      expect(await ask({ publicKey: pem }, `Bearer ${jwt}`)).toMatchObject({ subject: 'user-1' });
    },
  );
});

const LONG_SECRET = 'a-secret-of-sixty-four-characters-so-that-HS512-takes-it-as-well';

describe('a refused caller', () => {
  const nobody = (sub?: string): Promise<string> =>
    new SignJWT(sub === undefined ? {} : { sub })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(SECRET));

  const said = async (config: Partial<AuthConfig>, authorization?: string, router?: string): Promise<unknown> =>
    ask(config, authorization, router).then(
      () => null,
      (error: Error) => [error.name, error.message],
    );

  test.each<[string, Partial<AuthConfig>, () => Promise<string | undefined>, string | undefined]>([
    ['The router secret is missing or wrong', { routerSecret: 'the router' }, async () => undefined, undefined],
    ['The router secret is missing or wrong', { routerSecret: 'the router' }, async () => undefined, 'another'],
    ['The token is not a bearer token', { secret: SECRET }, async () => `x Bearer ${await token()}`, undefined],
    ['The token is not a bearer token', { secret: SECRET }, async () => `Bearer ${await token()} x`, undefined],
    ['The token is not a bearer token', { secret: SECRET }, async () => 'Basic eA==', undefined],
    [
      'The token has expired',
      { secret: SECRET },
      async () => `Bearer ${await token({}, { expires: '-1h' })}`,
      undefined,
    ],
    ['The token cannot be verified', { secret: SECRET }, async () => 'Bearer x.y.z', undefined],
    ['The token names nobody', { secret: SECRET }, async () => `Bearer ${await nobody('')}`, undefined],
    ['The token names nobody', { secret: SECRET }, async () => `Bearer ${await nobody()}`, undefined],
  ])('is told: %s', async (message, config, authorization, router) => {
    expect(await said(config, await authorization(), router)).toEqual(['Unauthenticated', message]);
  });
});
