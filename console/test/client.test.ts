import { beforeEach, describe, expect, test } from 'vitest';
import { Client, Refusal, keyframesOf, linkUrl, type LinkState, type Received, type Socket } from '../src/clasp/client';
import { decode, encode } from '../src/clasp/codec';
import type { Message } from '../src/clasp/message';
import { settled } from './stage';

/** Time that passes when the test says so. */
class Timers {
  time = 1_000_000;
  private timers: { at: number; callback: () => void }[] = [];

  setTimeout(callback: () => void, ms: number): unknown {
    const timer = { at: this.time + ms, callback };
    this.timers.push(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.timers = this.timers.filter((t) => t !== timer);
  }

  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) {
        break;
      }
      this.clearTimeout(next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = end;
  }

  get count(): number {
    return this.timers.length;
  }
}

interface Sent {
  message: Message;
  qos: string;
  id?: number;
}

class FakeSocket implements Socket {
  binaryType = '';
  readyState = 0;
  bufferedAmount = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  sent: Sent[] = [];
  closed = false;

  constructor(readonly url: string) {}

  send(bytes: Uint8Array): void {
    const { message, qos, timestamp } = decode(bytes);
    this.sent.push({ message, qos, ...(timestamp === undefined ? {} : { id: Number(timestamp) }) });
  }

  close(): void {
    this.closed = true;
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }

  say(...messages: Message[]): void {
    for (const message of messages) {
      this.raw(encode(message));
    }
  }

  raw(bytes: Uint8Array): void {
    this.onmessage?.({ data: bytes.slice().buffer } as never);
  }

  break(reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ reason } as never);
  }

  /** What was sent since the last call. */
  take(): Sent[] {
    const sent = this.sent;
    this.sent = [];
    return sent;
  }

  newest(type: Message['type']): Sent {
    const found = [...this.sent].reverse().find(({ message }) => message.type === type);
    if (!found) {
      throw new Error(`no ${type} was sent`);
    }
    return found;
  }
}

let timers: Timers;
let sockets: FakeSocket[];
let client: Client;
let states: LinkState[];
let token: string;
let reported: unknown[];

const socket = () => sockets[sockets.length - 1]!;

function welcome(): void {
  socket().open();
  socket().say({ type: 'WELCOME', version: 1, features: [], time: timers.time * 1000 + 5_000_000, session: `s${sockets.length}`, name: 'router' });
}

/** The connection stands, and what it began with is read. */
function live(): void {
  client.start();
  welcome();
  socket().take();
}

/** The router's answer to a SYNC of ours. */
function answered({ message }: Sent): Message {
  if (message.type !== 'SYNC') {
    throw new Error(`no SYNC but ${message.type}`);
  }
  return { type: 'SYNC', t1: message.t1, t2: message.t1, t3: message.t1 };
}

beforeEach(() => {
  timers = new Timers();
  sockets = [];
  states = [];
  token = '';
  reported = [];
  client = new Client({
    url: 'ws://router/',
    name: 'desk',
    token: () => token,
    around: {
      now: () => timers.time,
      setTimeout: (callback, ms) => timers.setTimeout(callback, ms),
      clearTimeout: (timer) => timers.clearTimeout(timer),
      random: () => 1,
      open: (url) => {
        const s = new FakeSocket(url);
        sockets.push(s);
        return s;
      },
      report: (error) => reported.push(error),
    },
  });
  client.onState((state) => states.push(state));
  states = [];
});

