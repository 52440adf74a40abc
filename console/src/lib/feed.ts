import type { Received } from '../clasp';
import { Parameters } from './parameters';
import { Signals } from './signals';

interface Held {
  received: Received;
  at: number;
}

/** Most signals kept while the display is paused. */
const HELD_SIGNALS = 300;

/**
 * Between the connection and what is shown. While paused, the newest write of each address and the newest signals wait
 * here.
 */
export class Feed {
  readonly parameters = new Parameters();
  readonly signals = new Signals();
  /** Changes that a pause keeps back. */
  held = 0;

  private holding = false;
  private restarted = false;
  private writes = new Map<string, Held>();
  private heldSignals: Held[] = [];

  /**
   * @param changed told whenever there is something new to show
   * @param local the router's time (µs) by the clock of this machine, in milliseconds since 1970
   */
  constructor(
    private readonly changed: () => void,
    private readonly local: (time: number) => number = (time) => time / 1000,
  ) {}

  get paused(): boolean {
    return this.holding;
  }

  /** A connection begins; the router now tells everything it knows. */
  connected(): void {
    if (this.holding) {
      this.restarted = true;
      this.writes.clear();
    } else {
      this.parameters.restart();
      this.changed();
    }
  }

  received(received: Received, now = Date.now()): void {
    if (!this.holding) {
      this.show(received, now);
    } else {
      this.held++;
      if (received.kind === 'param' && received.message.type !== 'PUBLISH') {
        this.writes.set(received.address, { received, at: now });
      } else {
        this.heldSignals.push({ received, at: now });
        if (this.heldSignals.length > 2 * HELD_SIGNALS) {
          this.heldSignals = this.heldSignals.slice(-HELD_SIGNALS);
        }
      }
    }
    this.changed();
  }

  pause(): void {
    this.holding = true;
    this.changed();
  }

  resume(): void {
    this.holding = false;
    if (this.restarted) {
      this.parameters.restart();
    }
    for (const { received, at } of this.writes.values()) {
      this.show(received, at);
    }
    for (const { received, at } of this.heldSignals.slice(-HELD_SIGNALS)) {
      this.show(received, at);
    }
    this.restarted = false;
    this.held = 0;
    this.writes.clear();
    this.heldSignals = [];
    this.changed();
  }

  private show(received: Received, now: number): void {
    // A PUBLISH of type param is forwarded and not stored, like an event.
    if (received.kind !== 'param' || received.message.type === 'PUBLISH') {
      this.signals.add(received, now);
    } else {
      const { timestamp } = received;
      this.parameters.write(received, now, timestamp === undefined ? undefined : this.local(timestamp));
    }
  }
}
