import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ANY_TIME,
  ATTEMPTS_ALLOWED,
  begin,
  endOfWait,
  finish,
  opened,
  readRight,
  type AttemptRecord,
  type End,
  type Turn,
} from '../../src/guard/attempt.ts';

const RULES = { flightMs: 20_000, claims: true };
const OWNER = 'owner';

const ENDS: readonly End[] = [
  { kind: 'certified' },
  { kind: 'unknown' },
  { kind: 'unread' },
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
  readonly turn: Turn;
  readonly code: string;
}

/** One impUid, any number of callers and machines: every step is atomic, as a store makes it. */
class World {
  record: AttemptRecord | null = null;
  now = 1_000_000;
  /** Sends that were not proven unsent. */
  sent = 0;
  flights: Flight[] = [];
  begun = 0;
  proven = new Set<string>();
  wrong = new Set<string>();

  run(next: Command): void {
    if (next.do === 'wait') this.now += next.ms;
    else if (next.do === 'crash') this.flights = [];
    else if (next.do === 'begin') this.begin(next.caller, next.code);
    else this.end(this.flights.splice(next.which, 1)[0], next.end);
  }

  begin(caller: string, code: string): void {
    this.begun += 1;
    const id = String(this.begun);
    const before = this.record;
    const step = begin(before, { id, owner: caller, code, method: 'SMS' }, this.now, RULES);
    this.record = step.record ?? before;
    const { reply } = step;
    if (reply.kind === 'repeat') expect([caller, this.proven.has(code)]).toEqual([OWNER, true]);
    if (reply.kind !== 'turn') expect(this.record).toBe(before);
    if (reply.kind !== 'turn') return;
    expect(this.wrong.has(code)).toBe(false);
    const aloft = this.flights.filter(({ turn }) => this.now - turn.startedAt < RULES.flightMs);
    expect(aloft).toEqual([]);
    expect(caller).toBe(OWNER);
    this.flights.push({ turn: reply, code });
    this.sent += Number(reply.canSend);
  }

  end(flight: Flight | undefined, end: End): void {
    if (!flight) return;
    const { turn, code } = flight;
    if (!turn.canSend && (end.kind === 'refused' || end.kind === 'unknown')) return; // it asked for no answer
    if (end.kind === 'unread' && !turn.readFirst) return; // it had nothing to read
    if (turn.canSend && (end.kind === 'unsent' || end.kind === 'unread')) this.sent -= 1;
    const { record, reply: isKept } = finish(this.record, turn, end, RULES.flightMs);
    this.record = record ?? this.record;
    if (isKept && end.kind === 'refused' && end.code === 'WRONG_CODE') this.wrong.add(code);
    if (this.record?.state === 'CERTIFIED' && end.kind === 'certified') this.proven.add(code);
  }
}

