import { parseRoute, type Route } from '../pages';

/** Follows ordinary links within the page by the history API; every address can also be opened and reloaded by itself. */
class Router {
  route = $state.raw<Route>({ name: 'agenda', at: null });
  /** Counts the moves to another page, for the focus to follow. Another period of the same page keeps it: to turn on takes one key again. */
  moves = $state(0);

  #read(): boolean {
    const before = this.route.name;
    this.route = parseRoute(location.pathname);
    const moved = this.route.name !== before;
    if (moved) this.moves++;
    return moved;
  }

  /** Moves to another page, where what there was to do on this one is done. */
  go(path: string): void {
    if (path !== location.pathname) history.pushState(null, '', path);
    if (this.#read()) scrollTo(0, 0);
  }

  /** Another page in place of this one, to which Back would only lead here again. */
  replace(path: string): void {
    history.replaceState(null, '', path);
    this.#read();
  }

  start(): () => void {
    const moved = () => void this.#read();
    const clicked = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      const elsewhere = event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
      if (!link || elsewhere || link.target || link.origin !== location.origin || link.hash) return;
      if (parseRoute(link.pathname).name === 'unknown') return;
      event.preventDefault();
      this.go(link.pathname);
    };
    this.route = parseRoute(location.pathname);
    addEventListener('popstate', moved);
    document.addEventListener('click', clicked);
    return () => {
      removeEventListener('popstate', moved);
      document.removeEventListener('click', clicked);
    };
  }
}

export const router = new Router();
