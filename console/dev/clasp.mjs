// The client of the page, for programs that run in Node.js.
import { createServer } from 'vite';
import WebSocket from 'ws';

const vite = await createServer({ server: { middlewareMode: true, watch: null }, appType: 'custom', logLevel: 'error' });
const { Client } = await vite.ssrLoadModule('/src/clasp/index.ts');
/** Layouts, as the page makes them. */
export const { addControl, emptyLayout, encodeLayout } = await vite.ssrLoadModule('/src/lib/layout.ts');
await vite.close();

/** A client that is connected; it stays so until it is stopped. */
export function connect(url, name) {
  const client = new Client({
    url,
    name,
    token: () => process.env.CLASP_TOKEN ?? '',
    around: { open: (to) => new WebSocket(to, 'clasp') },
  });
  client.start();
  return new Promise((resolve) => client.onState((state) => state.kind === 'live' && resolve(client)));
}
