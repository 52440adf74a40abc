// The published JavaScript client in Chromium, each client in a page of its own; and pages of a router.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

import { send, serve } from './lines.mjs';

const CHROMIUM = '/usr/bin/chromium';
const LIMIT = 30_000;

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const core = join(dirname(require.resolve('@clasp-to/core')), 'index.mjs');
const msgpack = join(dirname(require.resolve('@msgpack/msgpack')), '..', 'dist.esm');

// --- a page that loads the package as it was published ----------------------------------------------------------

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>client</title>
<link rel="icon" href="data:,">
<script type="importmap">
{"imports": {"@clasp-to/core": "/core/index.mjs", "@msgpack/msgpack": "/msgpack/index.mjs"}}
</script>
<script type="module">
import { createClients } from '/clients.mjs';
import { createPeers } from '/webrtc.mjs';
window.handle = createClients((notice) => window.report(notice), createPeers);
</script>
`;

const files = createServer((request, response) => {
  const file = {
    '/clients.mjs': join(here, 'clients.mjs'),
    '/webrtc.mjs': join(here, 'webrtc.mjs'),
    '/core/index.mjs': core,
  }[request.url];
  const module = /^\/msgpack(\/[A-Za-z0-9-]+)+\.mjs$/.test(request.url)
    ? join(msgpack, request.url.slice('/msgpack/'.length))
    : file;
  if (request.url !== '/' && module === undefined) {
    response.writeHead(404).end();
    return;
  }
  response
    .writeHead(200, { 'Content-Type': module ? 'text/javascript' : 'text/html' })
    .end(module ? readFileSync(module) : PAGE);
});
await new Promise((resolve) => files.listen(0, '127.0.0.1', resolve));
const home = `http://127.0.0.1:${files.address().port}/`;

// --- the browser ------------------------------------------------------------------------------------------------

const profile = mkdtempSync(join(tmpdir(), 'clasp-chromium-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: CHROMIUM,
  headless: true,
  timeout: 120_000,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    ...process.argv.slice(2),
    // Else a page tells its addresses under random names that only mDNS could resolve.
    '--disable-features=WebRtcHideLocalIpsWithMdns',
  ],
});
context.setDefaultTimeout(LIMIT);
context.setDefaultNavigationTimeout(LIMIT);

const pages = new Map();

async function open({ client: name, url, width = 1280, height = 800, scheme = 'dark' }) {
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (message.type() !== 'debug') {
      console.error(`${name}: ${message.type()}: ${message.text()}`);
    }
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(`${message.type()}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack}`));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  pages.set(name, { page, complaints });
  await page.exposeBinding('report', (_, notice) => send(notice));
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme });
  const response = await page.goto(url);
  return { status: response.status(), headers: response.headers() };
}

async function onPage({ page, complaints }, command) {
  switch (command.do) {
    case 'await':
      return page.locator(command.selector).first().waitFor({ state: command.state ?? 'visible' });
    case 'text':
      return page.locator(command.selector).first().innerText();
    case 'count':
      return page.locator(command.selector).count();
    case 'click':
      return page.locator(command.selector).click();
    case 'fill':
      return page.locator(command.selector).fill(command.text);
    case 'select':
      return page.locator(command.selector).selectOption(command.text);
    case 'screenshot':
      await page.screenshot({ path: command.file });
      return undefined;
    case 'complaints':
      return complaints;
    case 'inject':
      // What an attacker would try; the policy of the page has to stop it.
      return page.evaluate(() => {
        const script = document.createElement('script');
        script.textContent = 'window.injected = true';
        document.body.append(script);
        return window.injected === true;
      });
    case 'fetch':
      // What any page could do: the answer, or that the browser did not let it.
      return page.evaluate(
        async ({ url, options }) => {
          try {
            const reply = await fetch(url, options);
            return { status: reply.status, body: await reply.text() };
          } catch (error) {
            return { status: 0, body: String(error) };
          }
        },
        { url: command.url, options: command.options ?? {} },
      );
    case 'close-page':
      return page.close();
    default:
      return page.evaluate((line) => window.handle(line), command);
  }
}

async function handle(command) {
  if (command.do === 'open') {
    return open(command);
  }
  if (command.do === 'connect') {
    await open({ client: command.client, url: home });
  }
  const page = pages.get(command.client);
  if (page === undefined) {
    throw new Error(`no page ${command.client} here`);
  }
  return onPage(page, command);
}

serve(handle, async () => {
  await context.close();
  files.close();
  rmSync(profile, { recursive: true, force: true });
});
