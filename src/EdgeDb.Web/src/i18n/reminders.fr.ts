import type { ReminderCatalogue } from './reminders.en';

export const texts: ReminderCatalogue = {
  'ring.label': 'Rappels',
  'ring.said': 'Rappel : {title}, {when}',
  'ring.several.one': '{count} rappel',
  'ring.several.other': '{count} rappels',
  'ring.done': 'C’est fait',
  'ring.later': 'Plus tard',
  'ring.since': 'depuis {time}',
  'ring.more.one': 'et {count} autre',
  'ring.more.other': 'et {count} autres',
  'ring.all': 'Tout est fait',
  'ring.options': 'Rappels sur cet appareil',
  'ring.options.intro':
    'Les rappels des événements et des tâches apparaissent sur chaque page ouverte du calendrier. Sans page ouverte, rien ne sonne ; ce qui a été manqué s’affiche à l’ouverture suivante.',
  'ring.shows': 'Afficher les rappels ici',
  'ring.sound': 'Avec un son doux',
  'ring.sound.help': 'Les navigateurs ne permettent le son qu’après un premier contact avec la page depuis son ouverture.',
  'ring.sound.try': 'Écouter',
  'ring.sound.silent': 'Ce navigateur ne laisse passer aucun son.',
  'ring.system': 'Aussi comme notification de cet appareil',
  'ring.system.help': 'Pour quand la page est ouverte mais hors de vue, comme une application installée en arrière-plan.',
  'ring.system.https': 'En https seulement, où le calendrier peut être installé comme application.',
  'ring.system.refused': 'Ce navigateur a reçu la consigne de ne pas afficher de notifications du calendrier. Cela se change dans ses réglages.',
};
