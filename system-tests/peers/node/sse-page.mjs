// EventSource in Chromium against the router, through a proxy that cuts the connection; and a page of a foreign origin.
//
//   node sse-page.mjs URL PATTERN
//
// Pages come from the proxy too, so that for the browser it is one origin. A line "cut" on the standard input breaks all connections of
// event streams; "end" prints what each address had last and how often that came, and ends.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const [router, pattern] = process.argv.slice(2);
const target = new URL(router);
const say = (line) => process.stdout.write(`${line}\n`);

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>listening</title>
<link rel="icon" href="data:,">
<script>
  window.heard = [];
  window.trouble = 0;
  const at = new URLSearchParams(location.search).get('at') ?? '';
  const events = new EventSource(at + '/v1/events?pattern=${pattern}');
  events.onopen = () => { document.title = 'open'; };
  events.onmessage = (event) => window.heard.push([event.lastEventId, JSON.parse(event.data)]);
  events.onerror = () => { window.trouble++; document.title = events.readyState === 2 ? 'refused' : 'again'; };
</script>
`;

const streams = new Set();
const proxy = createServer((request, response) => {
  if (request.url === '/' || request.url.startsWith('/?')) {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE);
    return;
  }
  const id = request.headers['last-event-id'];
  if (id !== undefined) {
    say(`resume ${id}`);
  }
  const headers = { ...request.headers, host: target.host };
  delete headers.origin;
  const on = ask({ host: target.hostname, port: target.port, path: request.url, headers },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    },
  );
  on.on('error', () => response.destroy());
  const both = { on, response };
  streams.add(both);
  response.on('close', () => {
    streams.delete(both);
    on.destroy();
  });
  on.end();
});
await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
const port = proxy.address().port;
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
const page = await context.newPage();
await page.goto(`http://127.0.0.1:${port}/`);
await page.waitForFunction(() => document.title === 'open', null, { timeout: 60_000 });
say('open');

for await (const line of createInterface({ input: process.stdin })) {
  const [order, value] = line.split(' ');
  if (order === 'cut') {
    streams.forEach(({ response }) => response.socket.destroy());
    say('cut');
  } else if (order === 'until') {
    // The newest value of an address has come.
    await page.waitForFunction((last) => window.heard.some(([, signal]) => signal.value === Number(last)), value, { timeout: 60_000 });
    say(`has ${value}`);
  } else if (order === 'foreign') {
    const foreign = await context.newPage();
    await foreign.goto(`http://foreign.example:${port}/?at=${encodeURIComponent(router)}`);
    await foreign.waitForFunction(() => window.trouble > 0 || window.heard.length > 0, null, { timeout: 60_000 });
    say(`foreign ${await foreign.evaluate(() => window.heard.length)} heard`);
  } else if (order === 'end') {
    const heard = await page.evaluate(() => window.heard);
    const ids = heard.map(([id]) => id);
    const doubled = ids.length - new Set(ids).size;
    say(`result ${JSON.stringify({ heard: heard.length, doubled, last: heard.at(-1)[1].value })}`);
    break;
  }
}
await context.close();
proxy.close();
proxy.closeAllConnections();
rmSync(profile, { recursive: true, force: true });
process.exit(0);
