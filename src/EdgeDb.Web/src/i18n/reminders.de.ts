import type { ReminderCatalogue } from './reminders.en';

export const texts: ReminderCatalogue = {
  'ring.label': 'Erinnerungen',
  'ring.said': 'Erinnerung: {title}, {when}',
  'ring.several.one': '{count} Erinnerung',
  'ring.several.other': '{count} Erinnerungen',
  'ring.done': 'Erledigt',
  'ring.later': 'Später',
  'ring.since': 'seit {time}',
  'ring.more.one': 'und {count} weitere',
  'ring.more.other': 'und {count} weitere',
  'ring.all': 'Alle erledigt',
  'ring.options': 'Erinnerungen auf diesem Gerät',
  'ring.options.intro':
    'Erinnerungen an Termine und Aufgaben erscheinen auf jeder offenen Seite des Kalenders. Ist keine Seite offen, meldet sich nichts; was verpasst wurde, steht beim nächsten Öffnen da.',
  'ring.shows': 'Erinnerungen hier zeigen',
  'ring.sound': 'Mit einem leisen Ton',
  'ring.sound.help': 'Browser erlauben Töne erst, nachdem die Seite seit dem Öffnen einmal berührt wurde.',
  'ring.sound.try': 'Anhören',
  'ring.sound.silent': 'Dieser Browser lässt keinen Ton zu.',
  'ring.system': 'Auch als Mitteilung dieses Geräts',
  'ring.system.help': 'Für den Fall, dass die Seite offen, aber nicht zu sehen ist, etwa als installierte App im Hintergrund.',
  'ring.system.https': 'Nur über https, wo sich der Kalender als App installieren lässt.',
  'ring.system.refused': 'Diesem Browser wurde gesagt, dass er keine Mitteilungen des Kalenders zeigen soll. Das lässt sich in seinen Einstellungen ändern.',
};