describe('the connection', () => {
  test('says hello with its token, and is live after WELCOME', () => {
    token = 'secret';
    client.start();
    expect(socket().sent).toEqual([]);
    socket().open();
    expect(socket().sent.map((s) => s.message)).toEqual([
      { type: 'HELLO', version: 1, features: ['param', 'event', 'stream', 'gesture', 'timeline'], name: 'desk', token: 'secret' },
    ]);
    expect(client.session).toBe('');
    welcome();
    expect(states).toEqual([
      { kind: 'connecting', attempt: 1 },
      { kind: 'live', session: 's1' },
    ]);
    expect([client.session, client.routerName]).toEqual(['s1', 'router']);
  });

  test('is tried for ever, with pauses of five seconds at most', () => {
    client.start();
    for (let i = 1; i <= 40; i++) {
      socket().break();
      expect(states.at(-1)).toMatchObject({ kind: 'waiting', attempt: i + 1 });
      timers.pass(5000);
      expect(sockets).toHaveLength(i + 1);
    }
    welcome();
    socket().break('stopped');
    expect(states.at(-1)).toEqual({ kind: 'waiting', attempt: 1, retryAt: timers.time + 500, reason: 'stopped' });
  });

  test('that does not come about in time is given up', () => {
    client.start();
    timers.pass(5000);
    expect(socket().closed).toBe(true);
    expect(states.at(-1)).toMatchObject({ kind: 'waiting' });
  });

  test('says why the router refused it', () => {
    client.start();
    socket().open();
    socket().say({ type: 'ERROR', code: 300, message: 'Authentication required' });
    socket().break('whatever');
    expect(states.at(-1)).toMatchObject({ kind: 'waiting', reason: 'Authentication required', code: 300 });
    timers.pass(5000);
    socket().break('');
    expect(states.at(-1)).not.toHaveProperty('code');
  });

  test('is made at once when somebody asks, and only one', () => {
    client.start();
    socket().break();
    client.retryNow();
    client.retryNow();
    timers.pass(4000);
    expect(sockets).toHaveLength(2);
  });

  test('that was replaced is heard no more', () => {
    live();
    const old = socket();
    const heard: Received[] = [];
    client.subscribe('/**', (r) => heard.push(r));
    client.replace();
    expect(old.closed).toBe(true);
    old.say({ type: 'SET', address: '/a', value: 1 });
    old.break();
    expect(sockets).toHaveLength(2);
    expect(heard).toEqual([]);
  });

  test('that was stopped leaves no timer', () => {
    live();
    client.stop();
    expect(timers.count).toBe(0);
    expect(socket().closed).toBe(true);
  });

  test('without a sign of life is replaced, and one with it is not', () => {
    live();
    for (let i = 0; i < 10; i++) {
      timers.pass(5_000);
      socket().say({ type: 'SET', address: '/a', value: 1 });
    }
    timers.pass(14_999);
    expect(states.at(-1)).toMatchObject({ kind: 'live' });
    timers.pass(1);
    expect(states.at(-1)).toMatchObject({ kind: 'waiting', reason: 'the router does not answer' });
    expect(sockets[0]!.closed).toBe(true);
  });

  test('knows the router’s clock from the exchange that was fastest', () => {
    live();
    expect(client.time()).toBe(timers.time * 1000 + 5_000_000);
    const exchange = (offset: number, there: number, back: number) => {
      const t1 = timers.time * 1000;
      timers.time += there + back;
      socket().say({ type: 'SYNC', t1, t2: t1 + there * 1000 + offset, t3: t1 + there * 1000 + offset });
    };
    exchange(7_000_000, 10, 10);
    expect(client.time()).toBe(timers.time * 1000 + 7_000_000);
    exchange(7_000_000, 2, 100);
    expect(client.time()).toBe(timers.time * 1000 + 7_000_000);
    expect(client.local(client.time())).toBe(timers.time);
    // Nonsense is not believed.
    socket().say({ type: 'SYNC', t1: timers.time * 1000 + 1e9, t2: 5, t3: 5 });
    expect(client.time()).toBe(timers.time * 1000 + 7_000_000);
  });

  test('answers PING, and ignores what it cannot read', () => {
    live();
    socket().raw(new Uint8Array([1, 2, 3]));
    socket().say({ type: 'PING' });
    expect(client.undecodable).toBe(1);
    expect(socket().take().map((s) => s.message.type)).toEqual(['PONG']);
  });
});

