import type { Clock } from './generator';
import type { Timers } from './sending';

const LONGEST = 2 ** 31 - 1;

const waiting = new Map<number, { call: () => void; at: number }>();
let next = 1;
/** Null: this browser gives us none. */
let worker: Worker | null | undefined;

function ring(turn: number): void {
  const alarm = waiting.get(turn);
  waiting.delete(turn);
  alarm?.call();
}

/** The browser's own timers do, late in a page that nobody sees. */
function withoutWorker(): null {
  worker = null;
  const now = performance.now();
  waiting.forEach(({ at }, turn) => setTimeout(ring, at - now, turn));
  return null;
}

function alarms(): Worker | null {
  if (worker === undefined) {
    try {
      worker = new Worker(new URL('./alarm.ts', import.meta.url), { type: 'module' });
      worker.onmessage = (event: MessageEvent<number>) => ring(event.data);
      worker.onerror = withoutWorker;
    } catch {
      return withoutWorker();
    }
  }
  return worker;
}

/**
 * Timers of a worker: they go on at full pace in a page that nobody sees, where the browser lets those of the page wait for
 * up to a minute.
 */
export const pageTimers: Timers = {
  setTimeout: (call, wanted) => {
    const ms = Math.min(Math.max(0, wanted), LONGEST);
    const turn = next++;
    const to = alarms();
    waiting.set(turn, { call, at: performance.now() + ms });
    if (to === null) {
      setTimeout(ring, ms, turn);
    } else {
      to.postMessage({ turn, ms });
    }
    return turn;
  },
  clearTimeout: (turn) => void waiting.delete(turn as number),
};

export function workerClock(): Clock {
  let timer: unknown;
  return {
    now: () => performance.now(),
    wake: (ms, call) => {
      pageTimers.clearTimeout(timer);
      timer = pageTimers.setTimeout(call, ms);
    },
    cancel: () => pageTimers.clearTimeout(timer),
  };
}
