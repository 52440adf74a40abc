import type { Refusal, Value } from '../clasp';
import { sampleOf, VALUE_KINDS, WAVES, type Shape } from './wave';

export const SIGNALS = ['param', 'event', 'stream', 'gesture'] as const;
export type GeneratedSignal = (typeof SIGNALS)[number];

export const MAX_RATE = 250;
export const MAX_GENERATORS = 32;
/** What could not be sent for so long is left out, not made up for in one burst. */
const LATE_MS = 250;

export interface GeneratorSettings extends Shape {
  id: number;
  address: string;
  signal: GeneratedSignal;
  /** Messages a second. */
  rate: number;
  /** Stops when the page has been hidden for a minute. */
  stopHidden: boolean;
}

export interface Counts {
  sent: number;
  /** The router answered with an ERROR. */
  refused: number;
  /** The connection was away or full. */
  notSent: number;
  /** Their time had passed when this page got to them. */
  skipped: number;
  /** What the router said last. */
  problem: string;
}

/** What the generators need of the client. */
export interface Sender {
  fire(address: string, value: Value): boolean;
  set(address: string, value: Value): Promise<unknown>;
  emit(address: string, value: Value): Promise<unknown>;
  stream(address: string, value: Value): boolean;
  gesture(address: string, id: number, phase: 'start' | 'move' | 'end', value: Value): boolean;
  onError(listener: (refusal: Refusal) => void): () => void;
}

/** Time, so that tests need none. */
export interface Clock {
  /** Milliseconds, always forward. */
  now(): number;
  /** Calls once, not before `ms` are over. Replaces the call before. */
  wake(ms: number, call: () => void): void;
  cancel(): void;
}

interface Running {
  settings: GeneratorSettings;
  start: number;
  /** Of the next sample. */
  index: number;
  gesture: number;
  last: Value;
}

export const NEW_GENERATOR: Omit<GeneratorSettings, 'id' | 'address'> = {
  signal: 'param',
  wave: 'sine',
  kind: 'float',
  low: 0,
  high: 1,
  frequency: 0.5,
  steps: 4,
  texts: ['one', 'two', 'three'],
  rate: 30,
  stopHidden: false,
};

/**
 * Signal generators of this page. Sample n of a generator is due n / rate after its start and has the value of that
 * time, so neither the pace nor the wave drifts, however late a timer comes.
 */
export class Generators {
  /** In the order in which they were made. */
  list: GeneratorSettings[] = [];

  private nextId = 1;
  private nextGesture = 1;
  private readonly counted = new Map<number, Counts>();
  private readonly running = new Map<number, Running>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly sender: Sender,
    private readonly clock: Clock,
    private readonly store: Pick<Storage, 'getItem' | 'setItem'> | null,
    private readonly key = 'clasp-generators',
  ) {
    this.list = readSettings(load(store, key));
    this.nextId = 1 + Math.max(0, ...this.list.map((settings) => settings.id));
    sender.onError((refusal) => this.refused(refusal));
  }

  /** Told when generators are made, changed, started, stopped. Not for each sample. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  counts(id: number): Counts {
    let counts = this.counted.get(id);
    if (!counts) {
      counts = { sent: 0, refused: 0, notSent: 0, skipped: 0, problem: '' };
      this.counted.set(id, counts);
    }
    return counts;
  }

  isRunning(id: number): boolean {
    return this.running.has(id);
  }

  get anyRunning(): boolean {
    return this.running.size > 0;
  }

  /** How many run. */
  get runningCount(): number {
    return this.running.size;
  }

  /** The value that was sent last. */
  last(id: number): Value | undefined {
    return this.running.get(id)?.last;
  }

  add(address: string): GeneratorSettings | null {
    if (this.list.length >= MAX_GENERATORS) {
      return null;
    }
    const settings = { ...NEW_GENERATOR, id: this.nextId++, address };
    this.list = [...this.list, settings];
    this.changed();
    return settings;
  }

  /** Puts other settings in place; a generator that runs begins anew. */
  change(settings: GeneratorSettings): void {
    const runs = this.running.has(settings.id);
    this.stop(settings.id);
    this.list = this.list.map((old) => (old.id === settings.id ? settings : old));
    if (runs) {
      this.start(settings.id);
    }
    this.changed();
  }

  remove(id: number): void {
    this.stop(id);
    this.counted.delete(id);
    this.list = this.list.filter((settings) => settings.id !== id);
    this.changed();
  }

  start(id: number): void {
    const settings = this.list.find((one) => one.id === id);
    if (!settings || this.running.has(id) || problemsOf(settings).length > 0) {
      return;
    }
    this.counted.set(id, { sent: 0, refused: 0, notSent: 0, skipped: 0, problem: '' });
    this.running.set(id, { settings, start: this.clock.now(), index: 0, gesture: this.nextGesture++, last: null });
    this.turn();
    this.changed();
  }

  /** A parameter ends on its last value, confirmed; a gesture ends. */
  stop(id: number): void {
    const one = this.running.get(id);
    if (!one) {
      return;
    }
    this.running.delete(id);
    const { address, signal } = one.settings;
    if (one.index > 0 && signal === 'param') {
      this.sender.set(address, one.last).catch((e: unknown) => this.objected(id, e));
    } else if (one.index > 0 && signal === 'gesture') {
      this.endGesture(one);
    }
    if (this.running.size === 0) {
      this.clock.cancel();
    }
    this.changed();
  }

  private endGesture({ settings, gesture, last }: Running): void {
    try {
      this.sender.gesture(settings.address, gesture, 'end', last);
    } catch {
      // It had no beginning either.
    }
  }

  stopAll(): void {
    [...this.running.keys()].forEach((id) => this.stop(id));
  }

  /** The page has been hidden for long. */
  hiddenForLong(): void {
    [...this.running.values()].filter((one) => one.settings.stopHidden).forEach((one) => this.stop(one.settings.id));
  }

  private turn(): void {
    const now = this.clock.now();
    let next = Infinity;
    for (const one of this.running.values()) {
      const period = 1000 / one.settings.rate;
      const due = () => one.start + one.index * period;
      const late = Math.floor((now - LATE_MS - due()) / period);
      if (late > 0) {
        one.index += late;
        this.counts(one.settings.id).skipped += late;
      }
      while (due() <= now) {
        this.send(one);
        one.index++;
      }
      next = Math.min(next, due());
    }
    if (next < Infinity) {
      this.clock.wake(Math.max(0, next - now), () => this.turn());
    }
  }

  private send(one: Running): void {
    const { id, address, signal, rate } = one.settings;
    const value = sampleOf(one.settings, one.index / rate, one.index);
    const counts = this.counts(id);
    one.last = value;
    let sent = false;
    try {
      switch (signal) {
        case 'param':
          sent = this.sender.fire(address, value);
          break;
        case 'stream':
          sent = this.sender.stream(address, value);
          break;
        case 'gesture':
          sent = this.sender.gesture(address, one.gesture, one.index === 0 ? 'start' : 'move', value);
          break;
        case 'event':
          sent = true;
          this.sender.emit(address, value).catch((e: unknown) => this.objected(id, e));
          break;
      }
    } catch (e) {
      // No message can be made of it, of an address that is too long for one. The other generators go on.
      counts.problem = e instanceof Error ? e.message : String(e);
    }
    if (sent) {
      counts.sent++;
    } else {
      counts.notSent++;
    }
  }

  /** An ERROR that answers a message without correlation: by its address. */
  private refused(refusal: Refusal): void {
    for (const settings of this.list) {
      const counts = this.counted.get(settings.id);
      if (counts && counts.sent > 0 && refusal.address === settings.address) {
        counts.refused++;
        counts.problem = refusal.message;
      }
    }
  }

  /** Of what waits for an answer. */
  private objected(id: number, e: unknown): void {
    const refusal = e as Partial<Refusal>;
    const counts = this.counts(id);
    counts.problem = refusal.message ?? String(e);
    if (refusal.kind === 'refused') {
      counts.refused++;
    } else if (refusal.kind !== 'timeout') {
      counts.notSent++;
      counts.sent = Math.max(0, counts.sent - 1);
    }
  }

  private changed(): void {
    try {
      this.store?.setItem(this.key, JSON.stringify(this.list));
    } catch {
      // Full, or forbidden: they live as long as the page.
    }
    this.listeners.forEach((listener) => listener());
  }
}

