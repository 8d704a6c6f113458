import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCertificationClock, createUpstreamClock, type UpstreamClock } from '../../src/upstream/clock.ts';

/** An upstream whose clock is ahead of this process' monotonic one by so many ms, and can step. */
class World {
  readonly clock: UpstreamClock = createUpstreamClock();
  now = 1_000_000;
  aheadMs: number;

  constructor(aheadMs: number) {
    this.aheadMs = aheadMs;
  }

  /** What the upstream would write now, in whole seconds. */
  get seconds(): number {
    return Math.floor((this.now + this.aheadMs) / 1000);
  }

  /** A call that takes so long, whose answer is dated somewhere on the way. */
  call(beforeMs: number, afterMs: number): void {
    const since = this.now;
    this.now += beforeMs;
    const date = this.seconds * 1000;
    this.now += afterMs;
    this.clock.hear(date, { since, until: this.now });
  }
}

const ahead = fc.integer({ min: -(10 ** 12), max: 10 ** 12 });
const step = fc.oneof(fc.constant(0), fc.integer({ min: -3_600_000, max: 3_600_000 }));
const wait = fc.integer({ min: 0, max: 30_000 });
const halfCall = fc.integer({ min: 0, max: 8_000 });

/** Steps within the bounds of a slow call, which does not show them. */
type Scenario = [
  { ahead: number; waits: [number, number, number]; half: [number, number]; step: number; when: number },
];
const HIDDEN_STEPS: Scenario[] = [
  [{ ahead: 0, waits: [0, 0, 0], half: [1_002, 0], step: -1_005, when: 1 }],
  [{ ahead: 0, waits: [0, 0, 0], half: [3_055, 1_944], step: -2_002, when: 1 }],
];

describe("the upstream's clock", () => {
  test('never places a certification outside of its attempt, however slow the calls and whenever the clock steps', () => {
    const scenario = fc.record({
      ahead,
      waits: fc.tuple(wait, wait, wait),
      half: fc.tuple(halfCall, halfCall),
      step,
      when: fc.nat(3),
    });
    fc.assert(
      fc.property(scenario, ({ ahead: aheadMs, waits, half, step: stepMs, when }) => {
        const world = new World(aheadMs);
        const pass = (nth: number): void => {
          world.now += waits[nth]!;
          if (when === nth) world.aheadMs += stepMs;
        };
        world.call(...half); // a log-in, at some time before
        pass(0);
        world.call(1, 1); // any call before the confirm is sent
        const since = world.now;
        pass(1);
        const certifiedAt = world.seconds;
        pass(2);
        world.call(...half); // the look after the lost answer
        const placement = world.clock.place(certifiedAt, { since, until: world.now });
        expect(placement).not.toBe('outside');
        if (stepMs === 0) expect(placement).toBe('inside');
      }),
      { numRuns: 5_000, examples: HIDDEN_STEPS },
    );
  });

  test('places a certification of more than the tolerance before an attempt outside of it', () => {
    fc.assert(
      fc.property(ahead, fc.integer({ min: 2_510, max: 10 ** 7 }), (aheadMs, earlierMs) => {
        const world = new World(aheadMs);
        const certifiedAt = world.seconds;
        world.now += earlierMs;
        world.call(0, 0);
        const since = world.now;
        world.call(1, 1);
        // Whole seconds leave one second open for the certification, and one for the answers that were heard.
        const placement = world.clock.place(certifiedAt, { since: since + 1_000, until: world.now + 1_000 });
        expect(placement).toBe('outside');
      }),
    );
  });

  test('is narrowed by every answer, so that a slow one leaves nothing open', () => {
    const world = new World(0);
    const certifiedAt = world.seconds;
    world.now += 4_000;
    const interval = { since: world.now, until: world.now + 20_000 };
    world.call(4_000, 4_000);
    expect(world.clock.place(certifiedAt, interval)).toBe('inside');
    world.call(1, 1);
    expect(world.clock.place(certifiedAt, interval)).toBe('outside');
  });

  test('is unsure of what lies outside of an attempt in which it stepped, and sure again after it', () => {
    const world = new World(0);
    world.call(1, 1);
    const since = world.now;
    world.aheadMs += 600_000;
    world.call(1, 1);
    expect(world.clock.place(world.seconds - 100_000, { since, until: world.now })).toBe('unsure');
    world.now += 10_000;
    world.call(1, 1);
    const later = { since: world.now, until: world.now + 1_000 };
    expect(world.clock.place(world.seconds - 100_000, later)).toBe('outside');
    expect(world.clock.place(world.seconds, later)).toBe('inside');
  });

  test('remembers the last eight steps', () => {
    const world = new World(0);
    const certifiedAt = world.seconds;
    const since = world.now;
    world.call(1, 1);
    for (let steps = 1; steps <= 7; steps += 1) {
      world.aheadMs += 100_000;
      world.call(1, 1);
    }
    const placed = (): unknown => world.clock.place(certifiedAt, { since, until: world.now });
    expect(placed()).toBe('inside');
    world.aheadMs += 100_000;
    world.call(1, 1);
    expect(placed()).toBe('unsure');
  });

  test('says nothing before it was heard, nor of answers without a date', () => {
    const { clock } = new World(0);
    clock.hear(Number.NaN, { since: 0, until: 1 });
    expect(clock.place(1, { since: 0, until: 1 })).toBeNull();
  });
});

describe("the upstream's two clocks", () => {
  const call = { since: 1_000_000, until: 1_000_001 };
  const interval = { since: 1_000_000, until: 1_020_000 };
  /** `certified_at` is 10 s into the interval by a clock that is right, and far from it by one that is an hour ahead. */
  const at = 1_010;
  const RIGHT = 1_000_000;
  const AHEAD = 1_000_000 + 3_600_000;

  test.each<[string, number | null, number | null, string]>([
    ['both say so', RIGHT, RIGHT, 'inside'],
    ['the log-in says so', RIGHT, AHEAD, 'inside'],
    ['the dates say so', AHEAD, RIGHT, 'inside'],
    ['the log-in says so and there are no dates', RIGHT, null, 'inside'],
    ['neither says so', AHEAD, AHEAD, 'outside'],
    ['the dates alone were heard, and say otherwise', null, AHEAD, 'outside'],
    ['neither was heard', null, null, 'unsure'],
  ])('place a certification where %s', (_what, login, date, placement) => {
    const clock = createCertificationClock();
    if (login !== null) clock.hearLogin(login, call);
    if (date !== null) clock.hearDate(date, call);
    expect(clock.place(at, interval)).toBe(placement);
  });

  test('are unsure where one of them has stepped in the interval and the other says otherwise', () => {
    const clock = createCertificationClock();
    clock.hearLogin(AHEAD, call);
    clock.hearDate(AHEAD, call);
    clock.hearDate(AHEAD * 2, { since: 1_005_000, until: 1_005_001 });
    expect(clock.place(at, interval)).toBe('unsure');
  });

  test('are unsure of a certification without a date', () => {
    const clock = createCertificationClock();
    clock.hearLogin(RIGHT, call);
    expect(clock.place(null, interval)).toBe('unsure');
  });
});
