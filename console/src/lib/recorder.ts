import type { Received } from '../clasp/client';
import type { Value } from '../clasp/values';

interface RecorderWire {
  subscribe(pattern: string, callback: (received: Received) => void): { close(): void };
}

/** Samples kept of one address; beyond, every second one is dropped. */
const MAX_SAMPLES = 4_000;

/** Notes what comes at armed addresses, with its time since the recording began. */
export class Recorder {
  private readonly samples = new Map<string, { time: number; value: Value }[]>();
  private readonly subscriptions: { close(): void }[];
  private readonly began: number;

  /**
   * @param from position at which the recording begins, in milliseconds
   * @param now milliseconds
   */
  constructor(
    wire: RecorderWire,
    addresses: readonly string[],
    readonly from: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.began = now();
    this.subscriptions = addresses.map((address) => {
      this.samples.set(address, []);
      return wire.subscribe(address, (received) => this.received(address, received));
    });
  }

  /** In milliseconds since the start of the timeline. */
  position(): number {
    return this.from + this.now() - this.began;
  }

  count(address: string): number {
    return this.samples.get(address)?.length ?? 0;
  }

  /** Ends it. What was there when it began counts as its first sample. */
  stop(): Map<string, { time: number; value: Value }[]> {
    this.subscriptions.forEach((subscription) => subscription.close());
    return this.samples;
  }

  private received(address: string, received: Received): void {
    const samples = this.samples.get(address);
    if (!samples || received.past || (received.kind !== 'param' && received.kind !== 'stream')) {
      return;
    }
    const value = received.samples?.[received.samples.length - 1] ?? received.value;
    samples.push({ time: received.snapshot ? this.from : this.position(), value });
    if (samples.length > MAX_SAMPLES) {
      this.samples.set(
        address,
        samples.filter((_, i) => i % 2 === 0 || i === samples.length - 1),
      );
    }
  }
}
