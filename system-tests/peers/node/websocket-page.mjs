// A page with a fader in Chromium, over the WebSocket format json-rpc; and the same page of a foreign origin.
//
//   node websocket-page.mjs URL

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const url = process.argv[2];
const say = (line) => process.stdout.write(`${line}\n`);

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>fader</title>
<link rel="icon" href="data:,">
<input type="range" id="fader" min="0" max="1" step="0.01" value="0">
<output id="shown"></output>
<script>
  const fader = document.getElementById('fader');
  const shown = document.getElementById('shown');
  const socket = new WebSocket(${JSON.stringify(url)});
  socket.onopen = () => {
    document.title = 'open';
    socket.send(JSON.stringify({ type: 'subscribe', pattern: '/stage/*' }));
  };
  socket.onclose = () => { document.title = 'closed'; };
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.type === 'value' && message.address === '/stage/fader') {
      shown.textContent = message.value;
    }
  };
  fader.oninput = () =>
    socket.send(JSON.stringify({ type: 'set', address: '/stage/fader', value: Number(fader.value) }));
</script>
`;

const server = createServer((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const port = server.address().port;
const profile = mkdtempSync(join(tmpdir(), 'clasp-chromium-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium',
  headless: true,
  timeout: 120_000,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--host-resolver-rules=MAP foreign.example 127.0.0.1',
  ],
});
try {
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.waitForFunction(() => document.title === 'open', null, { timeout: 60_000 });
  say('open');
  const box = await page.locator('#fader').boundingBox();
  await page.mouse.move(box.x + 4, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 2, { steps: 20 });
  await page.mouse.up();
  say(`drawn ${await page.locator('#fader').inputValue()}`);
  // Somebody else moves it.
  await page.waitForFunction(() => document.getElementById('shown').textContent === '0.125', null, { timeout: 60_000 });
  say('shown 0.125');
  const foreign = await context.newPage();
  await foreign.goto(`http://foreign.example:${port}/`);
  await foreign.waitForFunction(() => document.title !== 'fader', null, { timeout: 60_000 });
  say(`foreign ${await foreign.title()}`);
} finally {
  await context.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
}