describe('subscriptions', () => {
  test('get what matches their pattern and types, with everything that the router says', () => {
    live();
    const heard: Received[] = [];
    client.subscribe('/lights/**', ({ message: _, ...r }) => heard.push(r as Received));
    client.subscribe('/lights/*', () => heard.push('wrong' as never), { types: ['stream'] });
    socket().say(
      { type: 'SNAPSHOT', params: [{ address: '/lights/1', value: 0.5, revision: 7, writer: 'w', timestamp: 12 }] },
      { type: 'SET', address: '/lights/1', value: 1n, revision: 8, lock: true, ttl: { sliding: 5 } },
      { type: 'SET', address: '/sound/1', value: 1, revision: 8 },
      { type: 'PUBLISH', address: '/lights/go', signal: 'event', timestamp: 3 },
      { type: 'PUBLISH', address: '/lights/pad', signal: 'gesture', phase: 'move', id: 4, value: { x: 1 } },
      { type: 'BUNDLE', messages: [{ type: 'SET', address: '/lights/2', value: true, revision: 1 }] },
    );
    expect(heard).toEqual([
      { kind: 'param', address: '/lights/1', value: 0.5, revision: 7, writer: 'w', timestamp: 12, snapshot: true },
      { kind: 'param', address: '/lights/1', value: 1n, revision: 8, lock: true, ttl: { sliding: 5 }, snapshot: false },
      { kind: 'event', address: '/lights/go', value: null, timestamp: 3, snapshot: false },
      { kind: 'gesture', address: '/lights/pad', value: { x: 1 }, phase: 'move', gestureId: 4, snapshot: false },
      { kind: 'param', address: '/lights/2', value: true, revision: 1, snapshot: false },
    ]);
  });

  test('are made again with all their options, but not those that were closed', () => {
    const options = { types: ['param' as const], maxRate: 30, epsilon: 0.1, history: 5, window: 100 };
    client.start();
    client.subscribe('/a', () => {}, options);
    const second = client.subscribe('/b', () => {});
    welcome();
    second.close();
    const first = { type: 'SUBSCRIBE', id: 1, pattern: '/a', ...options };
    expect(socket().take().map((s) => s.message).filter((m) => m.type.endsWith('SUBSCRIBE'))).toEqual([
      first,
      { type: 'SUBSCRIBE', id: 2, pattern: '/b' },
      { type: 'UNSUBSCRIBE', id: 2 },
    ]);
    socket().break();
    client.retryNow();
    welcome();
    expect(socket().take().map((s) => s.message).filter((m) => m.type.endsWith('SUBSCRIBE'))).toEqual([first]);
  });

  test('that are made while it becomes live are made once', () => {
    client.onState((state) => {
      if (state.kind === 'live') {
        client.subscribe('/a', () => {});
      }
    });
    client.start();
    welcome();
    expect(socket().sent.filter((s) => s.message.type === 'SUBSCRIBE')).toHaveLength(1);
  });

  test('are told when they are refused, and when they have everything', () => {
    live();
    const told: string[] = [];
    client.subscribe('/a', () => {}, { ready: () => told.push('ready a'), refused: () => told.push('refused a') });
    client.subscribe('/b', () => {}, { ready: () => told.push('ready b'), refused: (r) => told.push(`refused b ${r.code}`) });
    const [a, afterA, b, afterB] = socket().take();
    expect([a!.message, b!.message]).toMatchObject([{ pattern: '/a' }, { pattern: '/b' }]);
    socket().say(answered(afterA!), { type: 'ERROR', code: 301, message: 'no', address: '/b', correlation: b!.id! }, answered(afterB!));
    expect(told).toEqual(['ready a', 'refused b 301']);
  });

  test('are asked for again when the rate limit has left them out, and others are not taken for them', () => {
    live();
    const told: string[] = [];
    for (const pattern of ['/a', '/b', '/c']) {
      client.subscribe(pattern, () => {}, { ready: () => told.push(pattern) });
    }
    const [, afterA, b, , , afterC] = socket().take();
    // What followed /b is lost: of /b nobody knows, and /c does not count for it.
    socket().say(answered(afterA!), { type: 'ERROR', code: 429, message: 'Rate limit exceeded' }, answered(afterC!));
    expect(told).toEqual(['/a', '/c']);
    const [again, afterAgain, ...more] = socket().take();
    expect(again!.message).toEqual(b!.message);
    expect(more).toEqual([]);
    socket().say(answered(afterAgain!));
    expect(told).toEqual(['/a', '/c', '/b']);
  });

  test('that were the last to be left out are found out by the next look at the clock', () => {
    live();
    let ready = 0;
    client.subscribe('/a', () => {}, { ready: () => ready++ });
    socket().take();
    timers.pass(5_000);
    socket().say(answered(socket().newest('SYNC')));
    expect(socket().newest('SUBSCRIBE').message).toMatchObject({ pattern: '/a' });
    expect(ready).toBe(0);
    socket().say(answered(socket().newest('SYNC')));
    expect(ready).toBe(1);
  });

  test('are asked for again once when the router answers a SYNC that nobody sent', () => {
    live();
    client.subscribe('/a', () => {});
    socket().take();
    socket().say({ type: 'SYNC', t1: 2 ** 52, t2: 1, t3: 1 });
    expect(socket().take().map(({ message }) => message.type)).toEqual(['SUBSCRIBE', 'SYNC']);
  });

  test('that were closed are told nothing any more', () => {
    live();
    const told: string[] = [];
    const options = { ready: () => told.push('ready'), refused: () => told.push('refused') };
    const first = client.subscribe('/a', () => told.push('received'), options);
    const second = client.subscribe('/b', () => told.push('received'), options);
    const [a, afterA, , afterB] = socket().take();
    first.close();
    second.close();
    socket().say(
      { type: 'ERROR', code: 301, message: 'no', address: '/a', correlation: a!.id! },
      answered(afterA!),
      { type: 'SET', address: '/b', value: 1 },
      answered(afterB!),
    );
    expect(told).toEqual([]);
  });

  test('get the past only if they asked for it', () => {
    live();
    const plain: unknown[] = [];
    const curious: unknown[] = [];
    client.subscribe('/a', (r) => plain.push(r.value));
    client.subscribe('/a', (r) => curious.push([r.value, r.past ?? false]), { history: 3 });
    socket().say({
      type: 'SNAPSHOT',
      params: [1, 2, 3].map((value) => ({ address: '/a', value, revision: value })),
    });
    expect(plain).toEqual([3]);
    expect(curious).toEqual([
      [1, true],
      [2, true],
      [3, false],
    ]);
  });
});

