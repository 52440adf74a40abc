import { isMap, type Value } from '../clasp';
import { snippets as t } from '../strings/snippets';
import { apiJson, javaNeedsValue, javaText, javaValue, jsText, jsValue, pathOf, pythonText, pythonValue, shellText } from './literals';

export const LANGUAGES = ['js', 'python', 'java', 'curl'] as const;
export type Language = (typeof LANGUAGES)[number];

export const OPERATIONS = ['connect', 'set', 'get', 'subscribe', 'emit', 'stream', 'gesture', 'bundle', 'timeline', 'lock', 'query'] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Wanted {
  /** The WebSocket of the router. */
  url: string;
  /** Its page, which is the beginning of the HTTP API. */
  page: string;
  address: string;
  value: Value;
  /** Show a token, from the environment. */
  token: boolean;
}

/** Code, or why there is none. */
export type Snippet = { code: string } | { missing: string };

/** A file of this name is what the code is meant to be. */
export const FILES: Record<Language, string> = { js: 'snippet.mjs', python: 'snippet.py', java: 'Snippet.java', curl: 'snippet.sh' };

/** The address can be in a snippet for this operation. */
export function addressFits(operation: Operation, address: string): boolean {
  const pattern = operation === 'subscribe' || operation === 'query';
  return (
    operation === 'connect' ||
    (/^\/[^\u0000-\u001f\u007f]+$/.test(address) && (pattern || !address.includes('*')))
  );
}

export function snippetOf(language: Language, operation: Operation, wanted: Wanted): Snippet {
  switch (language) {
    case 'js':
      return js(operation, wanted);
    case 'python':
      return python(operation, wanted);
    case 'java':
      return java(operation, wanted);
    case 'curl':
      return curl(operation, wanted);
  }
}

// --- JavaScript: the published @clasp-to/core ---------------------------------------------------------------------

function js(operation: Operation, { url, address, value, token }: Wanted): Snippet {
  if (operation === 'timeline') {
    return { missing: t.missing.jsTimeline };
  }
  if (operation === 'lock') {
    return { missing: t.missing.jsLock };
  }
  if (operation === 'query') {
    return { missing: t.missing.jsQuery };
  }
  if (hasBig(value)) {
    return { missing: t.missing.jsBig };
  }
  const at = jsText(address);
  const it = jsValue(value);
  const lines: Record<Exclude<Operation, 'timeline' | 'lock' | 'query'>, string[]> = {
    connect: ['console.log(clasp.session);'],
    set: [`clasp.set(${at}, ${it}); // ${t.comments.notConfirmed}`],
    get: [`console.log(await clasp.get(${at}));`],
    subscribe: [`clasp.subscribe(${at}, (value, address) => console.log(address, value)); // ${t.comments.stop}`],
    emit: [`clasp.emit(${at}, ${it});`],
    stream: [`clasp.stream(${at}, ${it});`],
    gesture: [`clasp.gesture(${at}, 1, 'start', ${it});`, `clasp.gesture(${at}, 1, 'move', ${it});`, `clasp.gesture(${at}, 1, 'end', ${it});`],
    bundle: [`clasp.bundle([{ set: [${at}, ${it}] }, { emit: [${at}, ${it}] }]);`],
  };
  return {
    code: file([
      `import { Clasp } from '@clasp-to/core';`,
      '',
      `// ${t.comments.older}`,
      `globalThis.WebSocket ??= (await import('ws')).WebSocket;`,
      '',
      `const clasp = await Clasp.builder(${jsText(url)})`,
      `  .withName('snippet')`,
      ...(token ? [`  .withToken(process.env.CLASP_TOKEN)`] : []),
      `  .connect();`,
      ...lines[operation],
      ...(operation === 'subscribe' ? [] : ['clasp.close();']),
    ]),
  };
}

