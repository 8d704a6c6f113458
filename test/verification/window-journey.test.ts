import { afterEach, describe, expect, test } from '@jest/globals';
import { readConfig, type PortoneConfig } from '../../src/config.ts';
import { createMemoryStore } from '../../src/guard/store.ts';
import { createSandbox, SANDBOX_MERCHANT_CODE } from '../../src/sandbox/sandbox.ts';
import { portoneAt, startGateway, type Fields, type TestGateway } from '../support/gateway.ts';
import { COMPLETE, OPEN, passWindow } from '../support/person-window.ts';
import { callerHeaders, TOKENS } from '../support/tokens.ts';
import { UPSTREAMS, VERSIONS, type Version } from '../support/upstreams.ts';

const READ = `query($impUid: ID!) { certification(impUid: $impUid) {
  __typename ... on Certification { name } ... on IdentityError { code } } }`;
const DELETE = `mutation($impUid: ID!) { deleteCertification(impUid: $impUid) { __typename ... on IdentityError { code } } }`;

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).toReversed()) await thing.close();
});

/** A gateway on the sandbox of one version, and a way to count the calls that the sandbox got. */
async function start(version: Version): Promise<{ gateway: TestGateway; url: string; calls: () => string[] }> {
  const sandbox = await createSandbox();
  const gateway = await startGateway({
    config: { auth: TOKENS, portone: version === 'V2' ? portoneAt(sandbox.url) : null },
    iamport: { baseUrl: sandbox.url, merchantCode: SANDBOX_MERCHANT_CODE },
  });
  opened.push(sandbox, gateway);
  const isCall = (path: string): boolean => !path.startsWith('/window') && path !== '/users/getToken';
  const calls = () =>
    sandbox.requests.filter(({ path }) => isCall(path)).map(({ method, path }) => `${method} ${path}`);
  return { gateway, url: sandbox.url, calls };
}

describe.each(VERSIONS)('the window of PortOne %s', (version) => {
  test('proves the person to the caller that opened it: one read, and the person to nobody else', async () => {
    const { gateway, url, calls } = await start(version);
    const alice = await callerHeaders('alice', 'certification:ci', 'certification:delete');
    const mallory = await callerHeaders('mallory', 'certification:ci', 'certification:delete');
    const window = await gateway.run(OPEN, {}, alice);
    const id = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(window).toMatchObject(
      version === 'V1'
        ? { impUid: null, merchantUid: id, merchantCode: SANDBOX_MERCHANT_CODE, storeId: null }
        : { impUid: id, merchantUid: null, merchantCode: null, storeId: expect.any(String) },
    );
    expect(calls()).toEqual([]);
    const impUid = await passWindow(url, window);
    const proven = await gateway.run(COMPLETE, { impUid }, alice);
    expect(proven).toMatchObject({ __typename: 'Certification', impUid, name: '홍길동', certified: true });
    expect(proven['uniqueKey']).toEqual(expect.any(String));
    expect(calls()).toEqual([UPSTREAMS[version].read(impUid)]);

    expect(await gateway.run(READ, { impUid }, alice)).toEqual({ __typename: 'Certification', name: '홍길동' });
    for (const query of [COMPLETE, READ, DELETE])
      expect(await gateway.run(query, { impUid }, mallory)).toMatchObject({ code: 'NOT_FOUND' });
    const confirmed = await gateway.confirm(impUid, '123456', alice);
    expect(confirmed).toMatchObject({ code: 'INVALID_INPUT', fields: [{ name: 'impUid' }] });
    expect(confirmed.fields[0]!.message).toContain('completeIdentityWindow');
    const deleted = await gateway.run(DELETE, { impUid }, alice);
    expect(deleted['__typename']).toBe(version === 'V1' ? 'CertificationDeleted' : 'UpstreamError');
    expect(gateway.log()).not.toMatch(/홍길동|5678|1990/);
  });

  test('that the person cancels can be opened again with the same id', async () => {
    const { gateway, url } = await start(version);
    const alice = await callerHeaders('alice', 'certification:ci');
    const window = await gateway.run(OPEN, {}, alice);
    const cancelled = await passWindow(url, window, null);
    const told: Fields = await gateway.run(COMPLETE, { impUid: cancelled }, { ...alice, 'accept-language': 'ko' });
    expect(told).toEqual({
      __typename: 'OtpRejectedError',
      code: 'WINDOW_NOT_COMPLETED',
      message: '본인인증이 아직 끝나지 않았어요. 인증창에서 마치거나 처음부터 다시 시작해 주세요.',
      retryable: true,
      attemptsRemaining: null,
      retryAt: null,
    });
    const impUid = await passWindow(url, window);
    expect(await gateway.run(COMPLETE, { impUid }, alice)).toMatchObject({ name: '홍길동' });
  });
});