function load(store: Pick<Storage, 'getItem'> | null, key: string): unknown {
  try {
    return JSON.parse(store?.getItem(key) ?? '[]');
  } catch {
    return [];
  }
}

/** What was kept, as far as it makes sense. */
export function readSettings(kept: unknown): GeneratorSettings[] {
  if (!Array.isArray(kept)) {
    return [];
  }
  const found: GeneratorSettings[] = [];
  for (const one of kept.slice(0, MAX_GENERATORS) as Partial<GeneratorSettings>[]) {
    if (typeof one !== 'object' || one === null) {
      continue;
    }
    const number = (value: unknown, otherwise: number) =>
      typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
    const oneOf = <T extends string>(all: readonly T[], value: unknown, otherwise: T): T =>
      all.includes(value as T) ? (value as T) : otherwise;
    found.push({
      id: found.length + 1,
      address: typeof one.address === 'string' ? one.address : '/test/generator',
      signal: oneOf(SIGNALS, one.signal, NEW_GENERATOR.signal),
      wave: oneOf(WAVES, one.wave, NEW_GENERATOR.wave),
      kind: oneOf(VALUE_KINDS, one.kind, NEW_GENERATOR.kind),
      low: number(one.low, 0),
      high: number(one.high, 1),
      frequency: number(one.frequency, NEW_GENERATOR.frequency),
      steps: number(one.steps, NEW_GENERATOR.steps),
      texts: Array.isArray(one.texts) ? one.texts.filter((text) => typeof text === 'string').slice(0, 100) : [],
      rate: number(one.rate, NEW_GENERATOR.rate),
      stopHidden: one.stopHidden === true,
    });
  }
  return found;
}

export type GeneratorProblem = 'address' | 'rate' | 'frequency' | 'range' | 'steps' | 'texts';

/** Why it cannot be started; empty if it can. */
export function problemsOf(settings: GeneratorSettings): GeneratorProblem[] {
  const problems: GeneratorProblem[] = [];
  if (!/^\/[^*]+$/.test(settings.address)) {
    problems.push('address');
  }
  if (!(settings.rate > 0 && settings.rate <= MAX_RATE)) {
    problems.push('rate');
  }
  if (!(settings.frequency >= 0 && settings.frequency <= MAX_RATE)) {
    problems.push('frequency');
  }
  if (!Number.isFinite(settings.low) || !Number.isFinite(settings.high)) {
    problems.push('range');
  }
  if (settings.wave === 'steps' && !(settings.steps >= 2 && settings.steps <= 1_000)) {
    problems.push('steps');
  }
  if (settings.kind === 'text' && settings.texts.length === 0 && settings.wave !== 'wheel' && settings.wave !== 'circle') {
    problems.push('texts');
  }
  return problems;
}
