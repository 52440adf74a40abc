import { Refusal, tooFast, type Ack, type Client, type SetOptions, type Value } from '../clasp';

export type WriteState =
  | { kind: 'idle' }
  /** Values are on their way, the last of them is not confirmed. */
  | { kind: 'moving' }
  | { kind: 'done'; revision: number | undefined }
  | { kind: 'refused'; refusal: Refusal; value: Value };

/** After so many milliseconds without a movement the value is confirmed, though the finger may still be on the fader. */
export const REST = 250;
/** After so many milliseconds what was refused for its rate is written again; so often. */
export const AGAIN = 1_000;
const TRIES = 5;

export interface WriterParts {
  client: Pick<Client, 'set' | 'fire' | 'onError'>;
  address: string;
  told: (state: WriteState) => void;
  /** Calls back with the next frame of the display. */
  frame?: (callback: () => void) => void;
  setTimeout?: (callback: () => void, ms: number) => unknown;
  clearTimeout?: (timer: unknown) => void;
}

/**
 * Writes what a control says. While it moves, at most one value goes out for each frame, and nobody waits for an answer;
 * the value on which it rests is written so that the router confirms it. A value is never lost in silence: it is
 * confirmed, or there is a refusal that says why not.
 */
export class ValueWriter {
  private value: Value = null;
  private dirty = false;
  private framed = false;
  private timer: unknown;
  private writing = false;
  /** Something was moved since the last confirmed write was begun. */
  private unconfirmed = false;
  /** Confirmed writes in a row that were refused for their rate. */
  private tries = 0;
  private readonly stopListening: () => void;
  private readonly frame: (callback: () => void) => void;

  constructor(private readonly parts: WriterParts) {
    this.frame = parts.frame ?? ((callback) => requestAnimationFrame(callback));
    this.stopListening = parts.client.onError((refusal) => {
      // A movement may be faster than a token allows; what counts is its end.
      if (refusal.address === parts.address && this.unconfirmed && !tooFast(refusal)) {
        this.parts.told({ kind: 'refused', refusal, value: this.value });
      }
    });
  }

  /** The control is at this value, and may be somewhere else at once. */
  move(value: Value): void {
    this.value = value;
    this.dirty = true;
    this.unconfirmed = true;
    this.parts.told({ kind: 'moving' });
    if (!this.framed) {
      this.framed = true;
      this.frame(() => {
        this.framed = false;
        if (this.dirty) {
          this.dirty = false;
          this.parts.client.fire(this.parts.address, this.value);
        }
      });
    }
    this.rest();
  }

  /** The control rests at this value. */
  commit(value: Value): void {
    this.value = value;
    this.unconfirmed = true;
    void this.confirm();
  }

  /** Confirms what is not confirmed, and ends. */
  close(): void {
    if (this.unconfirmed) {
      void this.confirm();
    }
    this.stopListening();
  }

  /** Writes with a condition or a lock. */
  async set(value: Value, options: SetOptions): Promise<Ack | null> {
    try {
      const ack = await this.parts.client.set(this.parts.address, value, options);
      this.parts.told({ kind: 'done', revision: ack.revision });
      return ack;
    } catch (e) {
      this.refuse(e, value);
      return null;
    }
  }

  private rest(ms = REST): void {
    const { setTimeout = (callback, ms) => globalThis.setTimeout(callback, ms), clearTimeout = (t) => globalThis.clearTimeout(t as number) } =
      this.parts;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.confirm(), ms);
  }

  private async confirm(): Promise<void> {
    const { clearTimeout = (t: unknown) => globalThis.clearTimeout(t as number) } = this.parts;
    clearTimeout(this.timer);
    if (this.writing) {
      // One at a time; the newest follows.
      return;
    }
    this.writing = true;
    while (this.unconfirmed) {
      this.unconfirmed = false;
      this.dirty = false;
      const { value } = this;
      try {
        const { revision } = await this.parts.client.set(this.parts.address, value);
        this.tries = 0;
        if (!this.unconfirmed) {
          this.parts.told({ kind: 'done', revision });
        }
      } catch (e) {
        if (tooFast(e) && this.tries < TRIES) {
          // The movement has used up what the token may write in a second; its end comes when there is room.
          this.tries++;
          this.unconfirmed = true;
          this.parts.told({ kind: 'moving' });
          this.rest(AGAIN);
          break;
        }
        this.tries = 0;
        this.refuse(e, value);
      }
    }
    this.writing = false;
  }

  private refuse(error: unknown, value: Value): void {
    const refusal =
      error instanceof Refusal ? error : new Refusal('invalid', error instanceof Error ? error.message : String(error), 0, this.parts.address);
    this.parts.told({ kind: 'refused', refusal, value });
  }
}
