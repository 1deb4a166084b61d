import type { OfflineCatalogue } from './offline.en';

export const texts: OfflineCatalogue = {
  'offline.days': 'Solange der Dienst weg ist, ist nur bekannt: {days}.',
  'offline.https.title': 'Über https ließe sich diese Seite auch öffnen, während der Dienst weg ist.',
  'offline.https.text': 'Jetzt behält sie, was sie zeigt, bis sie geschlossen wird. Über https lässt sie sich auch wie eine App installieren.',
  'offline.https.off': 'Wer sich um den Dienst kümmert, kann https einschalten.',
  'offline.https.action': 'So geht es',
  'offline.discarded.one': 'Eine Änderung war noch nicht gespeichert, als du abgemeldet wurdest. Sie ist weg.',
  'offline.discarded.other': '{count} Änderungen waren noch nicht gespeichert, als du abgemeldet wurdest. Sie sind weg.',
};
