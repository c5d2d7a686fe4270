import { en } from './en.ts';

/** What a further language has to fill in: the same keys, the same parameters. */
export type Strings = typeof en;

const catalogues = new Map<string, Strings>([['en', en]]);
const languageOf = (tag: string) => tag.split('-', 1).join('');

export const locale: string = navigator.languages.find((tag) => catalogues.has(languageOf(tag))) ?? 'en';
export const strings: Strings = catalogues.get(languageOf(locale)) ?? en;
