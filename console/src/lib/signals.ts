import type { Received, Value } from '../clasp';

/** What is delivered and not remembered. */
export type SignalKind = Received['kind'];

export interface Signal {
  readonly id: number;
  readonly address: string;
  readonly kind: SignalKind;
  value: Value;
  /** Of a gesture; else empty. */
  phase: string;
  /** Milliseconds since 1970. */
  firstAt: number;
  lastAt: number;
  count: number;
}

/** Signals of one address that follow each other within this time are a run. */
export const RUN_GAP = 250;

/** So many events in a row are one line. */
export const EVENT_RUN = 4;

/**
 * The newest signals, newest first.
 *
 * A stream of 60 samples a second would push every event out of sight. So the samples of one address that follow each
 * other quickly are one line that counts; so are events, from the fourth on, and the moves of one gesture.
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

  add(received: Pick<Received, 'kind' | 'address' | 'value' | 'phase' | 'gestureId' | 'samples'>, now: number): void {
    const { kind, address, samples } = received;
    const value = samples ?? received.value;
    if (kind === 'gesture') {
      this.addGesture(address, received.gestureId ?? 0, received.phase ?? 'start', value, now);
    } else {
      this.addToRun(address, kind, value, now);
    }
  }

  private addGesture(address: string, id: number, phase: string, value: Value, now: number): void {
    const key = `${id} ${address}`;
    let signal = phase === 'start' ? undefined : this.gestures.get(key);
    if (signal) {
      // An end that says nothing leaves the last position.
      extend(signal, value ?? signal.value, now);
    } else {
      signal = this.begin(address, 'gesture', value, now);
      this.gestures.set(key, signal);
    }
    signal.phase = phase;
    if (phase === 'end' || phase === 'cancel') {
      this.gestures.delete(key);
    }
  }

  private addToRun(address: string, kind: SignalKind, value: Value, now: number): void {
    let run = this.runs.get(address);
    const last = run?.[run.length - 1];
    if (!run || !last || now - last.lastAt > RUN_GAP || last.kind !== kind) {
      run = [];
      this.runs.set(address, run);
    } else if (kind === 'stream' || last.count > 1) {
      extend(last, value, now);
      return;
    }
    run.push(this.begin(address, kind, value, now));
    if (run.length === EVENT_RUN) {
      this.join(run);
    }
  }

  /** Makes one line of the first of a run, which keeps its place, and takes the others away. */
  private join(run: Signal[]): void {
    const [first, ...others] = run;
    const last = others[others.length - 1];
    if (!first || !last) {
      return;
    }
    first.count = run.length;
    first.value = last.value;
    first.lastAt = last.lastAt;
    run.length = 1;
    const gone = new Set(others);
    this.list = this.list.filter((signal) => !gone.has(signal));
  }

  private begin(address: string, kind: SignalKind, value: Value, now: number): Signal {
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

function extend(signal: Signal, value: Value, now: number): void {
  signal.value = value;
  signal.lastAt = now;
  signal.count++;
}
