export type Route = { name: 'agenda' } | { name: 'month'; month: string | null } | { name: 'feeds' } | { name: 'unknown' };

export function parseRoute(path: string): Route {
  if (path === '/') return { name: 'agenda' };
  if (path === '/feeds') return { name: 'feeds' };
  const month = /^\/month(?:\/(\d{4}-(?:0[1-9]|1[0-2])))?$/.exec(path);
  return month ? { name: 'month', month: month[1] ?? null } : { name: 'unknown' };
}

/** Follows ordinary links within the page by the history API; every address can also be opened and reloaded by itself. */
class Router {
  route = $state.raw<Route>({ name: 'agenda' });
  /** Counts the moves, for the focus to follow. */
  moves = $state(0);

  start(): () => void {
    const read = () => (this.route = parseRoute(location.pathname));
    const moved = () => {
      read();
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
    read();
    addEventListener('popstate', moved);
    document.addEventListener('click', clicked);
    return () => {
      removeEventListener('popstate', moved);
      document.removeEventListener('click', clicked);
    };
  }
}

export const router = new Router();
