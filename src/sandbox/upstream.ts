import { randomBytes, randomInt } from 'node:crypto';
import { type Answer, delivered, success } from './answers.ts';
import { type Entry, HONG, readPerson, toCertification } from './records.ts';
import {
  REFUSALS,
  alreadyCertified,
  invalid,
  missing,
  notFound,
  refuse,
  unauthorized,
  wrongCredentials,
} from './refusals.ts';
import { MAGIC_CODE, type Scenario, requestScenarioOf, scenarioOf } from './scenarios.ts';

export const SANDBOX_KEY = 'sandbox_key';
export const SANDBOX_SECRET = 'sandbox_secret';

const TOKEN_MS = 30 * 60_000;
const TOKEN_LAST_MS = 60_000;
const TOKEN_EXTENSION_MS = 5 * 60_000;
const CODE_WINDOW_MS = 3 * 60_000;
const MAX_WRONG_CODES = 5;
const MAX_ENTRIES = 100_000;

/** A message the sandbox "sent" instead of a text to a phone. */
export interface SandboxSms {
  readonly impUid: string;
  readonly phone: string;
  readonly code: string;
  readonly sentAt: Date;
}

/** The fields of a JSON or form body, every value as text. */
export type Body = ReadonlyMap<string, string>;

export type Upstream = ReturnType<typeof createUpstream>;

/** Everything the upstream remembers and decides; how answers travel and who asks is the server's affair. */
export function createUpstream(now: () => number, send: (sms: SandboxSms) => void) {
  const entries = createEntries();

  /** `POST /certifications/otp/request` */
  function request(body: Body): Answer {
    const person = readPerson(body);
    if (typeof person === 'string') return body.get(person) ? invalid(person) : missing(person);
    const { refusal, form = 200, delivery = 'whole' } = requestScenarioOf(person.phone);
    if (refusal !== undefined) return refuse(refusal, form);
    const entry = requested(entries.freshImpUid(), person, body, now());
    entries.remember(entry);
    const { impUid, code } = entry;
    if (code !== null) send({ impUid, phone: person.phone, code, sentAt: new Date(entry.windowFrom!) });
    return delivered(success({ imp_uid: impUid }), delivery);
  }

  /** `POST /certifications/otp/confirm/{imp_uid}` */
  function confirm(impUid: string, body: Body): Answer {
    return answerAbout(impUid, 'change', (entry, scenario) => {
      return scenario.confirm?.(entry) ?? judge(entry, body.get('otp'), scenario, now());
    });
  }

  /** `GET /certifications/{imp_uid}` */
  function read(impUid: string): Answer {
    return answerAbout(impUid, 'read', record);
  }

  /** `DELETE /certifications/{imp_uid}` */
  function remove(impUid: string): Answer {
    return answerAbout(impUid, 'change', (entry, scenario) => {
      entries.remove(impUid);
      return record(entry, scenario);
    });
  }

  /** What a magic impUid does to every call that names it comes before what the call itself does. */
  function answerAbout(impUid: string, kind: 'read' | 'change', act: (entry: Entry, row: Scenario) => Answer): Answer {
    const magic = scenarioOf(impUid);
    if (magic?.denied === 'always') return unauthorized();
    if (magic?.always !== undefined) {
      return magic.always(toCertification({ ...magicEntry(impUid), certifiedAt: now() }));
    }
    if (magic !== undefined && !magic.isUnknown && !entries.has(impUid)) {
      entries.remember({ ...magicEntry(impUid), certifiedAt: magic.certifiedAt ?? null });
      if (magic.denied === 'once') return unauthorized();
    }
    const entry = entries.get(impUid);
    if (!entry) return notFound();
    const answer = act(entry, magic ?? {});
    return delivered(answer, kind === 'change' && magic?.losesChanges ? 'reset' : (magic?.delivery ?? 'whole'));
  }

  return { ...createTokens(now), request, confirm, read, remove };
}

/** `POST /users/getToken`: one token at a time, handed out again until it expires. */
function createTokens(now: () => number) {
  let token: { readonly value: string; expiresAt: number } | undefined;
  return {
    getToken: (body: Body): Answer => {
      const absent = ['imp_key', 'imp_secret'].find((field) => !body.get(field));
      if (absent !== undefined) return missing(absent);
      if (body.get('imp_key') !== SANDBOX_KEY || body.get('imp_secret') !== SANDBOX_SECRET) return wrongCredentials();
      const at = now();
      if (token === undefined || at >= token.expiresAt) {
        token = { value: randomBytes(20).toString('hex'), expiresAt: at + TOKEN_MS };
      } else if (token.expiresAt - at <= TOKEN_LAST_MS) {
        token.expiresAt += TOKEN_EXTENSION_MS;
      }
      return success({ access_token: token.value, now: seconds(at), expired_at: seconds(token.expiresAt) });
    },
    isValidToken: (value: string): boolean => token !== undefined && value === token.value && now() < token.expiresAt,
  };
}

/** The newest verifications, by impUid. */
function createEntries() {
  // null marks a deleted verification, so that a magic impUid does not come back to life.
  const entries = new Map<string, Entry | null>();

  /** Twelve digits below the magic range, which begins with 900. */
  function freshImpUid(): string {
    const impUid = `imp_${randomInt(100_000_000_000, 900_000_000_000)}`;
    return entries.has(impUid) ? freshImpUid() : impUid;
  }

  return {
    freshImpUid,
    has: (impUid: string) => entries.has(impUid),
    get: (impUid: string) => entries.get(impUid),
    remove: (impUid: string) => entries.set(impUid, null),
    remember(entry: Entry): void {
      entries.set(entry.impUid, entry);
      const [oldest] = entries.keys();
      if (entries.size > MAX_ENTRIES) entries.delete(oldest!);
    },
  };
}

function requested(impUid: string, person: Entry['person'], body: Body, sentAt: number): Entry {
  const isApp = body.get('verification_method') === 'APP';
  return {
    impUid,
    merchantUid: body.get('merchant_uid') || `nobody_${impUid}`,
    pgProvider: isApp ? 'kcp_v2' : 'danal',
    person,
    code: isApp ? null : String(randomInt(1_000_000)).padStart(6, '0'),
    windowFrom: sentAt,
    wrongCodes: 0,
    certifiedAt: null,
  };
}

function judge(entry: Entry, otp: string | undefined, scenario: Scenario, at: number): Answer {
  const { form = 200, wrongCode = REFUSALS.wrongCode } = scenario;
  if (entry.certifiedAt !== null) return alreadyCertified();
  if (entry.code !== null && !otp) return missing('otp');
  if (entry.wrongCodes >= MAX_WRONG_CODES) return refuse(REFUSALS.attemptsExceeded, form);
  entry.windowFrom ??= at;
  if (at - entry.windowFrom >= CODE_WINDOW_MS) return refuse(REFUSALS.expired, form);
  if (entry.code !== null && otp !== entry.code) {
    entry.wrongCodes += 1;
    return refuse(wrongCode, form);
  }
  entry.certifiedAt = at;
  return record(entry, scenario);
}

function magicEntry(impUid: string): Entry {
  return {
    impUid,
    merchantUid: `order_${impUid.slice(-9)}`,
    pgProvider: 'danal',
    person: HONG,
    code: MAGIC_CODE,
    windowFrom: null,
    wrongCodes: 0,
    certifiedAt: null,
  };
}

function record(entry: Entry, { shape }: Scenario): Answer {
  const certification = toCertification(entry);
  return success(shape !== undefined && certification.certified ? shape(certification) : certification);
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
