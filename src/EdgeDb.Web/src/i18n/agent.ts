import { t } from './language';

// In this order: nearly every browser also names the ones that it wants to be taken for.
const browsers = [
  ['Edge', /Edg\w*\//],
  ['Firefox', /Firefox\/|FxiOS\//],
  ['Samsung Internet', /SamsungBrowser\//],
  ['Opera', /OPR\//],
  ['Chrome', /Chrome\/|CriOS\//],
  ['Safari', /Safari\//],
] as const;
const systems = [
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Android', /Android/],
  ['Windows', /Windows/],
  ['ChromeOS', /CrOS/],
  ['Mac', /Mac OS X/],
  ['Linux', /Linux/],
] as const;

/** What a browser calls itself, in words: `Chrome on Android`. A program keeps the name that it gives itself. */
export function agentName(agent: string): string {
  const browser = browsers.find(([, pattern]) => pattern.test(agent))?.[0];
  const system = systems.find(([, pattern]) => pattern.test(agent))?.[0];
  if (browser && system) return t('sessions.agent', { browser, system });
  return browser ?? system ?? (agent.split(/[/ ]/)[0] || t('sessions.agent.unknown'));
}
