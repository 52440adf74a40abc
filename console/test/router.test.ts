import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
// @ts-expect-error it has no types, and needs none here
import { WebSocket } from 'ws';
import { Client, type Received, type Socket } from '../src/clasp/client';
import type { SignalDefinition } from '../src/clasp/message';

declare const process: { env: Record<string, string | undefined> };

/**
 * A router of ours, for example `CLASP_ROUTER=ws://127.0.0.1:7330/`. `npm test` has none and leaves this file out
 * (vite.config.ts); ConsoleClientTest of the system tests runs it.
 */
const url = process.env['CLASP_ROUTER'] ?? '';

/** Milliseconds; never reached when all is well, however busy the machine is. */
const PATIENCE = 50_000;

const connected = async (name: string): Promise<Client> => {
  const client = new Client({
    url,
    name,
    token: () => process.env['CLASP_TOKEN'] ?? '',
    around: {
      open: (to) => new WebSocket(to, 'clasp') as Socket,
      // It waits for seconds; a busy machine must not decide a test.
      setTimeout: (callback, ms) => setTimeout(callback, 10 * ms),
    },
  });
  client.start();
  await vi.waitFor(() => expect(client.state.kind).toBe('live'), PATIENCE);
  return client;
};

describe('with a real router', () => {
  let a: Client;
  let b: Client;
  /** Addresses of this run. */
  const here = `/console-test/${Date.now()}-${Math.floor(Math.random() * 1e6)}`;

  beforeAll(async () => {
    a = await connected('a');
    b = await connected('b');
  }, 2 * PATIENCE);

  afterAll(() => {
    a.stop();
    b.stop();
  });

  /** What a subscription of `b` hears, from when it is in force. */
  const listen = async (pattern: string, options = {}): Promise<Received[]> => {
    const heard: Received[] = [];
    await new Promise<void>((ready, refused) => b.subscribe(pattern, (r) => heard.push(r), { ready, refused, ...options }));
    return heard;
  };

  test('a write is confirmed, and seen with its revision', async () => {
    const heard = await listen(`${here}/p/*`);
    const first = await a.set(`${here}/p/x`, 1n);
    const second = await a.set(`${here}/p/x`, 0.5);
    expect(second.revision).toBe(first.revision! + 1);
    await vi.waitFor(() => expect(heard).toHaveLength(2), PATIENCE);
    expect(heard.map(({ kind, value, revision }) => [kind, value, revision])).toEqual([
      ['param', 1n, first.revision],
      ['param', 0.5, second.revision],
    ]);
    const stored = await b.get(`${here}/p/x`);
    expect(stored).toMatchObject({ value: 0.5, revision: second.revision, writer: a.session });
    expect(Math.abs(b.local(Number(stored!.timestamp)) - Date.now())).toBeLessThan(60_000);
    expect(await b.get(`${here}/p/nothing`)).toBeNull();
  });

  test('a subscription is ready when what is stored has come', async () => {
    // Several frames of a snapshot, and less than what a client leaves unsent.
    for (let i = 0; i < 200; i++) {
      expect(a.fire(`${here}/many/${i}`, { text: 'x'.repeat(1000), i: BigInt(i) })).toBe(true);
    }
    await a.ping();
    const heard = await listen(`${here}/many/**`);
    expect(heard).toHaveLength(200);
    expect(heard.every((r) => r.snapshot && r.writer === a.session)).toBe(true);
  });

  test('a lock and a wrong revision are refused with a reason', async () => {
    const address = `${here}/locked`;
    const { revision } = await a.set(address, 1, { lock: true });
    await expect(b.set(address, 2)).rejects.toMatchObject({ kind: 'refused', code: 401, address, message: expect.stringContaining('LockHeld') });
    await expect(a.set(address, 2, { revision: 99 })).rejects.toMatchObject({ code: 400, message: expect.stringContaining('RevisionConflict') });
    await a.set(address, 2, { unlock: true, revision: revision! });
    await b.set(address, 3);
  });

  test('a lifetime comes with the write, and its end as null', async () => {
    const heard = await listen(`${here}/brief`);
    await a.set(`${here}/brief`, 1, { ttl: { sliding: 3600 } });
    await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ value: 1, ttl: { sliding: 3600 } }), PATIENCE);
    await a.set(`${here}/brief`, 2, { ttl: { absolute: 1 } });
    await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ kind: 'param', value: null, snapshot: false }), PATIENCE);
    expect(await b.get(`${here}/brief`)).toBeNull();
  });

  test('events, streams, gestures, timelines and bundles arrive as what they are', async () => {
    const heard = await listen(`${here}/s/**`);
    await a.emit(`${here}/s/event`, 'x');
    a.stream(`${here}/s/stream`, [1, 2, 3], 100);
    a.gesture(`${here}/s/gesture`, 3, 'start', { x: 0.5 });
    await a.timeline(`${here}/s/timeline`, [{ time: 0, value: 0 }, { time: 1e6, value: 1 }]);
    await a.bundle([
      { type: 'SET', address: `${here}/s/set`, value: 1 },
      { type: 'PUBLISH', address: `${here}/s/last`, signal: 'event', value: null },
    ]);
    await vi.waitFor(() => expect(heard).toHaveLength(6), PATIENCE);
    expect(heard.map((r) => [r.kind, r.address.slice(here.length + 3)])).toEqual([
      ['event', 'event'],
      ['stream', 'stream'],
      ['gesture', 'gesture'],
      ['timeline', 'timeline'],
      ['param', 'set'],
      ['event', 'last'],
    ]);
    expect(heard[1]).toMatchObject({ samples: [1, 2, 3], rate: 100 });
    expect(heard[2]).toMatchObject({ phase: 'start', gestureId: 3 });
    expect(heard[3]!.keyframes).toHaveLength(2);
  });

  test('history comes before the newest', async () => {
    for (const value of [1, 2, 3]) {
      await a.set(`${here}/past`, value);
    }
    const heard = await listen(`${here}/past`, { history: 2 });
    expect(heard.map((r) => [r.value, r.past ?? false])).toEqual([
      [2, true],
      [3, false],
    ]);
  });

  test('definitions are announced and found', async () => {
    const signals: SignalDefinition[] = [{ address: `${here}/def/a`, signal: 'param', datatype: 'f64', access: 'rw', meta: { range: [0, 1] } }];
    await a.announce(here, signals);
    expect(await b.query(`${here}/def/**`)).toMatchObject([{ address: `${here}/def/a`, datatype: 'f64' }]);
    expect(await b.query(`${here}/none/**`)).toEqual([]);
  });

  test('a pattern that is none is refused', async () => {
    const refusal = await new Promise((refused, ready) => b.subscribe('no/slash', () => {}, { refused, ready: () => ready(new Error('it was taken')) }));
    expect(refusal).toMatchObject({ code: 202 });
  });

  test('the clocks agree', () => {
    expect(Math.abs(a.time() - Date.now() * 1000)).toBeLessThan(10_000_000);
  });
});
