import type { MessageKey } from '../i18n/language';

const outcomes = ['denied', 'again', 'away', 'refused', 'clock', 'unlinked', 'hours', 'delayed', 'taken', 'linked'] as const;

type Outcome = (typeof outcomes)[number];

/** What came of signing in with the household's provider: the service says it in the address to which it leads back. Taken once, or a reload would say it again. */
export function takeOutcome(): Outcome | null {
  const said = new URLSearchParams(location.search).get('oidc');
  if (said === null) return null;
  history.replaceState(history.state, '', location.pathname);
  return outcomes.find((outcome) => outcome === said) ?? 'refused';
}

/** Where to sign in with the provider, and to come back to this page. */
export const providerAddress = () => `/api/session/oidc?to=${encodeURIComponent(/^(\/[\w-]+)+$/.test(location.pathname) ? location.pathname : '/')}`;

export const outcomeText = (outcome: Outcome) => `provider.${outcome}` as const satisfies MessageKey;
