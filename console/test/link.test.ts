import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Link, linkUrl, type Client, type LinkState } from '../src/lib/link';

type Callback = Parameters<Client['subscribe']>[1];

/** The published client, as far as it matters here, in the hands of the test. */
class FakeClient implements Client {
  session: string | null = null;
  closed = false;
  error: { code: number } | null = null;
  subscribed: Callback | undefined;
  private cache = new Map<string, unknown>();
  private disconnected: ((reason?: string) => void)[] = [];
  private resolve = () => {};
  private reject: (error: Error) => void = () => {};

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  close(): void {
    this.closed = true;
  }

  onDisconnect(callback: (reason?: string) => void): void {
    this.disconnected.push(callback);
  }

  getLastError(): { code: number } | null {
    return this.error;
  }

  subscribe(_pattern: string, callback: Callback): unknown {
    this.subscribed = callback;
    return undefined;
  }

  cached(address: string): unknown {
    return this.cache.get(address);
  }

  time(): number {
    return Date.now() * 1000 + 5_000_000;
  }

  async welcome(): Promise<void> {
    this.session = 'session';
    this.resolve();
    await vi.advanceTimersByTimeAsync(0);
  }

  /** As the client does it: both ways, one after the other. */
  async fail(reason: string): Promise<void> {
    this.disconnected.forEach((callback) => callback(reason));
    this.reject(new Error(reason));
    await vi.advanceTimersByTimeAsync(0);
  }

  set(address: string, value: unknown): void {
    this.cache.set(address, value);
    this.subscribed?.(value, address);
  }

  publish(address: string, value: unknown): void {
    this.subscribed?.(value, address);
  }

  snapshot(address: string, value: unknown, revision: number, timestamp?: number): void {
    this.cache.set(address, value);
    this.subscribed?.(value, address, timestamp === undefined ? { revision } : { revision, timestamp });
  }
}

let clients: FakeClient[];
let states: LinkState[];
let received: unknown[];
let link: Link;

const newest = () => clients[clients.length - 1]!;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  clients = [];
  states = [];
  received = [];
  link = new Link(
    {
      state: (state) => states.push(state),
      connected: () => received.push('connected'),
      parameter: (address, value, meta) => received.push(['parameter', address, value, ...(meta ? [meta] : [])]),
      signal: (address, value) => received.push(['signal', address, value]),
      narrow: () => received.push('narrow'),
    },
    () => {
      const client = new FakeClient();
      clients.push(client);
      return client;
    },
  );
  link.start();
});

afterEach(() => {
  link.stop();
  vi.useRealTimers();
});

describe('the connection', () => {
  test('subscribes when it is connected and not before', async () => {
    expect(newest().subscribed).toBeUndefined();
    await newest().welcome();
    expect(newest().subscribed).toBeDefined();
    expect(states).toEqual([
      { kind: 'connecting', attempt: 1 },
      { kind: 'live', session: 'session' },
    ]);
    expect(received).toEqual(['connected']);
  });

  test('is tried again with a new client when it ends, once', async () => {
    await newest().welcome();
    await newest().fail('stopped');
    expect(states.at(-1)).toMatchObject({ kind: 'waiting', attempt: 1, reason: 'stopped' });
    await vi.advanceTimersByTimeAsync(600);
    expect(clients).toHaveLength(2);
    await newest().welcome();
    expect(states.at(-1)).toMatchObject({ kind: 'live' });
  });

  test('is tried for ever, with pauses of five seconds at most', async () => {
    for (let i = 0; i < 40; i++) {
      await newest().fail('');
      await vi.advanceTimersByTimeAsync(5000);
      expect(clients).toHaveLength(i + 2);
    }
  });

  test('is tried at once when somebody asks', async () => {
    await newest().fail('');
    link.retryNow();
    expect(clients).toHaveLength(2);
    link.retryNow();
    expect(clients).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(clients).toHaveLength(2);
  });

  test('that was replaced is heard no more', async () => {
    const old = newest();
    await old.welcome();
    link.replace();
    expect(old.closed).toBe(true);
    old.set('/a', 1);
    await old.fail('late');
    expect(clients).toHaveLength(2);
    expect(received).toEqual(['connected']);
  });

  test.each([
    [301, ['connected', 'narrow']],
    [429, ['connected']],
  ])('tells after an ERROR %i whether the token reaches all addresses', async (code, told) => {
    await newest().welcome();
    newest().error = { code };
    await vi.advanceTimersByTimeAsync(2000);
    expect(received).toEqual(told);
  });

  test('that was replaced tells nothing of its token', async () => {
    await newest().welcome();
    newest().error = { code: 301 };
    link.replace();
    await vi.advanceTimersByTimeAsync(2000);
    expect(received).toEqual(['connected']);
  });

  test('that comes after it was given up is closed', async () => {
    const old = newest();
    link.replace();
    await old.welcome();
    expect(old.closed).toBe(true);
    expect(received).toEqual([]);
  });
});

describe('what arrives', () => {
  beforeEach(async () => {
    await newest().welcome();
    received = [];
  });

  test('as a SET is a parameter', () => {
    const value = { r: 1, g: 1, b: 1 };
    newest().set('/colour', value);
    newest().set('/nan', NaN);
    newest().set('/null', null);
    expect(received).toEqual([
      ['parameter', '/colour', value],
      ['parameter', '/nan', NaN],
      ['parameter', '/null', null],
    ]);
  });

  test('as a PUBLISH is a signal, also on the address of a parameter', () => {
    newest().publish('/cue', null);
    newest().set('/fader', 0.5);
    newest().publish('/fader', { n: 1 });
    expect(received).toEqual([
      ['signal', '/cue', null],
      ['parameter', '/fader', 0.5],
      ['signal', '/fader', { n: 1 }],
    ]);
  });

  test('in a snapshot has its revision, and its time by the clock of this machine', () => {
    // The fake router's clock is five seconds ahead; the value was written two seconds ago.
    newest().snapshot('/a', 1, 7, (1_000_000 + 5_000 - 2_000) * 1000);
    newest().snapshot('/b', 1, 8);
    expect(received).toEqual([
      ['parameter', '/a', 1, { revision: 7, writtenAt: 998_000 }],
      ['parameter', '/b', 1, { revision: 8, writtenAt: undefined }],
    ]);
  });
});

test.each([
  ['http://localhost:7330/', 'ws://localhost:7330/'],
  ['http://localhost:7330/index.html?x=1#y', 'ws://localhost:7330/'],
  ['https://show.example/clasp/', 'wss://show.example/clasp/'],
  ['http://[::1]:7330/', 'ws://[::1]:7330/'],
])('the page %s belongs to %s', (page, url) => {
  expect(linkUrl(page)).toBe(url);
});
