/// <reference lib="webworker" />

/** A worker that says a number back after so many milliseconds. */
self.onmessage = (event: MessageEvent<{ turn: number; ms: number }>) => {
  const { turn, ms } = event.data;
  setTimeout(() => self.postMessage(turn), ms);
};
