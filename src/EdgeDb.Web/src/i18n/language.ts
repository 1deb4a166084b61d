import type { AccountCatalogue, AccountKey } from './accounts.en';
import { en, type Catalogue, type MessageKey as CommonKey } from './en';

/** Only the language in use is loaded; English is the one the keys come from and always there. */
const catalogues: Record<string, () => Promise<Catalogue>> = {
  en: async () => en,
  de: async () => (await import('./de')).de,
};

/** The texts of the pages about accounts, which most visits never see. */
const accountCatalogues: Record<string, () => Promise<AccountCatalogue>> = {
  en: async () => (await import('./accounts.en')).accountsEn,
  de: async () => (await import('./accounts.de')).accountsDe,
};

export type MessageKey = CommonKey | AccountKey;
type Values = Record<string, string | number>;
/** `feeds.skipped` for the pair `feeds.skipped.one` and `feeds.skipped.other`. */
type CountedKey = MessageKey extends infer Key ? (Key extends `${infer Base}.other` ? Base : never) : never;

let catalogue: Readonly<Record<string, string>> = en;
let language = 'en';
let plural = new Intl.PluralRules('en');

/** BCP 47 tag for `Intl`: the browser's own wish with its region, as `en-GB` writes dates unlike `en-US`. */
export let locale = 'en';

/** Chooses the first of the browser's languages that has a catalogue. */
export async function useLanguage(wishes: readonly string[]): Promise<void> {
  const wish = wishes.find((tag) => languageOf(tag) in catalogues) ?? 'en';
  language = languageOf(wish);
  catalogue = await catalogues[language]!();
  locale = wish;
  plural = new Intl.PluralRules(wish);
}

/** Has to be awaited before a page about accounts is shown. */
export async function useAccountTexts(): Promise<void> {
  const texts = await accountCatalogues[language]!();
  catalogue = { ...catalogue, ...texts };
}

function languageOf(tag: string): string {
  return tag.split('-')[0]!.toLowerCase();
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    return value === undefined ? placeholder : typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
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