describe('any schedule of callers, codes, faults, delays and crashes', () => {
  test('sends at most five confirms, one at a time, for the owner alone, none of a code known to be wrong, and repeats only what was proven', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const world = new World();
        world.record = opened(OWNER, 'SMS');
        for (const next of commands) {
          world.run(next);
          expect(world.sent).toBeLessThanOrEqual(ATTEMPTS_ALLOWED);
        }
        expect(readRight(world.record, 'thief', world.now, RULES.flightMs)).toEqual({ kind: 'none' });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('an impUid that was not requested here', () => {
  const attempt = { id: '1', owner: 'first', code: 'a', method: 'SMS' as const };

  test('belongs to its first caller where claims are allowed', () => {
    const { record, reply } = begin(null, attempt, 1, RULES);
    expect([record?.owner, reply.kind]).toEqual(['first', 'turn']);
    expect(begin(record!, { ...attempt, owner: 'second' }, 2, RULES)).toEqual({
      reply: { kind: 'refuse', code: 'NOT_FOUND', attempts: 0, retryAt: null },
    });
  });

  test('is unknown where they are not, in the same words', () => {
    const refused = begin(null, attempt, 1, { ...RULES, claims: false });
    expect(refused).toEqual(begin(opened('somebody', 'SMS'), attempt, 1, RULES));
    expect(refused.record).toBeUndefined();
  });
});

describe('a code that was right', () => {
  test('can be repeated for ten minutes from the start of its attempt, and no other code at all', () => {
    const mine = { id: '1', owner: OWNER, code: 'a', method: 'SMS' as const };
    const sent = begin(opened(OWNER, 'SMS'), mine, 1_000, RULES).record!;
    const { record } = finish(sent, { id: '1', canSend: true }, { kind: 'certified' }, RULES.flightMs);
    const at = (now: number, code = 'a'): unknown => begin(record!, { ...mine, id: '2', code }, now, RULES).reply;
    expect(at(1_000 + 600_000 - 1)).toEqual({ kind: 'repeat' });
    const over = { kind: 'refuse', code: 'ALREADY_CERTIFIED', attempts: 1, retryAt: null };
    expect([at(1_000 + 600_000), at(2_000, 'b')]).toEqual([over, over]);
  });
});

describe('a caller that waited for the same code on another machine', () => {
  const mine = { owner: OWNER, code: 'a' };
  const { flightMs } = RULES;
  const sent = begin(opened(OWNER, 'SMS'), { id: '1', ...mine, method: 'SMS' }, 1_000, RULES).record!;
  const after = (end: End): AttemptRecord => finish(sent, { id: '1', canSend: true }, end, flightMs).record!;
  const refusal = (code: string, attempts: number) => ({ kind: 'refuse', code, attempts });
  const wrong = after({ kind: 'refused', code: 'WRONG_CODE' });

  test.each<[string, AttemptRecord | null, number, object]>([
    ['waits on while it is under way', sent, 1_000 + flightMs - 1, { kind: 'flying' }],
    [
      'reads, for the time it may have worked, where it lost its process',
      sent,
      1_000 + flightMs,
      { kind: 'read', right: { kind: 'proven', since: 1_000, until: 1_000 + flightMs } },
    ],
    ['reads at any time where it was right', after({ kind: 'certified' }), 2_000, { kind: 'read', right: ANY_TIME }],
    ['hears that it was wrong', wrong, 2_000, refusal('WRONG_CODE', 1)],
    ['hears that it was not sent', after({ kind: 'unsent', code: 'OVERLOADED' }), 2_000, refusal('OVERLOADED', 0)],
    ['hears that its outcome is not known', after({ kind: 'unknown' }), 2_000, refusal('OUTCOME_UNKNOWN', 1)],
    ['knows nothing where the record is gone', null, 2_000, refusal('OUTCOME_UNKNOWN', 0)],
    [
      'hears that it was wrong though another code is under way',
      begin(wrong, { id: '2', owner: OWNER, code: 'b', method: 'SMS' }, 2_000, RULES).record!,
      2_001,
      refusal('WRONG_CODE', 2),
    ],
    [
      'knows nothing where another code stands in its place',
      { ...sent, code: 'b', failed: 'IN_PROGRESS' },
      2_000,
      refusal('OUTCOME_UNKNOWN', 1),
    ],
  ])('%s', (_name, found, now, end) => {
    expect(endOfWait(found, mine, now, flightMs)).toEqual(end);
  });
});

describe('what an owner may read', () => {
  const record = opened(OWNER, 'SMS');

  test.each([
    ['OPEN', { kind: 'unproven' }],
    ['DEAD', { kind: 'unproven' }],
    ['CERTIFIED', ANY_TIME],
    ['UNKNOWN', { kind: 'proven', since: 7, until: 8 }],
    ['IN_FLIGHT', { kind: 'proven', since: 7, until: 9 + RULES.flightMs }],
  ] as const)('of what was requested here, %s, is %j', (state, right) => {
    const found = { ...record, state, since: 7, until: 8, startedAt: 9 };
    expect(readRight(found, OWNER, 10 + RULES.flightMs, RULES.flightMs)).toEqual(right);
    expect(readRight(found, 'thief', 10 + RULES.flightMs, RULES.flightMs)).toEqual({ kind: 'none' });
  });
});

describe('an attempt whose outcome nobody knows', () => {
  const attempt = { id: '1', owner: OWNER, code: 'a', method: 'SMS' as const };

  /** A record after a lost attempt with code a at 1,000, and a later one at 50,000 that ended so. */
  function after(code: string, end: End): AttemptRecord {
    const lost = begin(opened(OWNER, 'SMS'), attempt, 1_000, RULES).record!;
    const unknown = finish(lost, { id: '1', canSend: true }, { kind: 'unknown' }, RULES.flightMs).record!;
    const again = begin(unknown, { ...attempt, id: '2', code }, 50_000, RULES).record!;
    return finish(again, { id: '2', canSend: true }, end, RULES.flightMs).record!;
  }

  test.each<[string, string, End]>([
    ['the same code, "in progress"', 'a', { kind: 'refused', code: 'IN_PROGRESS' }],
    ['the same code, not sent', 'a', { kind: 'unsent', code: 'UPSTREAM_UNAVAILABLE' }],
    ['another code, "already certified"', 'b', { kind: 'refused', code: 'ALREADY_CERTIFIED' }],
    ['the same code, unread', 'a', { kind: 'unread' }],
  ])('stays readable for the time it may have worked, and no longer, after %s', (_name, code, end) => {
    const right = readRight(after(code, end), OWNER, 60_000, RULES.flightMs);
    expect(right).toEqual({ kind: 'proven', since: 1_000, until: 1_000 + RULES.flightMs });
  });

  test('frees no attempt when the turn to read about it alone is given back', () => {
    const used = { ...after('a', { kind: 'unknown' }), attempts: 5 };
    const { record, reply } = begin(used, { ...attempt, id: '3' }, 80_000, RULES);
    expect(reply).toMatchObject({ kind: 'turn', readFirst: true, canSend: false });
    const givenBack = finish(record!, reply as Turn, { kind: 'unsent', code: 'UPSTREAM_UNAVAILABLE' }, RULES.flightMs);
    expect(givenBack.record).toMatchObject({ state: 'UNKNOWN', attempts: 5, since: 1_000 });
  });

  test('is not disproved by a wrong code while it may still be under way', () => {
    const lost = begin(opened(OWNER, 'SMS'), attempt, 1_000, RULES).record!;
    const unknown = finish(lost, { id: '1', canSend: true }, { kind: 'unknown' }, RULES.flightMs).record!;
    const again = begin(unknown, { ...attempt, id: '2', code: 'b' }, 2_000, RULES).record!;
    const wrong = finish(again, { id: '2', canSend: true }, { kind: 'refused', code: 'WRONG_CODE' }, RULES.flightMs);
    expect(readRight(wrong.record!, OWNER, 3_000, RULES.flightMs)).toEqual({
      kind: 'proven',
      since: 1_000,
      until: 1_000 + RULES.flightMs,
    });
  });

  test('is disproved by a wrong code after it, since a right one would have closed the verification', () => {
    expect(readRight(after('b', { kind: 'refused', code: 'WRONG_CODE' }), OWNER, 60_000, RULES.flightMs)).toEqual({
      kind: 'unproven',
    });
  });

  test('is read before the same code is sent again, and costs nothing where it cannot be read', () => {
    const record = after('a', { kind: 'unread' });
    expect([record.attempts, begin(record, attempt, 70_000, RULES).reply]).toMatchObject([
      1,
      { kind: 'turn', readFirst: true, lost: { since: 1_000 } },
    ]);
  });
});
