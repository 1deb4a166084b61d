export type Route = { name: 'agenda' } | { name: 'month'; month: string | null } | { name: (typeof plain)[number] } | { name: 'unknown' };

/** Pages whose address is their name. */
const plain = ['feeds', 'people', 'account', 'setup', 'pair'] as const;

export function parseRoute(path: string): Route {
  if (path === '/') return { name: 'agenda' };
  const name = plain.find((page) => path === `/${page}`);
  if (name) return { name };
  const month = /^\/month(?:\/(\d{4}-(?:0[1-9]|1[0-2])))?$/.exec(path);
  return month ? { name: 'month', month: month[1] ?? null } : { name: 'unknown' };
}

/** Follows ordinary links within the page by the history API; every address can also be opened and reloaded by itself. */
class Router {
  route = $state.raw<Route>({ name: 'agenda' });
  /** Counts the moves, for the focus to follow. */
  moves = $state(0);

  #read(): void {
    this.route = parseRoute(location.pathname);
  }

  /** Moves to another page, where what there was to do on this one is done. */
  go(path: string): void {
    history.pushState(null, '', path);
    this.#read();
    this.moves++;
  }

  start(): () => void {
    const moved = () => {
      this.#read();
      this.moves++;
    };
    const clicked = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      const elsewhere = event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
      if (!link || elsewhere || link.target || link.origin !== location.origin || link.hash) return;
      if (parseRoute(link.pathname).name === 'unknown') return;
      event.preventDefault();
      if (link.pathname !== location.pathname) history.pushState(null, '', link.pathname);
      moved();
    };
    this.#read();
    addEventListener('popstate', moved);
    document.addEventListener('click', clicked);
    return () => {
      removeEventListener('popstate', moved);
      document.removeEventListener('click', clicked);
    };
  }
}

export const router = new Router();
