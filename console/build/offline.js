// Writes sw.js: the service worker with the names of all files of the page, and a version that changes with any of them.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { minifySync } from 'vite';

const WORKER = join(import.meta.dirname, '../src/worker/worker.js');
/** Of public/, what a page without the router needs. */
const PUBLIC = ['favicon.svg'];

export function offline() {
  let publicDir;
  return {
    name: 'clasp-offline',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      publicDir = config.publicDir;
    },
    // After the other plugins have put in what they make, the page itself among it.
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = readFileSync(WORKER, 'utf8');
        const contents = new Map(PUBLIC.map((file) => [file, readFileSync(join(publicDir, file))]));
        for (const [name, file] of Object.entries(bundle)) {
          if (name === 'index.html') {
            contents.set('', file.source);
          } else if (name.startsWith('assets/')) {
            contents.set(name, file.type === 'chunk' ? file.code : file.source);
          }
        }
        if (!contents.has('')) {
          this.error('sw.js would not keep the page: index.html is not there yet');
        }
        const hash = createHash('sha256').update(worker);
        const names = [...contents.keys()].sort();
        for (const name of names) {
          hash.update(`\n${name}\n`).update(contents.get(name));
        }
        const { code, errors } = minifySync(
          'sw.js',
          worker
            .replace("'__VERSION__'", `'${hash.digest('hex').slice(0, 16)}'`)
            .replace('__FILES__', JSON.stringify(names)),
        );
        if (errors.length > 0) {
          this.error(`sw.js: ${errors[0].message}`);
        }
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: code });
      },
    },
  };
}
