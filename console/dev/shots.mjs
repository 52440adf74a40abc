// Takes pictures of the page in Chromium, and says what the browser complained about.
//
//   node dev/shots.mjs [--url http://localhost:7330/] [--out target/shots] [--name page] [--only dark,light,phone]
//                      [--filter TEXT] [--seconds 4]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://localhost:7330/' },
    out: { type: 'string', default: 'target/shots' },
    name: { type: 'string', default: 'page' },
    only: { type: 'string', default: 'dark,light,phone' },
    filter: { type: 'string', default: '' },
    seconds: { type: 'string', default: '4' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const sizes = {
  dark: { width: 1440, height: 900, scheme: 'dark' },
  light: { width: 1440, height: 900, scheme: 'light' },
  tablet: { width: 820, height: 1180, scheme: 'dark' },
  small: { width: 1024, height: 700, scheme: 'dark' },
  phone: { width: 390, height: 844, scheme: 'dark' },
  'phone-light': { width: 390, height: 844, scheme: 'light' },
};

mkdirSync(options.out, { recursive: true });
const profile = mkdtempSync(join(tmpdir(), 'clasp-shots-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: options.chromium,
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  for (const name of options.only.split(',')) {
    const { width, height, scheme } = sizes[name];
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() !== 'debug') {
        console.log(`${name}: ${message.type()}: ${message.text()}`);
      }
    });
    page.on('pageerror', (error) => console.log(`${name}: uncaught: ${error.stack}`));
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(options.url);
    if (options.filter) {
      await page.getByTestId('filter').fill(options.filter);
    }
    await page.evaluate(() => {
      window.frames_ = 0;
      const count = () => {
        window.frames_++;
        requestAnimationFrame(count);
      };
      requestAnimationFrame(count);
    });
    await page.waitForTimeout(Number(options.seconds) * 1000);
    const frames = await page.evaluate(() => window.frames_);
    const file = join(options.out, `${options.name}-${name}.png`);
    await page.screenshot({ path: file, fullPage: name.startsWith('phone') || name === 'tablet' });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    console.log(`${file}: ${(frames / Number(options.seconds)).toFixed(0)} frames/s${wide ? ', WIDER THAN THE SCREEN' : ''}`);
    await page.close();
  }
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
