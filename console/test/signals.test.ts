import { describe, expect, test } from 'vitest';
import type { Phase, Value } from '../src/clasp';
import { RUN_GAP, Signals, type SignalKind } from '../src/lib/signals';

function add(signals: Signals, address: string, value: Value, now: number, kind: SignalKind = 'event'): void {
  signals.add({ kind, address, value }, now);
}

const shown = (signals: Signals) => signals.entries.map((s) => [s.address, s.kind, s.count]);

test('events stand one by one, newest first', () => {
  const signals = new Signals();
  add(signals, '/cue/go', 1, 0);
  add(signals, '/cue/go', 2, 1000);
  add(signals, '/cue/stop', null, 1001);
  expect(signals.entries.map((s) => [s.address, s.value])).toEqual([
    ['/cue/stop', null],
    ['/cue/go', 2],
    ['/cue/go', 1],
  ]);
});

test('three events in quick succession are still events', () => {
  const signals = new Signals();
  for (let i = 0; i < 3; i++) {
    add(signals, '/cue/go', i, i * 10);
  }
  expect(signals.entries.map((s) => s.kind)).toEqual(['event', 'event', 'event']);
});

test('a stream is one line that counts and shows the newest sample', () => {
  const signals = new Signals();
  add(signals, '/cue/go', 1, 0);
  for (let i = 0; i < 100; i++) {
    add(signals, '/sensor', i, i * 16, 'stream');
  }
  add(signals, '/cue/go', 2, 2000);
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
    add(signals, '/x', i, i * 10, 'stream');
    add(signals, '/y', i, i * 10, 'stream');
  }
  expect(shown(signals)).toEqual([
    ['/y', 'stream', 20],
    ['/x', 'stream', 20],
  ]);
});

test('a stream that stood still begins a new line', () => {
  const signals = new Signals();
  for (let i = 0; i < 5; i++) {
    add(signals, '/x', i, i, 'stream');
  }
  add(signals, '/x', 5, 5 + RUN_GAP + 1, 'stream');
  expect(signals.entries.map((s) => s.count)).toEqual([1, 5]);
});

describe('a gesture', () => {
  const touch = (signals: Signals, phase: Phase, now: number, gestureId = 1, value: Value = { x: 1 }) =>
    signals.add({ kind: 'gesture', address: '/touch', value, phase, gestureId }, now);

  test('is one line from start to end', () => {
    const signals = new Signals();
    touch(signals, 'start', 0);
    touch(signals, 'move', 500);
    touch(signals, 'end', 1000);
    touch(signals, 'start', 1100);
    expect(shown(signals)).toEqual([
      ['/touch', 'gesture', 1],
      ['/touch', 'gesture', 3],
    ]);
  });

  test('shows its phase apart from its value', () => {
    const signals = new Signals();
    touch(signals, 'start', 0);
    touch(signals, 'cancel', 500);
    expect(signals.entries[0]).toMatchObject({ phase: 'cancel', value: { x: 1 } });
  });

  test('is told apart from another by its id', () => {
    const signals = new Signals();
    touch(signals, 'start', 0, 1);
    touch(signals, 'start', 1, 2);
    touch(signals, 'move', 2, 1);
    expect(signals.entries.map((s) => s.count)).toEqual([1, 2]);
  });

  test('that ends without a word keeps its last position', () => {
    const signals = new Signals();
    touch(signals, 'start', 0);
    touch(signals, 'cancel', 1, 1, null);
    expect(signals.entries[0]).toMatchObject({ phase: 'cancel', value: { x: 1 } });
  });
});

test('a stream is told from events of the same address, and samples are shown as a list', () => {
  const signals = new Signals();
  signals.add({ kind: 'stream', address: '/a', value: null, samples: [1, 2] }, 0);
  add(signals, '/a', 3, 1);
  expect(signals.entries.map((s) => [s.kind, s.value])).toEqual([
    ['event', 3],
    ['stream', [1, 2]],
  ]);
});

test('many events in quick succession are one line of events', () => {
  const signals = new Signals();
  for (let i = 0; i < 10; i++) {
    add(signals, '/beat', i, i * 10);
  }
  expect(shown(signals)).toEqual([['/beat', 'event', 10]]);
});

test('only so many are kept', () => {
  const signals = new Signals(10);
  for (let i = 0; i < 100; i++) {
    add(signals, `/cue/${i}`, i, i * 1000);
    signals.add({ kind: 'gesture', address: '/touch', value: null, phase: 'start', gestureId: i }, i * 1000);
  }
  expect(signals.entries).toHaveLength(10);
});

test('a stream whose line is gone begins another', () => {
  const signals = new Signals(3);
  for (let i = 0; i < 10; i++) {
    add(signals, '/x', i, i, 'stream');
  }
  for (let i = 0; i < 3; i++) {
    add(signals, `/cue/${i}`, i, 20 + i);
  }
  add(signals, '/x', 10, 25, 'stream');
  expect(signals.entries[0]).toMatchObject({ address: '/x', value: 10 });
});

test('can be cleared', () => {
  const signals = new Signals();
  add(signals, '/x', 1, 0);
  signals.clear();
  expect(signals.entries).toEqual([]);
});
