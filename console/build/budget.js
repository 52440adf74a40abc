// Fails the build when the page has become too big to be quick: in bytes as they travel.
import { brotli, gzip, packable } from './pack.js';

/**
 * All screens together, as a browser gets them from its own machine or through TLS (Brotli), and what has to come before
 * the first one is seen, as it comes from elsewhere without TLS (gzip). In bytes.
 */
const WHOLE = 250_000;
const FIRST = 90_000;

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
      handler(_options, bundle) {
        const sizes = new Map(
          Object.entries(bundle)
            .filter(([name]) => packable(name) && !name.endsWith('.txt'))
            .map(([name, file]) => [name, { gzip: gzip(contentOf(file)).length, brotli: brotli(contentOf(file)).length }]),
        );
        const sum = (names, coding) => [...names].reduce((bytes, name) => bytes + (sizes.get(name)?.[coding] ?? 0), 0);
        const starts = Object.values(bundle).filter(
          (file) => file.type === 'chunk' && (file.isEntry || file.facadeModuleId?.endsWith(FIRST_SCREEN)),
        );
        if (starts.length !== 2) {
          this.error(`the page should begin with one entry and ${FIRST_SCREEN}; there are ${starts.length} of them`);
        }
        const first = new Set(['index.html']);
        starts.forEach((chunk) => withImports(bundle, chunk.fileName, first));
        const whole = sum(sizes.keys(), 'brotli');
        const begin = sum(first, 'gzip');
        const said =
          `console: ${begin} of ${FIRST} bytes before the first screen (gzip), ` +
          `${whole} of ${WHOLE} in all (Brotli; gzip ${sum(sizes.keys(), 'gzip')})`;
        if (begin > FIRST || whole > WHOLE) {
          const list = [...sizes].sort((a, b) => b[1].brotli - a[1].brotli).map(([name, size]) => `  ${size.brotli}  ${name}${first.has(name) ? '  *' : ''}`);
          this.error(`${said}: too much. What is needed first has a star:\n${list.join('\n')}`);
        }
        this.info(said);
      },
    },
  };
}
