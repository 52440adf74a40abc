import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { budget } from './build/budget.js';
import { chunks } from './build/chunks.js';
import { mounted } from './build/mounted.js';
import { notices } from './build/notices.js';
import { offline } from './build/offline.js';
import { pack } from './build/pack.js';
import { plot } from './build/plot.js';
import { texts } from './build/texts.js';

export default defineConfig({
  // Relative, so that the page also works behind a proxy that puts it into a sub-folder.
  base: './',
  plugins: [texts(), svelte(), mounted(), plot(), notices(), offline(), budget(), pack()],
  build: {
    outDir: 'target/classes/META-INF/clasp-console',
    emptyOutDir: true,
    target: 'es2022',
    // The content-security policy of the router allows no inline script, style or font.
    assetsInlineLimit: 0,
    rolldownOptions: { output: { codeSplitting: chunks } },
    modulePreload: { polyfill: false },
  },
  test: {
    include: ['test/**/*.test.ts'],
    // It needs a router: the system tests run it (ConsoleClientTest).
    exclude: process.env['CLASP_ROUTER'] ? [] : ['test/router.test.ts'],
    css: true,
    testTimeout: 60_000,
  },
});
