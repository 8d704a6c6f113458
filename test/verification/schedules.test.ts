import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { Caller } from '../../src/caller.ts';
import { createMemoryStore, type AttemptStore } from '../../src/guard/store.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { plain, reset, startFaultyUpstream, type FaultyUpstream, type Heard } from '../support/faulty-upstream.ts';
import { portoneAt, testConfig } from '../support/gateway.ts';
import { PERSON } from '../support/people.ts';
import { VERSIONS, type Version } from '../support/upstreams.ts';
import { verificationOn } from '../support/verification.ts';

// The schedules of test/guard/attempt-rules.test.ts from end to end: the rules as an upstream sees them kept.

const OWNER: Caller = { subject: 'owner', isAnonymous: false, scopes: new Set(), ip: '203.0.113.7' };
const THIEF: Caller = { ...OWNER, subject: 'thief' };
/** Verifications at the same time, since each waits for the upstream more than it computes. */
const PARALLEL = 25;
const RUNS = 2;
const WRONG_CODES = 7;
/** More than a lease, after which the process of an attempt counts as lost. */
const LEASE_MS = 26_000;

/** One call. A process that dies keeps nothing of how its attempt ended, and its caller hears nothing. */
interface Call {
  readonly does: 'confirm' | 'read';
  readonly caller: Caller;
  /** The right one, or the wrong one of this number. */
  readonly code: 'right' | number;
  readonly process: 0 | 1 | 'dies';
}

/** An exchange is answered, cut before it arrives, cut after it took effect, or refused unprocessed. */
type Way = 'answered' | 'cut' | 'lost' | '429';

/** Calls that are made at once, and the ways of the confirms that are sent for them, and of all reads. */
interface Round {
  readonly calls: readonly Call[];
  readonly confirms: readonly Way[];
  readonly reads: Way;
}

const call: fc.Arbitrary<Call> = fc.record({
  does: fc.constantFrom('confirm', 'confirm', 'confirm', 'read'),
  caller: fc.constantFrom(OWNER, OWNER, OWNER, THIEF),
  code: fc.oneof(fc.constant('right' as const), { weight: 4, arbitrary: fc.nat(WRONG_CODES - 1) }),
  process: fc.constantFrom<Call['process'][]>(0, 0, 0, 1, 1, 1, 'dies'),
});
const round: fc.Arbitrary<Round> = fc.record({
  calls: fc.array(call, { minLength: 1, maxLength: 3 }),
  confirms: fc.array(fc.constantFrom<Way[]>('answered', 'cut', 'cut', 'lost', 'lost', '429'), { maxLength: 4 }),
  reads: fc.constantFrom<Way[]>('answered', 'answered', 'cut'),
});
const schedule = fc.array(
  fc.record({
    waitMs: fc.constantFrom(0, 0, 1_500, LEASE_MS, 100_000),
    rounds: fc.array(round, { minLength: PARALLEL, maxLength: PARALLEL }),
  }),
  { minLength: 7, maxLength: 9 },
);

/** They say that no certification came of a code. */
const FAILURES = new Set<unknown>(['WRONG_CODE', 'CODE_REJECTED', 'CODE_EXPIRED', 'ALREADY_CERTIFIED', 'NOT_FOUND']);

/** One verification as the upstream and its callers see it, and the first thing that is wrong with that, with all before it. */
class Seen {
  readonly problems: string[] = [];
  readonly history: string[] = [];
  /** The confirms that may have been processed. A repeat with the same key is no other. */
  readonly sent = new Set<string>();
  readonly underWay = new Set<string>();
  readonly wrong = new Set<unknown>();
  isCertified = false;
  isTold = false;
  confirms: Way[] = [];
  reads: Way = 'answered';

  readonly impUid: string;
  readonly right: string;

  constructor(impUid: string, right: string) {
    this.impUid = impUid;
    this.right = right;
  }

  codeOf({ code }: Call): string {
    return code === 'right' ? this.right : String((Number(this.right) + 1 + code) % 1_000_000).padStart(6, '0');
  }

