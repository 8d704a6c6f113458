import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ATTEMPTS_ALLOWED,
  attemptsLeft,
  begin,
  finish,
  isOver,
  opened,
  type Attempt,
  type AttemptRecord,
  type End,
  type Begun,
} from '../../src/guard/attempt-rules.ts';
import { mayDelete, otherEnd, readRight } from '../../src/guard/rights.ts';

const RULES = { leaseMs: 20_000, claims: true };
const OWNER = 'owner';

const ENDS: readonly End[] = [
  { kind: 'certified' },
  { kind: 'unknown' },
  { kind: 'unread' },
  { kind: 'unsent', code: 'UPSTREAM_UNAVAILABLE' },
  { kind: 'rejected', code: 'WRONG_CODE' },
  { kind: 'rejected', code: 'CODE_EXPIRED' },
  { kind: 'rejected', code: 'UPSTREAM_UNAVAILABLE' },
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
  readonly begun: Begun;
  readonly code: string;
}

const only = (record: AttemptRecord): Begun => ({ kind: 'begun', plan: 'send', lost: null, record });
/** The record after an attempt with a lease of its own. */
function sent(found: AttemptRecord, attempt: Attempt, now: number, end: End): AttemptRecord {
  return finish(begin(found, attempt, now, RULES).reply as Begun, end, RULES.leaseMs);
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
    const lease = String(this.begun);
    const before = this.record;
    const step = begin(before, { lease, owner: caller, code, method: 'SMS' }, this.now, RULES);
    this.record = step.record ?? before;
    const { reply } = step;
    if (reply.kind === 'repeat') expect([caller, this.proven.has(code)]).toEqual([OWNER, true]);
    if (reply.kind !== 'begun') expect(this.record).toBe(before);
    if (reply.kind !== 'begun') return;
    expect(this.wrong.has(code)).toBe(false);
    const leased = this.flights.filter(({ begun }) => this.now - begun.record.startedAt < RULES.leaseMs);
    expect(leased).toEqual([]);
    expect(caller).toBe(OWNER);
    this.flights.push({ begun: reply, code });
    this.sent += Number(reply.plan !== 'look');
  }

  end(flight: Flight | undefined, end: End): void {
    if (!flight) return;
    const { begun, code } = flight;
    if (begun.plan === 'look' && (end.kind === 'rejected' || end.kind === 'unknown')) return; // it asked for no answer
    if (end.kind === 'unread' && begun.plan === 'send') return; // it had nothing to read
    if (begun.plan !== 'look' && (end.kind === 'unsent' || end.kind === 'unread')) this.sent -= 1;
    const isKept = this.record === begun.record; // as compare-and-set has it
    if (isKept) this.record = finish(begun, end, RULES.leaseMs);
    if (isKept && end.kind === 'rejected' && end.code === 'WRONG_CODE') this.wrong.add(code);
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
        expect(readRight(world.record, 'thief', world.now, RULES.leaseMs)).toEqual({ kind: 'none' });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('an impUid that was not requested here', () => {
  const attempt = { lease: '1', owner: 'first', code: 'a', method: 'SMS' as const };

  test('belongs to its first caller where claims are allowed', () => {
    const { record, reply } = begin(null, attempt, 1, RULES);
    expect([record?.owner, reply.kind]).toEqual(['first', 'begun']);
    expect(begin(record!, { ...attempt, owner: 'second' }, 2, RULES)).toEqual({
      reply: { kind: 'reject', code: 'NOT_FOUND', attempts: 0, retryInMs: null },
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
    const mine = { lease: '1', owner: OWNER, code: 'a', method: 'SMS' as const };
    const record = sent(opened(OWNER, 'SMS'), mine, 1_000, { kind: 'certified' });
    const at = (now: number, code = 'a'): unknown => begin(record, { ...mine, lease: '2', code }, now, RULES).reply;
    expect(at(1_000 + 600_000 - 1)).toEqual({ kind: 'repeat' });
    const over = { kind: 'reject', code: 'ALREADY_CERTIFIED', attempts: 1, retryInMs: null };
    expect([at(1_000 + 600_000), at(2_000, 'b')]).toEqual([over, over]);
  });
});

describe('an attempt in flight', () => {
  const mine = { lease: '1', owner: OWNER, code: 'a', method: 'SMS' as const };

  test('keeps other codes out until its lease ends', () => {
    const record = begin(opened(OWNER, 'SMS'), mine, 1_000, RULES).record!;
    const other = (now: number) => begin(record, { ...mine, lease: '2', code: 'b' }, now, RULES).reply;
    const inProgress = { kind: 'reject', code: 'IN_PROGRESS', attempts: 1 };
    expect(other(4_000)).toEqual({ ...inProgress, retryInMs: RULES.leaseMs - 3_000 });
    expect(other(1_000 + RULES.leaseMs - 1)).toEqual({ ...inProgress, retryInMs: 1 });
    expect(other(1_000 + RULES.leaseMs)).toMatchObject({ kind: 'begun', plan: 'send' });
  });
});

describe('a caller that waited for the same code on another machine', () => {
  const mine = { owner: OWNER, code: 'a' };
  const { leaseMs } = RULES;
  const inFlight = begin(opened(OWNER, 'SMS'), { lease: '1', ...mine, method: 'SMS' }, 1_000, RULES).record!;
  const after = (end: End): AttemptRecord => finish(only(inFlight), end, leaseMs);
  const rejection = (code: string, attempts: number) => ({ kind: 'reject', code, attempts });
  const wrong = after({ kind: 'rejected', code: 'WRONG_CODE' });

  test.each<[string, AttemptRecord | null, number, object]>([
    ['waits on while it is in flight', inFlight, 1_000 + leaseMs - 1, { kind: 'in-flight' }],
    [
      'reads, for the time it may have worked, where it lost its process',
      inFlight,
      1_000 + leaseMs,
      { kind: 'read', right: { kind: 'window', window: { sinceAge: leaseMs, untilAge: 0 } } },
    ],
    [
      'reads at any time where it was right',
      after({ kind: 'certified' }),
      2_000,
      { kind: 'read', right: { kind: 'any' } },
    ],
    ['hears that it was wrong', wrong, 2_000, rejection('WRONG_CODE', 1)],
    ['hears that it was not sent', after({ kind: 'unsent', code: 'OVERLOADED' }), 2_000, rejection('OVERLOADED', 0)],
    ['hears that its outcome is not known', after({ kind: 'unknown' }), 2_000, rejection('OUTCOME_UNKNOWN', 1)],
    ['knows nothing where the record is gone', null, 2_000, rejection('OUTCOME_UNKNOWN', 0)],
    [
      'hears that it was wrong though another code is in flight',
      begin(wrong, { lease: '2', owner: OWNER, code: 'b', method: 'SMS' }, 2_000, RULES).record!,
      2_001,
      rejection('WRONG_CODE', 2),
    ],
    [
      'knows nothing where another code stands in its place',
      { ...inFlight, code: 'b', failed: 'IN_PROGRESS' },
      2_000,
      rejection('OUTCOME_UNKNOWN', 1),
    ],
  ])('%s', (_name, found, now, end) => {
    expect(otherEnd(found, mine, now, leaseMs)).toEqual(end);
  });
});

describe('what an owner may read', () => {
  const record = opened(OWNER, 'SMS');

  test.each([
    ['OPEN', { kind: 'unproven' }],
    ['DEAD', { kind: 'unproven' }],
    ['CERTIFIED', { kind: 'any' }],
    ['IN_FLIGHT', { kind: 'window', window: { sinceAge: 1 + RULES.leaseMs, untilAge: 1 } }],
  ] as const)('of what was requested here, %s, is %j', (state, right) => {
    const found = { ...record, state, startedAt: 9 };
    expect(readRight(found, OWNER, 10 + RULES.leaseMs, RULES.leaseMs)).toEqual(right);
    expect(readRight(found, 'thief', 10 + RULES.leaseMs, RULES.leaseMs)).toEqual({ kind: 'none' });
  });

  test.each([
    ['OPEN', { sinceAge: 93, untilAge: 92 }],
    ['IN_FLIGHT', { sinceAge: 93 + RULES.leaseMs, untilAge: 91 }],
  ] as const)('of one with lost attempts, %s, is what was certified since the first of them', (state, window) => {
    const now = state === 'OPEN' ? 100 : 100 + RULES.leaseMs;
    const found = { ...record, state, startedAt: 9, lost: { since: 7, until: 8 } };
    expect(readRight(found, OWNER, now, RULES.leaseMs)).toEqual({ kind: 'window', window });
  });
});

describe('a code that was not accepted, nobody knows why', () => {
  test('can be sent again, and leaves the verification open', () => {
    const attempt = { lease: '1', owner: OWNER, code: 'a', method: 'SMS' as const };
    const record = sent(opened(OWNER, 'SMS'), attempt, 1_000, { kind: 'rejected', code: 'CODE_REJECTED' });
    expect(record).toMatchObject({ state: 'OPEN', attempts: 1, wrong: [] });
    expect(begin(record, { ...attempt, lease: '2' }, 2_000, RULES).reply).toMatchObject({
      kind: 'begun',
      plan: 'send',
    });
  });
});

describe('an attempt whose outcome nobody knows', () => {
  const attempt = { lease: '1', owner: OWNER, code: 'a', method: 'SMS' as const };

  /** From the start of the lost attempt for as long as its lease, as ages at 60,000. */
  const LOST_AT_60_000 = { kind: 'window', window: { sinceAge: 59_000, untilAge: 59_000 - RULES.leaseMs } };

  /** A record after a lost attempt with code a at 1,000, and a later one at 50,000 that ended so. */
  function after(code: string, end: End): AttemptRecord {
    const unknown = sent(opened(OWNER, 'SMS'), attempt, 1_000, { kind: 'unknown' });
    return sent(unknown, { ...attempt, lease: '2', code }, 50_000, end);
  }

  test.each<[string, string, End]>([
    ['the same code, "in progress"', 'a', { kind: 'rejected', code: 'IN_PROGRESS' }],
    ['the same code, not sent', 'a', { kind: 'unsent', code: 'UPSTREAM_UNAVAILABLE' }],
    ['another code, "already certified"', 'b', { kind: 'rejected', code: 'ALREADY_CERTIFIED' }],
    ['the same code, unread', 'a', { kind: 'unread' }],
  ])('stays readable for the time it may have worked, and no longer, after %s', (_name, code, end) => {
    const right = readRight(after(code, end), OWNER, 60_000, RULES.leaseMs);
    expect(right).toEqual(LOST_AT_60_000);
  });

  test('frees no attempt when the turn to read about it alone is given back', () => {
    const used = { ...after('a', { kind: 'unknown' }), attempts: 5 };
    const { reply } = begin(used, { ...attempt, lease: '3' }, 80_000, RULES);
    expect(reply).toMatchObject({ kind: 'begun', plan: 'look' });
    const givenBack = finish(reply as Begun, { kind: 'unsent', code: 'UPSTREAM_UNAVAILABLE' }, RULES.leaseMs);
    expect(givenBack).toMatchObject({ state: 'OPEN', attempts: 5, lost: { since: 1_000 } });
  });

  const OPEN_AFTERWARDS = [['WRONG_CODE'], ['CODE_REJECTED']] as const;

  test.each(OPEN_AFTERWARDS)('is not disproved by %s while it may still be under way', (code) => {
    const unknown = sent(opened(OWNER, 'SMS'), attempt, 1_000, { kind: 'unknown' });
    const wrong = sent(unknown, { ...attempt, lease: '2', code: 'b' }, 2_000, { kind: 'rejected', code });
    expect(readRight(wrong, OWNER, 60_000, RULES.leaseMs)).toEqual(LOST_AT_60_000);
  });

  test.each(OPEN_AFTERWARDS)('is disproved by %s after it: a right code would have closed the verification', (code) => {
    expect(readRight(after('b', { kind: 'rejected', code }), OWNER, 60_000, RULES.leaseMs)).toEqual({
      kind: 'unproven',
    });
  });

  test('is read before the same code is sent again, and costs nothing where it cannot be read', () => {
    const record = after('a', { kind: 'unread' });
    expect([record.attempts, begin(record, attempt, 70_000, RULES).reply]).toMatchObject([
      1,
      { kind: 'begun', plan: 'look-then-send', lost: { sinceAge: 69_000 } },
    ]);
  });
});

describe('a caller that may not send', () => {
  const mine = { lease: '2', owner: OWNER, code: 'a', method: 'SMS' as const };
  const record: AttemptRecord = { ...opened(OWNER, 'SMS'), attempts: 2 };
  const answer = (found: AttemptRecord | null, attempt: Attempt = mine) => begin(found, attempt, 10_000, RULES);
  const rejection = (code: string, attempts = 2) => ({ kind: 'reject', code, attempts, retryInMs: null });
  const inFlight: AttemptRecord = { ...record, state: 'IN_FLIGHT', lease: '1', code: 'a', startedAt: 9_000 };

  test.each<[string, AttemptRecord | null, Attempt, object]>([
    [
      'an approval in the app of what was not requested here',
      null,
      { ...mine, method: 'APP' },
      rejection('NOT_FOUND', 0),
    ],
    [
      'an approval of what was claimed',
      { ...record, method: null },
      { ...mine, method: 'APP' },
      rejection('NOT_FOUND'),
    ],
    ["another caller's record", { ...record, owner: 'other' }, mine, rejection('NOT_FOUND', 0)],
    ['a code for an approval', { ...record, method: 'APP' }, mine, { kind: 'other-method', method: 'APP' }],
    ['an approval for a code', record, { ...mine, method: 'APP' }, { kind: 'other-method', method: 'SMS' }],
    ['a code for a window', { ...record, method: 'WINDOW' }, mine, { kind: 'other-method', method: 'WINDOW' }],
    ['a dead record', { ...record, state: 'DEAD', failed: 'CODE_EXPIRED' }, mine, rejection('CODE_EXPIRED')],
    ['a dead record that does not say why', { ...record, state: 'DEAD' }, mine, rejection('TOO_MANY_ATTEMPTS')],
    [
      'a certified record, another code',
      { ...record, state: 'CERTIFIED', code: 'b' },
      mine,
      rejection('ALREADY_CERTIFIED'),
    ],
    ['a code that was wrong', { ...record, wrong: ['b', 'a'] }, mine, rejection('WRONG_CODE')],
    ['the same code in flight', inFlight, mine, { kind: 'wait' }],
    ['five attempts', { ...record, attempts: 5 }, mine, rejection('TOO_MANY_ATTEMPTS', 5)],
  ])('of %s is told so, and nothing is written', (_name, found, attempt, reply) => {
    expect(answer(found, attempt)).toEqual({ reply });
  });

  test.each([
    ['SMS', 'SMS'],
    ['APP', 'APP'],
    [null, 'SMS'],
  ] as const)('is not one whose method fits: requested by %s, confirmed by %s', (requested, method) => {
    const { record: next, reply } = answer({ ...record, method: requested }, { ...mine, method });
    expect(reply).toMatchObject({ kind: 'begun', plan: 'send', lost: null });
    expect(next).toEqual({
      ...record,
      method: requested,
      attempts: 3,
      state: 'IN_FLIGHT',
      lease: '2',
      code: 'a',
      startedAt: 10_000,
    });
  });
});

describe('the end of an attempt', () => {
  const lost = { since: 1_000, until: 21_000 };
  const record: AttemptRecord = {
    ...opened(OWNER, 'SMS'),
    attempts: 3,
    state: 'IN_FLIGHT',
    lease: '1',
    code: 'a',
    startedAt: 21_000,
    wrong: ['b'],
  };
  const after = (end: End, change: Partial<AttemptRecord> = {}): Partial<AttemptRecord> => {
    const {
      owner: _owner,
      method: _method,
      phone: _phone,
      lease,
      ...rest
    } = finish(only({ ...record, ...change }), end, RULES.leaseMs);
    expect(lease).toBeNull();
    return rest;
  };
  const { attempts, code, startedAt, wrong } = record;
  const open = { attempts, code, startedAt, wrong, state: 'OPEN', lost: null };

  test.each<[string, End, Partial<AttemptRecord>, object]>([
    ['certified', { kind: 'certified' }, {}, { ...open, state: 'CERTIFIED', failed: null }],
    [
      'lost',
      { kind: 'unknown' },
      {},
      { ...open, lost: { since: 21_000, until: 21_000 + RULES.leaseMs }, failed: 'OUTCOME_UNKNOWN' },
    ],
    [
      'lost again',
      { kind: 'unknown' },
      { lost },
      { ...open, lost: { since: 1_000, until: 21_000 + RULES.leaseMs }, failed: 'OUTCOME_UNKNOWN' },
    ],
    ['unread', { kind: 'unread' }, { lost }, { ...open, attempts: 2, lost, failed: 'OUTCOME_UNKNOWN' }],
    [
      'not sent',
      { kind: 'unsent', code: 'OVERLOADED' },
      { lost },
      { ...open, attempts: 2, lost, failed: 'OVERLOADED' },
    ],
    [
      'a wrong code, when the lost one is over',
      { kind: 'rejected', code: 'WRONG_CODE' },
      { lost },
      { ...open, wrong: ['b', 'a'], failed: 'WRONG_CODE' },
    ],
    [
      'a wrong code, while the lost one may be under way',
      { kind: 'rejected', code: 'WRONG_CODE' },
      { lost: { ...lost, until: 21_001 } },
      { ...open, lost: { ...lost, until: 21_001 }, wrong: ['b', 'a'], failed: 'WRONG_CODE' },
    ],
    [
      '"already certified", perhaps by the lost one',
      { kind: 'rejected', code: 'ALREADY_CERTIFIED' },
      { lost },
      { ...open, lost, failed: 'ALREADY_CERTIFIED' },
    ],
    [
      'another failure beside a lost one',
      { kind: 'rejected', code: 'CODE_EXPIRED' },
      { lost },
      { ...open, state: 'DEAD', lost, failed: 'CODE_EXPIRED' },
    ],
  ])('that is %s is kept', (_name, end, change, next) => {
    expect(after(end, change)).toEqual({ failed: null, ...next });
  });

  test.each(['TOO_MANY_ATTEMPTS', 'CODE_EXPIRED', 'ALREADY_CERTIFIED', 'APP_NOT_APPROVED', 'NOT_FOUND'] as const)(
    'with %s is final: no attempt is left, and every further one hears the same',
    (code) => {
      const dead = finish(only(record), { kind: 'rejected', code }, RULES.leaseMs);
      expect([dead.state, dead.failed, attemptsLeft(code, 1)]).toEqual(['DEAD', code, 0]);
      const next = begin(dead, { lease: '2', owner: OWNER, code: 'c', method: 'SMS' }, 99_000, RULES);
      expect(next).toEqual({ reply: { kind: 'reject', code, attempts: 3, retryInMs: null } });
    },
  );

  test.each(['WRONG_CODE', 'IN_PROGRESS', 'RATE_LIMITED', 'UPSTREAM_REJECTED', 'UPSTREAM_MAINTENANCE'] as const)(
    'with %s leaves the attempts that are left',
    (code) => {
      expect(after({ kind: 'rejected', code })['state']).toBe('OPEN');
      expect([0, 1, 4, 5, 6].map((used) => attemptsLeft(code, used))).toEqual([5, 4, 1, 0, 0]);
    },
  );
});

test.each<[string, boolean, AttemptRecord | null]>([
  ['not known', false, null],
  ['new', false, opened(OWNER, 'SMS')],
  ['tried four times', false, { ...opened(OWNER, 'SMS'), attempts: 4 }],
  ['tried five times, the last in flight', false, { ...opened(OWNER, 'SMS'), attempts: 5, state: 'IN_FLIGHT' }],
  ['tried five times', true, { ...opened(OWNER, 'SMS'), attempts: 5 }],
  ['certified', true, { ...opened(OWNER, 'SMS'), attempts: 1, state: 'CERTIFIED' }],
  ['dead', true, { ...opened(OWNER, 'SMS'), attempts: 1, state: 'DEAD' }],
])('a verification that is %s is over: %s', (_name, expected, record) => {
  expect(isOver(record)).toBe(expected);
});

describe('the right to an impUid', () => {
  const record = opened(OWNER, 'SMS');
  const claimed = opened(OWNER, null);
  const lost = { since: 7, until: 8 };
  const right = (found: AttemptRecord | null, now = 100) => readRight(found, OWNER, now, RULES.leaseMs).kind;

  test.each<[string, AttemptRecord | null, string, boolean]>([
    ['nothing', null, 'none', false],
    ["somebody else's", opened('other', 'SMS'), 'none', false],
    ['one requested here', record, 'unproven', true],
    ['one that was claimed', claimed, 'none', false],
    ['one that was claimed and certified', { ...claimed, state: 'CERTIFIED' }, 'any', true],
    ['one that was claimed, whose answer was lost', { ...claimed, lost }, 'window', false],
    ['a dead one with lost attempts', { ...record, state: 'DEAD', lost }, 'unproven', true],
    ['one in flight with lost attempts', { ...record, state: 'IN_FLIGHT', startedAt: 99, lost }, 'unproven', true],
    ['one that was claimed and is in flight', { ...claimed, state: 'IN_FLIGHT', startedAt: 99 }, 'none', false],
  ])('of %s', (_name, found, kind, mayBeDeleted) => {
    expect([right(found), mayDelete(found, OWNER)]).toEqual([kind, mayBeDeleted]);
  });
});
