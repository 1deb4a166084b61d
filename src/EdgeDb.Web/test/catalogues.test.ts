import { afterEach, describe, expect, it } from 'vitest';
import { parts, useTexts } from '../src/i18n/catalogues';
import { common, languages, t, useLanguage } from '../src/i18n/language';

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
const catalogues = Object.entries({ common, ...parts });

afterEach(() => useLanguage(['en']));

describe.each(catalogues)('the catalogues of %s', (part, inLanguage) => {
  it.each(languages)('hold in %s every text, with the same placeholders', async (language) => {
    const english: Record<string, string> = (await inLanguage.en()).texts;
    const texts: Record<string, string> = (await inLanguage[language]()).texts;
    expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort());
    for (const [key, text] of Object.entries(texts)) {
      expect(text.trim(), key).not.toBe('');
      expect(placeholders(text), key).toEqual(placeholders(english[key]!));
    }
  });

  it('hold no key of another part', async () => {
    const others = catalogues.filter(([name]) => name !== part);
    const keys = new Set((await Promise.all(others.map(([, other]) => other.en()))).flatMap(({ texts }) => Object.keys(texts)));
    expect(Object.keys((await inLanguage.en()).texts).filter((key) => keys.has(key))).toEqual([]);
  });
});

it('adds the texts of a part to the language in use', async () => {
  await useLanguage(['de-DE']);
  await useTexts('accounts');
  expect(t('signIn.submit')).toBe('Anmelden');
  expect(t('nav.today')).toBe('Heute');
});
