import { afterEach, describe, expect, test } from '@jest/globals';
import type { GatewayEvent, UnknownWords } from '../../src/events.ts';
import { createPortone, type PortoneOptions } from '../../src/portone/source.ts';
import { createHttp } from '../../src/upstream/http.ts';
import type { IdentityRequest } from '../../src/upstream/upstream.ts';
import { testConfig } from '../support/config.ts';
import {
  end,
  envelope,
  errorV2,
  hang,
  plain as text,
  refusalV2,
  startFaultyUpstream,
  verification,
  type Fault,
} from '../support/faulty-upstream.ts';
import { PERSON } from '../support/people.ts';
import { holdTimeouts } from '../support/timers.ts';
import { until } from '../support/until.ts';
import { plain } from '../support/verification.ts';

const ID = '0123456789abcdef0123456789abcdef';
const ADDRESS = '203.0.113.7';
const SEND = /^POST \/identity-verifications\/[0-9a-f]{32}\/send$/;
const CONFIRM = `POST /identity-verifications/${ID}/confirm`;
const READ = `GET /identity-verifications/${ID}`;
/** Without it the upstream would look in the store of the secret, which can be another one. */
const STORE = 'storeId=store-1';
const VERIFIED = { status: 'VERIFIED', verifiedCustomer: { name: '홍길동' }, verifiedAt: '2026-01-31T02:00:00Z' };
/** A budget that no busy machine uses up, in which every repeat has its time. */
const CONFIRM_MS = 50_000;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map(async (close) => close()));
});

/** A source before an upstream of its own, and what it told. */
async function start(options: Partial<PortoneOptions> = {}) {
  const upstream = await startFaultyUpstream();
  const config = testConfig(upstream.url).iamport;
  const http = createHttp({ ...config, connectTimeoutMs: 60_000 });
  const events: (GatewayEvent | UnknownWords)[] = [];
  const portone = createPortone({
    http,
    apiSecret: 'portone-secret',
    storeId: 'store-1',
    channels: [{ key: 'channel-1', provider: null }],
    bypass: null,
    refusalsFile: null,
    confirmTimeoutMs: CONFIRM_MS,
    readTimeoutMs: 20_000,
    policies: { ...config.policies, readTries: 2, breakerMinimumRps: 10_000 },
    onEvent: (event) => events.push(event),
    ...options,
  });
  closers.push(
    () => http.close(),
    () => upstream.close(),
  );
  const keys = (): (string | undefined)[] =>
    upstream.heard.map(({ headers }) => headers['idempotency-key'] as string | undefined);
  return { upstream, portone, events, keys, http };
}

/** These faults one after another, and the last one from then on. */
function oneByOne(...faults: readonly (Fault | null)[]): Fault {
  let calls = 0;
  return (response, id, nth) => {
    const fault = faults[Math.min(calls++, faults.length - 1)] ?? verification(VERIFIED);
    return fault(response, id, nth);
  };
}