function hasBig(value: Value): boolean {
  return (
    (typeof value === 'bigint' && !Number.isSafeInteger(Number(value))) ||
    (Array.isArray(value) && value.some(hasBig)) ||
    (isMap(value) && Object.values(value).some(hasBig))
  );
}

// --- Python: the published clasp-to -------------------------------------------------------------------------------

function python(operation: Operation, { url, address, value, token }: Wanted): Snippet {
  if (operation === 'timeline') {
    return { missing: t.missing.pythonTimeline };
  }
  if (operation === 'lock') {
    return { missing: t.missing.pythonLock };
  }
  const at = pythonText(address);
  const it = pythonValue(value);
  const lines: Record<Exclude<Operation, 'timeline' | 'lock'>, string[]> = {
    connect: ['print(clasp.session_id)'],
    set: [`await clasp.set(${at}, ${it})`],
    get: [`print(await clasp.get(${at}))`],
    subscribe: [`clasp.subscribe(${at}, lambda value, address: print(address, value, flush=True))`, `await asyncio.Event().wait()  # ${t.comments.stop}`],
    emit: [`await clasp.emit(${at}, ${it})`],
    stream: [`await clasp.stream(${at}, ${it})`],
    gesture: ['start', 'move', 'end'].map((phase) => `await clasp.gesture(${at}, 1, "${phase}", ${it})`),
    bundle: [`await clasp.bundle([{"set": [${at}, ${it}]}, {"emit": [${at}, ${it}]}])`],
    query: [`for signal in await clasp.query_signals(${at}):`, `    print(signal)`],
  };
  return {
    code: file([
      'import asyncio',
      ...(token ? ['import os'] : []),
      '',
      'from clasp import Clasp',
      '',
      '',
      'async def main():',
      `    clasp = Clasp(${pythonText(url)}, name="snippet"${token ? ', token=os.environ["CLASP_TOKEN"]' : ''})`,
      '    await clasp.connect()',
      ...lines[operation].map((line) => `    ${line}`),
      ...(operation === 'subscribe' ? [] : ['    await clasp.close()']),
      '',
      '',
      'asyncio.run(main())',
    ]),
  };
}

// --- Java: the client of this project -----------------------------------------------------------------------------

function java(operation: Operation, { url, address, value, token }: Wanted): Snippet {
  const at = javaText(address);
  const it = javaValue(value);
  const first = typeof value === 'number' ? '0.0' : typeof value === 'bigint' ? '0L' : it;
  const lines: Record<Operation, string[]> = {
    connect: ['IO.println(clasp.session());'],
    set: [`clasp.blocking().set(${at}, ${it});`],
    get: [`clasp.blocking()`, `    .get(${at})`, `    .ifPresentOrElse(found -> IO.println(found.value()), () -> IO.println(${javaText(t.nothing)}));`],
    subscribe: [`clasp.subscribe(${at}, signal -> IO.println(signal));`, `new CountDownLatch(1).await(); // ${t.comments.stop}`],
    emit: [`clasp.blocking().emit(${at}, ${it});`],
    stream: [`clasp.blocking().stream(${at}, ${typeof value === 'number' ? it : `Values.of(${it})`});`],
    gesture: [`try (GestureWriter finger = clasp.gesture(${at}).start(${it})) {`, `  finger.move(${it});`, '}'],
    bundle: [`clasp.blocking().bundle(new BundleBuilder().set(${at}, ${it}).emit(${at}, ${it}));`],
    timeline: [
      'Timeline fade =',
      `    new TimelineBuilder().at(Duration.ZERO, ${first}).at(Duration.ofSeconds(2), ${it}).build();`,
      `clasp.blocking().play(${at}, fade);`,
    ],
    lock: [`try (HeldLock lock = clasp.blocking().lock(${at})) {`, `  lock.set(${it}).join();`, '}'],
    query: [`clasp.blocking().query(${at}).forEach(IO::println);`],
  };
  const classes: Partial<Record<Operation, string[]>> = {
    stream: typeof value === 'number' ? [] : ['Values'],
    gesture: ['GestureWriter'],
    bundle: ['BundleBuilder'],
    timeline: ['Timeline', 'TimelineBuilder'],
    lock: ['HeldLock'],
  };
  const usesValue = !['connect', 'get', 'subscribe', 'query'].includes(operation) && javaNeedsValue(value);
  return {
    code: file([
      ...['ClaspClient', ...(classes[operation] ?? [])].sort().map((name) => `import dev.clasp.client.${name};`),
      ...(usesValue ? ['import dev.clasp.protocol.Value;'] : []),
      '',
      `void main()${operation === 'subscribe' ? ' throws InterruptedException' : ''} {`,
      '  try (ClaspClient clasp =',
      `      ClaspClient.builder(${javaText(url)})`,
      '          .name("snippet")',
      ...(token ? ['          .token(System.getenv("CLASP_TOKEN"))'] : []),
      '          .connectBlocking()) {',
      ...lines[operation].map((line) => `    ${line}`),
      '  }',
      '}',
    ]),
  };
}