  check(isRight: boolean, problem: string): void {
    if (!isRight && this.problems.length === 0) this.problems.push(problem, ...this.history);
  }

  /** A confirm arrives at the upstream. */
  arrives(key: string, otp: unknown, way: Way): void {
    this.history.push(`  sent ${String(otp)} ${key} ${way}`);
    this.check(!this.wrong.has(otp), 'a code was sent that is known to be wrong');
    this.underWay.add(key);
    this.check(this.underWay.size === 1, 'two confirms were under way');
    if (way !== '429') this.sent.add(key);
    this.check(this.sent.size <= 5, 'more than five confirms were sent');
  }

  /** A caller is answered. */
  hears(call: Call, answer: Readonly<Record<string, unknown>>): void {
    const { does, caller, code } = call;
    const { code: failed, certified } = answer;
    this.history.push(`${does} ${caller.subject} ${String(code)}: ${String(failed ?? certified)}`);
    if (caller === THIEF) return this.check(failed === 'NOT_FOUND', 'a stranger was told something');
    if (certified === true) this.check(this.isCertified && answer['impUid'] === this.impUid, 'nobody was certified');
    if (does === 'read') return;
    if (code === 'right' && this.isCertified && !this.isTold)
      this.check(!FAILURES.has(failed), 'a certification was reported as a failure');
    if (failed === 'WRONG_CODE') this.wrong.add(this.codeOf(call));
    if (certified === true) this.isTold = true;
  }
}

let passedMs = 0;
let sandbox: Sandbox;
let upstream: FaultyUpstream;
const seen = new Map<string, Seen>();

beforeAll(() => {
  const realNow = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => realNow() + passedMs);
  jest.spyOn(Math, 'random').mockReturnValue(0); // the shortest pause before a repeat
});
afterAll(() => void jest.restoreAllMocks());
beforeEach(async () => {
  sandbox = await createSandbox({ now: () => performance.timeOrigin + performance.now() });
  upstream = await startFaultyUpstream();
  upstream.loginFault = (response) => forward(upstream.heard.at(-1)!, 'answered', response);
  upstream.fault = (response, impUid) => exchange(upstream.heard.at(-1)!, seen.get(impUid), response);
});
afterEach(async () => {
  await upstream.close();
  await sandbox.close();
});

async function exchange(heard: Heard, about: Seen | undefined, response: ServerResponse): Promise<void> {
  if (!about || response.req.method === 'GET') return forward(heard, about?.reads ?? 'answered', response);
  const way = about.confirms.shift() ?? 'answered';
  const key = String(heard.headers['idempotency-key'] ?? upstream.heard.length);
  response.once('close', () => about.underWay.delete(key));
  about.arrives(key, (heard.json as { otp: string }).otp, way);
  await forward(heard, way, response, (text) => {
    about.isCertified ||= /"certified":true|"status":"VERIFIED"/.test(text);
  });
}

/** Has the sandbox answer, unless the exchange ends before. */
async function forward(
  { call, headers, json }: Heard,
  way: Way,
  response: ServerResponse,
  onAnswer = (_text: string): void => {},
): Promise<void> {
  if (way === '429') return void plain(429, '')(response, '', 1);
  if (way === 'cut') return void reset(response, '', 1);
  const [method = '', path = ''] = call.split(' ');
  const { authorization = '', 'idempotency-key': key } = headers;
  const answer = await fetch(sandbox.url + path, {
    method,
    headers: { authorization, ...(typeof key === 'string' && { 'idempotency-key': key }) },
    ...(json !== null && { body: JSON.stringify(json) }),
  });
  const text = await answer.text();
  onAnswer(text);
  if (way === 'lost') return void reset(response, '', 1);
  response.writeHead(answer.status, { date: answer.headers.get('date')! }).end(text);
}

