import { decode, encode } from '@clasp-to/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Link } from '../src/lib/link';

/** The browser's WebSocket, with a router of a few lines behind it. */
class FakeSocket {
  static readonly OPEN = 1;
  static newest: FakeSocket;

  readonly sent: { type: string; pattern?: string }[] = [];
  readyState = 0;
  binaryType = '';
  onopen = () => {};
  onmessage: (event: { data: ArrayBuffer }) => void = () => {};
  onerror = () => {};
  onclose: (event: { reason: string }) => void = () => {};

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.newest = this;
    queueMicrotask(() => {
      this.readyState = FakeSocket.OPEN;
      this.onopen();
    });
  }

  send(frame: Uint8Array): void {
    const message = decode(frame) as { type: string; pattern?: string };
    this.sent.push(message);
    if (message.type === 'HELLO') {
      this.say({ type: 'WELCOME', version: 1, features: [], time: Date.now() * 1000, session: 'me', name: 'router' });
    }
  }

  close(): void {
    this.readyState = 3;
  }

  say(message: unknown): void {
    const frame = encode(message as Parameters<typeof encode>[0]);
    this.onmessage({ data: frame.slice().buffer as ArrayBuffer });
  }
}

let received: unknown[];
let link: Link;

beforeEach(async () => {
  vi.stubGlobal('WebSocket', FakeSocket);
  received = [];
  link = Link.to('ws://router/', 'test', {
    state: () => {},
    connected: () => {},
    parameter: (address, value, meta) => received.push(['parameter', address, value, meta?.revision]),
    signal: (address, value) => received.push(['signal', address, value]),
    narrow: () => received.push('narrow'),
  });
  link.start();
  await vi.waitFor(() => expect(FakeSocket.newest.sent.at(-1)?.type).toBe('SUBSCRIBE'));
});

afterEach(() => {
  link.stop();
  vi.unstubAllGlobals();
});

test('the published client says hello and subscribes to everything', () => {
  expect(FakeSocket.newest.sent.map((message) => message.type)).toEqual(['HELLO', 'SUBSCRIBE']);
  expect(FakeSocket.newest.sent[1]?.pattern).toBe('/**');
});

test('what the published client delivers is told apart', () => {
  const router = FakeSocket.newest;
  router.say({ type: 'SNAPSHOT', params: [{ address: '/a', value: 1, revision: 7 }] });
  router.say({ type: 'SET', address: '/a', value: 2, revision: 8 });
  router.say({ type: 'SET', address: '/map', value: { x: 1 } });
  router.say({ type: 'PUBLISH', address: '/go', signal: 'event', payload: null });
  router.say({ type: 'PUBLISH', address: '/map', signal: 'event', payload: { x: 1 } });
  router.say({ type: 'PUBLISH', address: '/pad', signal: 'gesture', phase: 'move', id: 3, payload: { x: 1 } });
  router.say({
    type: 'BUNDLE',
    messages: [
      { type: 'SET', address: '/b', value: true },
      { type: 'PUBLISH', address: '/go', signal: 'event', payload: 'x' },
    ],
  });
  expect(received).toEqual([
    ['parameter', '/a', 1, 7],
    ['parameter', '/a', 2, undefined],
    ['parameter', '/map', { x: 1 }, undefined],
    ['signal', '/go', null],
    ['signal', '/map', { x: 1 }],
    ['signal', '/pad', { x: 1, phase: 'move', gestureId: 3 }],
    ['parameter', '/b', true, undefined],
    ['signal', '/go', 'x'],
  ]);
});
