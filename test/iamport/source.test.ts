import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { GatewayEvent, UnknownWords } from '../../src/events.ts';
import { createHttp } from '../../src/upstream/http.ts';
import { createIamport, type IamportOptions } from '../../src/iamport/source.ts';
import type { IdentityRequest } from '../../src/upstream/upstream.ts';
import {
  envelope,
  plain as text,
  refusal,
  reset,
  startFaultyUpstream,
  type Fault,
} from '../support/faulty-upstream.ts';
import { testConfig } from '../support/config.ts';
import { plain, verificationOn } from '../support/verification.ts';

interface Call {
  readonly call: string;
  readonly body: unknown;
}

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** A source in front of a one-route upstream that answers every call but the log-in alike. */
async function sourceBefore(response: unknown, options: Partial<IamportOptions> = {}, login: object = { now: 0 }) {
  const calls: Call[] = [];
  const server: Server = createServer((request, reply) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const isLogin = request.url === '/users/getToken';
      if (!isLogin)
        calls.push({ call: `${request.method} ${request.url}`, body: text === '' ? null : JSON.parse(text) });
      reply.end(
        JSON.stringify({
          code: 0,
          message: null,
          response: isLogin ? { access_token: 't', expired_at: 1800, ...login } : response,
        }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const http = createHttp({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connectTimeoutMs: 10_000,
  });
  opened.push(() => {
    http.close();
    server.closeAllConnections();
    server.close();
  });
  const events: (GatewayEvent | UnknownWords)[] = [];
  const limits = {
    confirmTimeoutMs: 10_000,
    readTimeoutMs: 10_000,
    channels: null,
    merchantCode: null,
    bypass: null,
    refusalsFile: null,
    policies: testConfig('').iamport.policies,
    onEvent: (event: GatewayEvent | UnknownWords) => void events.push(event),
  };
  return { calls, events, iamport: createIamport({ http, apiKey: 'k', apiSecret: 's', ...limits, ...options }) };
}

const PERSON: IdentityRequest = {
  name: '홍길동',
  phone: '01012345678',
  birthday: '1990-01-02',
  genderDigit: '1',
  carrier: 'LGT_MVNO',
  merchantUid: null,
  company: null,
  method: 'SMS',
  device: null,
};

describe('a request for a code', () => {
  test('sends the six digits of the birthday, the network and whether the line is a budget one, and the method', async () => {
    const { iamport, calls } = await sourceBefore({ imp_uid: 'imp_123456789012' });
    expect(await plain(iamport.request(PERSON, null))).toBe('imp_123456789012');
    expect(calls).toEqual([
      {
        call: 'POST /certifications/otp/request',
        body: {
          name: '홍길동',
          phone: '01012345678',
          birth: '900102',
          gender_digit: '1',
          carrier: 'LGT',
          is_mvno: true,
          verification_method: 'SMS',
        },
      },
    ]);
  });

  test('sends what is optional only where it is given, and channel and bypass from the settings', async () => {
    const { iamport, calls } = await sourceBefore(
      { imp_uid: 'imp_123456789012' },
      { channels: [{ provider: null, key: 'channel' }], bypass: '{"a":1}' },
    );
    await iamport.request({ ...PERSON, carrier: 'KT', merchantUid: 'order_1', company: '회사', method: 'APP' }, null);
    expect(calls[0]!.body).toMatchObject({
      carrier: 'KT',
      is_mvno: false,
      merchant_uid: 'order_1',
      company: '회사',
      verification_method: 'APP',
      channel_key: 'channel',
      bypass: '{"a":1}',
    });
  });

  test.each([
    ['PC', '2001:db8::1', { kcp: { device: 'PC' }, ip: '2001:db8::1', list: ['PC', 1], other: 'a {device} in words' }],
    [null, null, { kcp: {}, list: [null, 1], other: 'a {device} in words' }],
  ] as const)(
    'puts the device %s and the address %s where the options of the provider name them',
    async (device, address, sent) => {
      const bypass =
        '{"kcp":{"device":"{device}"},"ip":"{address}","list":["{device}",1],"other":"a {device} in words"}';
      const { iamport, calls } = await sourceBefore({ imp_uid: 'imp_123456789012' }, { bypass });
      await iamport.request({ ...PERSON, device }, address);
      expect(JSON.parse((calls[0]!.body as { bypass: string }).bypass)).toEqual(sent);
    },
  );

  test.each([{}, { imp_uid: null }, { imp_uid: '../users' }])(
    'that is answered %j is counted as a fault and ambiguous: a message may be on its way',
    async (response) => {
      const { iamport, events } = await sourceBefore(response);
      expect(await plain(iamport.request(PERSON, null))).toMatchObject({
        code: 'UPSTREAM_BAD_RESPONSE',
        fate: 'ambiguous',
      });
      expect(events).toContainEqual({ kind: 'fault', call: 'mutation', reason: 'bad-answer' });
    },
  );
});

describe('a confirm', () => {
  test('sends the code alone, and nothing at all after an approval in the app', async () => {
    const { iamport, calls } = await sourceBefore({ imp_uid: 'imp_123456', certified: true });
    await iamport.confirm('imp_123456', '271828');
    await iamport.confirm('imp_123456', null);
    expect(calls).toEqual([
      { call: 'POST /certifications/otp/confirm/imp_123456', body: { otp: '271828' } },
      { call: 'POST /certifications/otp/confirm/imp_123456', body: {} },
    ]);
  });

  test.each(['confirm', 'certification', 'delete'] as const)(
    'or any other call about an id that nobody checked throws before anything is sent: %s',
    async (method) => {
      const { iamport, calls } = await sourceBefore({});
      const call = {
        confirm: () => iamport.confirm('../users', '271828'),
        certification: () => iamport.certification('../users'),
        delete: () => iamport.delete('../users'),
      };
      await expect(call[method]()).rejects.toThrow('must be checked');
      expect(calls).toEqual([]);
    },
  );

  test('answered with another imp_uid is a bad response and hands out nothing', async () => {
    const { iamport, events } = await sourceBefore({ imp_uid: 'imp_654321', certified: true, name: '홍길동' });
    const answer = await plain(iamport.confirm('imp_123456', '271828'));
    expect(answer).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', fate: 'ambiguous' });
    expect(JSON.stringify(answer)).not.toContain('홍길동');
    expect(events).toContainEqual({ kind: 'fault', call: 'mutation', reason: 'bad-answer' });
  });
});

describe('a record', () => {
  const RECORD = { imp_uid: 'imp_123456', certified: true, pg_provider: 'danal', foreigner: false };

  test('tells which of its fields could not be read', async () => {
    const { iamport, events } = await sourceBefore({ ...RECORD, gender: 'canary' });
    await iamport.certification('imp_123456');
    expect(events).toContainEqual({ kind: 'drift', field: 'gender' });
    expect(JSON.stringify(events)).not.toContain('canary');
  });

  test('is read back as it is read, as a call of its own kind', async () => {
    const { iamport, calls, events } = await sourceBefore(RECORD);
    expect(await plain(iamport.readBack('imp_123456'))).toEqual(await plain(iamport.certification('imp_123456')));
    expect(calls.map(({ call }) => call)).toEqual(Array(2).fill('GET /certifications/imp_123456'));
    expect(events.flatMap((event) => (event.kind === 'upstream-call' ? event.call : []))).toEqual(['readBack', 'read']);
  });

  test('is not read for a caller who has gone', async () => {
    const { iamport, calls } = await sourceBefore(RECORD);
    const answer = await plain(iamport.certification('imp_123456', AbortSignal.abort()));
    expect(answer).toMatchObject({ kind: 'fault' });
    expect(calls).toEqual([]);
  });

  test.each<[string, object, () => number]>([
    ['the clock of the log-in', { now: 0 }, () => 1],
    ['the dates of the answers, where the log-in tells no time', {}, () => Math.floor(Date.now() / 1000)],
  ])('is placed in time by %s', async (_what, login, at) => {
    const { iamport } = await sourceBefore({ ...RECORD, certified_at: at() }, {}, login);
    const read = await iamport.certification('imp_123456');
    if (!read.ok) throw read.failure;
    const now = performance.now();
    const [hour, hours] = [now + 3_600_000, now + 7_200_000];
    expect(iamport.certifiedIn(read.value, { since: now - 60_000, until: now })).toBe('inside');
    expect(iamport.certifiedIn(read.value, { since: hour, until: hours })).toBe('outside');
  });
});

describe('a deletion', () => {
  const GONE = refusal(404, '인증결과가 존재하지 않습니다.');
  const THERE: Fault = (response, imp_uid, nth) =>
    envelope(200, { code: 0, message: null, response: { imp_uid } })(response, imp_uid, nth);
  const LOST = { fate: 'ambiguous' };
  const NOT_FOUND = { kind: 'refusal', refusal: 'NOT_FOUND' };

  test.each<[string, Fault, Fault, object | undefined, string[]]>([
    ['that is answered', THERE, reset, undefined, ['DELETE']],
    ['whose answer is lost, of a record that is gone then,', reset, GONE, undefined, ['DELETE', 'GET']],
    ['that something else answered, of a record that is gone then,', text(204, ''), GONE, undefined, ['DELETE', 'GET']],
    ['whose answer is lost, of a record that is still there,', reset, THERE, LOST, ['DELETE', 'GET']],
    ['whose answer is lost, of a record that cannot be read,', reset, reset, LOST, ['DELETE', 'GET']],
    ['whose answer is lost, of a record that is refused,', reset, refusal(400, '점검'), LOST, ['DELETE', 'GET']],
    ['of an unknown record', GONE, GONE, NOT_FOUND, ['DELETE']],
    ['that was not processed', text(429, ''), GONE, { fate: 'rejected' }, ['DELETE']],
  ])('%s asks again only where its answer was lost', async (_what, deletion, read, failure, calls) => {
    const upstream = await startFaultyUpstream();
    const gateway = verificationOn(upstream.url);
    opened.push(
      () => gateway.close(),
      () => void upstream.close(),
    );
    upstream.fault = (response, impUid, nth) =>
      (response.req.method === 'DELETE' ? deletion : read)(response, impUid, nth);
    const deleted = await plain(gateway.iamport.delete('imp_123456')!);
    if (failure) expect(deleted).toMatchObject(failure);
    else expect(deleted).toBeUndefined();
    const about = upstream.calls.filter((call) => call.endsWith(' /certifications/imp_123456'));
    expect(about.map((call) => call.split(' ')[0])).toEqual(calls);
  });
});
