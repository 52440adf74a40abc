import { expect, test } from 'vitest';
import type { Received, Value } from '../src/clasp';
import { Feed } from '../src/lib/feed';

const all = () => true;

const set = (address: string, value: Value): Received => ({
  kind: 'param',
  address,
  value,
  snapshot: false,
  message: { type: 'SET', address, value },
});
const event = (address: string, value: Value): Received => ({
  kind: 'event',
  address,
  value,
  snapshot: false,
  message: { type: 'PUBLISH', address, signal: 'event', value },
});

test('shows at once while it is not paused', () => {
  let changes = 0;
  const feed = new Feed(() => changes++);
  feed.received(set('/a', 1));
  feed.received(event('/go', 1));
  expect(feed.parameters.get('/a')?.value).toBe(1);
  expect(feed.signals.entries).toHaveLength(1);
  expect(changes).toBe(2);
});

test('a pause keeps the picture and shows the newest values afterwards', () => {
  const feed = new Feed(() => {});
  feed.received(set('/a', 1));
  feed.pause();
  feed.received(set('/a', 2));
  feed.received(set('/a', 3));
  feed.received(set('/b', 1));
  feed.received(event('/go', 1));
  expect(feed.held).toBe(4);
  expect(feed.parameters.get('/a')?.value).toBe(1);
  expect(feed.parameters.select(all)).toEqual(['/a']);
  expect(feed.signals.entries).toEqual([]);
  feed.resume();
  expect(feed.held).toBe(0);
  expect(feed.parameters.get('/a')?.value).toBe(3);
  expect(feed.parameters.select(all)).toEqual(['/a', '/b']);
  expect(feed.signals.entries).toHaveLength(1);
});

test('a reconnect during a pause counts when the pause ends', () => {
  const feed = new Feed(() => {});
  feed.received(set('/gone', 1));
  feed.pause();
  feed.connected();
  feed.received(set('/a', 1));
  expect(feed.parameters.select(all)).toEqual(['/gone']);
  feed.resume();
  expect(feed.parameters.select(all)).toEqual(['/a']);
});

test('a long pause does not fill memory with signals', () => {
  const feed = new Feed(() => {});
  feed.pause();
  for (let i = 0; i < 10_000; i++) {
    feed.received(event('/cue', i), i * 1000);
  }
  feed.resume();
  expect(feed.signals.entries.length).toBeLessThanOrEqual(300);
  expect(feed.signals.entries[0]?.value).toBe(9999);
});

test('a PUBLISH of type param is no parameter', () => {
  const feed = new Feed(() => {});
  const published: Received = { ...event('/p', 1), kind: 'param' };
  feed.received(published);
  expect(feed.parameters.size).toBe(0);
  expect(feed.signals.entries[0]).toMatchObject({ kind: 'param', value: 1 });
});

test('the time of a write is that of the router, by our clock', () => {
  const feed = new Feed(() => {}, (time) => time / 1000 - 5000);
  feed.received({ ...set('/a', 1), snapshot: true, revision: 1, timestamp: 8_000_000 }, 10_000);
  expect(feed.parameters.get('/a')?.writtenAt).toBe(3000);
});
