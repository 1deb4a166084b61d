/** The English texts; every other catalogue has exactly these keys. `.one` and `.other` follow the number `count`. */
export const texts = {
  'nav.label': 'Pages',
  'nav.skip': 'Skip to the content',
  'nav.today': 'Today',
  'nav.calendar': 'Calendar',
  'nav.lists': 'Lists',
  'nav.board': 'Board',
  'nav.feeds': 'Feeds',
  'nav.people': 'People',
  'nav.account': 'Your account',
  'nav.settings': 'Settings',
  'nav.keys': 'Keys',
  'common.loading': 'One moment…',
  'zone.note': 'Times are those of {zone}',

  'sample.title': 'Sample household',
  'sample.text': 'Invented people and events that show what it looks like.',
  'sample.remove': 'Remove it',
  'lost.title': 'The calendar service does not answer',
  'lost.back': 'The calendar is up to date again.',
  'live.updated': 'The calendar was updated.',

  'open.title': 'Everybody here may change everything.',
  'open.action': 'Make an owner',

  'filter.label': 'Who and what is shown',
  'filter.calendars': 'Calendars',
  'filter.hidden.one': '{count} event is hidden',
  'filter.hidden.other': '{count} events are hidden',
  'filter.all': 'Show all',

  'members.everybody': 'Everybody',

  'agenda.allDay': 'All day',
  'agenda.now': 'Now',
  'agenda.next': 'Next',
  'agenda.later': 'Later today',
  'day.more.one': 'Show {count} more',
  'day.more.other': 'Show {count} more',
  'agenda.earlier.one': 'Earlier today ({count})',
  'agenda.earlier.other': 'Earlier today ({count})',
  'agenda.coming': 'The coming days',
  'agenda.today': 'Today',
  'agenda.tomorrow': 'Tomorrow',
  'agenda.nothingToday': 'Nothing more today',
  'agenda.nothingPlanned': 'Nothing is planned for today',
  'agenda.nothingComing.one': 'Nothing is planned for the next day.',
  'agenda.nothingComing.other': 'Nothing is planned for the next {count} days.',
  'agenda.left': '{duration} left',
  'agenda.in': 'in {duration}',

  'time.until': 'until {time}',
  'time.dayOf': 'Day {day} of {days}',

  'event.tentative': 'not confirmed',
  'event.private': 'private',
  'event.unsaved': 'not saved yet',
  'event.untitled': 'Untitled',
  'event.busy': 'busy',
} as const;

export type Catalogue = Record<keyof typeof texts, string>;
