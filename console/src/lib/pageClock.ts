import type { Clock } from './generator';

/** Wakes from a worker: its timers go on at full pace in a page that nobody sees. */
export function workerClock(): Clock {
  let worker: Worker | null = null;
  let turn = 0;
  let waiting: (() => void) | null = null;
  return {
    now: () => performance.now(),
    wake: (ms, call) => {
      if (worker === null) {
        worker = new Worker(new URL('./alarm.ts', import.meta.url), { type: 'module' });
        worker.onmessage = (event: MessageEvent<number>) => {
          if (event.data === turn && waiting) {
            const wanted = waiting;
            waiting = null;
            wanted();
          }
        };
      }
      turn++;
      waiting = call;
      worker.postMessage({ turn, ms });
    },
    cancel: () => {
      turn++;
      waiting = null;
      worker?.terminate();
      worker = null;
    },
  };
}
