// Writes the service worker of a build, sw.js, which keeps exactly the files that the build has: those under assets/, whose
// names tell their contents, and the page with its icon. To be run after the build and before compress.mjs.
// Usage: node scripts/worker.mjs DIRECTORY
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'vite';

const directory = process.argv[2];
if (!directory) {
  console.error('usage: node scripts/worker.mjs DIRECTORY');
  process.exit(2);
}
const hash = (content) => createHash('sha256').update(content).digest('hex');
const parts = ['/favicon.svg', ...readdirSync(`${directory}/assets`).sort().map((name) => `/assets/${name}`)];
const index = hash(readFileSync(`${directory}/index.html`));

await build({
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  define: {
    PARTS: JSON.stringify(parts),
    INDEX: JSON.stringify(index),
    BUILD: JSON.stringify(hash(index + parts.map((path) => path + hash(readFileSync(directory + path)))).slice(0, 16)),
  },
  build: {
    outDir: resolve(directory),
    emptyOutDir: false,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    // One plain script: not every one of these browsers takes a worker that is a module.
    lib: { entry: 'worker/worker.ts', formats: ['iife'], name: 'worker', fileName: () => 'sw.js' },
  },
});
