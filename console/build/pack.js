// Packs every text of the page as well as it can be done, once, so that the router need not do it for each request.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** What is worth it. */
export const packable = (name) => /\.(js|css|html|svg|webmanifest|txt)$/.test(name);

/** The best takes its time, and two plugins ask for it. */
function once(squeeze) {
  const done = new Map();
  return (bytes) => {
    const key = createHash('sha256').update(bytes).digest('base64');
    if (!done.has(key)) {
      done.set(key, squeeze(bytes));
    }
    return done.get(key);
  };
}

export const brotli = once((bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }),
);

export const gzip = once((bytes) => gzipSync(bytes, { level: 9 }));

export function pack() {
  let folder;
  return {
    name: 'clasp-pack',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true }).filter(packable)) {
        const bytes = readFileSync(join(folder, name));
        for (const [suffix, packed] of [
          ['.br', brotli(bytes)],
          ['.gz', gzip(bytes)],
        ]) {
          if (packed.length < bytes.length) {
            writeFileSync(join(folder, name + suffix), packed);
          }
        }
      }
    },
  };
}
