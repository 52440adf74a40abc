// The npm package eventsource, which is what browsers have: node event-source.mjs URL [TOKEN]
//
// Prints "open", "message JSON" and "error STATUS" as they come; it comes back by itself after a cut. Ends with its input.

import { EventSource } from 'eventsource';

const [url, token] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${line}\n`);

const events = new EventSource(url, {
  fetch: (target, init) =>
    fetch(target, {
      ...init,
      headers: token === undefined ? init.headers : { ...init.headers, Authorization: `Bearer ${token}` },
    }),
});
events.onopen = () => say('open');
events.onmessage = (event) => say(`message ${event.data}`);
events.onerror = (event) => say(`error ${event.code ?? ''}`);

process.stdin.resume().on('end', () => {
  events.close();
  process.exit(0);
});
