import type { ApiError } from '../api/client';
import type { FeedError } from '../api/types';
import { formatWait } from '../i18n/spans';
import { t } from '../i18n/language';

const known = [
  'unreachable',
  'not-public',
  'unknown-host',
  'tls',
  'timeout',
  'busy',
  'too-large',
  'too-many-redirects',
  'bad-redirect',
  'unreadable',
  'web-page',
  'not-a-calendar',
  'broken-off',
  'internal',
  'address-lost',
] as const;

/** What may pass by itself: the same address may work in an hour. */
const passing: readonly string[] = ['unreachable', 'timeout', 'busy', 'http-429'];

/** Why a feed cannot be read, in the reader's language; in the service's own words where there are no others. */
export function feedErrorText({ reason, detail }: FeedError): string {
  const word = known.find((candidate) => candidate === reason);
  if (word) return t(`reason.${word}`);
  if (reason === 'http-401' || reason === 'http-403') return t('reason.refused');
  if (reason === 'http-404' || reason === 'http-410') return t('reason.gone');
  if (reason === 'http-429') return t('reason.too-often');
  return reason.startsWith('http-5') ? t('reason.server') : detail;
}

/** The same for an address that was only looked at; null when it is not that which is wrong. */
export function feedReason({ type, status, detail, retryAfterSeconds }: ApiError): { text: string; passing: boolean } | null {
  if (status === 429) return { text: t('preview.tooOften', { duration: formatWait(retryAfterSeconds) }), passing: false };
  if (status !== 422 || !type.startsWith('feed-')) return null;
  const reason = type.slice('feed-'.length);
  return { text: feedErrorText({ reason, detail }), passing: passing.includes(reason) || reason.startsWith('http-5') };
}
