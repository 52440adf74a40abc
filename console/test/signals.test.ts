import { describe, expect, test } from 'vitest';
import { STREAM_GAP, Signals } from '../src/lib/signals';

const shown = (signals: Signals) => signals.entries.map((s) => [s.address, s.kind, s.count]);

test('events stand one by one, newest first', () => {
  const signals = new Signals();
  signals.add('/cue/go', 1, 0);
  signals.add('/cue/go', 2, 1000);
  signals.add('/cue/stop', null, 1001);
  expect(signals.entries.map((s) => [s.address, s.value])).toEqual([
    ['/cue/stop', null],
    ['/cue/go', 2],
    ['/cue/go', 1],
  ]);
});

test('three events in quick succession are still events', () => {
  const signals = new Signals();
  for (let i = 0; i < 3; i++) {
    signals.add('/cue/go', i, i * 10);
  }
  expect(signals.entries.map((s) => s.kind)).toEqual(['event', 'event', 'event']);
});

test('a stream is one line that counts and shows the newest sample', () => {
  const signals = new Signals();
  signals.add('/cue/go', 1, 0);
  for (let i = 0; i < 100; i++) {
    signals.add('/sensor', i, i * 16);
  }
  signals.add('/cue/go', 2, 2000);
  expect(shown(signals)).toEqual([
    ['/cue/go', 'event', 1],
    ['/sensor', 'stream', 100],
    ['/cue/go', 'event', 1],
  ]);
  expect(signals.entries[1]).toMatchObject({ value: 99, firstAt: 0, lastAt: 99 * 16 });
});

test('two streams at once are two lines', () => {
  const signals = new Signals();
  for (let i = 0; i < 20; i++) {
    signals.add('/x', i, i * 10);
    signals.add('/y', i, i * 10);
  }
  expect(shown(signals)).toEqual([
    ['/y', 'stream', 20],
    ['/x', 'stream', 20],
  ]);
});

test('a stream that stood still begins a new line', () => {
  const signals = new Signals();
  for (let i = 0; i < 5; i++) {
    signals.add('/x', i, i);
  }
  signals.add('/x', 5, 5 + STREAM_GAP + 1);
  expect(signals.entries.map((s) => s.count)).toEqual([1, 5]);
});

describe('a gesture', () => {
  const touch = (phase: string, gestureId = 1) => ({ phase, gestureId, x: 1 });

  test('is one line from start to end', () => {
    const signals = new Signals();
    signals.add('/touch', touch('start'), 0);
    signals.add('/touch', touch('move'), 500);
    signals.add('/touch', touch('end'), 1000);
    signals.add('/touch', touch('start'), 1100);
    expect(shown(signals)).toEqual([
      ['/touch', 'gesture', 1],
      ['/touch', 'gesture', 3],
    ]);
  });

  test('shows its phase apart from its value', () => {
    const signals = new Signals();
    signals.add('/touch', touch('start'), 0);
    signals.add('/touch', touch('cancel'), 500);
    expect(signals.entries[0]).toMatchObject({ phase: 'cancel', value: { x: 1 } });
  });

  test('is told apart from another by its id', () => {
    const signals = new Signals();
    signals.add('/touch', touch('start', 1), 0);
    signals.add('/touch', touch('start', 2), 1);
    signals.add('/touch', touch('move', 1), 2);
    expect(signals.entries.map((s) => s.count)).toEqual([1, 2]);
  });

  test('is not any map with a phase', () => {
    const signals = new Signals();
    signals.add('/moon', { phase: 'full' }, 0);
    expect(signals.entries[0]?.kind).toBe('event');
  });
});

test('only so many are kept', () => {
  const signals = new Signals(10);
  for (let i = 0; i < 100; i++) {
    signals.add(`/cue/${i}`, i, i * 1000);
    signals.add('/touch', { phase: 'start', gestureId: i }, i * 1000);
  }
  expect(signals.entries).toHaveLength(10);
});

test('a stream whose line is gone begins another', () => {
  const signals = new Signals(3);
  for (let i = 0; i < 10; i++) {
    signals.add('/x', i, i);
  }
  for (let i = 0; i < 3; i++) {
    signals.add(`/cue/${i}`, i, 20 + i);
  }
  signals.add('/x', 10, 25);
  expect(signals.entries[0]).toMatchObject({ address: '/x', value: 10 });
});

test('can be cleared', () => {
  const signals = new Signals();
  signals.add('/x', 1, 0);
  signals.clear();
  expect(signals.entries).toEqual([]);
});
