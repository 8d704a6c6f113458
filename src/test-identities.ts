import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from './config.ts';
import { checkRequest } from './graphql/input.ts';
import type { Hmac } from './guard/hmac.ts';
import { StoreFull, StoreUnavailable, type AttemptStore } from './guard/store.ts';
import type { Logger } from './log.ts';
import { calendarDay, todayInSeoul } from './seoul.ts';
import { UpstreamFault } from './upstream/errors.ts';
import { createTestUpstream, type TestIdentity, type TestState, type TestStates } from './upstream/test-upstream.ts';
import type { IdentityUpstream } from './upstream/upstream.ts';

/** The test identities of a file, and the last day in Seoul on which they are answered. */
export interface TestIdentities {
  readonly until: string;
  readonly identities: readonly TestIdentity[];
}

/** Test identities are answered for at most so long: a date further ahead is one that nobody remembers. */
const MAX_DAYS = 90;
const DAY_MS = 86_400_000;

const CARRIERS = ['SKT', 'KT', 'LGT', 'SKT_MVNO', 'KT_MVNO', 'LGT_MVNO'] as const;
const texts = { phone: z.string(), name: z.string(), birthday: z.string(), genderDigit: z.string() };
const Entry = z.strictObject({ ...texts, code: z.string().regex(/^\d{6}$/), carrier: z.enum(CARRIERS) });
const TestFile = z.strictObject({
  until: z.string().refine((text) => dayOf(text) !== null),
  identities: z.array(z.unknown()).min(1),
});

/** Korea gives no subscriber a number of 010-0xxx and 010-1xxx, so that none of these is a person's. */
const UNASSIGNED = /^010[01]\d{7}$/;

const FORM =
  'TEST_IDENTITIES_FILE must name a JSON file with until (a day, YYYY-MM-DD) and identities, at least one (docs/guides/app-review.md)';

/**
 * The identities in a JSON file, as a person's input is read: a phone in any usual spelling, say. An end in the past is none of its
 * errors, since a gateway must be able to start on the day after.
 * Errors: `ConfigError` with one line for each problem, none with a value in it.
 */
export function readTestIdentities(file: string, today = todayInSeoul()): TestIdentities {
  const { until, identities: entries } = contentOf(file);
  const read = entries.map((entry) => readEntry(entry, today));
  const phones = read.flatMap((identity) => (typeof identity === 'string' ? [] : identity.phone));
  const problems = [
    ...((Date.parse(until) - Date.parse(today)) / DAY_MS > MAX_DAYS
      ? [`TEST_IDENTITIES_FILE until must be at most ${MAX_DAYS} days ahead`]
      : []),
    ...read.flatMap((identity, index) =>
      typeof identity === 'string' ? `TEST_IDENTITIES_FILE identity ${index + 1} ${identity}` : [],
    ),
    ...(new Set(phones).size < phones.length ? ['TEST_IDENTITIES_FILE must have each phone once'] : []),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return { until, identities: read as TestIdentity[] };
}

function contentOf(file: string): z.output<typeof TestFile> {
  try {
    return TestFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new ConfigError([FORM]);
  }
}

/** An identity, or what is wrong with it. */
function readEntry(entry: unknown, today: string): TestIdentity | string {
  const parsed = Entry.safeParse(entry);
  if (!parsed.success)
    return 'must have phone, code (six digits), name, birthday, genderDigit and carrier, and no more';
  const { code, ...input } = parsed.data;
  const person = checkRequest(input, today);
  if (!person.ok)
    return `has fields that no request could have: ${person.failure.fields.map(({ name }) => name).join(', ')}`;
  const { name, phone, birthday, genderDigit, carrier } = person.value;
  if (!UNASSIGNED.test(phone))
    return 'must have a phone of 010-0xxx-xxxx or 010-1xxx-xxxx, which are given to nobody: another one can be a real person';
  return { code, name, phone, birthday, genderDigit, carrier };
}

function dayOf(text: string): string | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  return day === undefined ? null : calendarDay(year!, month!, day);
}

interface Parts {
  readonly store: AttemptStore;
  readonly hmac: Hmac;
  readonly logger: Logger;
}

/** An upstream with test identities in front of it. The log says until when, or that their time is over. */
export function withTestIdentities(
  real: IdentityUpstream,
  { until, identities }: TestIdentities,
  { store, hmac, logger }: Parts,
): IdentityUpstream {
  const isOver = (): boolean => todayInSeoul() > until;
  const facts = { identities: identities.length, until };
  if (isOver()) logger.warn(facts, 'the time of the test identities is over: their requests are refused');
  else logger.warn(facts, 'test identities are answered: anybody with their code can be certified as one');
  return createTestUpstream(real, { identities, isOver, states: statesIn(store, hmac) });
}

/** Beside the attempts, for as long as these: replicas share them, and a restart keeps them where it keeps attempts. */
function statesIn(store: AttemptStore, hmac: Hmac): TestStates {
  const keyOf = (impUid: string): string => hmac('test-identity', impUid);
  const textOf = (state: TestState | null): string | null => state && JSON.stringify(state);
  return {
    hmacOf: (phone) => hmac('test-identity', phone),
    async find(impUid) {
      const { text } = await inStore(store.read(keyOf(impUid)), 'connect');
      return text === null ? null : (JSON.parse(text) as TestState);
    },
    async replace(impUid, expected, next) {
      const isReplaced = await inStore(store.replace(keyOf(impUid), textOf(expected), JSON.stringify(next)), 'cut');
      if (!isReplaced) throw new UpstreamFault('cut');
    },
  };
}

/** What a store throws as a fault. A write whose answer is lost may have been applied, as a call may have been processed. */
async function inStore<T>(work: Promise<T>, unavailable: 'connect' | 'cut'): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreFull) throw new UpstreamFault('overload');
    if (error instanceof StoreUnavailable) throw new UpstreamFault(unavailable);
    throw error;
  }
}
