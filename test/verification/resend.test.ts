import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { createMemoryStore, RECORD_TTL_MS } from '../../src/guard/store.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { portoneAt, startGateway, type Fields, type TestGateway } from '../support/gateway.ts';

const REQUEST = `mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) {
  __typename ... on IdentityOtpSent { impUid } ... on IdentityError { code } } }`;
const RESEND = `mutation($impUid: ID!) { resendIdentityOtp(impUid: $impUid) {
  __typename ... on IdentityOtpSent { impUid resendAt expiresAt attemptsAllowed }
  ... on IdentityError { code message retryable } ... on OtpRejectedError { attemptsRemaining }
  ... on RateLimitedError { retryAt } ... on InvalidInputError { fields { name } } } }`;
const PERSON = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };

const READ = `query($impUid: ID!) { certification(impUid: $impUid) { ... on Certification { name } } }`;

/** Hands calls on to an upstream, and while it is cut no answer back. */
async function startRelay(upstreamUrl: string) {
  const relay = { url: '', isCut: false, close: () => Promise.resolve() };
  const server = createServer((from, back) => {
    const { method, url, headers } = from;
    const to = httpRequest(upstreamUrl + url!, { method: method!, headers }, (answer) => {
      if (relay.isCut) return void back.destroy();
      back.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(back);
    });
    from.pipe(to);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  relay.close = async () => {
    server.closeAllConnections();
    await server[Symbol.asyncDispose]();
  };
  relay.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return relay;
}

let gateway: TestGateway;
afterEach(() => gateway.close());

const request = async (input: object = {}): Promise<string> =>
  (await gateway.run(REQUEST, { input: { ...PERSON, ...input } }))['impUid'] as string;
const resend = (impUid: string): Promise<Fields> => gateway.run(RESEND, { impUid });
const codes = (): string[] => gateway.sandbox.inbox.map(({ code }) => code);
const wrongOf = (code: string): string => (code === '000000' ? '000001' : '000000');

describe('on PortOne V2', () => {
  test('the code of a verification is sent again: the new one counts, and the attempts stay', async () => {
    gateway = await startGateway({ portone: {} });
    const impUid = await request();
    expect(await gateway.confirm(impUid, wrongOf(codes()[0]!))).toMatchObject({ code: 'WRONG_CODE' });
    const before = Date.now();
    const sent = await resend(impUid);
    expect(sent).toMatchObject({ __typename: 'IdentityOtpSent', impUid, attemptsAllowed: 4 });
    expect(Date.parse(sent['resendAt'] as string) - before).toBeGreaterThanOrEqual(60_000);
    expect(await gateway.confirm(impUid, codes()[1]!)).toMatchObject({ certified: true, name: '홍길동' });
    expect(gateway.calls('/resend')).toEqual([`POST /identity-verifications/${impUid}/resend`]);
  });

  test('it counts as a request to the same phone, of which no copy is kept that can be read', async () => {
    const { limits } = readConfig({ LIMIT_REQUESTS_PER_PHONE: '2/1h' });
    gateway = await startGateway({ portone: {}, config: { limits } });
    const impUid = await request();
    expect(await resend(impUid)).toMatchObject({ __typename: 'IdentityOtpSent' });
    expect(await resend(impUid)).toMatchObject({ __typename: 'RateLimitedError', retryAt: expect.any(String) });
    expect(await gateway.run(REQUEST, { input: PERSON })).toMatchObject({ code: 'RATE_LIMITED' });
    expect(gateway.calls('/resend')).toHaveLength(1);
  });

  test('while a limit lets no message be sent, a code that was wrong costs no further attempt', async () => {
    const { limits } = readConfig({ LIMIT_REQUESTS_PER_PHONE: '1/1h' });
    gateway = await startGateway({ portone: {}, config: { limits } });
    const impUid = await request();
    const wrong = wrongOf(codes()[0]!);
    expect(await gateway.confirm(impUid, wrong)).toMatchObject({ attemptsRemaining: 4 });
    expect(await resend(impUid)).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await gateway.confirm(impUid, wrong)).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 4 });
    expect(gateway.calls('/confirm')).toHaveLength(1);
  });

  test('a code that is sent again can be confirmed for as long as it lives, an hour after the first', async () => {
    const clock = { ms: 0 };
    const { guard } = readConfig({ UNISSUED_IMP_UIDS: 'refuse' });
    gateway = await startGateway({ portone: {}, config: { guard }, store: createMemoryStore(() => clock.ms) });
    const impUid = await request();
    clock.ms = RECORD_TTL_MS - 1;
    expect(await resend(impUid)).toMatchObject({ __typename: 'IdentityOtpSent' });
    clock.ms = RECORD_TTL_MS + 1;
    expect(await gateway.confirm(impUid, codes()[1]!)).toMatchObject({ certified: true });
  });

  test('two taps at once send one message', async () => {
    gateway = await startGateway({ portone: {} });
    const impUid = await request();
    const [one, other] = await Promise.all([resend(impUid), resend(impUid)]);
    expect(one).toEqual(other);
    expect([codes().length, gateway.calls('/resend').length]).toEqual([2, 1]);
  });

  test('nothing is sent for a verification that is over, unknown or approved in an app', async () => {
    gateway = await startGateway({ portone: {} });
    const impUid = await request();
    await gateway.confirm(impUid, codes()[0]!);
    expect(await resend(impUid)).toMatchObject({ code: 'ALREADY_CERTIFIED', attemptsRemaining: 0 });
    expect(await resend('nobody0000000001')).toMatchObject({ __typename: 'CertificationNotFoundError' });
    expect(await resend('no')).toMatchObject({ __typename: 'InvalidInputError', fields: [{ name: 'impUid' }] });
    const app = await request({ method: 'APP' });
    expect(await resend(app)).toMatchObject({ code: 'RESEND_UNAVAILABLE', retryable: false });
    expect(gateway.calls('/resend')).toEqual([]);
  });

  test('a message that the provider refuses is a failure of its own, and can be asked for again', async () => {
    gateway = await startGateway({ portone: {} });
    const magic = 'magic900242000001';
    await gateway.confirm(magic, '000000'); // the first caller of an id that was requested elsewhere
    expect(await resend(magic)).toMatchObject({ code: 'RESEND_UNAVAILABLE' });
    expect(gateway.calls('/resend')).toEqual([]);
  });
});

