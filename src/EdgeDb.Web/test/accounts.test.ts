import { afterEach, describe, expect, it } from 'vitest';
import { agentName } from '../src/i18n/agent';
import { accountsDe } from '../src/i18n/accounts.de';
import { accountsEn, type AccountKey } from '../src/i18n/accounts.en';
import { de } from '../src/i18n/de';
import { en } from '../src/i18n/en';
import { t, useAccountTexts, useLanguage } from '../src/i18n/language';
import { isPin } from '../src/pin';

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

afterEach(() => useLanguage(['en']));

describe('the catalogues of the pages about accounts', () => {
  it('use the same placeholders for every text, and no key of the common ones', () => {
    for (const key of Object.keys(accountsEn) as AccountKey[]) {
      expect(placeholders(accountsDe[key]), key).toEqual(placeholders(accountsEn[key]));
      for (const catalogue of [accountsEn, accountsDe]) expect(catalogue[key].trim(), key).not.toBe('');
      expect(key in en || key in de, key).toBe(false);
    }
  });

  it('are added to the language in use', async () => {
    await useLanguage(['de-DE']);
    await useAccountTexts();
    expect(t('signIn.submit')).toBe('Anmelden');
    expect(t('nav.today')).toBe('Heute');
  });
});

describe('a browser', () => {
  it.each([
    ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36', 'Chrome on Android'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1', 'Safari on iPhone'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0', 'Edge on Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    ['curl/8.14.1', 'curl'],
    ['', 'Unknown device'],
  ])('that calls itself %j is called %s', async (agent, name) => {
    await useAccountTexts();
    expect(agentName(agent)).toBe(name);
  });
});

it('takes no PIN that anybody would try first', () => {
  for (const pin of ['2580', '90210', '11112222']) expect(isPin(pin), pin).toBe(true);
  for (const pin of ['0000', '1234', '9876', '123', '123456789', '12a4', '']) expect(isPin(pin), pin).toBe(false);
});
