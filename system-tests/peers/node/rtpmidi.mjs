// An RTP-MIDI session of the npm package "rtpmidi". On the input: "invite PORT", "send HEX", "end". Prints "ready PORT",
// "joined NAME", "left", "heard HEX".
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
// Without the rest of the package, which would look around on the network.
const Session = require("rtpmidi/src/Session.js");

function open() {
  // Which socket an answer goes through the package tells by the port of the other: control ports must be even.
  const port = 20000 + 2 * Math.floor(Math.random() * 10000);
  const session = new Session(port, "node", "Node", undefined, false, 4);
  let failed = false;
  session.on("error", () => {
    if (!failed) {
      failed = true;
      open();
    }
  });
  session.on("ready", () => use(session, port));
  session.start();
}

function use(session, port) {
  session.on("streamAdded", ({ stream }) => console.log(`joined ${stream.name}`));
  session.on("streamRemoved", () => console.log("left"));
  session.on("message", (_, message) => console.log(`heard ${Buffer.from(message).toString("hex")}`));
  createInterface({ input: process.stdin }).on("line", (line) => {
    const [command, argument] = line.split(" ");
    if (command === "invite") {
      session.connect({ address: "127.0.0.1", port: Number(argument) });
    } else if (command === "send") {
      session.sendMessage(session.now(), [...Buffer.from(argument, "hex")]);
    } else if (command === "end") {
      session.end(() => process.exit(0));
    }
  });
  console.log(`ready ${port}`);
}

open();
