import { describe, expect, test } from 'vitest';
import { ratesBetween, type Session, type Status } from '../src/lib/status';

const session = (id: string, messagesIn: number, messagesOut: number): Session => ({
  id,
  name: id,
  peer: '127.0.0.1:5000',
  transport: 'websocket',
  connected: '2026-01-01T00:00:00Z',
  subscriptions: 0,
  messagesIn,
  messagesOut,
  bytesIn: 0,
  bytesOut: 0,
  queued: 0,
  dropped: 0,
});

const status = (uptimeSeconds: number, messagesIn: number, sessions: Session[] = [], started = 'then'): Status => ({
  name: 'router',
  version: '1',
  started,
  uptimeSeconds,
  sessions,
  parameters: 0,
  subscriptions: 0,
  messagesIn,
  messagesOut: 2 * messagesIn,
  dropped: 0,
});

describe('rates', () => {
  test('are not known from one answer', () => {
    expect(ratesBetween(null, status(5, 100))).toMatchObject({ messagesIn: null, messagesOut: null });
  });

  test('go by the clock of the router', () => {
    expect(ratesBetween(status(5, 100), status(7, 300))).toMatchObject({ messagesIn: 100, messagesOut: 200 });
  });

  test('begin again when the router does', () => {
    expect(ratesBetween(status(5, 100), status(7, 300, [], 'now')).messagesIn).toBeNull();
    expect(ratesBetween(status(7, 100), status(7, 100)).messagesIn).toBeNull();
  });

  test('are known for sessions that were there before', () => {
    const before = status(5, 0, [session('a', 10, 20)]);
    const after = status(6, 0, [session('a', 15, 40), session('b', 5, 5)]);
    expect([...ratesBetween(before, after).sessions]).toEqual([['a', { messagesIn: 5, messagesOut: 20 }]]);
  });
});