test('a refusal after a confirm whose answer was lost is no failure: that confirm may have worked, and then the record tells', async () => {
  const sandbox = await createSandbox();
  const relay = await startRelay(sandbox.url);
  gateway = await startGateway({ config: { portone: portoneAt(relay.url) } });
  try {
    const impUid = await request();
    relay.isCut = true;
    const code = sandbox.inbox[0]!.code;
    expect(await gateway.confirm(impUid, code)).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    relay.isCut = false;
    expect(await resend(impUid)).toMatchObject({ __typename: 'OutcomeUnknownError', code: 'OUTCOME_UNKNOWN' });
    expect(sandbox.inbox).toHaveLength(1);
    expect(await gateway.run(READ, { impUid })).toMatchObject({ name: '홍길동' });
  } finally {
    await relay.close();
    await sandbox.close();
  }
});

test('on iamport, which has no such call, a new code is to be asked for, and no limit is used', async () => {
  const { limits } = readConfig({ LIMIT_REQUESTS_PER_PHONE: '2/1h' });
  gateway = await startGateway({ config: { limits } });
  const impUid = await request();
  const wrong = wrongOf(codes()[0]!);
  expect(await gateway.confirm(impUid, wrong)).toMatchObject({ attemptsRemaining: 4 });
  const sent = gateway.calls('').length;
  expect(await resend(impUid)).toMatchObject({ __typename: 'OtpRejectedError', code: 'RESEND_UNAVAILABLE' });
  expect(await gateway.confirm(impUid, wrong)).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 4 });
  expect(gateway.calls('')).toHaveLength(sent);
  expect(await gateway.run(REQUEST, { input: PERSON })).toMatchObject({ __typename: 'IdentityOtpSent' });
});

test('beside iamport, verifications are sent again where they were made', async () => {
  gateway = await startGateway({ portone: { isAlone: false } });
  const impUid = await request();
  expect(await resend(impUid)).toMatchObject({ __typename: 'IdentityOtpSent' });
  expect(await gateway.confirm('imp_900200000001', '123456')).toMatchObject({ certified: true });
  expect(gateway.calls('/otp/confirm')).toEqual(['POST /certifications/otp/confirm/imp_900200000001']);
});
