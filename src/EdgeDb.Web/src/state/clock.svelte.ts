const minuteMs = 60_000;

/**
 * The time, renewed at the start of every minute and whenever the page comes back into view: a phone or a sleeping
 * laptop stops timers, and the wall tablet must not show yesterday's agenda after the night.
 */
class Clock {
  now = $state(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  start(): () => void {
    const tick = () => {
      clearTimeout(this.#timer);
      this.now = Date.now();
      this.#timer = setTimeout(tick, minuteMs - (this.now % minuteMs));
    };
    tick();
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearTimeout(this.#timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }
}

export const clock = new Clock();
