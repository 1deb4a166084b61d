import { svelte } from '@sveltejs/vite-plugin-svelte';
import { minify } from 'terser';
import { defineConfig } from 'vite';

/** The first load. Parts of Svelte that only other pages use are not in it. */
const first = [
  /node_modules\/(?:svelte\/src|clsx)\//,
  /vite\/preload-helper/,
  /src\/(?:App|color|later|pages)\./,
  /src\/(?:time\/(?:agenda|dates|zone)|i18n\/(?:chosen|en|entry|format|language))\.ts/,
  /src\/api\/(?:changes|client)\.ts/,
  /src\/state\/(?:announcer|clock|display|editor|filter|help|household|latest|router|selection|session|stored)\./,
  /src\/components\/(?:ColorBar|DayCard|EntryList|EventRow|FilterBar|MemberChips|MomentCard|Notices?|ZoneNote)\.svelte/,
  /src\/views\/Agenda\.svelte/,
];
/** What of Svelte forms need, and what else the first page has no use for. */
const forms = /\/svelte\/src\/(?:internal\/client\/dom\/elements\/bindings\/(?:input|select|size|this|universal)|internal\/client\/dom\/elements\/attachments|internal\/client\/reactivity\/props)\.js/;
/** What the views of a period have in common, and what draws their grids: names that tests can wait for. */
const period =
  /src\/(?:components\/(?:PeriodHeader|ViewSwitch)|edit\/(?:may|wall)|grid\/(?:CrowdedDays|GridEvent|paint|spans)|i18n\/spans|state\/(?:printing|settled|shortcuts|shown)|time\/(?:months|period))\.|\/svelte\/src\/reactivity\//;
const grid = /node_modules\/@event-calendar\/|src\/grid\/(?:HourGrid|hour[A-Z]\w+)\./;

/**
 * What Svelte keeps for cases that do not occur here, where a bundler cannot know that: a page that a server drew, a component
 * that awaits (`experimental.async` is off) or animates a list, a boundary for errors, trusted types. Told so, it leaves 3 KB out.
 */
const absent = {
  'client/dom/hydration.js': [
    ['export let hydrating = false;', 'export const hydrating = false;'],
    ['hydrating = value;', ''],
  ],
  'client/dom/blocks/each.js': [['var is_animated = (flags & EACH_IS_ANIMATED) !== 0;', 'var is_animated = false;']],
  'client/reactivity/async.js': [['if (async.length === 0 && pending.length === 0) {', 'if (true) {']],
  'client/reactivity/batch.js': [
    ['if (this.#is_deferred()) {', 'if (false) {'],
    ['if (!this.#is_deferred()) this.discard();', 'this.discard();'],
    ['#is_deferred() {', '#is_deferred() { return false;'],
    ['if (blocking) {', 'if (false) {'],
    ['if (blocking) {', 'if (false) {'],
  ],
  'client/dom/reconciler.js': [['globalThis?.window?.trustedTypes &&', 'undefined &&']],
  'client/dom/blocks/boundary.js': [
    ['new Boundary(node, props, children, transform_error);', 'block(() => void branch(() => children(node)), flags);'],
  ],
};
const withoutAbsent = {
  name: 'without-absent',
  apply: 'build',
  transform: {
    filter: { id: /svelte\/src\/.*\.js$/ },
    handler(code, id) {
      code = code.replace("import { DEV } from 'esm-env';", 'const DEV = false;');
      const changes = absent[id.split('/svelte/src/internal/')[1]] ?? [];
      for (const [text, by] of changes) {
        if (!code.includes(text)) this.error(`Svelte has no \`${text}\` in ${id} any more.`);
        code = code.replace(text, by);
      }
      return { code, map: null };
    },
  },
};

/**
 * What fetches the style sheets of a part, and the scripts that it needs in turn, together with it. Vite's own also knows nonces and
 * browsers without `modulepreload`, and is three times as long.
 */
const preload = {
  name: 'preload',
  apply: 'build',
  enforce: 'pre',
  resolveId: { filter: { id: /vite\/preload-helper/ }, handler: (id) => id },
  load: {
    filter: { id: /vite\/preload-helper/ },
    handler: () => `
      const asked = {};
      function ask(file) {
        // The document has named it.
        if (document.querySelector('[href="/' + file + '"]')) return;
        const link = document.createElement('link');
        link.href = '/' + file;
        link.crossOrigin = '';
        link.rel = file.endsWith('.css') ? 'stylesheet' : 'modulepreload';
        document.head.append(link);
        // A part may be shown when its styles are there; its scripts it waits for by itself.
        if (link.rel === 'stylesheet') return new Promise((resolve, reject) => {
          link.onload = resolve;
          link.onerror = () => {
            link.remove();
            delete asked[file];
            reject(new Error(file));
          };
        });
      }
      export async function __vitePreload(load, files = []) {
        await Promise.all(files.map((file) => (asked[file] ??= ask(file))));
        return load();
      }`,
  },
};

/** Before the bundler's own minifier makes names short, one that simplifies more: 0.8 KB of the first load, the one part it is slow enough for. */
const simplified = {
  name: 'simplified',
  apply: 'build',
  async renderChunk(code, { name }) {
    if (name !== 'first') return null;
    return { code: (await minify(code, { module: true, compress: { ecma: 2022, keep_fargs: false, passes: 3 }, mangle: false, format: { beautify: true } })).code, map: null };
  },
};

export default defineConfig({
  plugins: [preload, svelte(), withoutAbsent, simplified],
  build: {
    outDir: '../EdgeDb/wwwroot',
    emptyOutDir: true,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    // Nothing is inlined: the service's policy allows scripts, styles and images from itself only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      optimization: { inlineConst: { mode: 'all', pass: 3 } },
      // Or the first load would fetch more of Svelte for what merely loading it might do.
      treeshake: { moduleSideEffects: [{ test: /\/svelte\/src\/(?!internal\/(?:disclose-version|flags))/, sideEffects: false }] },
      output: {
        // The first load is one file: small shared pieces of their own compress worse and cost a request each.
        codeSplitting: {
          groups: [
            {
              name: 'first',
              includeDependenciesRecursively: false,
              test: (id) => first.some((part) => part.test(id)) && !period.test(id) && !forms.test(id),
            },
            { name: 'parts', includeDependenciesRecursively: false, test: /src\/(?:parts|api\/house|i18n\/(?:catalogues|choose)|state\/(?:failure|sample|welcome))\./ },
            { name: 'forms', includeDependenciesRecursively: false, test: forms },
            { name: 'period', includeDependenciesRecursively: false, test: period },
            { name: 'grid', includeDependenciesRecursively: false, test: grid },
          ],
        },
      },
    },
  },
  server: {
    // `npm run dev` in front of a service started by scripts/run.sh.
    proxy: Object.fromEntries(['/api', '/health', '/calendars', '/openapi'].map((path) => [path, 'http://localhost:8080'])),
  },
  test: { include: ['test/**/*.test.ts'] },
});
