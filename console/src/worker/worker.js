// The service worker: keeps the page's own files, so that the page also begins while the router is away. Made into sw.js by
// build/offline.js, which puts the names of the files and their version in.
//
// It answers for the files of this list and for nothing else: what the router says under api/, admin/, v1/ or metrics goes
// past it and is never kept. The page itself comes from the router whenever that answers, so a page is as new as its router;
// everything it loads has a name of its content, so pages of two versions never mix. A new version waits until no page of the
// old one is open, or until a user says so: nothing changes by itself during a show.

const VERSION = '__VERSION__';
const FILES = new Set(__FILES__);
/** After so many milliseconds the kept page is shown: a network that loses everything does not refuse. */
const PATIENCE = 3_000;

const scope = new URL(self.registration.scope);
// Several routers may live below one origin, each in a folder.
const ours = `clasp-console ${scope.pathname} `;
const cacheName = ours + VERSION;

self.addEventListener('install', (event) => {
  const requests = [...FILES].map(
    (file) => new Request(new URL(file, scope), { cache: file.startsWith('assets/') ? 'default' : 'no-cache' }),
  );
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(requests)));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name.startsWith(ours) && name !== cacheName).map((name) => caches.delete(name))),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('message', (event) => {
  if (event.data === 'activate') {
    self.skipWaiting();
  } else if (event.data === 'files') {
    event.ports[0].postMessage([...FILES]);
  }
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== scope.origin || url.search !== '' || !url.pathname.startsWith(scope.pathname)) {
    return;
  }
  const file = url.pathname.slice(scope.pathname.length);
  if (request.mode === 'navigate') {
    if (file === '' || file === 'index.html') {
      event.respondWith(page());
    }
  } else if (FILES.has(file)) {
    event.respondWith(kept(file).then((reply) => reply ?? fetch(request)));
  }
});

async function kept(file) {
  const cache = await caches.open(cacheName);
  return cache.match(new URL(file, scope));
}

/** As the router has it; as it was kept if nobody answers, or only a proxy that does not reach the router. */
async function page() {
  try {
    const reply = await fetch(scope, { cache: 'no-cache', redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) });
    if (reply.status < 500) {
      return reply;
    }
  } catch {
    // Nobody is there.
  }
  return (await kept('')) ?? Response.error();
}
