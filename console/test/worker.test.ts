import { beforeEach, describe, expect, test, vi } from 'vitest';
import source from '../src/worker/worker.js?raw';
import { Offline, type Surroundings } from '../src/lib/offline';

const SCOPE = 'https://stage.local/desk/';

/** The worker as a browser starts it, with a cache in memory. */
function worker(version: string, files: string[], stores = new Map<string, Map<string, Response>>()) {
  const listeners = new Map<string, (event: never) => void>();
  const network = vi.fn(async (what: URL | Request): Promise<Response> => new Response(`network ${String(what)}`));
  const cache = (name: string) => {
    const store = stores.get(name) ?? new Map<string, Response>();
    stores.set(name, store);
    return {
      addAll: async (requests: Request[]) => {
        for (const request of requests) {
          store.set(request.url, new Response(`${version} ${request.url}`));
        }
      },
      match: async (url: URL) => store.get(url.href)?.clone(),
    };
  };
  const self = {
    registration: { scope: SCOPE },
    addEventListener: (kind: string, listener: (event: never) => void) => listeners.set(kind, listener),
    clients: { claim: vi.fn(async () => {}) },
    skipWaiting: vi.fn(),
  };
  const caches = {
    open: async (name: string) => cache(name),
    keys: async () => [...stores.keys()],
    delete: async (name: string) => stores.delete(name),
  };
  const made = source.replace('__VERSION__', version).replace('__FILES__', JSON.stringify(files));
  new Function('self', 'caches', 'fetch', made)(self, caches, network);
  const wait = async (kind: string) => {
    let until: Promise<unknown> = Promise.resolve();
    listeners.get(kind)!({ waitUntil: (promise: Promise<unknown>) => (until = promise) } as never);
    await until;
  };
  const ask = async (path: string, more: { mode?: string; method?: string } = {}) => {
    let answer: Promise<Response> | undefined;
    const request = { url: new URL(path, SCOPE).href, method: 'GET', mode: 'cors', ...more };
    listeners.get('fetch')!({ request, respondWith: (reply: Promise<Response>) => (answer = reply) } as never);
    return answer === undefined ? null : (await answer).text();
  };
  return { self, stores, network, listeners, install: () => wait('install'), activate: () => wait('activate'), ask };
}

const FILES = ['', 'assets/index-1.js', 'favicon.svg'];

describe('the service worker', () => {
  let one: ReturnType<typeof worker>;

  beforeEach(async () => {
    one = worker('one', FILES);
    await one.install();
    await one.activate();
  });

  test('keeps the files of the page and nothing else', async () => {
    expect(await one.ask('assets/index-1.js')).toBe(`one ${SCOPE}assets/index-1.js`);
    expect(one.network).not.toHaveBeenCalled();
    for (const path of [
      'api/status',
      'admin/v1/info',
      'metrics',
      'v1/state/lights',
      'assets/other.js',
      'favicon.svg?x',
      '../elsewhere/favicon.svg',
      '/favicon.svg',
      'https://other.example/desk/favicon.svg',
    ]) {
      expect(await one.ask(path), path).toBeNull();
    }
    expect(await one.ask('favicon.svg', { method: 'POST' })).toBeNull();
    expect(await one.ask('THIRD-PARTY-NOTICES.txt', { mode: 'navigate' })).toBeNull();
  });

  test('the page comes from the router, and from here when nobody answers', async () => {
    expect(await one.ask('', { mode: 'navigate' })).toBe(`network ${SCOPE}`);
    one.network.mockRejectedValue(new TypeError('no network'));
    expect(await one.ask('', { mode: 'navigate' })).toBe(`one ${SCOPE}`);
    one.network.mockResolvedValue(new Response('bad gateway', { status: 502 }));
    expect(await one.ask('index.html', { mode: 'navigate' })).toBe(`one ${SCOPE}`);
    one.network.mockResolvedValue(new Response('no', { status: 403 }));
    expect(await one.ask('', { mode: 'navigate' })).toBe('no');
  });

  test('a newer one waits until it is told, and then removes only what is its own', async () => {
    one.stores.set('clasp-console /other/ zero', new Map());
    one.stores.set('something else', new Map());
    const two = worker('two', ['', 'assets/index-2.js'], one.stores);
    await two.install();
    expect(two.self.skipWaiting).not.toHaveBeenCalled();
    expect(await one.ask('assets/index-1.js')).toBe(`one ${SCOPE}assets/index-1.js`);

    two.listeners.get('message')!({ data: 'activate' } as never);
    expect(two.self.skipWaiting).toHaveBeenCalledOnce();
    await two.activate();
    expect([...one.stores.keys()].sort()).toEqual([
      'clasp-console /desk/ two',
      'clasp-console /other/ zero',
      'something else',
    ]);
  });
});

describe('a newer page', () => {
  /** A worker that answers with its files. */
  const fake = (state: string, files: string[]) => {
    const worker = Object.assign(new EventTarget(), {
      state,
      postMessage: vi.fn((what: string, ports?: MessagePort[]) => {
        if (what === 'files') {
          ports![0]!.postMessage(files);
        }
      }),
    });
    return worker;
  };

  const begin = async (waiting: ReturnType<typeof fake> | null) => {
    const registration = Object.assign(new EventTarget(), {
      waiting,
      installing: null as ReturnType<typeof fake> | null,
      update: vi.fn(async () => {}),
    });
    const container = Object.assign(new EventTarget(), {
      controller: {},
      ready: Promise.resolve(registration),
      register: vi.fn(async (..._: unknown[]) => registration),
    });
    const newer = vi.fn();
    const reload = vi.fn();
    const kept = vi.fn();
    const offline = new Offline(
      {
        workers: container as unknown as Surroundings['workers'],
        script: `${SCOPE}sw.js`,
        mine: () => ['assets/index-1.js'],
        reload,
      },
      newer,
      kept,
    );
    await offline.start();
    expect(kept).toHaveBeenCalledOnce();
    return { registration, container, newer, reload, offline };
  };

  test('is told of, and loaded when the user wants it', async () => {
    const next = fake('installed', ['', 'assets/index-2.js']);
    const { container, newer, reload } = await begin(next);
    expect(newer).toHaveBeenCalledOnce();
    container.dispatchEvent(new Event('controllerchange'));
    expect(reload).not.toHaveBeenCalled();

    newer.mock.calls[0]![0]();
    expect(next.postMessage).toHaveBeenLastCalledWith('activate');
    container.dispatchEvent(new Event('controllerchange'));
    expect(reload).toHaveBeenCalledOnce();
  });

  test('is not told of when this page is it', async () => {
    const { newer } = await begin(fake('installed', ['', 'assets/index-1.js']));
    expect(newer).not.toHaveBeenCalled();
  });

  test('may come while the page is open', async () => {
    const { registration, newer, offline } = await begin(null);
    offline.look();
    expect(registration.update).toHaveBeenCalledOnce();
    const next = fake('installing', ['', 'assets/index-2.js']);
    registration.installing = next;
    registration.dispatchEvent(new Event('updatefound'));
    next.state = 'installed';
    next.dispatchEvent(new Event('statechange'));
    await vi.waitFor(() => expect(newer).toHaveBeenCalledOnce(), 30_000);
  });
});
