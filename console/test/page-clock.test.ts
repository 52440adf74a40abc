import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Timers } from '../src/lib/sending';

/** Workers of a page that nobody sees: its own timers stand still, those of the worker are turned by the test. */
class FakeWorker {
  static made: FakeWorker[] = [];
  onmessage: ((event: { data: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  asked: { turn: number; ms: number }[] = [];

  constructor() {
    FakeWorker.made.push(this);
  }

  postMessage(asked: { turn: number; ms: number }): void {
    this.asked.push(asked);
  }

  ring(i: number): void {
    this.onmessage?.({ data: this.asked[i]!.turn });
  }
}

let timers: Timers;
let rung: string[];

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  FakeWorker.made = [];
  rung = [];
  vi.stubGlobal('Worker', FakeWorker);
  ({ pageTimers: timers } = await import('../src/lib/pageClock'));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('timers come from one worker, whatever becomes of those of the page', () => {
  timers.setTimeout(() => rung.push('a'), 5_000);
  const b = timers.setTimeout(() => rung.push('b'), 10);
  timers.setTimeout(() => rung.push('c'), 3e9);
  timers.clearTimeout(b);
  expect(vi.getTimerCount()).toBe(0);
  const [worker, ...others] = FakeWorker.made;
  expect(others).toEqual([]);
  expect(worker!.asked.map(({ ms }) => ms)).toEqual([5_000, 10, 2 ** 31 - 1]);
  [1, 2, 0, 0].forEach((i) => worker!.ring(i));
  expect(rung).toEqual(['c', 'a']);
});

test('where the worker fails those of the page do, also for what waits already', () => {
  timers.setTimeout(() => rung.push('a'), 50);
  FakeWorker.made[0]!.onerror!();
  timers.setTimeout(() => rung.push('b'), 100);
  vi.advanceTimersByTime(60);
  expect(rung).toEqual(['a']);
  vi.advanceTimersByTime(60);
  expect(rung).toEqual(['a', 'b']);
});

test('where there are no workers those of the page do', () => {
  vi.stubGlobal('Worker', undefined);
  timers.setTimeout(() => rung.push('a'), 50);
  vi.advanceTimersByTime(60);
  expect(rung).toEqual(['a']);
});
