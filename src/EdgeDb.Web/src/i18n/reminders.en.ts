/** The English texts of reminders that ring. */
export const texts = {
  'ring.label': 'Reminders',
  'ring.said': 'Reminder: {title}, {when}',
  'ring.several.one': '{count} reminder',
  'ring.several.other': '{count} reminders',
  'ring.done': 'Done',
  'ring.later': 'Later',
  'ring.since': 'since {time}',
  'ring.more.one': 'and {count} more',
  'ring.more.other': 'and {count} more',
  'ring.all': 'Done with all',
  'ring.options': 'Reminders on this device',
  'ring.options.intro': 'Reminders of events and tasks appear on every open page of the calendar. With no page open nothing rings; what was missed is shown when one is opened.',
  'ring.shows': 'Show reminders here',
  'ring.sound': 'A soft sound with them',
  'ring.sound.help': 'Browsers allow sound only after the page was touched once since it was opened.',
  'ring.sound.try': 'Listen to it',
  'ring.sound.silent': 'This browser lets no sound be heard.',
  'ring.system': 'Also as a notification of this device',
  'ring.system.help': 'For when the page is open and out of sight, such as an installed app in the background.',
  'ring.system.https': 'Over https only, where the calendar can be installed as an app.',
  'ring.system.refused': 'This browser was told not to show notifications of the calendar. That can be changed in its settings.',
};

export type ReminderCatalogue = Record<keyof typeof texts, string>;
