import type { Occurrence, PlainDate } from '../api/types';

/** Days, both inclusive. */
export interface Days {
  first: PlainDate;
  last: PlainDate;
}

/** What was taken hold of, and what comes of it where it is put down. */
export interface Grasp {
  /** What lies there; nothing where free days are drawn over. */
  occurrence: Occurrence | null;
  /** The days that it would take with the hand over `day`. */
  over: (day: PlainDate) => Days;
  drop: (day: PlainDate) => void;
}

/** A mouse that has moved less was only clicked with. */
const leastPixels = 5;
/** A finger that has moved further was not laid down to take something. */
const mostPixels = 10;
const longPressMs = 500;
/** As near to the edge of the window it begins to scroll. */
const edgePixels = 24;

/** What a mouse or a finger does on a month: to move an event, to make it longer, to draw over free days. */
export class MonthGestures {
  /** What is held, and the days on which it would be put. Until it is let go the month stands still: what a finger has taken must stay what it is. */
  held = $state.raw<{ occurrence: Occurrence | null; days: Days } | null>(null);
  #grasp: Grasp | null = null;
  /** Whether the button or finger that was last put down has done something, so that its click means nothing more. */
  #done = false;
  #kind = '';
  #from = { x: 0, y: 0 };
  #x = 0;
  #y = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;
  #dayAt: (x: number, y: number) => PlainDate = () => '';

  /** Whether a click came from a mouse: one may add by that, while a tap is easily an accident. */
  get byMouse(): boolean {
    return this.#kind === 'mouse';
  }

  /** Looks after the gestures on an element; returns what ends it. */
  watch(grid: HTMLElement, graspOf: (event: PointerEvent) => Grasp | null, dayAt: (x: number, y: number) => PlainDate): () => void {
    this.#dayAt = dayAt;
    const stop = new AbortController();
    const whole = { capture: true, signal: stop.signal };
    const hold = (event: Event) => this.held && event.preventDefault();
    grid.addEventListener('pointerdown', (event) => this.#down(event, graspOf), whole);
    grid.addEventListener('click', (event) => this.#click(event), whole);
    // A browser that may scroll takes the finger away.
    grid.addEventListener('touchmove', hold, { passive: false, signal: stop.signal });
    grid.addEventListener('contextmenu', (event) => this.#grasp && !this.byMouse && event.preventDefault(), whole);
    addEventListener('selectstart', (event) => this.#grasp && event.preventDefault(), whole);
    addEventListener('pointermove', (event) => this.#move(event), whole);
    addEventListener('pointerup', (event) => event.isPrimary && this.#end(true), whole);
    addEventListener('pointercancel', () => this.#end(false), whole);
    addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Escape' || !this.held) return;
        event.preventDefault();
        event.stopPropagation();
        this.#end(false);
      },
      whole,
    );
    return () => {
      stop.abort();
      this.#end(false);
    };
  }

  #down(event: PointerEvent, graspOf: (event: PointerEvent) => Grasp | null): void {
    if (!event.isPrimary) return;
    this.#done = false;
    this.#kind = event.pointerType;
    this.#grasp = event.button === 0 ? graspOf(event) : null;
    if (!this.#grasp) return;
    this.#from = { x: event.clientX, y: event.clientY };
    this.#x = event.clientX;
    this.#y = event.clientY;
    if (!this.byMouse) this.#timer = setTimeout(() => this.#begin(), longPressMs);
  }

  #move({ clientX, clientY }: PointerEvent): void {
    if (!this.#grasp) return;
    this.#x = clientX;
    this.#y = clientY;
    if (this.held) return this.#look();
    const moved = Math.hypot(clientX - this.#from.x, clientY - this.#from.y);
    if (this.byMouse ? moved >= leastPixels : moved > mostPixels) {
      if (this.byMouse) this.#begin();
      else this.#end(false);
    }
  }

  #begin(): void {
    this.#look();
    this.#scroll();
  }

  #look(): void {
    const { occurrence, over } = this.#grasp!;
    const days = over(this.#dayAt(this.#x, this.#y));
    const before = this.held?.days;
    if (days.first !== before?.first || days.last !== before.last) this.held = { occurrence, days };
  }

  /** Goes on where the hand waits at the upper or lower edge. */
  #scroll(): void {
    if (!this.held) return;
    const beyond = Math.min(0, this.#y - edgePixels) + Math.max(0, this.#y - innerHeight + edgePixels);
    if (beyond !== 0) {
      scrollBy(0, Math.max(-8, Math.min(8, beyond / 3)));
      this.#look();
    }
    this.#frame = requestAnimationFrame(() => this.#scroll());
  }

  #end(counts: boolean): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    const grasp = this.#grasp;
    this.#grasp = null;
    if (!this.held) return;
    this.held = null;
    this.#done = true;
    if (counts) grasp?.drop(this.#dayAt(this.#x, this.#y));
  }

  #click(event: MouseEvent): void {
    // Of a key it has no detail.
    if (!this.#done || event.detail === 0) return;
    event.preventDefault();
    event.stopPropagation();
  }
}
