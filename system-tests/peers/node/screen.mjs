// What a person does on a page and sees there, for browser-peer.mjs: each command by its name. Nothing here waits a
// fixed time, and nothing reaches into the program of the page: it acts as keyboard and pointer do, and reads the document.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';

/** Between two looks at what playwright cannot wait for by itself, in milliseconds. */
const LOOK = 25;

const require = createRequire(import.meta.url);

function find(page, { selector, has, exactly }) {
  const all = page.locator(selector);
  if (exactly !== undefined) {
    return all.filter({ hasText: new RegExp(`^\\s*${exactly.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`) });
  }
  return has === undefined ? all : all.filter({ hasText: has });
}

/** Looks until it is so; says what was there when the patience ends. */
async function until(limit, what, look, holds) {
  for (const end = Date.now() + limit; ; ) {
    const seen = await look();
    if (holds(seen)) {
      return seen;
    }
    if (Date.now() > end) {
      throw new Error(`${what}; it is ${JSON.stringify(seen)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

/** Places inside an element are said from 0 to 1, from its top left corner. */
async function placeIn(locator, [x, y]) {
  const box = await locator.boundingBox();
  if (box === null) {
    throw new Error('it is not shown, so nothing can be dragged there');
  }
  return [box.x + x * box.width, box.y + y * box.height];
}

async function drag(page, command) {
  const { from = [0.5, 0.5], to = [0.5, 0.5], steps = 8, target, button = 'left' } = command;
  const source = find(page, command);
  await source.scrollIntoViewIfNeeded();
  await page.mouse.move(...(await placeIn(source, from)));
  await page.mouse.down({ button });
  await page.mouse.move(...(await placeIn(target === undefined ? source : page.locator(target), to)), { steps });
  if (command.hold !== true) {
    await page.mouse.up({ button });
  }
}

/** A file that the page gives when something is clicked. */
async function download(page, command) {
  const [given] = await Promise.all([page.waitForEvent('download'), find(page, command).click()]);
  await given.saveAs(command.file);
  return { name: given.suggestedFilename(), file: command.file };
}

/** Gives files to an input, or to a button that asks for them: from the disk, or made here of a name and a text. */
async function upload(page, command) {
  const files =
    command.file === undefined
      ? { name: command.name, mimeType: command.type ?? 'text/plain', buffer: Buffer.from(command.text) }
      : { name: command.name ?? basename(command.file), mimeType: command.type ?? 'application/octet-stream', buffer: readFileSync(command.file) };
  const locator = find(page, command);
  if ((await locator.getAttribute('type')) === 'file') {
    return locator.setInputFiles(files);
  }
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), locator.click()]);
  return chooser.setFiles(files);
}

async function clipboard(page) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.bringToFront();
  return page.evaluate(() => navigator.clipboard.readText());
}

/**
 * What axe-core finds. The policy of the page forbids every script that is not its own, and that is how it stays: the
 * debugger puts axe into an isolated world, as browsers run extensions. It sees the document there, while the page's
 * policy, globals and program are what they are for everybody.
 */
async function axe(page, { tags, without = [], within }) {
  const debug = await page.context().newCDPSession(page);
  try {
    const { frameTree } = await debug.send('Page.getFrameTree');
    const { executionContextId: contextId } = await debug.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id,
      worldName: 'axe',
    });
    const run = async (expression) => {
      const { result, exceptionDetails } = await debug.send('Runtime.evaluate', {
        contextId,
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined) {
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      }
      return result.value;
    };
    await run(`${readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')}; 0`);
    const options = {
      runOnly: { type: 'tag', values: tags },
      rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
      resultTypes: ['violations'],
    };
    const place = within === undefined ? 'document' : JSON.stringify(within);
    const { violations, passes } = await run(`axe.run(${place}, ${JSON.stringify(options)})`);
    return {
      passes: passes.length,
      violations: violations.map(({ id, impact, help, nodes }) => ({
        id,
        impact,
        help,
        nodes: nodes.slice(0, 5).map(({ target, html, failureSummary }) => ({
          target: target.join(' '),
          html: html.slice(0, 300),
          why: failureSummary,
        })),
      })),
    };
  } finally {
    await debug.detach();
  }
}

/** When things came and how big they were, in milliseconds and bytes; after something has been painted. */
async function timing(page, _, limit) {
  const painted = () => page.evaluate(() => performance.getEntriesByName('first-contentful-paint').length);
  await until(limit, 'nothing has been painted', painted, (seen) => seen > 0);
  return page.evaluate(() => ({
    paints: Object.fromEntries(performance.getEntriesByType('paint').map((e) => [e.name, e.startTime])),
    resources: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map((e) => ({
      url: e.name,
      kind: e.initiatorType,
      start: e.startTime,
      end: e.responseEnd,
      bytes: e.encodedBodySize,
      decoded: e.decodedBodySize,
    })),
  }));
}

/** Paths of all that service workers of this origin have kept. */
function kept(page) {
  return page.evaluate(async () => {
    const paths = [];
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) {
        paths.push(new URL(request.url).pathname);
      }
    }
    return paths;
  });
}

/** The page with its address and all that it stores of its own: one text, to look for what must not be there. */
function remains(page) {
  return page.evaluate(() =>
    [document.documentElement.outerHTML, location.href, ...[localStorage, sessionStorage].map((store) => JSON.stringify({ ...store }))].join('\n'),
  );
}

async function debug(page, { method, params = {} }) {
  const session = await page.context().newCDPSession(page);
  try {
    return await session.send(method, params);
  } finally {
    await session.detach();
  }
}

/** A device with a touch screen: coarse pointer, no hover. */
async function touch(page, on) {
  const session = await page.context().newCDPSession(page);
  // The emulation ends with the session, so that stays as long as the page.
  await session.send('Emulation.setTouchEmulationEnabled', { enabled: on, maxTouchPoints: on ? 5 : 1 });
}

/** A finger comes down, perhaps goes somewhere, and is lifted. */
async function finger(page, command) {
  const source = find(page, command);
  await source.scrollIntoViewIfNeeded();
  const from = await placeIn(source, command.from ?? [0.5, 0.5]);
  const to = command.to === undefined ? from : await placeIn(source, command.to);
  const session = await page.context().newCDPSession(page);
  const point = ([x, y]) => [{ x, y, id: 1 }];
  const touched = (type, touchPoints) => session.send('Input.dispatchTouchEvent', { type, touchPoints });
  try {
    if (command.to === undefined) {
      // At once: what takes half a second is no tap any more, and a busy page may take that long to answer the first.
      await Promise.all([touched('touchStart', point(from)), touched('touchEnd', [])]);
      return;
    }
    const steps = 8;
    await touched('touchStart', point(from));
    for (let i = 1; i <= steps; i++) {
      const between = from.map((start, axis) => start + ((to[axis] - start) * i) / steps);
      await touched('touchMove', point(between));
    }
    await touched('touchEnd', []);
  } finally {
    await session.detach();
  }
}

/** All commands: each gets the page, the command and how long it may take in milliseconds. */
export const commands = {
  await: (page, c) => find(page, c).first().waitFor({ state: c.state ?? 'visible' }),
  'await-attribute': (page, c, limit) =>
    until(
      limit,
      `${c.selector} has no ${c.name}=${JSON.stringify(c.text)}`,
      () => find(page, c).first().getAttribute(c.name),
      (seen) => seen === c.text,
    ),
  'await-value': (page, c, limit) =>
    until(limit, `${c.selector} has not the value ${JSON.stringify(c.text)}`, () => find(page, c).first().inputValue(), (seen) => seen === c.text),
  'await-focus': (page, c, limit) =>
    until(
      limit,
      `${c.selector} has not the focus`,
      () => find(page, c).evaluateAll((all) => all.includes(document.activeElement)),
      (seen) => seen,
    ),
  'await-count': (page, c, limit) =>
    until(limit, `there are not ${c.count} of ${c.selector}`, () => find(page, c).count(), (seen) => seen === c.count),
  'await-url': (page, c, limit) =>
    until(limit, `the address does not end with ${c.text}`, async () => page.url(), (seen) => seen.endsWith(c.text)),
  text: (page, c) => find(page, c).first().innerText(),
  texts: (page, c) => find(page, c).allInnerTexts(),
  count: (page, c) => find(page, c).count(),
  value: (page, c) => find(page, c).first().inputValue(),
  attribute: (page, c) => find(page, c).first().getAttribute(c.name),
  style: (page, c) => find(page, c).first().evaluate((e, name) => getComputedStyle(e).getPropertyValue(name), c.name),
  box: (page, c) => find(page, c).first().boundingBox(),
  checked: (page, c) => find(page, c).first().isChecked(),
  enabled: (page, c) => find(page, c).first().isEnabled(),
  title: (page) => page.title(),
  url: async (page) => page.url(),
  click: (page, c) => find(page, c).click({ clickCount: c.times ?? 1, button: c.button ?? 'left' }),
  hover: (page, c) => find(page, c).hover(),
  focus: (page, c) => find(page, c).focus(),
  fill: (page, c) => find(page, c).fill(c.text),
  select: (page, c) => find(page, c).selectOption(c.text),
  check: (page, c) => find(page, c).setChecked(c.on ?? true),
  press: (page, c) => (c.selector === undefined ? page.keyboard.press(c.keys) : find(page, c).press(c.keys)),
  type: (page, c) => page.keyboard.type(c.text),
  drag,
  finger,
  'let-go': (page) => page.mouse.up(),
  wheel: async (page, c) => {
    await find(page, c).hover();
    await page.mouse.wheel(c.x ?? 0, c.y ?? 0);
  },
  'scroll-to': (page, c) => find(page, c).first().scrollIntoViewIfNeeded(),
  download,
  upload,
  clipboard,
  resize: (page, c) => page.setViewportSize({ width: c.width, height: c.height }),
  media: (page, c) => page.emulateMedia({ ...(c.scheme && { colorScheme: c.scheme }), ...(c.motion && { reducedMotion: c.motion }) }),
  touch: (page, c) => touch(page, c.on ?? true),
  // Of all pages that share their storage, and of their service worker; connections that are open stay.
  offline: (page, c) => page.context().setOffline(c.on ?? true),
  'go-to': async (page, c) => (await page.goto(c.url))?.status() ?? null,
  reload: async (page) => (await page.reload())?.status() ?? null,
  back: async (page) => void (await page.goBack()),
  screenshot: async (page, c) => void (await page.screenshot({ path: c.file, fullPage: c.full ?? false })),
  axe,
  timing,
  kept,
  remains,
  debug,
};
