// Fails the build when the page has become too big to be quick: in bytes as they travel, compressed.
import { gzipSync } from 'node:zlib';

/** All screens together, and what has to come before the first one is seen. In bytes. */
const WHOLE = 250_000;
const FIRST = 90_000;

const FIRST_SCREEN = 'src/screens/Live.svelte';

const travels = (name) => /\.(js|css|html|svg|webmanifest)$/.test(name);

function sizeOf(file) {
  return gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 6 }).length;
}

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
            .filter(([name]) => travels(name))
            .map(([name, file]) => [name, sizeOf(file)]),
        );
        const sum = (names) => [...names].reduce((bytes, name) => bytes + (sizes.get(name) ?? 0), 0);
        const starts = Object.values(bundle).filter(
          (file) => file.type === 'chunk' && (file.isEntry || file.facadeModuleId?.endsWith(FIRST_SCREEN)),
        );
        if (starts.length !== 2) {
          this.error(`the page should begin with one entry and ${FIRST_SCREEN}; there are ${starts.length} of them`);
        }
        const first = new Set(['index.html']);
        starts.forEach((chunk) => withImports(bundle, chunk.fileName, first));
        const whole = sum(sizes.keys());
        const begin = sum(first);
        const said = `console: ${begin} of ${FIRST} bytes before the first screen, ${whole} of ${WHOLE} in all (gzip)`;
        if (begin > FIRST || whole > WHOLE) {
          const list = [...sizes].sort((a, b) => b[1] - a[1]).map(([name, bytes]) => `  ${bytes}  ${name}${first.has(name) ? '  *' : ''}`);
          this.error(`${said}: too much. What is needed first has a star:\n${list.join('\n')}`);
        }
        this.info(said);
      },
    },
  };
}
