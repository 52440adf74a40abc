// What docs/http-snippets.md shows of JavaScript: sections "// == OPERATION"; what each must print stands behind "// => ".
const base = globalThis.process?.env.CLASP ?? 'http://localhost:7330';

const call = async (method, path, body, headers = {}) => {
  const response = await fetch(base + path, {
    method,
    headers: body === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error((await response.json()).detail);
  }
  return response;
};
// == index
console.log(await (await call('GET', '/v1')).json());
// => openapi
// == openapi
const api = await (await call('GET', '/v1/openapi.json')).json();
console.log(Object.keys(api.paths));
// => /v1/events
// == putState
await call('PUT', '/v1/state/lights/1', { value: 0.5 });

// Only if nobody else has written meanwhile: the revision is the ETag.
const seen = await call('GET', '/v1/state/lights/1');
const written = await call('PUT', '/v1/state/lights/1', { value: 0.75 }, { 'If-Match': seen.headers.get('etag') });
console.log(await written.json());
// => value: 0.75
// == getState
const got = await call('GET', '/v1/state/lights/1');
console.log((await got.json()).value);

// Wait up to 30 seconds until it is another.
setTimeout(() => call('PUT', '/v1/state/lights/1', { value: 0.25 }), 500);
const other = await call('GET', '/v1/state/lights/1?wait=30', undefined, { 'If-None-Match': got.headers.get('etag') });
console.log((await other.json()).value);
// => 0.75
// => 0.25
// == headState
const head = await call('HEAD', '/v1/state/lights/1');
console.log(head.headers.get('etag'));
// => "
// == patchState
await call('PUT', '/v1/state/scene', { value: { name: 'dawn', fade: 3 } });
const patched = await call('PATCH', '/v1/state/scene', { fade: 5 }, { 'Content-Type': 'application/merge-patch+json' });
console.log((await patched.json()).value);
// => fade: 5
// == deleteState
console.log((await call('DELETE', '/v1/state/scene')).status);
// => 204
// == emit
console.log(await (await call('POST', '/v1/emit/cue/go', { value: { number: 12 } })).json());
// => /cue/go
// == stream
console.log((await call('POST', '/v1/stream/sensor/level', { samples: [0.1, 0.2, 0.3], rate: 100 })).status);
// => 202
// == list
let next = '';
do {
  const query = new URLSearchParams({ pattern: '/lights/**', limit: '10', ...(next && { after: next }) });
  const page = await (await call('GET', `/v1/list?${query}`)).json();
  page.signals.forEach((signal) => console.log(signal.address, signal.value));
  next = page.next;
} while (next);
// => /lights/1
// == definitions
console.log(await (await call('GET', '/v1/definitions?pattern=/lights/**')).json());
// => definitions
// == snapshot
const lines = (await (await call('GET', '/v1/snapshot')).text()).trim().split('\n');
console.log(lines.length, 'parameters');
// => parameters
// == snapshotOf
const below = (await (await call('GET', '/v1/snapshot/lights')).text()).trim().split('\n').map((line) => JSON.parse(line));
console.log(below.map((parameter) => parameter.address));
// => /lights/1
// == bundle
const bundle = await call('POST', '/v1/bundle', {
  signals: [
    { address: '/lights/1', value: 1 },
    { address: '/lights/2', value: 0 },
    { type: 'event', address: '/cue/go' },
  ],
});
console.log(await bundle.json());
// => count: 3
// == batch
const batch = await call('POST', '/v1/batch', {
  requests: [
    { op: 'set', address: '/lights/1', value: 0.5 },
    { op: 'get', address: '/lights/2' },
  ],
});
console.log((await batch.json()).results.map((result) => result.status));
// => 200
// == events
// A browser has EventSource; in Node.js it is the package eventsource.
const EventSource = globalThis.EventSource ?? (await import('eventsource')).EventSource;
const events = new EventSource(`${base}/v1/events?pattern=/lights/**`);
const first = await new Promise((resolve, reject) => {
  events.onmessage = (event) => resolve(JSON.parse(event.data));
  events.onerror = reject;
});
console.log(first.type, first.address, first.value);
events.close();
// => /lights/
// == takeLock
const lock = await (await call('POST', '/v1/locks', { address: '/lights/1', ttl: 60 })).json();
const held = await call('PUT', '/v1/state/lights/1', { value: 0.9 }, { 'Clasp-Lock': lock.lock });
console.log((await held.json()).value);
// => 0.9
// == getLock
console.log((await (await call('GET', `/v1/locks/${lock.lock}`)).json()).address);
// => /lights/1
// == renewLock
console.log((await (await call('PUT', `/v1/locks/${lock.lock}?ttl=120`)).json()).expires_in > 60);
// => true
// == giveBackLock
console.log((await call('DELETE', `/v1/locks/${lock.lock}`)).status);
// => 204
