import type { OfflineCatalogue } from './offline.en';

export const texts: OfflineCatalogue = {
  'offline.days': 'Tant que le service est absent, seule la période {days} est connue.',
  'offline.https.title': 'En https, cette page s’ouvrirait aussi quand le service est absent.',
  'offline.https.text': 'Pour l’instant, elle garde ce qu’elle montre jusqu’à sa fermeture. En https, elle peut aussi être installée comme une application.',
  'offline.https.off': 'La personne qui s’occupe du service peut activer https.',
  'offline.https.action': 'Comment faire',
  'offline.discarded.one': 'Une modification n’était pas enregistrée quand vous avez été déconnecté. Elle est perdue.',
  'offline.discarded.other': '{count} modifications n’étaient pas enregistrées quand vous avez été déconnecté. Elles sont perdues.',
};
