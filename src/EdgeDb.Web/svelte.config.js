import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

export default {
  preprocess: vitePreprocess({ script: false }),
  compilerOptions: {
    // Also for components without a rune: one of them in the old mode pulls its whole runtime in.
    runes: true,
    // They stand in every template; five letters tell a hundred components apart.
    cssHash: ({ css, hash }) => `s${hash(css).padEnd(5, '0').slice(0, 5)}`,
  },
};
