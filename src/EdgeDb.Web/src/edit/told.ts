import { formatSpan } from '../i18n/spans';
import { t } from '../i18n/language';
import { household } from '../state/household.svelte';
import type { Occurrence } from '../api/types';
import { preview, startOf, type Draft, type Group } from './draft';
import { reminderWords, ruleWords } from './words';

/** When a draft is, in words of the household's clock. */
export function spanWords(draft: Draft): string {
  return formatSpan(preview({ calendars: [] } as unknown as Occurrence, draft, household.zone), household.zone);
}

/** Whom a draft is for. */
export function peopleWords({ members, calendarId }: Draft): string {
  const names = (ids: readonly string[]) => household.membersOf(ids).map(({ name }) => name).join(', ');
  if (members.length > 0) return names(members);
  const own = names(household.calendarsById.get(calendarId)?.members ?? []);
  return own ? t('form.members.calendar', { names: own }) : t('form.members.nobody');
}

/** What a group of a draft says, for people who have to choose between two. */
export function groupWords(group: Group, draft: Draft): string {
  switch (group) {
    case 'when':
      return draft.allDay ? `${spanWords(draft)}, ${t('agenda.allDay').toLocaleLowerCase()}` : spanWords(draft);
    case 'rule':
      return draft.rule ? ruleWords(draft.rule, { allDay: draft.allDay, start: startOf(draft), zone: draft.zone }) : t('repeat.none');
    case 'calendar':
      return household.calendarsById.get(draft.calendarId)?.name ?? '';
    case 'members':
      return peopleWords(draft);
    case 'reminders':
      return draft.reminders.map(reminderWords).join(', ') || t('clash.none');
    case 'private':
      return draft.private ? t('clash.yes') : t('clash.no');
    default:
      return draft[group] || t('clash.none');
  }
}

export function groupName(group: Group): string {
  const keys = {
    summary: 'form.title', when: 'clash.when', rule: 'repeat.label', calendar: 'form.calendar', members: 'form.members', reminders: 'reminder.label', location: 'form.place', notes: 'form.notes', private: 'event.private',
  } as const;
  return t(keys[group]);
}
