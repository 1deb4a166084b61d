import type { Occurrence } from '../api/types';
import { isKnownZone } from '../time/zone';
import { differences, forSeries, newDraft, placeAt, preview, timed, type Draft } from './draft';
import type { Edit } from './edit';
import { minutesBetween, wallAt } from './wall';
import { addDays } from '../time/dates';

/** An occurrence as a draft, as far as it says; without notes and reminders. */
export function draftOf(occurrence: Occurrence, zone: string): Draft {
  const own = occurrence.zone && isKnownZone(occurrence.zone) ? occurrence.zone : zone;
  const common = {
    ...newDraft(occurrence.calendars[0] ?? '', occurrence.start.slice(0, 10), own),
    summary: occurrence.summary,
    location: occurrence.location ?? '',
    private: occurrence.private,
  };
  if (occurrence.allDay) return { ...common, startDate: occurrence.start, endDate: addDays(occurrence.end, -1) };
  const start = wallAt(Date.parse(occurrence.start), own);
  return timed(common, start, minutesBetween(start, wallAt(Date.parse(occurrence.end), own)));
}

function isMeant(edit: Edit, occurrence: Occurrence): boolean {
  if (occurrence.eventId === null || occurrence.eventId !== edit.eventId) return false;
  if (edit.scope === 'all') return true;
  return edit.scope === 'this' ? occurrence.id === edit.occurrence?.id : occurrence.start >= (edit.occurrence?.start ?? '');
}

/** Whom a draft of an edit is for. */
function peopleOf({ members }: Draft, edit: Edit): string[] {
  return members.length > 0 ? members : edit.members;
}

/** The occurrences as they will be once the edit is made, as far as that takes no expanding of rules. */
export function applied(edit: Edit, occurrences: readonly Occurrence[], zone: string): readonly Occurrence[] {
  const unsaved = edit.state === 'saved' ? {} : { unsaved: true as const };
  switch (edit.kind) {
    case 'add': {
      const made = { id: edit.id, busy: false, eventId: null, recurrenceId: null, status: 'confirmed', recurring: edit.draft!.rule !== '', editable: true, members: [], calendars: [], color: edit.color } as unknown as Occurrence;
      return [...occurrences, { ...preview(made, edit.draft!, zone), members: peopleOf(edit.draft!, edit), ...unsaved }];
    }
    case 'remove':
      return occurrences.filter((occurrence) => !isMeant(edit, occurrence));
    case 'change': {
      const shown = edit.occurrence!;
      const base = draftOf(shown, zone);
      const goal = edit.place ? placeAt(base, edit.place.start, edit.place.end, zone) : edit.shown!;
      // A new rule has other occurrences, which only the service finds.
      const changed = edit.base && edit.draft ? differences(edit.base, edit.draft) : [];
      const alone = changed.includes('rule');
      const people = changed.includes('members') || changed.includes('calendar') ? { members: peopleOf(goal, edit) } : {};
      return occurrences.map((occurrence) => {
        if (occurrence.id === shown.id) return { ...preview(occurrence, goal, zone), ...people, ...unsaved };
        if (alone || !isMeant(edit, occurrence)) return occurrence;
        const own = draftOf(occurrence, zone);
        return { ...preview(occurrence, { ...forSeries({ ...base, rule: '' }, { ...goal, rule: '' }, own) }, zone), ...people, ...unsaved };
      });
    }
    case 'undo':
      return occurrences;
  }
}

