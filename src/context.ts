import Negotiator from 'negotiator';
import type { Issued } from './guard/issued.ts';
import type { Iamport } from './iamport/source.ts';
import type { Loaders } from './loaders.ts';
import type { Language } from './messages.ts';

/** What every resolver of one request shares, under one key, so that it fits into anybody's own context. */
export interface Context {
  readonly identity: IdentityContext;
}

export interface IdentityContext {
  readonly iamport: Iamport;
  readonly loaders: Loaders;
  readonly issued: Issued;
  readonly language: Language;
}

const LANGUAGES: Language[] = ['en', 'ko'];

/** The language to answer in, English where the header names neither. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const preferred = new Negotiator({ headers: { 'accept-language': acceptLanguage } }).language(LANGUAGES);
  return LANGUAGES.find((language) => language === preferred) ?? 'en';
}
