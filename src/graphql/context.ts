import type { GraphQLResolveInfo } from 'graphql';
import Negotiator from 'negotiator';
import type { AnswerBounds } from './answer-bounds.ts';
import type { Caller } from '../caller.ts';
import type { Call, Failure } from '../failure.ts';
import type { CertificationRecord } from '../upstream/record.ts';
import type { Outcome } from '../outcome.ts';
import type { MissingSetting } from '../events.ts';
import type { Loaders } from './loaders.ts';
import type { Proofs } from '../proofs/proofs.ts';
import type { Sent } from '../verification/request.ts';
import type { OpenedWindow } from '../verification/window.ts';
import type { Verification } from '../verification/verification.ts';
import type { Language } from './messages.ts';

/** What every resolver of one request shares, under one key, so that it fits into anybody's own context. */
export interface Context {
  readonly identity: IdentityContext;
}

/**
 * Runs one operation. `impUid` is null where the argument is none. The value is one certification, a code that was sent, a
 * window, or the impUid of a deletion: a list of certifications would have no line in the access record, which names one person.
 */
export type Run = <O extends Outcome<CertificationRecord | Sent | OpenedWindow | string, Failure>>(
  call: Call,
  impUid: string | null,
  work: () => Promise<O>,
) => Promise<O>;

/** The personal fields that a request shows of each certification, in all places of its document together. */
export interface Selections {
  /**
   * Notes what a place in the document shows of a certification. False where its line was written before, without all of
   * these: it then has to be read again, for a line of its own.
   */
  note(impUid: string, info: GraphQLResolveInfo): boolean;
  /** What was noted until now, for a line; null where nothing was, since a program of the host's own asks. */
  take(impUid: string): ReadonlySet<string> | null;
}

export interface IdentityContext {
  readonly verification: Verification;
  /** Names this request in the log, in the answer's `x-request-id`, and in `extensions.requestId` of a failure. */
  readonly requestId: string;
  /** Runs one operation, counts how it ended and logs it. */
  readonly run: Run;
  /** Whether an operation of this request has failed. */
  readonly hasFailed: () => boolean;
  readonly loaders: Loaders;
  /** What the document shows of each certification, for the access record. */
  readonly selections: Selections;
  readonly proofs: Proofs;
  /** Told of a field that cannot be answered without this setting. */
  readonly onMissing: (setting: MissingSetting) => void;
  readonly bounds: AnswerBounds;
  /** Null where the request names nobody. */
  readonly caller: Caller | null;
  readonly language: Language;
}

const LANGUAGES: Language[] = ['en', 'ko'];

/** Headers whose language is remembered: browsers send a few hundred different ones. */
const MAX_HEADERS = 1_000;
const MAX_HEADER_LENGTH = 100;
const remembered = new Map<string | undefined, Language>();

/** The language to answer in, English where the header names neither. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const known = remembered.get(acceptLanguage);
  if (known !== undefined) return known;
  const language = preferredIn(acceptLanguage);
  const isCommon = (acceptLanguage ?? '').length <= MAX_HEADER_LENGTH && remembered.size < MAX_HEADERS;
  if (isCommon) remembered.set(acceptLanguage, language);
  return language;
}

function preferredIn(acceptLanguage: string | undefined): Language {
  // Some clients send the locale of their system, which has an underscore: ko_KR.
  const tags = acceptLanguage?.replaceAll('_', '-');
  const preferred = new Negotiator({ headers: { 'accept-language': tags } }).language(LANGUAGES);
  return LANGUAGES.find((language) => language === preferred) ?? 'en';
}
