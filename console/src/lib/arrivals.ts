import type { Received } from '../clasp';

/** What a subscription got, and when: milliseconds since 1970. */
export interface Arrival {
  seq: number;
  at: number;
  subscription: number;
  received: Received;
}

/** The newest arrivals of a bench; never observed. */
export class Arrivals {
  readonly counts = new Map<number, number>();
  private list: Arrival[] = [];
  private seq = 0;

  constructor(private readonly capacity = 1_000) {}

  add(subscription: number, received: Received, at: number): void {
    this.counts.set(subscription, (this.counts.get(subscription) ?? 0) + 1);
    this.list.push({ seq: ++this.seq, at, subscription, received });
    if (this.list.length >= 2 * this.capacity) {
      this.list = this.list.slice(-this.capacity);
    }
  }

  clear(): void {
    this.list = [];
    this.counts.clear();
  }

  /** Oldest first. */
  newest(): Arrival[] {
    return this.list.slice(-this.capacity);
  }
}
