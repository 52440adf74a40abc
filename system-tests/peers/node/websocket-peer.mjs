// The npm package ws as the other side of a WebSocket bridge: lines in are sent, what comes is printed.
//
//   node websocket-peer.mjs client URL [SUBPROTOCOL ...]
//   node websocket-peer.mjs server
//
// A line that begins with "hex " is sent as binary, "parts " in three fragments, "close " closes with a code, "long " so many
// letters, "stop" ends a server with all its connections.

import { createInterface } from 'node:readline';
import { WebSocket, WebSocketServer } from 'ws';

const [role, url, ...protocols] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${line}\n`);

const watch = (socket) => {
  socket.on('message', (data, binary) =>
    say(binary ? `binary ${data.toString('hex')}` : `message ${data.length > 1000 ? `of ${data.length}` : data}`),
  );
  socket.on('ping', () => say('ping'));
  socket.on('close', (code, reason) => say(`close ${code} ${reason}`));
  socket.on('error', (error) => say(`error ${error.message}`));
};

const obey = (socket, line) => {
  const [order, rest] = [line.split(' ', 1)[0], line.slice(line.indexOf(' ') + 1)];
  if (order === 'hex') {
    socket.send(Buffer.from(rest, 'hex'));
  } else if (order === 'parts') {
    const third = Math.ceil(rest.length / 3);
    socket.send(rest.slice(0, third), { fin: false });
    socket.ping();
    socket.send(rest.slice(third, 2 * third), { fin: false });
    socket.send(rest.slice(2 * third), { fin: true });
  } else if (order === 'long') {
    socket.send('x'.repeat(Number(rest)));
  } else if (order === 'close') {
    socket.close(Number(rest), 'enough');
  } else {
    socket.send(line);
  }
};

if (role === 'client') {
  const socket = new WebSocket(url, protocols, { perMessageDeflate: { threshold: 0 } });
  watch(socket);
  socket.on('open', () => say(`open ${socket.protocol || '-'} ${socket.extensions || '-'}`));
  createInterface({ input: process.stdin }).on('line', (line) => obey(socket, line));
} else {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    perMessageDeflate: { threshold: 0 },
    handleProtocols: (offered) => [...offered][0],
  });
  server.on('listening', () => say(`listening ${server.address().port}`));
  server.on('connection', (socket, request) => {
    watch(socket);
    say(`open ${request.url} ${request.headers['x-room'] ?? '-'} ${socket.protocol || '-'} ${socket.extensions || '-'}`);
  });
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line === 'stop') {
      server.clients.forEach((socket) => socket.terminate());
      server.close(() => process.exit(0));
    } else {
      server.clients.forEach((socket) => obey(socket, line));
    }
  });
}
