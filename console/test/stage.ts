import type { Received, SubscribeOptions } from '../src/clasp/client';
import { Refusal } from '../src/clasp/client';
import type { Message } from '../src/clasp/message';
import type { Value } from '../src/clasp/values';
import { equal } from '../src/clasp/values';

/** A router in the hands of a test: parameters with revisions, subscriptions, bundles. Answers in the next microtask. */
export class StageRouter {
  /** µs. */
  micros = 1_000_000_000;
  readonly stored = new Map<string, { value: Value; revision: number }>();
  readonly bundled: { messages: Message[]; at: number | undefined }[] = [];
  readonly refusals = new Map<string, Refusal>();
  /** Called when a bundle has been carried out, before its answer. */
  onBundle: (messages: Message[]) => void = () => {};
  /** More are refused. */
  maxTimelines = Infinity;
  down = false;
  /** The next SET is carried out, and the connection breaks before its answer. */
  breaking = false;
  private readonly subs = new Set<{ pattern: string; callback: (received: Received) => void; options: SubscribeOptions }>();
  private readonly listeners = new Set<(state: { kind: string }) => void>();
  private readonly errors = new Set<(refusal: Refusal) => void>();

  /** A connection of its own. */
  wire(session: string) {
    const router = this;
    return {
      session,
      time: () => router.micros,
      async set(address: string, value: Value, options: { revision?: number } = {}) {
        await Promise.resolve();
        router.check(address);
        const revision = router.stored.get(address)?.revision;
        if (options.revision !== undefined && revision !== undefined && revision !== options.revision) {
          throw new Refusal('refused', `RevisionConflict: expected revision ${options.revision}, current is ${revision}`, 400, address);
        }
        if (router.breaking) {
          router.breaking = false;
          router.disconnect();
          router.write(address, value);
          throw new Refusal('closed', 'the connection broke before the answer came', 0, address);
        }
        return { address, revision: router.write(address, value) };
      },
      fire(address: string, value: Value) {
        if (router.down) {
          return false;
        }
        router.write(address, value);
        return true;
      },
      emit: () => Promise.resolve(),
      async bundle(messages: Message[], options: { at?: number } = {}) {
        await Promise.resolve();
        for (const message of messages) {
          router.check((message as { address: string }).address);
        }
        router.checkRoom(messages);
        router.bundled.push({ messages, at: options.at });
        for (const message of messages) {
          if (message.type === 'SET') {
            router.write(message.address, message.value);
          }
        }
        router.onBundle(messages);
        return {};
      },
      subscribe(pattern: string, callback: (received: Received) => void, options: SubscribeOptions = {}) {
        const sub = { pattern, callback, options };
        router.subs.add(sub);
        router.show(sub);
        return { close: () => void router.subs.delete(sub) };
      },
      onState(callback: (state: { kind: string }) => void) {
        router.listeners.add(callback);
        callback({ kind: router.down ? 'waiting' : 'live' });
        return () => void router.listeners.delete(callback);
      },
      onError(callback: (refusal: Refusal) => void) {
        router.errors.add(callback);
        return () => void router.errors.delete(callback);
      },
    };
  }

  write(address: string, value: Value): number {
    const revision = (this.stored.get(address)?.revision ?? 0) + 1;
    this.stored.set(address, { value, revision });
    for (const sub of [...this.subs]) {
      if (!this.down && matches(sub.pattern, address)) {
        sub.callback(received(address, value, revision, false));
      }
    }
    return revision;
  }

  value(address: string): Value | undefined {
    return this.stored.get(address)?.value;
  }

  get subscriptions(): number {
    return this.subs.size;
  }

  disconnect(): void {
    this.down = true;
    this.listeners.forEach((listener) => listener({ kind: 'waiting' }));
  }

  connect(): void {
    this.down = false;
    this.listeners.forEach((listener) => listener({ kind: 'live' }));
    [...this.subs].forEach((sub) => this.show(sub));
  }

  object(refusal: Refusal): void {
    this.errors.forEach((listener) => listener(refusal));
  }

  /** Timelines that were told to play, by address, newest last. */
  played(): Map<string, Value> {
    const found = new Map<string, Value>();
    for (const { messages } of this.bundled) {
      for (const message of messages) {
        if (message.type === 'PUBLISH' && message.signal === 'timeline') {
          found.delete(message.address);
          if (!equal(message.value, { keyframes: [] })) {
            found.set(message.address, message.value ?? null);
          }
        }
      }
    }
    return found;
  }

  private checkRoom(messages: Message[]): void {
    const played = new Set(this.played().keys());
    for (const message of messages) {
      if (message.type === 'PUBLISH' && message.signal === 'timeline') {
        played.delete(message.address);
        if (!equal(message.value, { keyframes: [] }) && played.add(message.address).size > this.maxTimelines) {
          throw new Refusal('refused', `Too many timelines of this session (max ${this.maxTimelines})`, 429, message.address);
        }
      }
    }
  }

  private check(address: string): void {
    if (this.down) {
      throw new Refusal('closed', 'there is no connection to the router', 0, address);
    }
    const refusal = this.refusals.get(address);
    if (refusal) {
      throw refusal;
    }
  }

  private show(sub: { pattern: string; callback: (received: Received) => void; options: SubscribeOptions }): void {
    if (this.down) {
      return;
    }
    for (const [address, { value, revision }] of this.stored) {
      if (matches(sub.pattern, address)) {
        sub.callback(received(address, value, revision, true));
      }
    }
    sub.options.ready?.();
  }
}

function matches(pattern: string, address: string): boolean {
  return pattern.endsWith('/*')
    ? address.startsWith(pattern.slice(0, -1)) && !address.slice(pattern.length - 1).includes('/')
    : pattern.endsWith('/**')
      ? address.startsWith(pattern.slice(0, -2))
      : pattern === address;
}

function received(address: string, value: Value, revision: number, snapshot: boolean): Received {
  return { kind: 'param', address, value, revision, snapshot, message: { type: 'SET', address, value } };
}

/** Timers that a test turns. */
export class Hands {
  private now = 0;
  private next = 1;
  private readonly timers = new Map<number, { at: number; callback: () => void }>();

  constructor(private readonly passed: (ms: number) => void = () => {}) {}

  setTimeout = (callback: () => void, ms: number): unknown => {
    this.timers.set(this.next, { at: this.now + Math.max(0, ms), callback });
    return this.next++;
  };

  clearTimeout = (timer: unknown): void => void this.timers.delete(timer as number);

  /** Lets so much time pass; what is due runs in order, and so do the promises that it settles. */
  async turn(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at)[0];
      const at = due?.[1].at ?? until;
      this.passed(at - this.now);
      this.now = at;
      if (!due) {
        break;
      }
      this.timers.delete(due[0]);
      due[1].callback();
      await settled();
    }
    await settled();
  }
}

/** All promises that can go on have gone on. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 30; i++) {
    await Promise.resolve();
  }
}

export function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => void items.delete(key),
    setItem: (key, value) => void items.set(key, value),
  };
}
