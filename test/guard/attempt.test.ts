import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ATTEMPTS_ALLOWED,
  begin,
  finish,
  opened,
  readRight,
  type AttemptRecord,
  type Begin,
  type End,
} from '../../src/guard/attempt.ts';

const RULES = { flightMs: 20_000, claims: true };
const OWNER = 'owner';

const ENDS: readonly End[] = [
  { kind: 'certified' },
  { kind: 'unknown' },
  { kind: 'unsent', code: 'UPSTREAM_UNAVAILABLE' },
  { kind: 'refused', code: 'WRONG_CODE' },
  { kind: 'refused', code: 'CODE_EXPIRED' },
  { kind: 'refused', code: 'UPSTREAM_UNAVAILABLE' },
];

type Command =
  | { do: 'begin'; caller: string; code: string }
  | { do: 'end'; which: number; end: End }
  | { do: 'wait'; ms: number }
  | { do: 'crash' };

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('begin' as const),
      caller: fc.constantFrom(OWNER, OWNER, 'thief'),
      code: fc.constantFrom('a', 'b', 'c'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat(5), end: fc.constantFrom(...ENDS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 5_000, 25_000, 700_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
);

interface Flight {
  readonly turn: Extract<Begin, { kind: 'turn' }>;
  readonly code: string;
}

/** One impUid, any number of callers and machines: every step is atomic, as a store makes it. */
class World {
  record: AttemptRecord | null = null;
  now = 1_000_000;
  /** Sends that were not proven unsent. */
  sent = 0;
  flights: Flight[] = [];
  proven = new Set<string>();

  run(next: Command): void {
    if (next.do === 'wait') this.now += next.ms;
    else if (next.do === 'crash') this.flights = [];
    else if (next.do === 'begin') this.begin(next.caller, next.code);
    else this.end(this.flights.splice(next.which, 1)[0], next.end);
  }

  begin(caller: string, code: string): void {
    this.now += 1;
    const before = this.record;
    const step = begin(before, { owner: caller, code, method: 'SMS' }, this.now, RULES);
    this.record = step.record ?? before;
    const { reply } = step;
    if (reply.kind === 'repeat') expect([caller, this.proven.has(code)]).toEqual([OWNER, true]);
    if (reply.kind !== 'turn') expect(this.record).toBe(before);
    if (reply.kind !== 'turn') return;
    const aloft = this.flights.filter(({ turn }) => this.now - turn.startedAt < RULES.flightMs);
    expect(aloft).toEqual([]);
    expect(caller).toBe(OWNER);
    this.flights.push({ turn: reply, code });
    this.sent += Number(reply.canSend);
  }

  end(flight: Flight | undefined, end: End): void {
    if (!flight) return;
    const { turn, code } = flight;
    if (!turn.canSend && end.kind !== 'certified' && end.kind !== 'unknown') return; // it cannot end in an answer it never asked for
    if (turn.canSend && end.kind === 'unsent') this.sent -= 1;
    this.record = finish(this.record, turn.startedAt, end).record ?? this.record;
    if (this.record?.state === 'CERTIFIED' && end.kind === 'certified') this.proven.add(code);
  }
}

describe('any schedule of callers, codes, faults, delays and crashes', () => {
  test('sends at most five confirms, one at a time, for the owner alone, and repeats only what was proven', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const world = new World();
        world.record = opened(OWNER, 'SMS');
        for (const next of commands) {
          world.run(next);
          expect(world.sent).toBeLessThanOrEqual(ATTEMPTS_ALLOWED);
        }
        expect(readRight(world.record, 'thief')).toEqual({ kind: 'none' });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('an impUid that was not requested here', () => {
  const ids = { owner: 'first', code: 'a', method: 'SMS' as const };

  test('belongs to its first caller where claims are allowed', () => {
    const { record, reply } = begin(null, ids, 1, RULES);
    expect([record?.owner, reply.kind]).toEqual(['first', 'turn']);
    expect(begin(record!, { ...ids, owner: 'second' }, 2, RULES)).toEqual({
      reply: { kind: 'refuse', code: 'NOT_FOUND', attempts: 0, retryAt: null },
    });
  });

  test('is unknown where they are not, in the same words', () => {
    const refused = begin(null, ids, 1, { ...RULES, claims: false });
    expect(refused).toEqual(begin(opened('somebody', 'SMS'), ids, 1, RULES));
    expect(refused.record).toBeUndefined();
  });
});

describe('what an owner may read', () => {
  const record = opened(OWNER, 'SMS');

  test.each([
    ['OPEN', { kind: 'unproven' }],
    ['DEAD', { kind: 'unproven' }],
    ['CERTIFIED', { kind: 'proven', since: 0 }],
    ['UNKNOWN', { kind: 'proven', since: 7 }],
    ['IN_FLIGHT', { kind: 'proven', since: 7 }],
  ] as const)('of what was requested here, %s, is %j', (state, right) => {
    expect(readRight({ ...record, state, since: 7 }, OWNER)).toEqual(right);
    expect(readRight({ ...record, state, since: 7 }, 'thief')).toEqual({ kind: 'none' });
  });
});
