/** What is delivered and not remembered. */
export type SignalKind = 'event' | 'stream' | 'gesture';

export interface Signal {
  readonly id: number;
  readonly address: string;
  kind: SignalKind;
  value: unknown;
  /** Of a gesture; else empty. */
  phase: string;
  /** Milliseconds since 1970. */
  firstAt: number;
  lastAt: number;
  count: number;
}

/** Signals of one address that follow each other within this time may be one stream. */
export const STREAM_GAP = 250;

/** So many in a row are one. */
export const STREAM_RUN = 4;

const PHASES = new Set(['start', 'move', 'end', 'cancel']);

interface Gesture {
  phase: string;
  gestureId: number;
}

/**
 * The newest signals, newest first.
 *
 * The published client does not say whether a signal is an event or a stream, and a stream of 60 samples a second would
 * push every event out of sight. So a quick run from one address becomes one line that counts. Gestures carry their id
 * and phase in the value; the moves of one are one line, too.
 */
export class Signals {
  private list: Signal[] = [];
  private runs = new Map<string, Signal[]>();
  private gestures = new Map<string, Signal>();
  private nextId = 1;

  constructor(private readonly capacity = 300) {}

  /** Newest first. */
  get entries(): readonly Signal[] {
    return this.list;
  }

  clear(): void {
    this.list = [];
    this.runs.clear();
    this.gestures.clear();
  }

  add(address: string, value: unknown, now: number): void {
    if (isGesture(value)) {
      this.addGesture(address, value, now);
    } else {
      this.addToRun(address, value, now);
    }
  }

  private addGesture(address: string, value: Gesture, now: number): void {
    const { phase, gestureId, ...payload } = value;
    const key = `${gestureId} ${address}`;
    let signal = phase === 'start' ? undefined : this.gestures.get(key);
    if (signal) {
      extend(signal, payload, now);
    } else {
      signal = this.begin(address, 'gesture', payload, now);
      this.gestures.set(key, signal);
    }
    signal.phase = phase;
    if (phase === 'end' || phase === 'cancel') {
      this.gestures.delete(key);
    }
  }

  private addToRun(address: string, value: unknown, now: number): void {
    let run = this.runs.get(address);
    const last = run?.[run.length - 1];
    if (!run || !last || now - last.lastAt > STREAM_GAP) {
      run = [];
      this.runs.set(address, run);
    } else if (last.kind === 'stream') {
      extend(last, value, now);
      return;
    }
    run.push(this.begin(address, 'event', value, now));
    if (run.length === STREAM_RUN) {
      this.join(run);
    }
  }

  /** Makes one stream of the first of a run, which keeps its place, and takes the others away. */
  private join(run: Signal[]): void {
    const [first, ...others] = run;
    const last = others[others.length - 1];
    if (!first || !last) {
      return;
    }
    first.kind = 'stream';
    first.count = run.length;
    first.value = last.value;
    first.lastAt = last.lastAt;
    run.length = 1;
    const gone = new Set(others);
    this.list = this.list.filter((signal) => !gone.has(signal));
  }

  private begin(address: string, kind: SignalKind, value: unknown, now: number): Signal {
    const signal: Signal = {
      id: this.nextId++,
      address,
      kind,
      value,
      phase: '',
      firstAt: now,
      lastAt: now,
      count: 1,
    };
    this.list.unshift(signal);
    if (this.list.length > this.capacity) {
      this.forget(this.list.pop());
    }
    return signal;
  }

  private forget(signal: Signal | undefined): void {
    if (!signal) {
      return;
    }
    if (this.runs.get(signal.address)?.includes(signal)) {
      this.runs.delete(signal.address);
    }
    for (const [key, gesture] of this.gestures) {
      if (gesture === signal) {
        this.gestures.delete(key);
      }
    }
  }
}

function extend(signal: Signal, value: unknown, now: number): void {
  signal.value = value;
  signal.lastAt = now;
  signal.count++;
}

function isGesture(value: unknown): value is Gesture {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const { phase, gestureId } = value as Partial<Gesture>;
  return typeof gestureId === 'number' && typeof phase === 'string' && PHASES.has(phase);
}
