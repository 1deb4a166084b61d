/** The English texts about being without the service. */
export const texts = {
  'offline.days': 'Only {days} is known while the service is away.',
  'offline.https.title': 'Over https this page would also open while the service is away.',
  'offline.https.text': 'Now it keeps what it shows until it is closed. Over https it can be installed like an app, too.',
  'offline.https.off': 'Whoever looks after the service can switch https on.',
  'offline.https.action': 'How it is done',
  'offline.discarded.one': 'One change had not been saved when you were signed out. It is gone.',
  'offline.discarded.other': '{count} changes had not been saved when you were signed out. They are gone.',
};

export type OfflineCatalogue = Record<keyof typeof texts, string>;
