// The published JavaScript client in Chromium, each client in a page of its own; and pages of a router.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

import { send, serve } from './lines.mjs';
import { commands } from './screen.mjs';

const CHROMIUM = '/usr/bin/chromium';
const LIMIT = 60_000;

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
/** Profiles of their own, by the name that a test gives them: pages of one share storage and service workers. */
const profiles = new Map();

function profileOf(storage) {
  if (storage === undefined) {
    return context;
  }
  if (!profiles.has(storage)) {
    const own = context.browser().newContext();
    profiles.set(
      storage,
      own.then((made) => {
        made.setDefaultTimeout(LIMIT);
        made.setDefaultNavigationTimeout(LIMIT);
        return made;
      }),
    );
  }
  return profiles.get(storage);
}

async function open({ client: name, url, width = 1280, height = 800, scheme = 'dark', storage }) {
  const page = await (await profileOf(storage)).newPage();
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
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // The page itself took it back, or was left.
    if (why !== 'net::ERR_ABORTED') {
      complaints.push(`failed: ${request.url()} ${why}`);
    }
  });
  pages.set(name, { page, complaints });
  await page.exposeBinding('report', (_, notice) => send(notice));
  await page.exposeBinding('violated', (_, what) => complaints.push(`policy: ${what}`));
  // The browser's console tells of most violations; the event tells of each, and which rule it was.
  await page.addInitScript(() =>
    addEventListener('securitypolicyviolation', (event) =>
      window.violated(`${event.effectiveDirective} does not allow ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`),
    ),
  );
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme });
  const response = await page.goto(url);
  return { status: response.status(), headers: response.headers() };
}

async function onPage({ page, complaints }, command) {
  if (Object.hasOwn(commands, command.do)) {
    return commands[command.do](page, command, LIMIT);
  }
  switch (command.do) {
    case 'complaints':
      return complaints;
    case 'inject':
      // What an attacker would try; the policy of the page has to stop it.
      return page.evaluate(async () => {
        const script = document.createElement('script');
        script.textContent = 'window.injected = true';
        const blocked = new Promise((resolve) => addEventListener('securitypolicyviolation', resolve, { once: true }));
        document.body.append(script);
        if (window.injected !== true) {
          await blocked;
        }
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
