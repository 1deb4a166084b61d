/** Whether this browser can be asked to keep its screen on: only over https, or on the device itself. */
export const canStayAwake = 'wakeLock' in navigator;

/** Keeps the screen on while the page is in view. Returns what ends it. */
export function stayAwake(): () => void {
  if (!canStayAwake) return () => {};
  let ended = false;
  let lock: WakeLockSentinel | undefined;
  const ask = async () => {
    if (document.visibilityState !== 'visible' || ended || (lock && !lock.released)) return;
    try {
      lock = await navigator.wakeLock.request('screen');
      if (ended) await lock.release();
    } catch {
      // Refused, for instance with a low battery: asked again when the page comes back into view.
    }
  };
  // The browser takes it back whenever the page goes out of view.
  document.addEventListener('visibilitychange', ask);
  void ask();
  return () => {
    ended = true;
    document.removeEventListener('visibilitychange', ask);
    void lock?.release();
  };
}
