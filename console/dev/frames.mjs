// Measures how soon the page is there, and how smoothly Live, Lighting and a layout draw while a router tells them thousands
// of changes a second, from the browser's own trace. Prints a line for each case.
//
//   node dev/frames.mjs [--url http://localhost:7330/] [--addresses 100000] [--rate 5000] [--seconds 10] [--out FOLDER]
//                       [--gpu] [--screens live,lighting,layouts]
//
// It writes to the router from here: addresses/100 fixtures with 100 channels, two universes, and the controls of a layout of
// 48, all of them in sight. `shown` are frames that the compositor
// presented, `main` is the processor time of the page's main thread and `longest` that of its longest task, whatever else
// the machine has to do; `updates` is what was written.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { addControl, connect, emptyLayout, encodeLayout } from './clasp.mjs';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://localhost:7330/' },
    addresses: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '10' },
    out: { type: 'string', default: '' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    gpu: { type: 'boolean', default: false },
    screens: { type: 'string', default: 'live,lighting,layouts' },
  },
});
const addresses = Number(options.addresses);
const rate = Number(options.rate);
const seconds = Number(options.seconds);
const screens = options.screens.split(',');

const desk = await connect(options.url.replace(/^http/, 'ws'), 'frames');
const address = (i) => `/fixture/${Math.floor(i / 100) + 1}/channel/${(i % 100) + 1}`;
/** Writes each address once, and waits until the router has them. */
async function fill(count, to, value) {
  for (let i = 0; i < count; i++) {
    while (!desk.fire(to(i), value())) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  await desk.ping();
}
await fill(addresses, address, Math.random);

let written = 0;
/** Writes as many a second as wanted, to the first `spread` addresses. */
function play(spread, to = address, value = Math.random) {
  const begin = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - begin) / 1000) * rate;
    for (; sent < due; sent++) {
      written += desk.fire(to(sent % spread), value()) ? 1 : 0;
    }
  }, 4);
  return () => clearInterval(timer);
}

const browser = await chromium.launch({
  executablePath: options.chromium,
  args: ['--no-sandbox', ...(options.gpu ? [] : ['--disable-gpu'])],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
page.on('pageerror', (error) => console.log(`uncaught: ${error.stack}`));
console.log(`${availableParallelism()} processors, load ${loadavg()[0].toFixed(1)}`);
const opened = performance.now();
await page.goto(options.url);
await page.getByTestId('param-row').first().waitFor();
const row = performance.now() - opened;
await page.waitForFunction(
  (n) => Number(document.querySelector('[data-testid=parameter-count]')?.textContent?.replace(/\D/g, '')) >= n,
  addresses,
);
const all = performance.now() - opened;
const paints = await page.evaluate(() => Object.fromEntries(performance.getEntriesByType('paint').map((e) => [e.name, e.startTime])));
console.log(
  `after the page was called: first paint ${(paints['first-contentful-paint'] / 1000).toFixed(2)} s, ` +
    `first row with a value ${(row / 1000).toFixed(2)} s, ${addresses} addresses ${(all / 1000).toFixed(2)} s`,
);

async function measure(name, spread, act, to, value) {
  const stop = play(spread, to, value);
  await page.waitForTimeout(1500);
  const cdp = await context.newCDPSession(page);
  await browser.startTracing(page, {
    categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'disabled-by-default-devtools.timeline.frame'],
  });
  const before = written;
  const from = performance.now();
  const counting = page.evaluate(
    (ms) =>
      new Promise((resolve) => {
        const times = [];
        const end = performance.now() + ms;
        const frame = (now) => {
          times.push(now);
          if (now < end) {
            requestAnimationFrame(frame);
          } else {
            resolve(times);
          }
        };
        requestAnimationFrame(frame);
      }),
    seconds * 1000,
  );
  await act?.();
  const times = await counting;
  const took = (performance.now() - from) / 1000;
  const updates = (written - before) / took;
  const trace = await browser.stopTracing();
  stop();
  await cdp.detach();
  const { traceEvents } = JSON.parse(trace.toString());
  const presented = traceEvents.filter((e) => e.name === 'DrawFrame' && e.ph === 'I').length;
  const dropped = traceEvents.filter((e) => e.name === 'DroppedFrame').length;
  const renderer = traceEvents.find((e) => e.name === 'FunctionCall' || e.name === 'FireAnimationFrame');
  const tasks = traceEvents.filter((e) => e.ph === 'X' && /RunTask$/.test(e.name) && e.pid === renderer?.pid && e.tid === renderer?.tid);
  const busy = tasks.reduce((sum, e) => sum + (e.tdur ?? e.dur), 0) / 1e6 / took;
  const longest = tasks.reduce((most, e) => Math.max(most, e.tdur ?? e.dur), 0) / 1000;
  const gaps = times.slice(1).map((t, i) => t - times[i]).sort((a, b) => a - b);
  const at = (part) => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * part))]?.toFixed(1);
  console.log(
    `${name}: ${(times.length / took).toFixed(1)} frames/s, shown ${(presented / took).toFixed(1)}, dropped ${dropped}, ` +
      `gap median ${at(0.5)} ms, 99 % ${at(0.99)} ms, main ${(busy * 100).toFixed(0)} %, longest task ${longest.toFixed(1)} ms, ` +
      `updates ${updates.toFixed(0)}/s`,
  );
  if (options.out) {
    mkdirSync(options.out, { recursive: true });
    writeFileSync(join(options.out, `${name.replace(/\W+/g, '-')}.json`), trace);
  }
}

async function live() {
  await measure('all of it in sight', 20);
  await measure('a few hundred addresses', 500);
  await measure('every address', addresses);
  await measure('while scrolling', 500, async () => {
    await page.mouse.move(600, 500);
    for (let i = 0; i < seconds * 15; i++) {
      await page.mouse.wheel(0, 240);
      await page.waitForTimeout(50);
    }
  });
  await page.getByTestId('filter').fill('channel/7');
  await measure('with a filter', 500);
}

/** Slots of one universe, all in sight, and of two, of which one is. */
async function lighting() {
  const slot = (i) => `/artnet/${Math.floor(i / 512)}/${(i % 512) + 1}`;
  const level = () => Math.floor(Math.random() * 256);
  await fill(1024, slot, level);
  await page.goto(`${options.url}#/lighting`);
  await page.getByTestId('cells').first().waitFor();
  await measure('lighting, one universe', 512, undefined, slot, level);
  await measure('lighting, two universes', 1024, undefined, slot, level);
}

/** Faders, meters, values and buttons in turn, each with an address of its own. */
async function layouts() {
  const place = (i) => `/layout/${i}`;
  const kinds = ['fader', 'meter', 'value', 'button'];
  let layout = { ...emptyLayout('Frames'), columns: 24 };
  for (let i = 0; i < 48; i++) {
    const at = { x: (i % 12) * 2, y: Math.floor(i / 12) * 3, w: 2, h: 3 };
    ({ layout } = addControl(layout, 0, kinds[i % kinds.length], { ...at, address: place(i), label: `${i}` }));
  }
  await desk.set('/console/layouts/frames', encodeLayout(layout));
  await page.goto(`${options.url}#/layouts/frames`);
  await page.getByTestId('layout-play').waitFor();
  await measure('a layout of 48 controls', 48, undefined, place);
}

try {
  for (const screen of [live, lighting, layouts]) {
    if (screens.includes(screen.name)) {
      await screen();
    }
  }
} finally {
  await browser.close();
  desk.stop();
}