/** The gateways of one round: a deployment lies between one round and the next. */
function deploy(version: Version, store: AttemptStore) {
  const { policies } = testConfig('').iamport;
  const options = {
    answerMs: 300, // for which a call waits for another with the same code, whose process may have died
    iamport: { policies: { ...policies, breakerMinimumRps: 10_000 } },
    portone: version === 'V2' ? portoneAt(upstream.url) : null,
  };
  const start = (on: AttemptStore) => verificationOn(upstream.url, { ...options, store: on });
  const replicas = [start(store), start(store)];
  const dead: typeof replicas = [];
  return {
    at(which: Call['process']) {
      if (which !== 'dies') return replicas[which]!;
      const own = start(untilBegun(store));
      dead.push(own);
      return own;
    },
    close: () => [...replicas, ...dead].forEach((gateway) => gateway.close()),
  };
}

type Gateways = ReturnType<typeof deploy>;

/** A store in which a process keeps that its attempt begins, and nothing later. */
function untilBegun(store: AttemptStore): AttemptStore {
  let hasBegun = false;
  return { ...store, replace: async (...write) => hasBegun || (hasBegun = await store.replace(...write)) };
}

/** Asks for a code, and knows what it is. */
async function request(gateways: Gateways, merchantUid: string): Promise<Seen> {
  const sent = await gateways.at(0).request(OWNER, { ...PERSON, merchantUid });
  if (!('impUid' in sent)) throw new Error(`Expected a code, got ${sent.code}`);
  const right = sandbox.inbox.find(({ impUid }) => impUid === sent.impUid)!.code;
  const one = new Seen(sent.impUid, right);
  seen.set(one.impUid, one);
  return one;
}

async function ask(gateways: Gateways, one: Seen, call: Call): Promise<void> {
  const gateway = gateways.at(call.process);
  const answer = await (call.does === 'read'
    ? gateway.read(call.caller, one.impUid)
    : gateway.confirm(call.caller, one.impUid, one.codeOf(call)));
  if (call.process !== 'dies') one.hears(call, { ...answer });
}

async function play(gateways: Gateways, one: Seen, { calls, confirms, reads }: Round): Promise<void> {
  Object.assign(one, { confirms: [...confirms], reads });
  const before = one.sent.size;
  await Promise.all(calls.map((call) => ask(gateways, one, call)));
  const sendable = calls.filter(({ does, caller }) => does === 'confirm' && caller === OWNER).length;
  one.check(one.sent.size - before <= sendable, 'one call sent two confirms');
}

/** The owner sends the right code until they know; what they hear is never that they failed. */
async function finish(gateways: Gateways, one: Seen): Promise<void> {
  const right = { caller: OWNER, code: 'right', process: 0 } as const;
  const rounds = [...Array<'confirm'>(3).fill('confirm'), 'read'] as const;
  for (const does of rounds)
    await play(gateways, one, { calls: [{ ...right, does }], confirms: [], reads: 'answered' });
  const last = one.history.at(-1);
  one.check(!one.isCertified || last === 'read owner right: true', 'a certification was never known');
}

/** Plays a schedule from the requests on, and answers what was wrong with one of the verifications, and how it went. */
async function problemsOf(version: Version, steps: readonly { waitMs: number; rounds: readonly Round[] }[]) {
  const store = createMemoryStore();
  const deployed = async <T>(work: (gateways: Gateways) => Promise<T>): Promise<T> => {
    const gateways = deploy(version, store);
    return work(gateways).finally(() => gateways.close());
  };
  const all = await deployed((gateways) =>
    Promise.all(Array.from({ length: PARALLEL }, (_, index) => request(gateways, `schedule_${index}`))),
  );
  for (const { waitMs, rounds } of steps) {
    passedMs += waitMs;
    await deployed((gateways) => Promise.all(all.map((one, index) => play(gateways, one, rounds[index]!))));
  }
  passedMs += LEASE_MS;
  await deployed((gateways) => Promise.all(all.map((one) => finish(gateways, one))));
  return all.find(({ problems }) => problems.length > 0)?.problems ?? [];
}

describe.each(VERSIONS)('any schedule of callers, codes, faults, delays and crashes, on %s,', (version) => {
  test('sends at most five confirms, one at a time and one for each call, for the owner alone, none of a code known to be wrong, and tells of every certification', async () => {
    const property = fc.asyncProperty(schedule, async (steps) => expect(await problemsOf(version, steps)).toEqual([]));
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  }, 180_000);
});
