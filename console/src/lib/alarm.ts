/// <reference lib="webworker" />

/** A worker that says a number back after so many milliseconds; a new one replaces the one before. */
let timer = 0;

self.onmessage = (event: MessageEvent<{ turn: number; ms: number }>) => {
  const { turn, ms } = event.data;
  clearTimeout(timer);
  timer = setTimeout(() => self.postMessage(turn), ms) as unknown as number;
};
