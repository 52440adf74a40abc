import { tooFast, type Received } from '../clasp/client';
import { equal, type Value } from '../clasp/values';

/** What a control needs of the connection. */
export interface Wire {
  /** Writes and waits for the router. */
  set(address: string, value: Value): Promise<{ revision?: number }>;
  /** Writes without an answer. Says whether it was sent. */
  fire(address: string, value: Value): boolean;
  emit(address: string, value: Value): Promise<void>;
  subscribe(
    pattern: string,
    callback: (received: Received) => void,
    options: { refused?: (refusal: { message: string }) => void; ready?: () => void },
  ): { close(): void };
}

/** Why a write is not there: a sentence of the router, and what it is about. */
export interface Problem {
  code: number;
  message: string;
}

/** So long after it was made a write that could not be sent is still made up for. */
export const STALE_MS = 60_000;

const CLOSED_KINDS = new Set(['closed', 'timeout']);

/**
 * One address under a user's hands, both ways.
 *
 * While it is held, what others write is noted and not shown, and movements go out without an answer, at most one each
 * frame. When it is let go the last value is written once more and confirmed; until then the echoes of the movement are
 * not shown either. A write that was not answered because the connection broke, or that was refused because there were
 * too many, is written again a little later.
 * Only one confirmed write is on its way; of those that come meanwhile the newest follows.
 */
export class Touch {
  /** What is to be shown; undefined while nothing is known. */
  value: Value | undefined;
  /** The router has refused the last write, or the subscription. */
  problem: Problem | null = null;
  held = false;

  /** The newest that the router has said. */
  private known: { value: Value; revision: number } | undefined;
  /** The newest value that is to be written and confirmed. */
  private wanted: { value: Value; at: number } | undefined;
  private writing = false;
  /** The newest movement that has not gone out. */
  private moved: { value: Value } | undefined;
  private retry = false;

  /**
   * @param changed something is to be drawn again
   * @param now milliseconds
   */
  constructor(
    readonly address: string,
    private readonly wire: Wire,
    private readonly changed: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** A write was not answered, and is to be made again. */
  get stalled(): boolean {
    return this.retry;
  }

  /** A write is to be made up for, or on its way. */
  get pending(): boolean {
    return this.writing || this.wanted !== undefined;
  }

  /** From the router. */
  received(value: Value, revision = 0): void {
    this.known = { value, revision };
    if (!this.held && !this.pending) {
      this.show(value);
    }
  }

  press(): void {
    this.held = true;
  }

  /** While it is held. */
  move(value: Value): void {
    if (this.value === undefined || !equal(this.value, value)) {
      this.moved = { value };
      this.show(value);
    }
  }

  /** Once a frame. */
  flush(): void {
    if (this.moved && this.held && !this.writing) {
      // What cannot be sent now is tried in the next frame, or written at the end.
      if (this.wire.fire(this.address, this.moved.value)) {
        this.moved = undefined;
      }
    }
  }

  /** There is something to send in the next frame. */
  get restless(): boolean {
    return this.moved !== undefined && this.held;
  }

  /** Lets go; the value as it is now stays. */
  release(): void {
    if (!this.held) {
      return;
    }
    this.held = false;
    this.moved = undefined;
    if (this.value !== undefined) {
      this.write(this.value);
    }
  }

  /**
   * Writes a value that is final: a button, a key.
   *
   * @param lasting it is made up for however late: what was switched on as long as it is held has to go off
   */
  write(value: Value, lasting = false): void {
    this.wanted = { value, at: lasting ? Infinity : this.now() };
    this.show(value);
    this.next();
  }

  /** There is a connection again, and what the router has is known. */
  online(): void {
    if (this.retry) {
      this.retry = false;
      if (this.wanted && this.now() - this.wanted.at > STALE_MS) {
        this.wanted = undefined;
        this.settle();
        this.changed();
      }
      this.next();
    }
  }

  refused(problem: Problem | null): void {
    this.problem = problem;
    this.changed();
  }

  private next(): void {
    const wanted = this.wanted;
    if (this.writing || this.retry || !wanted) {
      return;
    }
    this.writing = true;
    this.wire.set(this.address, wanted.value).then(
      ({ revision = 0 }) => {
        this.writing = false;
        this.problem = null;
        if (this.wanted === wanted) {
          this.wanted = undefined;
          if (!this.known || this.known.revision <= revision) {
            this.known = { value: wanted.value, revision };
          }
          this.settle();
        }
        this.changed();
        this.next();
      },
      (e: unknown) => {
        this.writing = false;
        const { kind = 'refused', code = 0, message = '' } = e as { kind?: string; code?: number; message?: string };
        if (CLOSED_KINDS.has(kind)) {
          // Nobody knows whether it was done; to write it twice does no harm.
          this.retry = true;
        } else if (tooFast(e)) {
          // The movement has used up what the token may write in a second; its end comes when there is room.
          this.retry = true;
          this.problem = { code, message };
        } else {
          this.problem = { code, message };
          if (this.wanted === wanted) {
            this.wanted = undefined;
            this.settle();
          }
        }
        this.changed();
        this.next();
      },
    );
  }

  /** Nothing of ours is on its way: what the router has counts, also what others have written since. */
  private settle(): void {
    if (!this.held && this.known) {
      this.show(this.known.value);
    }
  }

  private show(value: Value): void {
    this.value = value;
    this.changed();
  }
}
