import { t, type MessageKey } from './language';

/** In the order of the service's table; what a newer service adds goes by its own name. */
const domains = ['household', 'members', 'calendars', 'events', 'tasks', 'feeds', 'sessions', 'settings', 'operations', 'audit', 'backups', 'notices'] as const;
const verbs = ['read', 'add', 'change', 'delete'] as const;

function nameOf(words: readonly string[], prefix: 'domain' | 'verb', word: string): string {
  return words.includes(word) ? t(`scope.${prefix}.${word}` as MessageKey) : word;
}

/** `events:read` is what can be done (`look`) … */
export function verbName(scope: string): string {
  return nameOf(verbs, 'verb', scope.split(':')[1] ?? '');
}

/** … to what (`Events`). */
export function scopesByDomain(scopes: readonly string[]): { domain: string; name: string; scopes: string[] }[] {
  const groups = new Map<string, string[]>();
  for (const scope of scopes) {
    const domain = scope.split(':')[0]!;
    groups.set(domain, [...(groups.get(domain) ?? []), scope]);
  }
  return [...groups].map(([domain, scopes]) => ({ domain, name: nameOf(domains, 'domain', domain), scopes }));
}

/** `Events: look, add; Calendars: look`. */
export function scopesText(scopes: readonly string[]): string {
  return scopesByDomain(scopes)
    .map(({ name, scopes }) => t('scope.line', { domain: name, verbs: scopes.map(verbName).join(', ') }))
    .join('; ');
}
