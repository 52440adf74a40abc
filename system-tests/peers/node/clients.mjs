// What a JavaScript peer does with the commands of a test (../README.md), in Node.js and in a browser alike.
//
// The published client is used as it is. Only the WebSocket class that it finds is replaced by one that notes the
// types of the frames that arrive, so that a test can count them.

import { Clasp } from '@clasp-to/core';

const PING = Uint8Array.of(0x53, 0x01, 0x00, 0x01, 0x41);
const PONG_TYPE = 0x42;
const FLAG_TIMESTAMP = 0x20;
/** Of what arrives, so many bytes of a connection are kept. */
const KEPT_BYTES = 1 << 20;

/** A subclass of the platform's WebSocket that notes what arrives. */
function noting(WebSocketClass) {
  return class extends WebSocketClass {
    /** Message types of the frames since the last look. */
    types = [];
    pongs = [];
    kept = [];
    keptBytes = 0;

    constructor(...args) {
      super(...args);
      this.addEventListener('message', (event) => {
        const frame = new Uint8Array(event.data);
        if (this.keptBytes < KEPT_BYTES) {
          this.kept.push(frame);
          this.keptBytes += frame.length;
        }
        const type = frame[(frame[1] & FLAG_TIMESTAMP) === 0 ? 4 : 12];
        if (type === PONG_TYPE && this.pongs.length > 0) {
          this.pongs.shift()();
        } else {
          this.types.push(type);
        }
      });
      this.addEventListener('close', () => this.pongs.splice(0).forEach((done) => done()));
    }

    /** Resolves when the router has worked off all that was sent before. */
    fence() {
      return new Promise((resolve) => {
        this.pongs.push(resolve);
        this.send(PING);
      });
    }
  };
}

/** A value of the client as JSON: bytes and numbers that JSON does not have become objects of one member. */
export function toJson(value) {
  if (value instanceof Uint8Array) {
    return { $bytes: [...value].map((b) => b.toString(16).padStart(2, '0')).join('') };
  }
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { $number: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (typeof value === 'bigint') {
    return { $bigint: String(value) };
  }
  if (Array.isArray(value)) {
    return value.map(toJson);
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toJson(entry)]));
  }
  return value === undefined ? { $undefined: true } : value;
}

export function fromJson(json) {
  if (Array.isArray(json)) {
    return json.map(fromJson);
  }
  if (json !== null && typeof json === 'object') {
    const [[key, entry] = []] = Object.entries(json);
    switch (key) {
      case '$bytes':
        return Uint8Array.from(entry.match(/../g) ?? [], (pair) => parseInt(pair, 16));
      case '$number':
        return Number(entry);
      case '$bigint':
        return BigInt(entry);
      default:
        return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, fromJson(value)]));
    }
  }
  return json;
}

/**
 * The clients of one process or page. `report` receives the notices; `extend` makes the commands of a client that are
 * about peers, where there are any.
 */
export function createClients(report, extend) {
  globalThis.WebSocket = noting(globalThis.WebSocket);
  const clients = new Map();

  async function connect({ client: name, url, options = {} }) {
    // A patient limit: the machine may be busy.
    const client = new Clasp(url, { name, reconnect: false, connectionTimeout: 60_000, ...options });
    const tell = (notice) => report({ client: name, ...notice });
    client.onConnect(() => tell({ notice: 'connected', session: client.session }));
    client.onDisconnect((reason) => tell({ notice: 'disconnected', reason }));
    client.onReconnect((attempt) => tell({ notice: 'reconnecting', attempt }));
    client.onError((error) => tell({ notice: 'error', text: error.message }));
    clients.set(name, { client, subscriptions: new Map(), tell });
    await client.connect();
    return { session: client.session };
  }

  function subscribe({ client, subscriptions, tell }, { subscription, pattern, options }) {
    const unsubscribe = client.subscribe(
      pattern,
      (value, address, meta) =>
        tell({
          notice: 'value',
          subscription,
          address,
          value: toJson(value),
          ...(meta === undefined ? {} : { meta: toJson(meta) }),
          time: Date.now(),
        }),
      options,
    );
    subscriptions.set(subscription, unsubscribe);
  }

  function bundle({ client }, { items, at, ahead }) {
    const due = ahead === undefined ? at : client.time() + ahead;
    client.bundle(
      items.map((item) => Object.fromEntries(Object.entries(item).map(([kind, [address, value]]) => [kind, [address, fromJson(value)]]))),
      due === undefined ? undefined : { at: due },
    );
    return due;
  }

  /** One command of a connected client; what it returns is the answer. */
  async function perform(peer, command) {
    const { client } = peer;
    const { address } = command;
    const value = 'value' in command ? fromJson(command.value) : undefined;
    switch (command.do) {
      case 'subscribe':
        return subscribe(peer, command);
      case 'unsubscribe':
        return peer.subscriptions.get(command.subscription)();
      case 'set':
        return client.set(address, value);
      case 'get':
        return toJson(await client.get(address));
      case 'emit':
        return client.emit(address, value);
      case 'stream':
        return client.stream(address, value);
      case 'gesture':
        return client.gesture(address, command.gesture, command.phase, value);
      case 'timeline':
        return client.timeline(address, fromJson(command.keyframes), command.options);
      case 'bundle':
        return bundle(peer, command);
      case 'many':
        for (const step of command.steps) {
          await perform(peer, step);
        }
        return undefined;
      case 'fence':
        return client.ws.fence();
      case 'frames':
        return client.ws.types.splice(0);
      case 'received':
        return client.ws.kept.map((frame) => [...frame].map((b) => b.toString(16).padStart(2, '0')).join('')).join('');
      case 'cached':
        return toJson(client.cached(address));
      case 'time':
        return client.time();
      case 'session':
        return client.session;
      case 'lastError':
        return client.getLastError();
      case 'connected':
        return client.connected;
      case 'close':
        return client.close();
      case 'p2p-start':
        peer.more = extend(client, peer.tell, command);
        return undefined;
      default:
        if (peer.more?.[command.do] !== undefined) {
          return peer.more[command.do](command);
        }
        throw new Error(`unknown command ${command.do}`);
    }
  }

  return async function handle(command) {
    if (command.do === 'connect') {
      return connect(command);
    }
    if (command.do === 'sdk-discover') {
      return sdkDiscover(command.url);
    }
    const peer = clients.get(command.client);
    if (peer === undefined) {
      throw new Error(`no client ${command.client} here`);
    }
    return perform(peer, command);
  };
}

/**
 * What the function discover of the JavaScript SDK 4.5 does with a rendezvous URL, as discovery.md 7 has it: that
 * package is not on the registry. GET {url}/discover within 3 s; an array, or one as devices; the member url, or the
 * first of endpoints; no error ever.
 */
async function sdkDiscover(url) {
  try {
    const reply = await fetch(`${url}/discover`, { signal: AbortSignal.timeout(3_000) });
    const answer = await reply.json();
    const devices = Array.isArray(answer) ? answer : (answer.devices ?? []);
    return devices.map((device) => ({ name: device.name, url: device.url ?? device.endpoints?.[0] ?? null }));
  } catch {
    return [];
  }
}
