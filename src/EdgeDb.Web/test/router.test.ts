import { expect, it } from 'vitest';
import { pageNames, parseRoute, pathOf } from '../src/pages';

it('reads the pages from the address', () => {
  expect(parseRoute('/')).toEqual({ name: 'agenda', at: null });
  expect(parseRoute('/month')).toEqual({ name: 'month', at: null });
  expect(parseRoute('/month/2026-11')).toEqual({ name: 'month', at: '2026-11' });
  const others = ['/month/2026-13', '/month/', '/month/2026-11/1', '/other', '/feeds/1', '/agenda', '/signIn', '/constructor', '/toString'];
  for (const path of others) expect(parseRoute(path), path).toEqual({ name: 'unknown', at: null });
});

it('has an address for every page', () => {
  for (const name of pageNames) expect(parseRoute(pathOf(name))).toEqual({ name, at: null });
});
