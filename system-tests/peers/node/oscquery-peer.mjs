// The published npm package "oscquery" as the other program.
//
//   node oscquery-peer.mjs read PORT        prints what it understands of a server, as JSON
//   node oscquery-peer.mjs serve            serves a small tree; see below
//
// A server prints "ready HTTP_PORT OSC_PORT", then "osc HEX" for each datagram that comes; each
// line that it reads is a new value of /layer/opacity. It serves no WebSocket.
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import Module from "node:module";
import { createInterface } from "node:readline";

// Nothing of this may be announced on the network of the machine.
const load = Module._load;
Module._load = function (name, ...rest) {
  if (name === "@homebridge/ciao") {
    const service = { advertise: async () => {}, end: async () => {} };
    return { getResponder: () => ({ createService: () => service }) };
  }
  return load.call(this, name, ...rest);
};

const { OSCQueryServer, OSCQueryDiscovery, OSCTypeSimple, OSCQAccess } = createRequire(
  import.meta.url,
)("oscquery");

const [, , what, port] = process.argv;

async function read() {
  const service = await new OSCQueryDiscovery().queryNewService("127.0.0.1", Number(port));
  console.log(JSON.stringify({ info: service.hostInfo, methods: service.flat() }));
  process.exit(0);
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const free = probe.address().port;
      probe.close(() => resolve(free));
    });
  });
}

async function serve() {
  const osc = createSocket("udp4");
  osc.on("message", (packet) => console.log("osc " + packet.toString("hex")));
  await new Promise((resolve) => osc.bind(0, "127.0.0.1", resolve));
  const httpPort = await freePort();
  const server = new OSCQueryServer({
    httpPort,
    bindAddress: "127.0.0.1",
    oscPort: osc.address().port,
    oscQueryHostName: "node",
  });
  server.addMethod("/layer/opacity", {
    description: "how much",
    access: OSCQAccess.READWRITE,
    arguments: [{ type: OSCTypeSimple.FLOAT, range: { min: 0, max: 100 } }],
  });
  server.setValue("/layer/opacity", 0, 25);
  server.addMethod("/layer/name", {
    access: OSCQAccess.READONLY,
    arguments: [{ type: OSCTypeSimple.STRING }],
  });
  server.setValue("/layer/name", 0, "sky");
  await server.start();
  createInterface({ input: process.stdin })
    .on("line", (line) => server.setValue("/layer/opacity", 0, Number(line)))
    .on("close", () => process.exit(0));
  console.log("ready " + httpPort + " " + osc.address().port);
}

(what === "read" ? read() : serve()).catch((failure) => {
  console.log("failed " + failure);
  process.exit(1);
});
