import type { ShownTask } from './task';

/** How near to the edge of the screen it scrolls, and how far at a time. */
const edgePixels = 70;
const stepPixels = 12;

/**
 * A row under the mouse or a finger. While it is carried the others only move aside on screen: elements that are put elsewhere
 * in the page lose the finger that holds them.
 */
export class Dragging {
  task = $state.raw<ShownTask | null>(null);
  #from = $state(0);
  #to = $state(0);
  #moved = $state(0);
  #height = $state(0);

  constructor(private readonly moved: (task: ShownTask, after: string | null) => void) {}

  /** How far the row of that number is from its place. */
  offsetOf(index: number): string | null {
    if (!this.task) return null;
    if (index === this.#from) return `0 ${this.#moved}px`;
    if (this.#from < index && index <= this.#to) return `0 ${-this.#height}px`;
    if (this.#to <= index && index < this.#from) return `0 ${this.#height}px`;
    return null;
  }

  begin(event: PointerEvent, rows: HTMLElement, order: readonly ShownTask[], from: number): void {
    if (event.button !== 0 || this.task) return;
    const places = [...rows.children].map((row) => row.getBoundingClientRect());
    const middles = places.map(({ top, height }) => top + height / 2 + scrollY);
    const start = event.clientY + scrollY;
    this.task = order[from]!;
    this.#from = this.#to = from;
    this.#moved = 0;
    this.#height = places[from]!.height;
    const ended = new AbortController();
    const { signal } = ended;

    const end = () => {
      ended.abort();
      this.task = null;
    };
    addEventListener(
      'pointermove',
      (move) => {
        if (move.pointerId !== event.pointerId) return;
        if (move.clientY < edgePixels) scrollBy(0, -stepPixels);
        else if (move.clientY > innerHeight - edgePixels) scrollBy(0, stepPixels);
        this.#moved = move.clientY + scrollY - start;
        const middle = middles[from]! + this.#moved;
        this.#to = middles.filter((other, index) => index !== from && other < middle).length;
      },
      { signal },
    );
    addEventListener(
      'pointerup',
      (up) => {
        if (up.pointerId !== event.pointerId) return;
        const to = this.#to;
        end();
        const others = order.filter((_, index) => index !== from);
        if (to !== from) this.moved(order[from]!, others[to - 1]?.id ?? null);
      },
      { signal },
    );
    addEventListener('pointercancel', end, { signal });
    addEventListener('keydown', (press) => press.key === 'Escape' && end(), { signal });
  }
}
