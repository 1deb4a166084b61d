import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

export default {
  preprocess: vitePreprocess({ script: false }),
  // Also for components without a rune: one of them in the old mode pulls its whole runtime in.
  compilerOptions: { runes: true },
};
