/** Calls `draw` when the screen shows what was there before; returns what prevents it. */
function afterPaint(draw: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const frame = requestAnimationFrame(() => (timer = setTimeout(draw)));
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

/**
 * What `read` says, as soon as the screen has answered the press that changed it: what takes long to draw follows this, and what is
 * pressed says at once that it was. Of several changes before that only the last is drawn. Undefined until the first paint.
 */
export function settled<T>(read: () => T): { readonly current: T | undefined } {
  let current = $state.raw<T>();
  $effect(() => {
    const value = read();
    return afterPaint(() => (current = value));
  });
  return {
    get current() {
      return current;
    },
  };
}
