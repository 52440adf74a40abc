// The npm package mqtt as a peer: node mqtt-peer.mjs URL LEVEL [CERTIFICATE]
//
// LEVEL is 4 for MQTT 3.1.1 and 5 for 5.0; CERTIFICATE is a file whose issuer is trusted. Each line on standard input is
// an order in JSON: {"subscribe": FILTER, "qos": N} or {"publish": TOPIC, "payload": TEXT, "qos": N, "retain": BOOLEAN,
// "properties": {}}. On standard output: "connected", then one line for each order that is done and each message.

import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';

const [url, level, certificate] = process.argv.slice(2);

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const client = mqtt.connect(url, {
  protocolVersion: Number(level),
  reconnectPeriod: 0,
  ca: certificate ? readFileSync(certificate) : undefined,
});

client.on('connect', () => {
  say('connected');
  createInterface({ input: process.stdin, terminal: false })
    .on('line', async (line) => {
      const order = JSON.parse(line);
      const { qos = 0, retain = false, properties } = order;
      if (order.subscribe !== undefined) {
        const granted = await client.subscribeAsync(order.subscribe, { qos });
        say({ subscribed: granted });
      } else {
        await client.publishAsync(order.publish, order.payload, { qos, retain, properties });
        say({ published: order.publish });
      }
    })
    .on('close', async () => {
      await client.endAsync();
      process.exit(0);
    });
});
client.on('message', (topic, payload, packet) => {
  const { qos, retain } = packet;
  const user = packet.properties?.userProperties;
  say({ topic, payload: payload.toString(), qos, retain, ...(user ? { user } : {}) });
});
client.on('error', (error) => {
  say({ error: error.message });
  process.exit(1);
});
