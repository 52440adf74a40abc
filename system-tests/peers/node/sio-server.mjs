// A published Socket.IO server as a peer: node sio-server.mjs MAJOR PORT [TOKEN]
//
// MAJOR is 2, 3 or 4; PORT may be 0; namespaces are / and /admin; with TOKEN only clients that show it are let in. Each line on
// standard input is an order in JSON: {"emit": NAME, "args": [...], "nsp": NAMESPACE, "ack": BOOLEAN}, {"kick": true}. In
// arguments {"hex": "0102"} stands for bytes. On standard output: {"port": N}, and one line for everything that happens.

import { createInterface } from 'node:readline';
import { createServer } from 'node:http';

const [major, port, token] = process.argv.slice(2);
const library = await import(`socket.io-${major}`);
const http = createServer();
const server = library.Server && major !== '2' ? new library.Server(http) : library.default(http);

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function shown(value) {
  if (Buffer.isBuffer(value)) {
    return { hex: value.toString('hex') };
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

for (const nsp of ['/', '/admin']) {
  const space = server.of(nsp);
  if (token) {
    space.use((socket, next) => next((socket.handshake.auth?.token ?? socket.handshake.query.token) === token ? undefined : new Error('who are you?')));
  }
  space.on('connection', (socket) => {
    say({ is: 'connected', nsp, transport: socket.conn.transport.name });
    socket.conn.on('upgrade', (transport) => say({ is: 'upgraded', to: transport.name }));
    socket.on('disconnect', (reason) => say({ is: 'disconnected', nsp, reason }));
    // Version 2 has no onAny.
    const any = socket.onAny ? (take) => socket.onAny(take) : (take) => socket.use(([...all], next) => (take(...all), next()));
    any((name, ...args) => {
      const ack = typeof args.at(-1) === 'function' ? args.pop() : undefined;
      say({ event: name, args: shown(args), nsp, asks: ack !== undefined });
      if (name !== 'silent') {
        ack?.('thanks');
      }
    });
  });
}

http.listen(Number(port), '127.0.0.1', () => say({ port: http.address().port }));

createInterface({ input: process.stdin, terminal: false })
  .on('line', (line) => {
    const order = JSON.parse(line);
    const space = server.of(order.nsp ?? '/');
    if (order.kick) {
      space.disconnectSockets();
    } else if (order.ack) {
      for (const socket of space.sockets.values?.() ?? Object.values(space.sockets)) {
        socket.emit(order.emit, ...(order.args ?? []).map(meant), (...given) => say({ acknowledged: shown(given) }));
      }
    } else {
      space.emit(order.emit, ...(order.args ?? []).map(meant));
    }
  })
  .on('close', () => process.exit(0));
