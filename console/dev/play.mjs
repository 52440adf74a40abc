// Plays signals to a router, for looking at the page under load.
//
//   node dev/play.mjs [--url ws://localhost:7330] [--parameters 40] [--rate 200] [--seconds 0] [--signals]
//
// --rate is writes per second over all parameters; --signals adds an event each second, a stream and gestures.
import { parseArgs } from 'node:util';
import { connect } from './clasp.mjs';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'ws://localhost:7330' },
    parameters: { type: 'string', default: '40' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '0' },
    signals: { type: 'boolean', default: false },
  },
});
const parameters = Number(options.parameters);
const rate = Number(options.rate);

/** Every fixture has six parameters of different types. */
const attributes = [
  ['brightness', (time, n) => 0.5 + 0.5 * Math.sin(time * 1.3 + n * 0.7)],
  ['colour', (time, n) => hue(time * 0.1 + n * 0.08)],
  ['pan', (time, n) => 270 + 180 * Math.sin(time * 0.4 + n)],
  ['tilt', (time, n) => 90 * Math.cos(time * 0.5 + n)],
  ['shutter', (time, n) => Math.sin(time + n) > 0],
  ['gobo', (time, n) => ['open', 'dots', 'breakup', 'stars'][Math.floor(time / 3 + n) % 4]],
];

function hue(turn) {
  const channel = (offset) => Math.max(0, Math.min(1, Math.abs((((turn + offset) % 1) * 6) - 3) - 1));
  return { r: channel(0), g: channel(1 / 3), b: channel(2 / 3) };
}

const lights = await connect(options.url, 'light desk');
const set = (i, time) => {
  const fixture = Math.floor(i / attributes.length) + 1;
  const [name, value] = attributes[i % attributes.length];
  lights.fire(`/lights/${fixture}/${name}`, value(time, fixture));
};
for (let i = 0; i < parameters; i++) {
  set(i, 0);
}
lights.fire('/show/title', 'The Tempest');
lights.fire('/show/cue', 12n);
lights.fire('/show/notes', { scene: 'storm', calls: ['thunder', 'mast'], standby: true });
lights.fire('/tempo/bpm', 120);
lights.fire('/machine/frame', new Uint8Array([1, 2, 3, 255]));
lights.fire('/machine/target', null);

const begin = performance.now();
let sent = 0;
const timer = setInterval(() => {
  const time = (performance.now() - begin) / 1000;
  for (; sent < time * rate; sent++) {
    set(sent % parameters, time);
  }
}, 10);

if (options.signals) {
  const sound = await connect(options.url, 'sound');
  let beat = 0;
  setInterval(() => sound.emit('/show/beat', { bar: 1 + (beat >> 2), beat: 1 + (beat++ & 3) }), 1000);
  setInterval(() => sound.stream('/sensor/level', Math.random()), 20);
  let touch = 0;
  setInterval(() => {
    const id = ++touch;
    sound.gesture('/pad/touch', id, 'start', { x: 0, y: 0 });
    for (let i = 1; i <= 20; i++) {
      setTimeout(() => sound.gesture('/pad/touch', id, i < 20 ? 'move' : 'end', { x: i / 20, y: i / 40 }), i * 50);
    }
  }, 3000);
}
if (Number(options.seconds) > 0) {
  setTimeout(() => {
    clearInterval(timer);
    process.exit();
  }, Number(options.seconds) * 1000);
}
