import type { parts } from './catalogues';
import { texts as en, type Catalogue } from './en';

export const languages = ['en', 'de', 'fr', 'es'] as const;
type Language = (typeof languages)[number];
export type Catalogues<Texts> = Record<Language, () => Promise<{ texts: Texts }>>;

/** Only the language in use is loaded; English is the one the keys come from and always there. */
export const common: Catalogues<Catalogue> = {
  en: async () => ({ texts: en }),
  de: () => import('./de'),
  fr: () => import('./fr'),
  es: () => import('./es'),
};

type TextsOf<Part> = Part extends Catalogues<infer Texts> ? keyof Texts : never;
export type MessageKey = keyof Catalogue | TextsOf<(typeof parts)[keyof typeof parts]>;
type Values = Record<string, string | number>;
/** `feeds.skipped` for the pair `feeds.skipped.one` and `feeds.skipped.other`. */
type CountedKey = MessageKey extends infer Key ? (Key extends `${infer Base}.other` ? Base : never) : never;

let catalogue: Readonly<Record<string, string>> = en;
export let language: Language = 'en';
let plural = new Intl.PluralRules('en');
/** To make one takes longer than to write a hundred numbers with it. */
let numbers = new Intl.NumberFormat('en');

/** BCP 47 tag for `Intl`: the browser's own wish with its region, as `en-GB` writes dates unlike `en-US`. */
export let locale = 'en';

/** Chooses the first of the browser's languages that has a catalogue. */
export async function useLanguage(wishes: readonly string[]): Promise<void> {
  const wish = wishes.find((tag) => languageOf(tag)) ?? 'en';
  language = languageOf(wish) ?? 'en';
  catalogue = (await common[language]()).texts;
  locale = wish;
  plural = new Intl.PluralRules(wish);
  numbers = new Intl.NumberFormat(wish);
}

/** Adds the texts of a part to those in use. */
export function addTexts(texts: Readonly<Record<string, string>>): void {
  catalogue = { ...catalogue, ...texts };
}

function languageOf(tag: string): Language | undefined {
  return languages.find((known) => known === tag.split('-')[0]!.toLowerCase());
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    return value === undefined ? placeholder : typeof value === 'number' ? numbers.format(value) : value;
  });
}

export function t(key: MessageKey, values: Values = {}): string {
  return fill(catalogue[key]!, values);
}

/** The text for a number: `key.one` or `key.other`. */
export function tCount(key: CountedKey, count: number, values: Values = {}): string {
  const form = plural.select(count) === 'one' ? 'one' : 'other';
  return fill(catalogue[`${key}.${form}`]!, { ...values, count });
}
