import { expect, test } from 'vitest';
import { Feed } from '../src/lib/feed';

const all = () => true;

test('shows at once while it is not paused', () => {
  let changes = 0;
  const feed = new Feed(() => changes++);
  feed.parameter('/a', 1);
  feed.signal('/go', 1);
  expect(feed.parameters.get('/a')?.value).toBe(1);
  expect(feed.signals.entries).toHaveLength(1);
  expect(changes).toBe(2);
});

test('a pause keeps the picture and shows the newest values afterwards', () => {
  const feed = new Feed(() => {});
  feed.parameter('/a', 1);
  feed.pause();
  feed.parameter('/a', 2);
  feed.parameter('/a', 3);
  feed.parameter('/b', 1);
  feed.signal('/go', 1);
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
  feed.parameter('/gone', 1);
  feed.pause();
  feed.connected();
  feed.parameter('/a', 1, { revision: 1 });
  expect(feed.parameters.select(all)).toEqual(['/gone']);
  feed.resume();
  expect(feed.parameters.select(all)).toEqual(['/a']);
});

test('a long pause does not fill memory with signals', () => {
  const feed = new Feed(() => {});
  feed.pause();
  for (let i = 0; i < 10_000; i++) {
    feed.signal('/cue', i, i * 1000);
  }
  feed.resume();
  expect(feed.signals.entries.length).toBeLessThanOrEqual(300);
  expect(feed.signals.entries[0]?.value).toBe(9999);
});
