import Negotiator from 'negotiator';
import type { Logger } from 'pino';
import type { Iamport } from './iamport/source.ts';
import type { Language } from './messages.ts';

/** What every resolver of one request shares. */
export interface Context {
  readonly iamport: Iamport;
  readonly language: Language;
  readonly logger: Logger;
}

const LANGUAGES: Language[] = ['en', 'ko'];

/** The language to answer in, English where the header names neither. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const preferred = new Negotiator({ headers: { 'accept-language': acceptLanguage } }).language(LANGUAGES);
  return LANGUAGES.find((language) => language === preferred) ?? 'en';
}
