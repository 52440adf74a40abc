// JSON lines: commands on standard input, answers and notices on standard output (../README.md).
// What programs print goes to standard error, which the test shows when it fails.

import { createInterface } from 'node:readline';

export function send(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

for (const level of ['log', 'info', 'warn']) {
  console[level] = (...args) => console.error(...args);
}
// The client tells of every ACK.
console.debug = () => {};

/** Runs every command at once, in the order of the lines; ends when the input ends. */
export function serve(handle, end = () => {}) {
  createInterface({ input: process.stdin, terminal: false })
    .on('line', (line) => {
      const { id, ...command } = JSON.parse(line);
      handle(command).then(
        (value) => send({ answer: id, value: value === undefined ? null : value }),
        (error) => send({ answer: id, error: error?.message ?? String(error) }),
      );
    })
    .on('close', async () => {
      await end();
      process.exit(0);
    });
  send({ notice: 'ready' });
}
