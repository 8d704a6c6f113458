import Negotiator from 'negotiator';
import type { AnswerBounds } from './answer-bounds.ts';
import type { Caller } from '../caller.ts';
import type { Call, FailureCode } from '../failure.ts';
import type { Loaders } from './loaders.ts';
import type { Verification } from '../verification/verification.ts';
import type { Language } from './messages.ts';

/** What every resolver of one request shares, under one key, so that it fits into anybody's own context. */
export interface Context {
  readonly identity: IdentityContext;
}

export interface IdentityContext {
  readonly verification: Verification;
  /** Told how every call of a client ended: `OK` or a code. */
  readonly count: (call: Call, code: FailureCode | 'OK') => void;
  readonly loaders: Loaders;
  readonly bounds: AnswerBounds;
  /** Null where the request names nobody. */
  readonly caller: Caller | null;
  readonly language: Language;
}

const LANGUAGES: Language[] = ['en', 'ko'];

/** The language to answer in, English where the header names neither. */
export function languageOf(acceptLanguage: string | undefined): Language {
  // Some clients send the locale of their system, which has an underscore: ko_KR.
  const tags = acceptLanguage?.replaceAll('_', '-');
  const preferred = new Negotiator({ headers: { 'accept-language': tags } }).language(LANGUAGES);
  return LANGUAGES.find((language) => language === preferred) ?? 'en';
}
