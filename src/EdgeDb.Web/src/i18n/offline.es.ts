import type { OfflineCatalogue } from './offline.en';

export const texts: OfflineCatalogue = {
  'offline.days': 'Mientras el servicio no esté, solo se conoce {days}.',
  'offline.https.title': 'Por https, esta página también se abriría mientras el servicio no está.',
  'offline.https.text': 'Ahora conserva lo que muestra hasta que se cierra. Por https también se puede instalar como una aplicación.',
  'offline.https.off': 'Quien se ocupa del servicio puede activar https.',
  'offline.https.action': 'Cómo se hace',
  'offline.discarded.one': 'Un cambio no se había guardado cuando se cerró tu sesión. Se ha perdido.',
  'offline.discarded.other': '{count} cambios no se habían guardado cuando se cerró tu sesión. Se han perdido.',
};
