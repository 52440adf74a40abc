// Packs every text of the page as well as it can be done, once, so that the router need not do it for each request.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gunzipSync } from 'node:zlib';

/** What is worth it. */
export const packable = (name) => /\.(js|css|html|svg|webmanifest|txt)$/.test(name);

/** The best takes its time, and two plugins ask for it: each asks once for the same bytes, and may get a promise. */
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

/** Loads Zopfli when it is wanted, and takes back what it does to how Node.js reports errors. */
async function zopfli() {
  const events = ['uncaughtException', 'unhandledRejection'];
  const before = events.map((event) => process.listeners(event));
  const { gzipAsync } = await import('@gfx/zopfli');
  events.forEach((event, i) =>
    process
      .listeners(event)
      .filter((listener) => !before[i].includes(listener))
      .forEach((listener) => process.off(event, listener)),
  );
  return gzipAsync;
}

/** By Zopfli, which looks for the shortest form that every gzip reads; what it made is read again before it is trusted. */
export const gzip = once(async (bytes) => {
  const gzipAsync = await zopfli();
  const packed = Buffer.from(await gzipAsync(bytes, { numiterations: 5 }));
  if (!gunzipSync(packed).equals(Buffer.from(bytes))) {
    throw new Error('Zopfli has packed something wrongly');
  }
  return packed;
});

export function pack() {
  let folder;
  return {
    name: 'clasp-pack',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      for (const name of readdirSync(folder, { recursive: true }).filter(packable)) {
        const bytes = readFileSync(join(folder, name));
        for (const [suffix, packed] of [
          ['.br', brotli(bytes)],
          ['.gz', await gzip(bytes)],
        ]) {
          if (packed.length < bytes.length) {
            writeFileSync(join(folder, name + suffix), packed);
          }
        }
      }
    },
  };
}
