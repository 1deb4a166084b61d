import type { Occurrence } from '../api/types';
import type { GridPlace } from './spans';

/** A place in the other part of a grid than the one an event is dragged in: in the hours, or among the whole days. */
export interface Crossing {
  place: GridPlace;
  /** Where the pointer is, in pixels of the viewport. */
  x: number;
  y: number;
}

/**
 * What a mouse or a finger does on a grid, beside EventCalendar's own handling, which has no way to give up, leaves its
 * preview behind where the browser takes a finger away (to scroll), and knows no step from the whole days into the hours.
 */
export class HourGestures {
  /** What is being moved or resized. Until it is let go the grid stands still: events made anew would end a touch. */
  held = $state.raw<Occurrence | null>(null);
  crossing = $state.raw<Crossing | null>(null);
  /** Whether it is held by its edge. */
  resizes = false;
  #givenUp = false;
  /** Whether the button or finger that was last put down has done something, so that its click means nothing more. */
  #done = false;
  #kind = '';
  #x = 0;
  #y = 0;
  #crossingAt: (x: number, y: number) => Crossing | null = () => null;

  /** Whether a click came from a mouse: one may add by that, while a tap is easily an accident. */
  get byMouse(): boolean {
    return this.#kind === 'mouse';
  }

  hold(occurrence: Occurrence, byEdge: boolean): void {
    this.held = occurrence;
    this.resizes = byEdge;
    this.#look();
  }

  /** Ends what was begun, and says whether it counts. */
  release(): boolean {
    this.held = this.crossing = null;
    this.#done = true;
    return !this.#givenUp;
  }

  /** Nothing is held any more, as the grid itself is another one. */
  reset(): void {
    this.held = this.crossing = null;
  }

  /** Looks after the gestures on an element; returns what ends it. */
  watch(grid: HTMLElement, crossingAt: (x: number, y: number) => Crossing | null): () => void {
    this.#crossingAt = crossingAt;
    const stop = new AbortController();
    const whole = { capture: true, signal: stop.signal };
    const begun = () => grid.querySelector('.ec-preview') !== null;
    const giveUp = () => {
      this.#givenUp = true;
      // The only end that EventCalendar knows.
      dispatchEvent(new PointerEvent('pointerup', { isPrimary: true }));
      this.#givenUp = false;
    };
    grid.addEventListener(
      'pointerdown',
      (event) => {
        this.#done = false;
        this.#kind = event.pointerType;
      },
      whole,
    );
    grid.addEventListener(
      'click',
      (event) => {
        // Of a key it has no detail.
        if (!this.#done || event.detail === 0) return;
        event.preventDefault();
        event.stopPropagation();
      },
      whole,
    );
    addEventListener(
      'pointermove',
      ({ clientX, clientY }) => {
        this.#x = clientX;
        this.#y = clientY;
        if (this.held) this.#look();
      },
      whole,
    );
    addEventListener('pointercancel', () => begun() && giveUp(), whole);
    addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Escape' || !begun()) return;
        event.preventDefault();
        event.stopPropagation();
        giveUp();
      },
      whole,
    );
    return () => stop.abort();
  }

  #look(): void {
    this.crossing = this.#crossingAt(this.#x, this.#y);
  }
}
