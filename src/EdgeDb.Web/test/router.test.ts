import { expect, it } from 'vitest';
import { parseRoute } from '../src/state/router.svelte';

it('reads the pages from the address', () => {
  expect(parseRoute('/')).toEqual({ name: 'agenda' });
  expect(parseRoute('/month')).toEqual({ name: 'month', month: null });
  expect(parseRoute('/month/2026-11')).toEqual({ name: 'month', month: '2026-11' });
  expect(parseRoute('/feeds')).toEqual({ name: 'feeds' });
  for (const name of ['people', 'account', 'setup', 'pair']) expect(parseRoute(`/${name}`)).toEqual({ name });
  for (const path of ['/month/2026-13', '/month/', '/other', '/feeds/1']) expect(parseRoute(path)).toEqual({ name: 'unknown' });
});
