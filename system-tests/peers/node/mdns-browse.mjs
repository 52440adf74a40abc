// An mDNS browser that knows nothing of CLASP: prints a line of JSON for each service of the type
// _clasp._tcp that comes (up) or goes (down). Ends when its input does.

import { Bonjour } from 'bonjour-service';

import { send } from './lines.mjs';

const bonjour = new Bonjour();
const browser = bonjour.find({ type: 'clasp' });
for (const event of ['up', 'down']) {
  browser.on(event, (service) => {
    const { name, host, port, addresses, txt } = service;
    send({ notice: event, name, host, port, addresses, txt });
  });
}
send({ notice: 'ready' });
process.stdin.resume();
process.stdin.on('end', () => bonjour.destroy(() => process.exit(0)));
