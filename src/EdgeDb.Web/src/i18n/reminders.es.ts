import type { ReminderCatalogue } from './reminders.en';

export const texts: ReminderCatalogue = {
  'ring.label': 'Avisos',
  'ring.said': 'Aviso: {title}, {when}',
  'ring.several.one': '{count} aviso',
  'ring.several.other': '{count} avisos',
  'ring.done': 'Hecho',
  'ring.later': 'Más tarde',
  'ring.since': 'desde {time}',
  'ring.more.one': 'y {count} más',
  'ring.more.other': 'y {count} más',
  'ring.all': 'Todo hecho',
  'ring.options': 'Avisos en este dispositivo',
  'ring.options.intro':
    'Los avisos de eventos y tareas aparecen en cada página abierta del calendario. Sin ninguna página abierta no suena nada; lo que se perdió se muestra al abrir una.',
  'ring.shows': 'Mostrar los avisos aquí',
  'ring.sound': 'Con un sonido suave',
  'ring.sound.help': 'Los navegadores solo permiten el sonido después de tocar la página una vez desde que se abrió.',
  'ring.sound.try': 'Escuchar',
  'ring.sound.silent': 'Este navegador no deja oír ningún sonido.',
  'ring.system': 'También como notificación de este dispositivo',
  'ring.system.help': 'Para cuando la página está abierta pero no a la vista, como una aplicación instalada en segundo plano.',
  'ring.system.https': 'Solo por https, donde el calendario se puede instalar como aplicación.',
  'ring.system.refused': 'A este navegador se le dijo que no mostrara notificaciones del calendario. Se puede cambiar en sus ajustes.',
};
