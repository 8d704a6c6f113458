import { describe, expect, test } from '@jest/globals';
import type { CallerRefusal, GatewayEvent } from '../src/events.ts';
import type { FaultReason } from '../src/upstream/errors.ts';
import { createReport } from '../src/report.ts';

function reported(...events: GatewayEvent[]): unknown[] {
  const lines: unknown[] = [];
  const log =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push([level, fields, message.split(':')[0]]);
  const report = createReport({ info: log('info'), warn: log('warn'), error: log('error') });
  for (const event of events) report.onEvent(event);
  return lines;
}

const login = (isAccepted: boolean, namesKey = true, upstream: 'iamport' | 'portone' = 'iamport'): GatewayEvent =>
  isAccepted ? { kind: 'login', upstream, isAccepted } : { kind: 'login', upstream, isAccepted, namesKey };
const breaker = (state: 'closed' | 'half-open' | 'open') => ({ kind: 'breaker', breaker: 'read', state }) as const;
const limit = (key: string, ms: number) =>
  ({ kind: 'limit', limit: 'confirms per IP', shadow: false, key, ms }) as const;

describe('the log of an operator', () => {
  test('has one line when a log-in is refused, and one when it is accepted again', () => {
    const lines = reported(
      login(true),
      login(true),
      login(false),
      login(false),
      login(true),
      login(true),
      login(false),
    );
    expect(lines).toEqual([
      ['error', { upstream: 'iamport' }, 'the upstream refuses the log-in'],
      ['info', { upstream: 'iamport' }, 'the upstream accepts the log-in again'],
      ['error', { upstream: 'iamport' }, 'the upstream refuses the log-in'],
    ]);
  });

  test('tells a log-in that is refused for the key from one that is refused otherwise', () => {
    expect(reported(login(false, false))).toEqual([
      ['error', { upstream: 'iamport' }, 'the upstream refuses the log-in, and not for its key or secret'],
    ]);
  });

  test('keeps the log-ins of two upstreams apart, and health follows the one that makes new verifications', () => {
    const iamport = (isAccepted: boolean) => login(isAccepted, true, 'iamport');
    const portone = (isAccepted: boolean) => login(isAccepted, true, 'portone');
    expect(reported(iamport(false), portone(true), iamport(false), portone(true), iamport(false))).toEqual([
      ['error', { upstream: 'iamport' }, 'the upstream refuses the log-in'],
    ]);
    const states = (...events: GatewayEvent[]) => {
      const { onEvent, upstream } = createReport({ info() {}, warn() {}, error() {} });
      return events.map((event) => {
        onEvent(event);
        return upstream().login;
      });
    };
    expect(states(iamport(false), portone(true), iamport(false))).toEqual(['refused', 'accepted', 'accepted']);
    expect(states(iamport(true), portone(false), iamport(true))).toEqual(['accepted', 'refused', 'refused']);
  });

  test('says once why calls bring no usable answer, and nothing of those that were not made', () => {
    const fault = (call: 'login' | 'read', reason: FaultReason) => ({ kind: 'fault', call, reason }) as const;
    const ofLogin = [fault('login', 'connect'), fault('login', 'connect'), fault('login', 'unauthorized')];
    const ofReads = (['login', 'login-refused', 'breaker', 'overload', 'gone', 'unauthorized'] as const).map((reason) =>
      fault('read', reason),
    );
    expect(reported(...ofLogin, ...ofReads)).toEqual([
      ['warn', { call: 'login', reason: 'connect' }, 'the upstream gave no usable answer'],
      ['warn', { call: 'read', reason: 'unauthorized' }, 'the upstream gave no usable answer'],
    ]);
  });

  test('says when a breaker opens and closes, and nothing of its probes', () => {
    expect(
      reported(breaker('open'), breaker('half-open'), breaker('open'), breaker('half-open'), breaker('closed')),
    ).toEqual([
      ['warn', { breaker: 'read' }, 'the upstream fails too often'],
      ['warn', { breaker: 'read' }, 'the upstream fails too often'],
      ['info', { breaker: 'read' }, 'the upstream answers again'],
    ]);
  });

  test('names a key that has reached a limit once in its window, by its HMAC', () => {
    const facts = (key: string) => ({ limit: 'confirms per IP', shadow: false, key });
    expect(reported(limit('a', 60_000), limit('a', 59_000), limit('b', 60_000), limit('c', 0), limit('c', 0))).toEqual(
      ['a', 'b', 'c', 'c'].map((key) => ['warn', facts(key), 'a limit was reached']),
    );
  });

  test('tells maintenance and a merchant that is not set up once, and what people did wrong never', () => {
    const refusal = (name: 'CARRIER_MAINTENANCE' | 'MERCHANT_CONFIG' | 'WRONG_OTP') =>
      ({ kind: 'refusal', call: 'confirm', refusal: name }) as const;
    const names = ['CARRIER_MAINTENANCE', 'CARRIER_MAINTENANCE', 'WRONG_OTP', 'MERCHANT_CONFIG'] as const;
    expect(reported(...names.map(refusal))).toEqual([
      ['warn', { refusal: 'CARRIER_MAINTENANCE' }, 'a carrier or the provider is closed for maintenance'],
      ['warn', { refusal: 'MERCHANT_CONFIG' }, 'the merchant is not set up for this call at the provider'],
    ]);
  });

  test('says once why callers are refused, for each reason', () => {
    const refused = (reason: CallerRefusal) => ({ kind: 'refused-caller', reason }) as const;
    expect(reported(refused('expired'), refused('expired'), refused('other'))).toEqual([
      ['warn', { reason: 'expired' }, 'a caller was refused'],
      ['warn', { reason: 'other' }, 'a caller was refused'],
    ]);
  });

  test('forgets the oldest line of a thousand, so that made-up keys do not fill the memory', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => limit(String(index), 60_000));
    expect(reported(limit('first', 60_000), ...many, limit('first', 60_000))).toHaveLength(1_002);
    expect(reported(limit('first', 60_000), ...many.slice(1), limit('first', 60_000))).toHaveLength(1_000);
  });
});
