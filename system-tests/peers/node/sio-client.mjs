// A published Socket.IO client as a peer: node sio-client.mjs MAJOR URL [OPTIONS]
//
// MAJOR is 2, 3 or 4; OPTIONS are those of the package, in JSON. Each line on standard input is an order in JSON:
// {"emit": NAME, "args": [...], "ack": BOOLEAN, "id": N}, {"connect": NAMESPACE, "options": {}}, {"close": true}. In arguments
// {"hex": "0102"} stands for bytes. On standard output: one line for everything that happens.

import { createInterface } from 'node:readline';

const [major, url, options = '{}'] = process.argv.slice(2);
const { io } = await import(`socket.io-client-${major}`).then((all) => (all.io ? all : { io: all.default }));

const sockets = new Map();

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

export function shown(value) {
  if (Buffer.isBuffer(value) || value instanceof ArrayBuffer || value instanceof Uint8Array) {
    return { hex: Buffer.from(value).toString('hex') };
  }
  if (Array.isArray(value)) {
    return value.map(shown);
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shown(each)]));
  }
  return value;
}

function meant(value) {
  if (Array.isArray(value)) {
    return value.map(meant);
  }
  if (value !== null && typeof value === 'object') {
    return typeof value.hex === 'string'
      ? Buffer.from(value.hex, 'hex')
      : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, meant(each)]));
  }
  return value;
}

function connect(namespace, more = {}) {
  const socket = io(url + (namespace === '/' ? '' : namespace), { ...JSON.parse(options), ...more });
  const nsp = namespace === '/' ? {} : { nsp: namespace };
  sockets.set(namespace, socket);
  socket.on('connect', () => say({ is: 'connected', ...nsp }));
  socket.on('disconnect', (reason) => say({ is: 'disconnected', reason, ...nsp }));
  socket.on('connect_error', (error) => say({ is: 'refused', message: error?.message ?? String(error), ...nsp }));
  if (major === '2') {
    // Version 2 says so when a namespace refuses.
    socket.on('error', (error) => say({ is: 'refused', message: error?.message ?? String(error), ...nsp }));
  }
  const told = (name, args) => {
    const ack = typeof args.at(-1) === 'function' ? args.pop() : undefined;
    say({ event: name, args: shown(args), ...nsp });
    ack?.('thanks');
  };
  if (socket.onAny) {
    socket.onAny((name, ...args) => told(name, args));
  } else {
    // Version 2 has no way to hear of everything but this.
    const { onevent } = socket;
    socket.onevent = function (packet) {
      const args = [...packet.data];
      if (packet.id != null) {
        args.push(this.ack(packet.id));
      }
      told(args.shift(), args);
    };
    void onevent;
  }
  const engine = socket.io.engine;
  engine?.on?.('upgrade', (transport) => say({ is: 'upgraded', to: transport.name }));
}

connect('/');
createInterface({ input: process.stdin, terminal: false })
  .on('line', (line) => {
    const order = JSON.parse(line);
    const socket = sockets.get(order.nsp ?? '/');
    if (order.connect !== undefined) {
      connect(order.connect, order.options);
    } else if (order.close) {
      socket.close();
    } else {
      const args = (order.args ?? []).map(meant);
      if (order.ack) {
        args.push((...given) => say({ acknowledged: order.id, args: shown(given) }));
      }
      socket.emit(order.emit, ...args);
    }
  })
  .on('close', () => process.exit(0));
