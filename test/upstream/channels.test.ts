import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { GatewayEvent, UnknownWords } from '../../src/events.ts';
import { createIamport } from '../../src/iamport/source.ts';
import { createPortone } from '../../src/portone/source.ts';
import type { Channel } from '../../src/upstream/channel.ts';
import { createHttp } from '../../src/upstream/http.ts';
import type { IdentityRequest } from '../../src/upstream/upstream.ts';
import { reset } from '../support/faulty-upstream.ts';
import { startGateway } from '../support/gateway.ts';
import { VERSIONS, type Version } from '../support/upstreams.ts';
import { plain } from '../support/verification.ts';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const close of opened.splice(0)) await close();
});

/** How one channel answers: a message is a refusal in these words, and a function does something with the response. */
type Behaviour = string | ((response: ServerResponse) => unknown);

const MAINTENANCE = '[1271] 통신사 점검 중입니다.';
const SEND_FAILED = '[1410] SMS 송신을 마치지 못했습니다.';
const TEMPORARY = '[1060] 통신사 내부 오류입니다.';

interface Sent {
  readonly channel: string | undefined;
  readonly id: string | undefined;
  readonly key: string | undefined;
  readonly bypass: unknown;
}

/** An upstream that speaks both versions, whose channels behave as they are told; others send. */
async function upstreamOf(behaviours: Readonly<Record<string, Behaviour>>, status = 200) {
  const sent: Sent[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const { url = '', method, headers } = request;
      const v1 = (code: number, message: string | null, answer: unknown) =>
        response.writeHead(code === 0 ? 200 : status).end(JSON.stringify({ code, message, response: answer }));
      if (url === '/users/getToken') return v1(0, null, { access_token: 't', now: 0, expired_at: 1800 });
      const [, id] = /^\/identity-verifications\/(\w+)\/send$/.exec(url) ?? [];
      if (method === 'GET') return response.writeHead(404).end('{"type":"IDENTITY_VERIFICATION_NOT_FOUND"}');
      const { channel_key, channelKey = channel_key, bypass } = JSON.parse(text) as Record<string, string>;
      sent.push({ channel: channelKey, id, key: [headers['idempotency-key']].flat()[0], bypass });
      const behaviour = behaviours[channelKey ?? 'none'];
      if (typeof behaviour === 'function') return behaviour(response);
      if (behaviour === undefined) return id ? response.end('{}') : v1(0, null, { imp_uid: 'imp_123456789012' });
      if (!id) return v1(-1, behaviour, null);
      const [pgCode, pgMessage] = [behaviour.slice(1, 5), behaviour.slice(7)];
      return response.writeHead(502).end(JSON.stringify({ type: 'PG_PROVIDER', pgCode, pgMessage }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { sent, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const [A, B, C] = ['a', 'b', 'c'].map((key): Channel => ({ provider: null, key })) as [Channel, Channel, Channel];
const DANAL: Channel = { provider: 'danal', key: 'danal' };
const KCP: Channel = { provider: 'kcp_v2', key: 'kcp' };

const PERSON: IdentityRequest = {
  name: '홍길동',
  phone: '01012345678',
  birthday: '1990-01-02',
  genderDigit: '1',
  carrier: 'SKT',
  merchantUid: null,
  company: null,
  method: 'SMS',
  device: 'MOBILE',
};

interface Options {
  readonly bypass?: string;
  readonly confirmTimeoutMs?: number;
  readonly breakerMinimumRps?: number;
}

function sourceOf(
  version: Version,
  baseUrl: string,
  channels: readonly Channel[] | null,
  { bypass, confirmTimeoutMs = 10_000, breakerMinimumRps = 1 }: Options = {},
) {
  const events: (GatewayEvent | UnknownWords)[] = [];
  const http = createHttp({ baseUrl, connectTimeoutMs: 10_000 });
  opened.push(() => http.close());
  const shared = {
    http,
    confirmTimeoutMs,
    readTimeoutMs: 10_000,
    apiSecret: 's',
    bypass: bypass ?? null,
    refusalsFile: null,
    policies: { parallelCalls: 10, queuedCalls: 10, readTries: 1, breakerMinimumRps },
    onEvent: (event: GatewayEvent | UnknownWords) => void events.push(event),
  };
  const source =
    version === 'V1'
      ? createIamport({ ...shared, apiKey: 'k', merchantCode: 'imp1', channels })
      : createPortone({ ...shared, storeId: 'store', channels: channels! });
  return { source, events };
}

const channelsOf = (sent: readonly Sent[]) => sent.map(({ channel }) => channel);

describe.each(VERSIONS)('a request for a code on several channels of %s', (version) => {
  test('goes to the first of them', async () => {
    const { baseUrl, sent } = await upstreamOf({});
    const { source, events } = sourceOf(version, baseUrl, [A, B]);
    expect((await source.request(PERSON, '10.0.0.1')).ok).toBe(true);
    expect(channelsOf(sent)).toEqual(['a']);
    expect(events.map(({ kind }) => kind)).not.toContain('next-channel');
  });

  test.each([
    ['CARRIER_MAINTENANCE', MAINTENANCE],
    ['SEND_FAILED', SEND_FAILED],
    ['UPSTREAM_TEMPORARY', TEMPORARY],
  ])('goes to the next one after %s, in their order, and tells so', async (refusal, message) => {
    const { baseUrl, sent } = await upstreamOf({ a: message, b: message });
    const { source, events } = sourceOf(version, baseUrl, [A, B, { ...C, provider: 'danal' }]);
    expect((await source.request(PERSON, '10.0.0.1')).ok).toBe(true);
    expect(channelsOf(sent)).toEqual(['a', 'b', 'c']);
    expect(events.filter(({ kind }) => kind === 'next-channel')).toEqual([
      { kind: 'next-channel', position: 2, provider: null, refusal },
      { kind: 'next-channel', position: 3, provider: 'danal', refusal },
    ]);
  });

  test('ends with the refusal of the last one where all are down', async () => {
    const { baseUrl, sent } = await upstreamOf({ a: MAINTENANCE, b: TEMPORARY });
    const { source } = sourceOf(version, baseUrl, [A, B]);
    expect(await plain(source.request(PERSON, '10.0.0.1'))).toMatchObject({ refusal: 'UPSTREAM_TEMPORARY' });
    expect(channelsOf(sent)).toEqual(['a', 'b']);
  });

  test.each<[string, Behaviour, object]>([
    ['a mistake of the person', '[1110] 입력하신 내용이 다릅니다.', { refusal: 'INVALID_INPUT' }],
    ['a limit', '[3041] 전송 횟수 초과입니다.', { refusal: 'SEND_LIMIT' }],
    ['a channel that is not set up', '[0066] 개통되지 않은 고객사입니다.', { refusal: 'MERCHANT_CONFIG' }],
    ['unknown words', '[7777] 끝낼 수 없습니다.', { refusal: 'UNRECOGNISED' }],
    ['a lost answer', (response) => reset(response, '', 1), { fate: 'ambiguous' }],
    ['an answer of something else', (response) => response.writeHead(403).end(), { fate: 'answered' }],
    ['a call that was turned away', (response) => response.writeHead(413).end(), { fate: 'rejected' }],
  ])('stays on the first one after %s', async (_what, behaviour, failure) => {
    const { baseUrl, sent } = await upstreamOf({ a: behaviour });
    const { source } = sourceOf(version, baseUrl, [A, B]);
    expect(await plain(source.request(PERSON, '10.0.0.1'))).toMatchObject(failure);
    expect(new Set(channelsOf(sent))).toEqual(new Set(['a']));
  });

  test.each([
    [20_000, ['a', 'b']],
    [30_000, ['a']],
  ])('after %i of its 60 s goes to another only in the first half', async (passedMs, channels) => {
    const body = JSON.stringify({ code: -1, type: 'PG_PROVIDER', message: TEMPORARY });
    const late: Behaviour = (response) => {
      const now = performance.now.bind(performance);
      jest.spyOn(performance, 'now').mockImplementation(() => now() + passedMs);
      return response.writeHead(500).end(body);
    };
    const { baseUrl, sent } = await upstreamOf({ a: late });
    const { source } = sourceOf(version, baseUrl, [A, B], { confirmTimeoutMs: 60_000 });
    expect((await source.request(PERSON, '10.0.0.1')).ok).toBe(channels.length === 2);
    expect(channelsOf(sent)).toEqual(channels);
  });

  test('opens no breaker while the next channel sends', async () => {
    const { baseUrl, sent } = await upstreamOf({ a: TEMPORARY, b: TEMPORARY }, 500);
    const { source, events } = sourceOf(version, baseUrl, [A, B, C], { breakerMinimumRps: 0.1 });
    for (let nth = 0; nth < 5; nth += 1) expect((await source.request(PERSON, '10.0.0.1')).ok).toBe(true);
    expect(sent).toHaveLength(15);
    expect(events.map(({ kind }) => kind)).not.toContain('breaker');
  });

  test('gives the device to channels whose provider asks for it, or may', async () => {
    const { baseUrl, sent } = await upstreamOf({ danal: MAINTENANCE, kcp: MAINTENANCE });
    const { source } = sourceOf(version, baseUrl, [DANAL, KCP, A], { bypass: '{"device":"{device}"}' });
    await source.request(PERSON, '10.0.0.1');
    const objects = sent.map(({ bypass }) => (version === 'V1' ? JSON.parse(bypass as string) : bypass));
    expect(objects).toEqual([{}, { device: 'MOBILE' }, { device: 'MOBILE' }]);
  });

  test('and a window is opened on the first of them', async () => {
    const { source } = sourceOf(version, 'http://127.0.0.1:9', [KCP, DANAL]);
    const { impUid, merchantUid, channelKey } = source.newWindow()!;
    expect([impUid ?? merchantUid, channelKey]).toEqual([expect.stringMatching(/^[A-Za-z\d]{1,40}$/), 'kcp']);
  });
});

test('each channel of V2 gets an id and an idempotency key of its own, and the answer has the last id', async () => {
  const { baseUrl, sent } = await upstreamOf({ a: MAINTENANCE });
  const { source } = sourceOf('V2', baseUrl, [A, B]);
  const answer = await plain(source.request(PERSON, '10.0.0.1'));
  expect(sent.map(({ id }) => id)).toEqual([expect.stringMatching(/^[a-z\d]{32}$/), answer]);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(2);
  expect(new Set(sent.map(({ key }) => key)).size).toBe(2);
});

test('a request on V1 without a channel goes to the one that is set at the upstream', async () => {
  const { baseUrl, sent } = await upstreamOf({});
  const { source } = sourceOf('V1', baseUrl, null);
  expect((await source.request(PERSON, null)).ok).toBe(true);
  expect(channelsOf(sent)).toEqual([undefined]);
  expect(source.newWindow()).toMatchObject({ channelKey: null });
});

describe('a merchantUid with an underscore', () => {
  const WITH = { ...PERSON, merchantUid: 'order_1' };

  test('skips the KCP channels of V1', async () => {
    const { baseUrl, sent } = await upstreamOf({ danal: MAINTENANCE });
    const { source } = sourceOf('V1', baseUrl, [KCP, DANAL, { ...KCP, key: 'kcp-2' }]);
    expect(await plain(source.request(WITH, null))).toMatchObject({ refusal: 'CARRIER_MAINTENANCE' });
    expect(channelsOf(sent)).toEqual(['danal']);
  });

  test('reaches no provider on V2, so that every channel takes it', async () => {
    const { baseUrl, sent } = await upstreamOf({});
    const { source } = sourceOf('V2', baseUrl, [KCP]);
    expect(source.takesMerchantUid('order_1')).toBe(true);
    expect((await source.request(WITH, '10.0.0.1')).ok).toBe(true);
    expect(channelsOf(sent)).toEqual(['kcp']);
  });

  test.each<[string, Channel[] | null, boolean]>([
    ['no channel is set', null, true],
    ['the provider is not told', [A], true],
    ['one of two channels is of another provider', [KCP, DANAL], true],
    ['every channel is of KCP', [KCP, { ...KCP, key: 'kcp-2' }], false],
  ])('is taken or not where %s', (_what, channels, isTaken) => {
    const { source } = sourceOf('V1', 'http://127.0.0.1:9', channels);
    expect([source.takesMerchantUid('order_1'), source.takesMerchantUid('order1')]).toEqual([isTaken, true]);
  });
});

describe('a gateway with two channels', () => {
  const REQUEST = `mutation ($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { __typename
    ... on InvalidInputError { fields { name message } } ... on IdentityOtpSent { impUid } } }`;
  const { name, phone, birthday, genderDigit, carrier } = PERSON;
  const input = { name, phone, birthday, genderDigit, carrier };

  async function gatewayOn(channels: Channel[], behaviours: Readonly<Record<string, Behaviour>>) {
    const { baseUrl, sent } = await upstreamOf(behaviours);
    const gateway = await startGateway({
      iamport: { baseUrl, channels },
      config: {
        limits: {
          requestsPerPhone: [{ points: 1, seconds: 60 }],
          requestsPerCaller: [],
          requestsPerIp: [],
          requests: [],
          confirmsPerCaller: [],
          confirmsPerIp: [],
          shadow: false,
        },
      },
    });
    opened.push(() => gateway.close());
    return { gateway, sent };
  }

  test('counts a request that went to the second as one, and logs that the first is down, without its key', async () => {
    const { gateway, sent } = await gatewayOn([DANAL, KCP], { danal: SEND_FAILED });
    const answers = [await gateway.run(REQUEST, { input }), await gateway.run(REQUEST, { input })];
    expect(answers.map(({ __typename }) => __typename)).toEqual(['IdentityOtpSent', 'RateLimitedError']);
    expect(channelsOf(sent)).toEqual(['danal', 'kcp']);
    const lines = gateway
      .log()
      .split('\n')
      .filter((line) => line.includes('a channel says that it is down'));
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ level: 40, channel: 2, provider: 'kcp_v2', refusal: 'SEND_FAILED' }),
    ]);
    expect(lines[0]).not.toContain('"danal"');
  });

  test('of KCP both calls a merchantUid with an underscore wrong input, and asks nobody', async () => {
    const { gateway, sent } = await gatewayOn([KCP, { ...KCP, key: 'kcp-2' }], {});
    const wrong = await gateway.run(REQUEST, { input: { ...input, merchantUid: 'order_1' } });
    expect(wrong).toEqual({
      __typename: 'InvalidInputError',
      fields: [{ name: 'merchantUid', message: 'Must be 1 to 40 letters or digits.' }],
    });
    expect(sent).toEqual([]);
    const right = await gateway.run(REQUEST, { input: { ...input, merchantUid: 'order1' } });
    expect(right['__typename']).toBe('IdentityOtpSent');
  });
});
