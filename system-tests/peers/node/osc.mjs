// The npm package osc as a peer: node osc.mjs udp|slip PORT
//
// Each line on standard input is a packet as that package writes it; it is sent to the port on this
// machine. Each packet that comes back is a line on standard output.

import { createInterface } from 'node:readline';
import osc from 'osc';

const [transport, portText] = process.argv.slice(2);
const port = Number(portText);

const peer =
  transport === 'udp'
    ? new osc.UDPPort({
        localAddress: '127.0.0.1',
        localPort: 0,
        remoteAddress: '127.0.0.1',
        remotePort: port,
        metadata: true,
      })
    : new osc.TCPSocketPort({
        address: '127.0.0.1',
        port,
        useSLIP: true,
        metadata: true,
      });

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function withBytes(key, value) {
  return key === 'value' && value?.bytes ? new Uint8Array(value.bytes) : value;
}

peer.on('ready', () => {
  say('ready');
  createInterface({ input: process.stdin, terminal: false })
    .on('line', (line) => peer.send(JSON.parse(line, withBytes)))
    .on('close', () => process.exit(0));
});
peer.on('message', (message) => say({ address: message.address, args: message.args }));
peer.on('bundle', (bundle) => say({ bundle: bundle.packets.length }));
peer.on('error', (error) => say({ error: error.message }));
peer.open();
