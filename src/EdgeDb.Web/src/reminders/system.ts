/** Whether this browser could show notifications of the system: over https or on the device itself, and with a worker that keeps them. */
export async function canNotify(): Promise<boolean> {
  return isSecureContext && 'Notification' in window && (await registration()) !== undefined;
}

export function isRefused(): boolean {
  return 'Notification' in window && Notification.permission === 'denied';
}

/** Asks the person; only ever after they have asked for it. */
export async function mayNotify(): Promise<boolean> {
  return (await Notification.requestPermission()) === 'granted';
}

/** Shows one, in place of an earlier one of the same name. Only while this page is out of sight: in sight its cards say the same. */
export async function notify(name: string, title: string, body: string, path: string): Promise<void> {
  if (document.visibilityState === 'visible' || !('Notification' in window) || Notification.permission !== 'granted') return;
  const options: NotificationOptions & { renotify: boolean } = { body, tag: name, renotify: true, icon: '/icons/icon-192.png', data: path };
  await (await registration())?.showNotification(title, options).catch(() => {});
}

/** Takes away what was shown of these names. */
export async function withdraw(names: readonly string[]): Promise<void> {
  const shown = (await (await registration())?.getNotifications().catch(() => [])) ?? [];
  for (const notification of shown) if (names.includes(notification.tag)) notification.close();
}

async function registration(): Promise<ServiceWorkerRegistration | undefined> {
  try {
    return await navigator.serviceWorker?.getRegistration();
  } catch {
    return undefined;
  }
}
