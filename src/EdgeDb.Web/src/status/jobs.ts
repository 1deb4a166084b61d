import type { Job } from '../api/appliance';
import { t } from '../i18n/language';

const known = ['window', 'feeds', 'removals', 'trash', 'backup', 'drill', 'warming', 'copy', 'keys', 'audit', 'erasures', 'certificate'] as const;

/** What a job does, in the reader's language; in the service's own words where this page is older than the service. */
export function jobName({ kind, name }: Job): string {
  const job = known.find((candidate) => candidate === kind);
  return job ? t(`job.${job}`) : name;
}