describe('a request for a code', () => {
  const person: IdentityRequest = { ...PERSON, carrier: 'LGT_MVNO', birthday: '1990-01-02', genderDigit: '3' };

  test('sends seven digits of the resident number, the name of the carrier, the address, and the secret', async () => {
    const { portone, upstream } = await start();
    const id = await plain(portone.request(person, ADDRESS));
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(upstream.heard).toEqual([
      {
        call: `POST /identity-verifications/${id as string}/send`,
        headers: expect.objectContaining({
          authorization: 'PortOne portone-secret',
          'content-type': 'application/json',
          'idempotency-key': expect.stringMatching(/^"[A-Za-z0-9]{16,256}"$/),
        }),
        json: {
          storeId: 'store-1',
          channelKey: 'channel-1',
          customer: { name: '홍길동', phoneNumber: '01012345678', identityNumber: '9001023', ipAddress: ADDRESS },
          operator: 'LGU_MVNO',
          method: 'SMS',
        },
      },
    ]);
  });

  test.each([
    ['SKT', 'SKT'],
    ['KT_MVNO', 'KT_MVNO'],
    ['LGT', 'LGU'],
  ] as const)('for a line of %s names %s', async (carrier, operator) => {
    const { portone, upstream } = await start();
    await portone.request({ ...person, carrier }, ADDRESS);
    expect(upstream.heard[0]!.json).toMatchObject({ operator });
  });

  test('sends what is optional only where it is given: the merchant’s id, the app, the options as an object', async () => {
    const bypass = '{"danal":{"device":"{device}"},"ip":"{address}"}';
    const { portone, upstream } = await start({ bypass });
    await portone.request({ ...person, merchantUid: 'order_1', method: 'APP', company: '회사' }, ADDRESS);
    expect(upstream.heard[0]!.json).toMatchObject({
      customData: 'order_1',
      method: 'APP',
      bypass: { danal: {}, ip: ADDRESS },
    });
    await portone.request({ ...person, device: 'MOBILE' }, ADDRESS);
    expect(upstream.heard[1]!.json).toMatchObject({ bypass: { danal: { device: 'MOBILE' }, ip: ADDRESS } });
    expect(upstream.heard[1]!.json).not.toHaveProperty('customData');
  });

  test.each([
    ['203.0.113.7:51234', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['[2001:db8::1]:443', '2001:db8::1'],
  ])('of a person whose address a proxy wrote as %s names %s', async (written, ipAddress) => {
    const { portone, upstream } = await start({ bypass: '{"ip":"{address}"}' });
    await portone.request(person, written);
    expect(upstream.heard[0]!.json).toMatchObject({ customer: { ipAddress }, bypass: { ip: ipAddress } });
  });

  test('without the person’s address is the merchant’s to set up: nothing is sent, and the operator is told', async () => {
    const { portone, upstream, events } = await start();
    for (const address of [null, '_hidden'])
      expect(await plain(portone.request(person, address))).toMatchObject({ refusal: 'MERCHANT_CONFIG' });
    expect(upstream.calls).toEqual([]);
    const missing = { kind: 'missing-setting', setting: 'TRUST_PROXY' };
    expect(events).toEqual([missing, missing]);
  });

  test('whose answer was lost is sent again with the same id and key, and no second one is sent', async () => {
    const { portone, upstream, keys } = await start();
    upstream.fault = oneByOne(end, envelope(200, {}));
    const id = (await plain(portone.request(person, ADDRESS))) as string;
    expect(upstream.calls).toEqual(Array(2).fill(`POST /identity-verifications/${id}/send`));
    expect(new Set(keys()).size).toBe(1);
    expect(upstream.heard[1]!.json).toEqual(upstream.heard[0]!.json);
  });

  test('that was sent already, as a repeat hears, was sent', async () => {
    const { portone, upstream } = await start();
    upstream.fault = oneByOne(end, errorV2(409, 'IDENTITY_VERIFICATION_ALREADY_SENT'));
    expect(await plain(portone.request(person, ADDRESS))).toMatch(/^[0-9a-f]{32}$/);
    expect(upstream.calls).toHaveLength(2);
  });

  test('whose answers were all lost is read back, and was sent if its record is there', async () => {
    const { portone, upstream } = await start();
    upstream.fault = (response, id, nth) =>
      (response.req.method === 'POST' ? end : verification({}))(response, id, nth);
    const id = await plain(portone.request(person, ADDRESS));
    expect(upstream.calls.map((call) => call.replace(id as string, 'ID'))).toEqual([
      ...Array(3).fill('POST /identity-verifications/ID/send'),
      'GET /identity-verifications/ID',
    ]);
  });

  test.each<[string, Fault]>([
    ['is not there', errorV2(404, 'IDENTITY_VERIFICATION_NOT_FOUND')],
    ['is of another id', verification({ id: ID })],
    ['has failed', verification({ status: 'FAILED' })],
  ])('whose answers were all lost may have been sent if its record %s', async (_what, read) => {
    const { portone, upstream } = await start();
    upstream.fault = (response, id, nth) => (response.req.method === 'POST' ? end : read)(response, id, nth);
    expect(await plain(portone.request(person, ADDRESS))).toMatchObject({ reason: 'cut', fate: 'ambiguous' });
    expect(upstream.calls).toHaveLength(4);
  });

  test('that the provider refuses is neither repeated nor read back', async () => {
    const { portone, upstream } = await start();
    upstream.fault = refusalV2('입력하신 정보가 다릅니다', '0012');
    expect(await plain(portone.request(person, ADDRESS))).toMatchObject({
      refusal: 'INVALID_INPUT',
      providerCode: '0012',
    });
    expect(upstream.calls).toEqual([expect.stringMatching(SEND)]);
  });
});

describe('a confirm', () => {
  test('sends the code and the store, and no code after an approval in the app, each under a key of its own', async () => {
    const { portone, upstream, keys } = await start();
    upstream.fault = verification(VERIFIED);
    expect(await plain(portone.confirm(ID, '271828'))).toMatchObject({ impUid: ID, certified: true, name: '홍길동' });
    await portone.confirm(ID, null);
    expect(upstream.heard.map(({ call, json }) => ({ call, json }))).toEqual([
      { call: CONFIRM, json: { storeId: 'store-1', otp: '271828' } },
      { call: CONFIRM, json: { storeId: 'store-1' } },
    ]);
    expect(new Set(keys()).size).toBe(2);
    for (const key of keys()) expect(key).toMatch(/^"[A-Za-z0-9]{16,256}"$/);
  });

  test('whose answer was lost gets it by a repeat with the same key', async () => {
    const { portone, upstream, keys, events } = await start();
    upstream.fault = oneByOne(end, null);
    expect(await plain(portone.confirm(ID, '271828'))).toMatchObject({ certified: true });
    expect(upstream.calls).toEqual([CONFIRM, CONFIRM]);
    expect(new Set(keys()).size).toBe(1);
    expect(events.filter(({ kind }) => kind === 'fault')).toEqual([]);
  });

  test('whose first answer is late is repeated after half of its time, which is in time to hear it', async () => {
    const { portone, upstream, keys } = await start();
    upstream.fault = oneByOne(hang, null);
    await holdTimeouts(async (pass) => {
      const answer = plain(portone.confirm(ID, '271828'));
      await until(() => upstream.calls.length === 1);
      pass(CONFIRM_MS / 2 - 1);
      expect(upstream.calls).toHaveLength(1);
      pass(1);
      await until(() => {
        pass(10);
        return upstream.calls.length === 2;
      });
      expect(await answer).toMatchObject({ certified: true });
    });
    expect(new Set(keys()).size).toBe(1);
  });

  test('that is still being processed is asked for again until it has ended, however often', async () => {
    const { portone, upstream, keys } = await start();
    const outstanding = errorV2(409, 'IDEMPOTENCY_OUTSTANDING_REQUEST');
    upstream.fault = oneByOne(end, ...Array<Fault>(5).fill(outstanding), null);
    await holdTimeouts(async (pass) => {
      const answer = plain(portone.confirm(ID, '271828'));
      let isOver = false;
      void answer.then(() => (isOver = true));
      await until(() => {
        pass(10);
        return isOver;
      });
      expect(await answer).toMatchObject({ certified: true });
    });
    expect(upstream.calls).toEqual(Array(7).fill(CONFIRM));
    expect(new Set(keys()).size).toBe(1);
  });

  test('that is being processed for longer than there is time may have had an effect', async () => {
    const { portone, upstream } = await start({ confirmTimeoutMs: 1_500 });
    upstream.fault = errorV2(409, 'IDEMPOTENCY_OUTSTANDING_REQUEST');
    expect(await plain(portone.confirm(ID, '271828'))).toMatchObject({
      reason: 'outstanding',
      code: 'UPSTREAM_TIMEOUT',
      fate: 'ambiguous',
    });
    expect(upstream.calls.length).toBeLessThanOrEqual(1 + 1_500 / 100);
  });

  test.each<[string, Fault]>([
    ['an unknown secret', errorV2(401, 'UNAUTHORIZED')],
    ['too many calls', text(429, '')],
    ['a block', text(403, '<html>')],
    ['a body that is too large', text(413, '')],
    ['a failure of its own', refusalV2('내부 오류', '1060')],
    ['maintenance', refusalV2('시스템 점검 중')],
    ['nothing more', end],
  ])(
    'whose first answer was lost may have had an effect, though a repeat is answered with %s',
    async (_what, later) => {
      const { portone, upstream, events } = await start();
      upstream.fault = oneByOne(end, later);
      expect(await plain(portone.confirm(ID, '271828'))).toMatchObject({
        kind: 'fault',
        reason: 'cut',
        fate: 'ambiguous',
      });
      expect(events).toContainEqual({ kind: 'fault', call: 'keyed-mutation', reason: 'cut' });
    },
  );

  test('whose first answer was lost is refused where the repeat hears that, as the first did', async () => {
    const { portone, upstream } = await start();
    upstream.fault = oneByOne(end, refusalV2('인증번호 불일치', '9013'));
    expect(await plain(portone.confirm(ID, '271828'))).toMatchObject({ refusal: 'WRONG_OTP', providerCode: '9013' });
    expect(upstream.calls).toEqual([CONFIRM, CONFIRM]);
  });

  test('is not sent where nothing listens, and was not sent', async () => {
    const { portone, upstream } = await start();
    await upstream.close();
    expect(await plain(portone.confirm(ID, '271828'))).toMatchObject({ reason: 'connect', fate: 'not-sent' });
  });

  test.each(['9013', '8888'])('refused by the provider with %s and status 502 is asked once', async (code) => {
    const { portone, upstream } = await start();
    upstream.fault = refusalV2('아는 사람만 아는 말', code);
    expect(await plain(portone.confirm(ID, '271828'))).toMatchObject({ kind: 'refusal', providerCode: code });
    expect(upstream.calls).toEqual([CONFIRM]);
  });

  test('answered with another id, or about nothing, is a bad response and hands out nothing', async () => {
    const { portone, upstream, events } = await start();
    for (const fault of [verification({ ...VERIFIED, id: 'another' }), envelope(200, {}), envelope(200, { id: ID })]) {
      upstream.fault = fault;
      const answer = await plain(portone.confirm(ID, '271828'));
      expect(answer).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', fate: 'ambiguous' });
      expect(JSON.stringify(answer)).not.toContain('홍길동');
    }
    expect(upstream.calls).toEqual([CONFIRM, CONFIRM, CONFIRM]);
    expect(events).toContainEqual({ kind: 'fault', call: 'keyed-mutation', reason: 'bad-answer' });
  });

  test.each(['confirm', 'certification', 'resend'] as const)(
    'or any other call about an id that nobody checked throws before anything is sent: %s',
    async (method) => {
      const { portone, upstream } = await start();
      const call = {
        confirm: () => portone.confirm('../users', '271828'),
        certification: () => portone.certification('../users'),
        resend: () => portone.resend('../users'),
      };
      await expect(call[method]()).rejects.toThrow('must be checked');
      expect(upstream.calls).toEqual([]);
    },
  );
});

describe('other calls', () => {
  test('a resend has a key and no body, a read has neither, and each names the store in its query', async () => {
    const { portone, upstream, keys } = await start();
    expect(await plain(portone.resend(ID)!())).toBeUndefined();
    await portone.certification(ID);
    await portone.readBack(ID);
    expect(upstream.heard.map(({ call, json, query }) => [call, json, query])).toEqual([
      [`POST /identity-verifications/${ID}/resend`, null, STORE],
      [READ, null, STORE],
      [READ, null, STORE],
    ]);
    expect(keys()).toEqual([expect.stringMatching(/^"[A-Za-z0-9]{16,256}"$/), undefined, undefined]);
  });

  test('a record tells which of its fields could not be read, and never the value', async () => {
    const { portone, upstream, events } = await start();
    upstream.fault = verification({ ...VERIFIED, verifiedCustomer: { gender: 'canary' } });
    await portone.certification(ID);
    expect(events).toContainEqual({ kind: 'drift', field: 'gender' });
    expect(JSON.stringify(events)).not.toContain('canary');
  });

  test('a record is not read for a caller who has gone', async () => {
    const { portone, upstream } = await start();
    const gone = portone.certification(ID, AbortSignal.abort());
    expect(await plain(gone)).toMatchObject({ fate: 'not-sent' });
    expect(upstream.calls).toEqual([]);
  });

  test('there is no deletion', async () => {
    const { portone } = await start();
    expect(portone.delete(ID)).toBeNull();
  });
});

describe('the secret', () => {
  const REFUSED = { kind: 'login', upstream: 'portone', isAccepted: false, namesKey: true };
  const ACCEPTED = { kind: 'login', upstream: 'portone', isAccepted: true };

  test('that is refused is told each time, and once when it is accepted; an error says neither', async () => {
    const { portone, upstream, events } = await start();
    const faults = [
      errorV2(401, 'UNAUTHORIZED'),
      text(401, '<html>'),
      text(502, '<html>'),
      refusalV2('인증번호 불일치', '9013'),
      verification({}),
      verification({}),
      errorV2(401, 'UNAUTHORIZED'),
    ];
    for (const fault of faults) {
      upstream.fault = fault;
      await portone.readBack(ID);
    }
    expect(events.filter(({ kind }) => kind === 'login')).toEqual([REFUSED, REFUSED, ACCEPTED, REFUSED]);
  });

  test('that is refused was heard and not processed: the call is made once', async () => {
    const { portone, upstream } = await start();
    upstream.fault = errorV2(401, 'UNAUTHORIZED');
    for (const answer of [portone.confirm(ID, '271828'), portone.certification(ID), portone.request(PERSON, ADDRESS)])
      expect(await plain<unknown, unknown>(answer)).toMatchObject({ code: 'UPSTREAM_UNAUTHORIZED', fate: 'rejected' });
    expect(upstream.calls).toHaveLength(3);
  });
});
