import type { Received } from '../clasp/client';
import type { Value } from '../clasp/values';
import { Touch, type Wire } from './touch';

/** After so long an unanswered write is made again although the connection seems to be there. */
const RETRY_MS = 1_000;

interface Place {
  subscription: { close(): void };
  touches: Set<Touch>;
  /** What came last, for a control that is shown later. */
  last: { value: Value; revision: number } | undefined;
  /** Messages since the last frame, for what shows that something came. */
  refused: string;
}

/** Frames of the display, or of a test. */
export interface Frames {
  request(callback: () => void): void;
}

const display: Frames = { request: (callback) => void requestAnimationFrame(callback) };

/**
 * The addresses of the controls that are shown: each is subscribed to once. Draws and sends once a frame, however much
 * comes.
 */
export class Board {
  private readonly places = new Map<string, Place>();
  private readonly dirty = new Map<Touch, () => void>();
  private readonly draws = new Map<Touch, () => void>();
  /** Shown no more, but with a last value that the router has not confirmed. */
  private readonly leaving = new Set<Touch>();
  private asked = false;
  private closed = false;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly wire: Wire,
    private readonly frames: Frames = display,
  ) {}

  /**
   * A control begins to show and to write an address.
   *
   * @param draw called at most once a frame, when what is to be shown has changed
   */
  bind(address: string, draw: (touch: Touch) => void): Touch {
    const touch: Touch = this.returned(address) ?? new Touch(address, this.wire, () => this.changed(touch));
    this.draws.set(touch, () => draw(touch));
    const place = this.place(address);
    place.touches.add(touch);
    if (place.refused) {
      touch.refused({ code: 0, message: place.refused });
    }
    if (place.last) {
      touch.received(place.last.value, place.last.revision);
    }
    if (touch.value !== undefined) {
      this.changed(touch);
    }
    return touch;
  }

  /** A control is not shown any more. What it still has to write is written, without a connection when there is one. */
  unbind(touch: Touch): void {
    touch.release();
    this.draws.delete(touch);
    this.dirty.delete(touch);
    this.part(touch);
  }

  private part(touch: Touch): void {
    if (touch.pending) {
      this.leaving.add(touch);
      return;
    }
    this.leaving.delete(touch);
    const place = this.places.get(touch.address);
    if (place?.touches.delete(touch) && place.touches.size === 0) {
      place.subscription.close();
      this.places.delete(touch.address);
    }
  }

  /** One that has left with something to write, and is shown again: its value is newer than that of the router. */
  private returned(address: string): Touch | undefined {
    for (const touch of this.leaving) {
      if (touch.address === address) {
        this.leaving.delete(touch);
        return touch;
      }
    }
    return undefined;
  }

  close(): void {
    this.closed = true;
    for (const touch of [...this.draws.keys()]) {
      this.unbind(touch);
    }
  }

  private place(address: string): Place {
    let place = this.places.get(address);
    if (!place) {
      const made: Place = { subscription: { close() {} }, touches: new Set(), last: undefined, refused: '' };
      this.places.set(address, made);
      made.subscription = this.wire.subscribe(address, (received) => this.received(made, received), {
        refused: ({ message }) => {
          made.refused = message;
          made.touches.forEach((touch) => touch.refused({ code: 0, message }));
        },
        ready: () => {
          if (made.refused) {
            made.refused = '';
            made.touches.forEach((touch) => touch.refused(null));
          }
          [...made.touches].forEach((touch) => touch.online());
        },
      });
      place = made;
    }
    return place;
  }

  private received(place: Place, received: Received): void {
    if (received.past || received.kind === 'timeline') {
      return;
    }
    const value = received.samples?.[received.samples.length - 1] ?? received.value;
    const revision = received.revision ?? 0;
    place.last = { value, revision };
    place.touches.forEach((touch) => touch.received(value, revision));
  }

  private changed(touch: Touch): void {
    const draw = this.draws.get(touch);
    if (draw) {
      this.dirty.set(touch, draw);
      this.ask();
    } else {
      this.part(touch);
    }
    if (touch.stalled && this.retryTimer === undefined) {
      // Ends when nothing waits any more: a touch gives up what is too old.
      this.retryTimer = setTimeout(() => {
        this.retryTimer = undefined;
        [...this.leaving, ...this.draws.keys()].forEach((each) => each.online());
      }, RETRY_MS);
    }
  }

  private ask(): void {
    if (!this.asked && !this.closed) {
      this.asked = true;
      this.frames.request(() => {
        this.asked = false;
        this.frame();
      });
    }
  }

  private frame(): void {
    const drawn = [...this.dirty];
    this.dirty.clear();
    for (const [touch, draw] of drawn) {
      touch.flush();
      draw();
      if (touch.restless) {
        this.dirty.set(touch, draw);
      }
    }
    if (this.dirty.size > 0) {
      this.ask();
    }
  }
}
