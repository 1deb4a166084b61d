import { describe, expect, it } from 'vitest';
import openapi from '../../EdgeDb/Api/openapi.json?raw';
import { agentName } from '../src/i18n/agent';
import { useTexts } from '../src/i18n/catalogues';
import { erasureText, refusalText } from '../src/i18n/erasure';
import { isPin } from '../src/pin';

describe('a browser', () => {
  it.each([
    ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36', 'Chrome on Android'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1', 'Safari on iPhone'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0', 'Edge on Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    ['curl/8.14.1', 'curl'],
    ['', 'Unknown device'],
  ])('that calls itself %j is called %s', async (agent, name) => {
    await useTexts('accounts');
    expect(agentName(agent)).toBe(name);
  });
});

it('takes no PIN that anybody would try first', () => {
  for (const pin of ['2580', '90210', '11112222']) expect(isPin(pin), pin).toBe(true);
  for (const pin of ['0000', '1234', '9876', '123', '123456789', '12a4', '']) expect(isPin(pin), pin).toBe(false);
});

it('says in the language of the page why somebody cannot be erased, and in the words of the service what it does not know', async () => {
  await useTexts('accounts');
  expect(openapi).toContain('A stable word: last-owner.');
  expect(refusalText({ reason: 'last-owner', detail: 'A sentence of the service.' })).toBe('This is the last owner who can sign in. Make somebody else an owner first.');
  expect(refusalText({ reason: 'other', detail: 'A sentence of the service.' })).toBe('A sentence of the service.');
});

it('says in the language of the page whatever the service names of a person who is erased', async () => {
  await useTexts('accounts');
  const [, words] = /A stable word: ([\w,; ]+)\./.exec(openapi)!;
  for (const what of words!.split(/[,;] /)) expect(erasureText({ what, count: 2, text: 'A sentence of the service.' }), what).not.toContain('sentence');
});