describe('requests', () => {
  test('are answered by their acknowledgement', async () => {
    live();
    const first = client.set('/a', 1, { lock: true, revision: 3 });
    const second = client.set('/a', 2n);
    const [one, two] = socket().take();
    expect(one).toEqual({ message: { type: 'SET', address: '/a', value: 1, lock: true, revision: 3 }, qos: 'confirm', id: expect.any(Number) });
    socket().say(
      { type: 'ACK', address: '/a', revision: 5, correlation: two!.id! },
      { type: 'ACK', address: '/a', revision: 4, correlation: one!.id! },
    );
    expect(await first).toEqual({ address: '/a', revision: 4 });
    expect(await second).toEqual({ address: '/a', revision: 5 });
    expect(timers.count).toBe(1);
  });

  test('are answered in order by a router without correlation ids', async () => {
    live();
    const first = client.set('/a', 1);
    const other = client.set('/b', 1);
    const second = client.set('/a', 2);
    socket().say({ type: 'ACK', address: '/a', revision: 1 }, { type: 'ERROR', code: 400, message: 'LockHeld', address: '/a' });
    expect(await first).toEqual({ address: '/a', revision: 1 });
    await expect(second).rejects.toMatchObject({ kind: 'refused', code: 400, address: '/a', message: 'LockHeld' });
    socket().say({ type: 'ACK', address: '/b', revision: 9 });
    expect(await other).toEqual({ address: '/b', revision: 9 });
  });

  test('are not answered by what a router with correlation ids says without one', async () => {
    live();
    const told: number[] = [];
    client.onError((refusal) => told.push(refusal.code));
    const first = client.set('/a', 1);
    socket().say({ type: 'ACK', address: '/a', revision: 1, correlation: socket().newest('SET').id! });
    await first;
    client.fire('/a', 2);
    const second = client.set('/a', 3);
    const { id } = socket().newest('SET');
    socket().say({ type: 'ERROR', code: 429, message: 'too fast', address: '/a' }, { type: 'ACK', address: '/a', revision: 2, correlation: id! });
    expect(await second).toEqual({ address: '/a', revision: 2 });
    expect(told).toEqual([429]);
  });

  test('fail when there is no answer, no connection, or one that breaks', async () => {
    await expect(client.set('/a', 1)).rejects.toMatchObject({ kind: 'closed', address: '/a' });
    live();
    const late = client.set('/a', 1);
    timers.pass(5000);
    await expect(late).rejects.toMatchObject({ kind: 'timeout' });
    const broken = client.set('/a', 1);
    socket().break();
    await expect(broken).rejects.toBeInstanceOf(Refusal);
    await expect(broken).rejects.toMatchObject({ kind: 'closed' });
  });

  test('fail when they cannot be sent', async () => {
    live();
    await expect(client.set('/a', 'x'.repeat(70_000))).rejects.toMatchObject({ kind: 'invalid' });
    socket().bufferedAmount = 9 * 1024 * 1024;
    await expect(client.set('/a', 1)).rejects.toMatchObject({ kind: 'closed' });
    expect(socket().take()).toEqual([]);
  });

  test('read a value, or none', async () => {
    live();
    const there = client.get('/a');
    const missing = client.get('/b');
    const forbidden = client.get('/c');
    const [, b, c] = socket().take();
    socket().say(
      { type: 'SNAPSHOT', params: [{ address: '/a', value: 1, revision: 2, writer: 'w' }] },
      { type: 'ERROR', code: 404, message: 'none', address: '/b', correlation: b!.id! },
      { type: 'ERROR', code: 301, message: 'no', address: '/c', correlation: c!.id! },
    );
    expect(await there).toEqual({ address: '/a', value: 1, revision: 2, writer: 'w' });
    expect(await missing).toBeNull();
    await expect(forbidden).rejects.toMatchObject({ code: 301 });
  });

  test('that nothing acknowledges are done when the SYNC behind them comes back', async () => {
    live();
    const good = client.emit('/go', 1);
    const bad = client.emit('/stop');
    const [one, afterOne, two, afterTwo] = socket().take();
    expect(one!.message).toMatchObject({ type: 'PUBLISH', signal: 'event', value: 1, timestamp: client.time() });
    socket().say(answered(afterOne!), { type: 'ERROR', code: 301, message: 'no', correlation: two!.id! }, answered(afterTwo!));
    await good;
    await expect(bad).rejects.toMatchObject({ code: 301 });
  });

  test('whose SYNC is lost fail, and do not pass for those behind them', async () => {
    live();
    const lost = client.emit('/go', 1);
    const bad = client.emit('/stop');
    const [, , two, afterTwo] = socket().take();
    socket().say({ type: 'ERROR', code: 301, message: 'no', correlation: two!.id! }, answered(afterTwo!));
    await expect(lost).rejects.toMatchObject({ kind: 'timeout', address: '/go' });
    await expect(bad).rejects.toMatchObject({ code: 301 });
    expect(timers.count).toBe(1);
  });

  test('what waited for others says nothing about the clock', async () => {
    live();
    const before = client.time();
    const ping = client.ping();
    const { t1 } = socket().newest('SYNC').message as { t1: number };
    socket().say({ type: 'SYNC', t1, t2: t1 + 9e6, t3: t1 + 9e6 });
    await ping;
    expect(client.time()).toBe(before);
  });

  test('find definitions, in several answers', async () => {
    live();
    const first = client.query('/a/**');
    const second = client.query('/b/**');
    await settled();
    socket().say(
      { type: 'RESULT', signals: [{ address: '/a/1', signal: 'param' }] },
      { type: 'RESULT', signals: [{ address: '/a/2', signal: 'event', datatype: 'f64' }] },
      answered(socket().newest('SYNC')),
    );
    expect((await first).map((s) => s.address)).toEqual(['/a/1', '/a/2']);
    await settled();
    expect(socket().newest('QUERY').message).toMatchObject({ pattern: '/b/**' });
    socket().say({ type: 'RESULT', signals: [{ address: '/b/1', signal: 'param' }] }, answered(socket().newest('SYNC')));
    expect((await second).map((s) => s.address)).toEqual(['/b/1']);
  });

  test('a QUERY that is lost does not take the answer of the next', async () => {
    live();
    const first = client.query('/a/**');
    const second = client.query('/a/**');
    await settled();
    timers.pass(5_000);
    await expect(first).rejects.toMatchObject({ kind: 'timeout' });
    await settled();
    socket().say({ type: 'RESULT', signals: [{ address: '/a/1', signal: 'param' }] }, answered(socket().newest('SYNC')));
    expect((await second).map((s) => s.address)).toEqual(['/a/1']);
  });

  test('carry bundles, timelines and announcements', async () => {
    live();
    const bundle = client.bundle([{ type: 'SET', address: '/a', value: 1 }], { at: 12.4 });
    const timeline = client.timeline('/t', [{ time: 0, value: 0 }, { time: 1e6, value: 1, easing: 'step' }], { play: true, startTime: 5, rate: 30 });
    const announce = client.announce('/n', [{ address: '/n/a', signal: 'param' }]);
    const [b, t, afterT, n] = socket().take();
    expect(b).toMatchObject({ message: { type: 'BUNDLE', timestamp: 12 }, qos: 'commit' });
    expect(t!.message).toMatchObject({
      signal: 'timeline',
      rate: 30,
      value: { keyframes: [{ time: 0n, value: 0 }, { time: 1_000_000n, value: 1, easing: 'step' }], play: true, start_time: 5n },
    });
    socket().say(
      { type: 'ACK', correlation: b!.id! },
      answered(afterT!),
      { type: 'ACK', address: '/n', correlation: n!.id! },
    );
    expect(await bundle).toEqual({});
    await timeline;
    expect(await announce).toEqual({ address: '/n' });
  });
});

