import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createHttp } from '../../src/iamport/http.ts';
import { createIamport, type IamportOptions, type IdentityRequest } from '../../src/iamport/source.ts';
import { testConfig } from '../support/gateway.ts';
import { plain } from '../support/verification.ts';

interface Call {
  readonly call: string;
  readonly body: unknown;
}

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** A source in front of a one-route upstream that answers every call but the log-in alike. */
async function sourceBefore(response: unknown, options: Partial<IamportOptions> = {}) {
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
          response: isLogin ? { access_token: 't', now: 0, expired_at: 1800 } : response,
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
  const limits = {
    confirmTimeoutMs: 10_000,
    readTimeoutMs: 10_000,
    channelKey: null,
    bypass: null,
    refusalsFile: null,
    policies: testConfig('').iamport.policies,
    onEvent: () => {},
  };
  return { calls, iamport: createIamport({ http, apiKey: 'k', apiSecret: 's', ...limits, ...options }) };
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
      { channelKey: 'channel', bypass: '{"a":1}' },
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
    'that is answered %j is ambiguous: a message may be on its way',
    async (response) => {
      const { iamport } = await sourceBefore(response);
      expect(await plain(iamport.request(PERSON, null))).toMatchObject({
        code: 'UPSTREAM_BAD_RESPONSE',
        fate: 'ambiguous',
      });
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
    const { iamport } = await sourceBefore({ imp_uid: 'imp_654321', certified: true, name: '홍길동' });
    expect(await plain(iamport.confirm('imp_123456', '271828'))).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      fate: 'ambiguous',
    });
  });
});
