// The npm packages dmxnet and artnet as peers: node dmxnet.mjs NET SUBNET UNIVERSE OTHER [artnet]
//
// dmxnet is a node with one receiver on that universe; with "artnet" there is none. Each line on standard input is
// "dmxnet SLOT LEVEL" or "artnet SLOT LEVEL", which that package sends to the machine OTHER, or
// "trigger KEY SUBKEY". What the receiver gets is a line of JSON with its 512 levels.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const { dmxnet: DmxNet } = require('dmxnet');
const artnet = require('artnet');

const [net, subnet, universe] = process.argv.slice(2, 5).map(Number);
const other = process.argv[5];

let node;
if (process.argv[6] !== 'artnet') {
  node = new DmxNet({ sName: 'dmxnet', lName: 'dmxnet peer', log: { silent: true } });
  const receiver = node.newReceiver({ net, subnet, universe });
  receiver.on('data', (data) => process.stdout.write(`${JSON.stringify(data)}\n`));
}

let sender;
let second;

createInterface({ input: process.stdin, terminal: false })
  .on('line', (line) => {
    const [who, first, last] = line.split(' ');
    if (who === 'dmxnet') {
      sender ??= node.newSender({ ip: other, net, subnet, universe });
      sender.prepChannel(Number(first) - 1, Number(last));
      sender.transmit();
    } else {
      second ??= artnet({ host: other, sendAll: true });
      if (who === 'trigger') {
        second.trigger(0xffff, Number(last), Number(first));
      } else {
        second.set((net << 8) | (subnet << 4) | universe, Number(first), Number(last));
      }
    }
  })
  .on('close', () => process.exit(0));

process.stdout.write('ready\n');
