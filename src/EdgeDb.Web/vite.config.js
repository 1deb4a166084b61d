import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: '../EdgeDb/wwwroot',
    emptyOutDir: true,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    // Nothing is inlined: the service's policy allows scripts, styles and images from itself only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What every page needs stays one file: small shared pieces of their own compress worse and cost a request each.
        codeSplitting: {
          groups: [
            {
              name: 'shared',
              test: /node_modules\/svelte\/|src\/(?:api\/(?!accounts)|state\/(?!submission)|time|color|i18n\/(?!de\.|accounts|agent))|components\/(?:EventRow|FilterBar|ColorBar|MemberChips|ZoneNote)/,
            },
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