describe('what needs no answer', () => {
  test('is sent with the quality of its kind', () => {
    live();
    expect(client.fire('/a', 1)).toBe(true);
    client.stream('/s', [1, 2], 100);
    client.stream('/s', 3n);
    client.gesture('/g', 7, 'move', { x: 1 });
    expect(socket().take()).toEqual([
      { message: { type: 'SET', address: '/a', value: 1 }, qos: 'fire' },
      { message: { type: 'PUBLISH', address: '/s', signal: 'stream', phase: 'start', samples: [1, 2], rate: 100, timestamp: client.time() }, qos: 'fire' },
      { message: { type: 'PUBLISH', address: '/s', signal: 'stream', phase: 'start', value: 3n, timestamp: client.time() }, qos: 'fire' },
      { message: { type: 'PUBLISH', address: '/g', signal: 'gesture', phase: 'move', id: 7, value: { x: 1 }, timestamp: client.time() }, qos: 'fire' },
    ]);
  });

  test('is left out when the connection is slow or away', () => {
    expect(client.fire('/a', 1)).toBe(false);
    live();
    socket().bufferedAmount = 1024 * 1024;
    expect(client.fire('/a', 1)).toBe(false);
    expect(client.gesture('/g', 1, 'move')).toBe(false);
    // An end is no move.
    expect(client.gesture('/g', 1, 'end')).toBe(true);
  });
});

