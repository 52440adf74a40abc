// Fails the build when the page has become too big to be quick: in bytes as they travel.
import { brotli, gzip, packable } from './pack.js';

/**
 * All screens together, in either coding: a browser gets Brotli from its own machine or through TLS, and gzip from elsewhere
 * without TLS. And what has to come before the first one is seen, with gzip. In bytes.
 */
const WHOLE = 250_000;
const FIRST = 75_000;

const FIRST_SCREEN = 'src/screens/Live.svelte';

const contentOf = (file) => Buffer.from(file.type === 'chunk' ? file.code : file.source);

/** A chunk, what it imports at once, and their styles. */
function withImports(bundle, name, found = new Set()) {
  const chunk = bundle[name];
  if (chunk !== undefined && !found.has(name)) {
    found.add(name);
    chunk.imports?.forEach((imported) => withImports(bundle, imported, found));
    chunk.viteMetadata?.importedCss?.forEach((style) => found.add(style));
  }
  return found;
}

export function budget() {
  return {
    name: 'clasp-budget',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        const sizes = new Map();
        for (const [name, file] of Object.entries(bundle)) {
          if (packable(name) && !name.endsWith('.txt')) {
            const content = contentOf(file);
            sizes.set(name, { gzip: (await gzip(content)).length, brotli: brotli(content).length });
          }
        }
        const sum = (names, coding) => [...names].reduce((bytes, name) => bytes + (sizes.get(name)?.[coding] ?? 0), 0);
        const starts = Object.values(bundle).filter(
          (file) => file.type === 'chunk' && (file.isEntry || file.facadeModuleId?.endsWith(FIRST_SCREEN)),
        );
        if (starts.length !== 2) {
          this.error(`the page should begin with one entry and ${FIRST_SCREEN}; there are ${starts.length} of them`);
        }
        const first = new Set(['index.html']);
        starts.forEach((chunk) => withImports(bundle, chunk.fileName, first));
        const begin = sum(first, 'gzip');
        const [zipped, brotlied] = [sum(sizes.keys(), 'gzip'), sum(sizes.keys(), 'brotli')];
        const said =
          `console: ${begin} of ${FIRST} bytes before the first screen (gzip), ` +
          `${zipped} of ${WHOLE} in all with gzip, ${brotlied} with Brotli`;
        if (begin > FIRST || Math.max(zipped, brotlied) > WHOLE) {
          const list = [...sizes].sort((a, b) => b[1].gzip - a[1].gzip).map(([name, size]) => `  ${size.gzip}  ${name}${first.has(name) ? '  *' : ''}`);
          this.error(`${said}: too much. What is needed first has a star:\n${list.join('\n')}`);
        }
        this.info(said);
      },
    },
  };
}
