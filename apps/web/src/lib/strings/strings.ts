import { en } from './en.ts';

/** What a further language has to fill in: the same keys, the same parameters. */
export type Strings = typeof en;

const catalogues: Record<string, Strings> = { en };

export const locale: string = navigator.languages.find((language) => language.split('-')[0]! in catalogues) ?? 'en';
export const strings: Strings = catalogues[locale.split('-')[0]!] ?? en;