test('errors that answer nothing are told', () => {
  live();
  const told: string[] = [];
  const end = client.onError((r) => told.push(`${r.code} ${r.message}`));
  socket().say({ type: 'ERROR', code: 429, message: 'too fast' });
  end();
  socket().say({ type: 'ERROR', code: 429, message: 'too fast' });
  expect(told).toEqual(['429 too fast']);
});

test('taps see everything in both directions until they end', () => {
  live();
  const seen: unknown[] = [];
  const end = client.tap((direction, message, bytes, at) => seen.push([direction, message.type, bytes, at]));
  client.fire('/v', 0.75);
  socket().say({ type: 'PONG' });
  end();
  client.fire('/v', 0.75);
  expect(seen).toEqual([
    ['out', 'SET', 18, timers.time],
    ['in', 'PONG', 5, timers.time],
  ]);
});

test('a listener that throws does not keep the others from what comes', () => {
  live();
  const heard: unknown[] = [];
  client.subscribe('/a', () => {
    throw new Error('mine');
  });
  client.subscribe('/a', (r) => heard.push(r.value));
  socket().say({ type: 'SET', address: '/a', value: 1 });
  expect(heard).toEqual([1]);
  expect(reported).toEqual([new Error('mine')]);
});

test('keyframes are read, and only if they are right', () => {
  expect(keyframesOf({ keyframes: [{ time: 1, value: true }, { time: 2n, value: 0, easing: 'cubic-bezier', bezier: [0, 0, 1, 1n] }] })).toEqual([
    { time: 1, value: true },
    { time: 2, value: 0, easing: 'cubic-bezier', bezier: [0, 0, 1, 1] },
  ]);
  expect([keyframesOf(null), keyframesOf({}), keyframesOf({ keyframes: [1] }), keyframesOf({ keyframes: [{ time: 'x' }] })]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test.each([
  ['http://localhost:7330/', 'ws://localhost:7330/'],
  ['http://localhost:7330/index.html?x=1#y', 'ws://localhost:7330/'],
  ['https://show.example/clasp/', 'wss://show.example/clasp/'],
  ['http://[::1]:7330/', 'ws://[::1]:7330/'],
])('the page %s belongs to %s', (page, url) => {
  expect(linkUrl(page)).toBe(url);
});
