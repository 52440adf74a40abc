// The npm packages sacn and e131 as peers: node sacn.mjs sacn|e131 PORT-TO-HEAR PORT-TO-SEND-TO
//
// Each line on standard input is {"universe": 1, "priority": 100, "slots": [255, 0]}; it is sent to the
// port on this machine. Each packet that comes is a line on standard output. Everything stays on
// the loopback interface.

import dgram from 'node:dgram';
import { createInterface } from 'node:readline';
import e131 from 'e131';
import { Receiver, Sender } from 'sacn';

const [library, hearText, sendText] = process.argv.slice(2);
const hear = Number(hearText);
const send = Number(sendText);

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function heard(universe, priority, name, slots) {
  say({ universe, priority, name, count: slots.length, first: [...slots.subarray(0, 4)], last: slots.at(-1) });
}

const senders = new Map();

const peers = {
  sacn() {
    const receiver = new Receiver({ universes: [1], port: hear, iface: '127.0.0.1', reuseAddr: true });
    receiver.on('packet', (packet) =>
      heard(packet.universe, packet.priority, packet.sourceName, packet.payloadAsBuffer));
    for (const problem of ['PacketCorruption', 'PacketOutOfOrder', 'error']) {
      receiver.on(problem, (error) => say({ problem: `${problem} ${error.message}` }));
    }
    return ({ universe, priority, slots }) => {
      let sender = senders.get(universe);
      if (!sender) {
        sender = new Sender({
          universe,
          port: send,
          minRefreshRate: 2,
          useUnicastDestination: '127.0.0.1',
          defaultPacketOptions: { sourceName: 'npm sacn', priority, useRawDmxValues: true },
        });
        senders.set(universe, sender);
      }
      return sender.send({ payload: Object.fromEntries(slots.map((level, i) => [i + 1, level])) });
    };
  },

  e131() {
    const client = new e131.Client('127.0.0.1', send);
    const Packet = client.createPacket(1).constructor;
    const socket = dgram.createSocket('udp4');
    socket.on('message', (bytes) => {
      const packet = new Packet(bytes);
      const problem = packet.validate();
      if (problem !== packet.ERR_NONE) {
        say({ problem: `error ${problem}` });
        return;
      }
      heard(packet.getUniverse(), packet.getPriority(), packet.getSourceName(), packet.getSlotsData());
    });
    socket.bind(hear, '127.0.0.1');
    return ({ universe, priority, slots }) => {
      const packet = client.createPacket(slots.length);
      packet.setSourceName('npm e131');
      packet.setUniverse(universe);
      packet.setPriority(priority);
      packet.getSlotsData().set(slots);
      client.send(packet, () => {});
    };
  },
};

const peer = peers[library]();
say({ ready: true });
createInterface({ input: process.stdin })
  .on('line', (line) => peer(JSON.parse(line)))
  .on('close', () => process.exit(0));