test('a window of PortOne V1 is completed there, although new ones are opened on V2 since', async () => {
  const sandbox = await createSandbox();
  opened.push(sandbox);
  const store = createMemoryStore();
  const { guard } = readConfig({ GUARD_SECRET: 'the same after the restart, and 32 characters' });
  const restart = async (merchantCode: string | null, portone: PortoneConfig | null) => {
    const config = { auth: TOKENS, guard, portone };
    const gateway = await startGateway({ config, iamport: { baseUrl: sandbox.url, merchantCode }, store });
    opened.push(gateway);
    return gateway;
  };
  const alice = await callerHeaders('alice', 'certification:ci');
  const mallory = await callerHeaders('mallory');
  const before = await restart(SANDBOX_MERCHANT_CODE, null);
  const impUid = await passWindow(sandbox.url, await before.run(OPEN, {}, alice));

  const after = await restart(null, portoneAt(sandbox.url, { isAlone: false }));
  const onV2 = await after.run(OPEN, {}, alice);
  expect(onV2).toMatchObject({ merchantUid: null, impUid: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(await after.run(COMPLETE, { impUid }, mallory)).toMatchObject({ code: 'NOT_FOUND' });
  expect(await after.run(COMPLETE, { impUid }, alice)).toMatchObject({ impUid, name: '홍길동' });
  expect(await after.run(COMPLETE, { impUid }, alice)).toMatchObject({ code: 'NOT_FOUND' });
  const idOnV2 = await passWindow(sandbox.url, onV2);
  expect(await after.run(COMPLETE, { impUid: idOnV2 }, alice)).toMatchObject({ impUid: idOnV2, name: '홍길동' });
  const reads = sandbox.requests.filter(({ method }) => method === 'GET').map(({ path }) => path);
  expect(reads).toEqual([...Array<string>(3).fill(`/certifications/${impUid}`), `/identity-verifications/${idOnV2}`]);
});

describe('the two mutations', () => {
  test('take a caller, and an impUid that can be one', async () => {
    const { gateway, calls } = await start('V1');
    for (const [query, variables] of [
      [OPEN, {}],
      [COMPLETE, { impUid: 'imp_123456789012' }],
    ] as const) {
      const { body } = await gateway.post({ query, variables });
      expect(body).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    const alice = await callerHeaders('alice');
    expect(await gateway.run(COMPLETE, { impUid: '../users' }, alice)).toMatchObject({
      __typename: 'InvalidInputError',
      fields: [{ name: 'impUid' }],
    });
    expect(calls()).toEqual([]);
  });

  test('without the merchant’s code open nothing, and tell the operator once which setting is missing', async () => {
    const gateway = await startGateway({ config: { auth: TOKENS }, iamport: { merchantCode: null } });
    opened.push(gateway);
    const alice = await callerHeaders('alice');
    for (let time = 0; time < 2; time += 1)
      expect(await gateway.run(OPEN, {}, alice)).toMatchObject({
        __typename: 'UpstreamError',
        code: 'UPSTREAM_MISCONFIGURED',
        retryable: false,
      });
    expect(gateway.calls('')).toEqual([]);
    expect(await gateway.run(COMPLETE, { impUid: 'imp_123456789012' }, alice)).toMatchObject({ code: 'NOT_FOUND' });
    const lines = gateway.log().match(/.*needs a setting.*/g)!;
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 40, setting: 'IAMPORT_MERCHANT_CODE' }]);
  });
});