// --- curl: the HTTP API -------------------------------------------------------------------------------------------

function curl(operation: Operation, { page, address, value, token }: Wanted): Snippet {
  if (operation === 'gesture') {
    return { missing: t.missing.curlGesture };
  }
  if (operation === 'timeline') {
    return { missing: t.missing.curlTimeline };
  }
  const json = apiJson(value);
  if (json === undefined && ['set', 'emit', 'stream', 'bundle', 'lock'].includes(operation)) {
    return { missing: t.missing.curlValue };
  }
  const base = page.replace(/\/+$/, '');
  const path = pathOf(address);
  const name = apiJson(address)!;
  // Curl would take the dots for a way up.
  const asIs = /\/\.{1,2}(\/|$)/.test(address) ? ['--path-as-is'] : [];
  const secret = token ? ['-H "Authorization: Bearer $CLASP_TOKEN"'] : [];
  const type = `-H 'Content-Type: application/json'`;
  const to = (where: string) => shellText(`${base}/v1/${where}`);
  const call = (...parts: string[]) => ['curl', '-sS', ...parts, ...secret].join(' ');
  const body = (text: string) => `-d ${shellText(text)}`;
  const pattern = `--data-urlencode ${shellText(`pattern=${address}`)}`;
  const valued = body(`{"value": ${json}}`);
  const lines: Record<Exclude<Operation, 'gesture' | 'timeline'>, string[]> = {
    connect: [call(shellText(`${base}/v1`))],
    set: [call(...asIs, '-X PUT', to(`state${path}`), type, valued)],
    get: [call(...asIs, to(`state${path}`))],
    subscribe: [`${call('-N --get', to('events'), pattern)}  # ${t.comments.stop}`],
    emit: [call(...asIs, '-X POST', to(`emit${path}`), type, valued)],
    stream: [call(...asIs, '-X POST', to(`stream${path}`), type, valued)],
    bundle: [
      call('-X POST', to('bundle'), type, body(`{"signals": [{"address": ${name}, "value": ${json}}, {"type": "event", "address": ${name}, "value": ${json}}]}`)),
    ],
    lock: [
      `lock=$(${call('-X POST', to('locks'), type, body(`{"address": ${name}, "ttl": 60}`))} | sed 's/.*"lock": *"\\([^"]*\\)".*/\\1/')`,
      call(...asIs, '-X PUT', to(`state${path}`), '-H "Clasp-Lock: $lock"', type, valued),
      call('-X DELETE', `"${base.replace(/[\\"$`]/g, '\\$&')}/v1/locks/$lock"`),
    ],
    query: [call('--get', to('definitions'), pattern)],
  };
  return { code: file(lines[operation]) };
}

function file(lines: string[]): string {
  return `${lines.join('\n')}\n`;
}
