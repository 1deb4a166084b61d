import { ApiError } from '../api/client';
import { t } from '../i18n/language';

/** A sentence for the person whose action failed. */
export function explain(error: unknown): string {
  return error instanceof ApiError ? t('common.failed', { detail: error.detail }) : t('common.away');
}
