import { afterEach, describe, expect, test } from '@jest/globals';
import type { GatewayEvent, UnknownWords } from '../../src/events.ts';
import { createUpstreams } from '../../src/upstreams.ts';
import { portoneConfig, testConfig } from '../support/config.ts';
import { end, envelope, errorV2, startFaultyUpstream, verification, type Fault } from '../support/faulty-upstream.ts';
import { PERSON } from '../support/people.ts';
import { until } from '../support/until.ts';
import { plain } from '../support/verification.ts';

const V1_ID = 'imp_123456789012';
const V2_ID = '0123456789abcdef0123456789abcdef';
const LOGIN = 'POST /users/getToken';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map(async (close) => close()));
});

/** Both upstreams, or V2 alone, which are one server here: their paths differ. */
async function start(isAlone = false) {
  const upstream = await startFaultyUpstream();
  const { iamport } = testConfig(upstream.url);
  const events: (GatewayEvent | UnknownWords)[] = [];
  const config = {
    iamport: { ...iamport, merchantCode: 'imp00000000', policies: { ...iamport.policies, breakerMinimumRps: 1 } },
    portone: portoneConfig(upstream.url, { isAlone }),
  };
  const upstreams = createUpstreams(config, undefined, (event) => events.push(event));
  closers.push(
    () => upstreams.close(),
    () => upstream.close(),
  );
  return { upstream, both: upstreams.upstream, events };
}

describe('two upstreams side by side', () => {
  test('have each id where it was made: those of iamport begin with imp_, and all others are of PortOne V2', async () => {
    const { upstream, both } = await start();
    for (const id of [V1_ID, V2_ID, 'order-imp_1', 'IMP_123456']) {
      await both.confirm(id, '271828');
      await both.certification(id);
      await both.readBack(id);
    }
    await both.resend(V2_ID)!();
    const v2 = (id: string) => [
      `POST /identity-verifications/${id}/confirm`,
      ...Array<string>(2).fill(`GET /identity-verifications/${id}`),
    ];
    expect(upstream.calls).toEqual([
      LOGIN,
      `POST /certifications/otp/confirm/${V1_ID}`,
      ...Array(2).fill(`GET /certifications/${V1_ID}`),
      ...v2(V2_ID),
      ...v2('order-imp_1'),
      ...v2('IMP_123456'),
      `POST /identity-verifications/${V2_ID}/resend`,
    ]);
  });

  test('make new verifications at PortOne V2, those of its window too, whose ids are never taken for iamport’s', async () => {
    const { upstream, both } = await start();
    const id = (await plain(both.request(PERSON, '203.0.113.7'))) as string;
    expect(upstream.calls).toEqual([`POST /identity-verifications/${id}/send`]);
    const page = both.newWindow()!;
    expect(page).toEqual({
      impUid: expect.stringMatching(/^[0-9a-f]{32}$/),
      merchantUid: null,
      merchantCode: null,
      storeId: 'store-1',
      channelKey: 'channel-1',
    });
  });

  test('find the id of a window in a record of iamport as its merchantUid, and in one of V2 as its own', async () => {
    const { upstream, both } = await start();
    const windowIdOf = async (id: string) => {
      const record = await both.certification(id);
      return record.ok ? both.windowIdOf(record.value) : null;
    };
    upstream.fault = (response, id, nth) =>
      id === V2_ID
        ? verification({ customData: 'order_1' })(response, id, nth)
        : envelope(200, { code: 0, response: { imp_uid: id, merchant_uid: 'order_1' } })(response, id, nth);
    expect([await windowIdOf(V1_ID), await windowIdOf(V2_ID)]).toEqual(['order_1', V2_ID]);
  });

  test('are asked what each has: iamport deletes and cannot send again, and PortOne V2 the other way round', async () => {
    const { upstream, both } = await start();
    expect([both.resend(V1_ID), both.delete(V2_ID)]).toEqual([null, null]);
    expect(upstream.calls).toEqual([]);
    await both.delete(V1_ID);
    expect(upstream.calls).toContain(`DELETE /certifications/${V1_ID}`);
  });

  test.each([
    ['PortOne V2', V2_ID, V1_ID, ['portone mutation', 'portone read']],
    ['iamport', V1_ID, V2_ID, ['mutation', 'read']],
  ] as const)(
    'have breakers of their own: %s that is down keeps nobody from the other',
    async (_name, ill, well, names) => {
      const { upstream, both, events } = await start();
      upstream.fault = (response, id, nth) =>
        id === well
          ? envelope(404, { type: 'IDENTITY_VERIFICATION_NOT_FOUND' })(response, id, nth)
          : end(response, id, nth);
      const many = Array.from({ length: 12 }, () => [both.confirm(ill, '271828'), both.certification(ill)]);
      await Promise.all(many.flat());
      const before = upstream.calls.length;
      expect(await plain(both.certification(ill))).toMatchObject({ reason: 'breaker' });
      expect(upstream.calls).toHaveLength(before);
      expect(await plain(both.certification(well))).not.toMatchObject({ reason: 'breaker' });
      expect(upstream.calls.length).toBeGreaterThan(before);
      const opened = events.flatMap((event) =>
        event.kind === 'breaker' && event.state === 'open' ? event.breaker : [],
      );
      expect(new Set(opened)).toEqual(new Set(names));
    },
  );

  test('have places of their own, which are counted together', async () => {
    const { upstream, both } = await start();
    const held: (() => unknown)[] = [];
    const hold: Fault = (response) => held.push(() => response.destroy());
    upstream.fault = hold;
    const running = [both.confirm(V1_ID, '271828'), both.certification(V1_ID), both.certification(V2_ID)];
    await until(() => held.length === 3);
    expect(both.load()).toEqual({ mutation: { running: 1, queued: 0 }, read: { running: 2, queued: 0 } });
    for (const answer of held) answer();
    await Promise.all(running);
    expect(both.load()).toEqual({ mutation: { running: 0, queued: 0 }, read: { running: 0, queued: 0 } });
  });

  test('have log-ins of their own', async () => {
    const { upstream, both, events } = await start();
    upstream.fault = errorV2(401, 'UNAUTHORIZED');
    await both.certification(V2_ID);
    upstream.fault = null;
    await both.certification(V1_ID);
    expect(events.filter(({ kind }) => kind === 'login')).toEqual([
      { kind: 'login', upstream: 'portone', isAccepted: false, namesKey: true },
      { kind: 'login', upstream: 'iamport', isAccepted: true },
    ]);
  });
});

describe('PortOne V2 without a key of iamport', () => {
  test('is asked about every id, and iamport never', async () => {
    const { upstream, both } = await start(true);
    for (const id of [V1_ID, V2_ID]) await both.certification(id);
    expect(upstream.calls).toEqual([`GET /identity-verifications/${V1_ID}`, `GET /identity-verifications/${V2_ID}`]);
  });
});
