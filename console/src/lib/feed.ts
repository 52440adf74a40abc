import { Parameters, type SnapshotMeta } from './parameters';
import { Signals } from './signals';

interface Write {
  value: unknown;
  at: number;
  meta: SnapshotMeta | undefined;
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
  private writes = new Map<string, Write>();
  private heldSignals: { address: string; value: unknown; at: number }[] = [];

  /** Told whenever there is something new to show. */
  constructor(private readonly changed: () => void) {}

  get paused(): boolean {
    return this.holding;
  }

  connected(): void {
    if (this.holding) {
      this.restarted = true;
      this.writes.clear();
    } else {
      this.parameters.restart();
      this.changed();
    }
  }

  parameter(address: string, value: unknown, meta?: SnapshotMeta, now = Date.now()): void {
    if (this.holding) {
      this.held++;
      this.writes.set(address, { value, at: now, meta });
    } else {
      this.parameters.write(address, value, now, meta);
    }
    this.changed();
  }

  signal(address: string, value: unknown, now = Date.now()): void {
    if (this.holding) {
      this.held++;
      this.heldSignals.push({ address, value, at: now });
      if (this.heldSignals.length > 2 * HELD_SIGNALS) {
        this.heldSignals = this.heldSignals.slice(-HELD_SIGNALS);
      }
    } else {
      this.signals.add(address, value, now);
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
    for (const [address, { value, at, meta }] of this.writes) {
      this.parameters.write(address, value, at, meta);
    }
    for (const { address, value, at } of this.heldSignals.slice(-HELD_SIGNALS)) {
      this.signals.add(address, value, at);
    }
    this.restarted = false;
    this.held = 0;
    this.writes.clear();
    this.heldSignals = [];
    this.changed();
  }
}
