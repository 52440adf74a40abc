import type { Message } from '../clasp/message';
import { int, isMap, numberOf, type Value, type ValueMap } from '../clasp/values';
import { pageTimers } from './pageClock';
import { carryOut, forgetMessage, playMessage, sentence, setMessage, type StageWire, type Timers } from './sending';
import { positionAt, valueAt, wireKeyframes, type Timeline } from './timeline';
import { STALE_MS } from './touch';

export type Playing = 'stopped' | 'paused' | 'playing';

/** What everybody knows of a timeline that is played: kept by the router beside the timeline. */
export interface PlayState {
  playing: Playing;
  /** While it plays: the time of the router (µs) at which position 0 was, or is. */
  start: number;
  /** Otherwise: where it stands, in milliseconds. */
  position: number;
}

const STOPPED: PlayState = { playing: 'stopped', start: 0, position: 0 };
/** All tracks begin together, so they are told a little before. */
const LEAD_MICROS = 60_000;
/** After the end the router keeps nothing of it. */
const AFTER_MS = 500;

/**
 * Plays a timeline: every track is a timeline of the protocol that the router plays by itself, all with one start time.
 * So it goes on when this page is closed, and is as steady as the router. Where it is, is a parameter beside it, which
 * all consoles show.
 */
export class Playhead {
  state: PlayState = STOPPED;
  /** What the router said no to; empty if nothing. */
  problem = '';

  private readonly closers: (() => void)[] = [];
  private timer: unknown;
  private played: string[] = [];
  private scrubbed: number | undefined;
  /** Nobody knows whether the last attempt was carried out: there was no answer. */
  private unanswered = false;
  /** Where a hand has let go of the playhead, and when (µs), if the values there were not confirmed. */
  private owed: { position: number; at: number } | undefined;

  /**
   * @param address where the state is kept, such as `/console/timelines/intro/state`
   */
  constructor(
    private readonly wire: StageWire,
    private readonly address: string,
    private timeline: Timeline,
    private readonly changed: () => void,
    private readonly timers: Timers = pageTimers,
  ) {
    const subscription = wire.subscribe(
      address,
      (received) => {
        if (received.kind === 'param' && !received.past) {
          this.state = stateOf(received.value);
          this.changed();
        }
      },
      { ready: () => this.again() },
    );
    this.closers.push(() => subscription.close());
  }

  close(): void {
    this.closers.splice(0).forEach((close) => close());
    this.timers.clearTimeout(this.timer);
  }

  /** The timeline was edited; what plays goes on as it was until it is played again. */
  edited(timeline: Timeline): void {
    this.timeline = timeline;
  }

  /** In milliseconds. */
  position(now = this.wire.time()): number {
    return this.scrubbed ?? (this.state.playing === 'playing' ? positionAt(this.timeline, this.state.start, now) : this.state.position);
  }

  /** It plays, and its end has not come. */
  running(now = this.wire.time()): boolean {
    return this.state.playing === 'playing' && (this.timeline.loop || (now - this.state.start) / 1000 < this.timeline.length);
  }

  async play(from = this.position()): Promise<void> {
    this.owed = undefined;
    const { length, loop } = this.timeline;
    const position = from >= length ? 0 : from;
    const start = Math.round(this.wire.time() + LEAD_MICROS - position * 1000);
    const tracks = this.timeline.tracks.filter((track) => track.keys.length > 0 && track.address !== '');
    const messages = tracks.map(({ address, keys }) =>
      playMessage(address, wireKeyframes(keys), { start, duration: length * 1000, loop }),
    );
    const refused = await this.attempt([
      ...this.played.filter((address) => !tracks.some((track) => track.address === address)).map(forgetMessage),
      ...messages,
    ]);
    const taken = tracks.filter((track) => !refused?.has(track.address));
    if (refused && (taken.length > 0 || tracks.length === 0)) {
      this.played = taken.map((track) => track.address);
      await this.tell({ playing: 'playing', start, position });
      this.timers.clearTimeout(this.timer);
      if (!loop) {
        this.timer = this.timers.setTimeout(() => void this.ended(start), length - position + LEAD_MICROS / 1000 + AFTER_MS);
      }
    }
  }

  async pause(): Promise<void> {
    const position = this.position();
    if (await this.halt()) {
      await this.tell({ playing: 'paused', start: 0, position });
    }
  }

  async stop(): Promise<void> {
    if (await this.halt()) {
      await this.tell(STOPPED);
    }
  }

  /** While a hand is on the playhead: the values at a position, without an answer. */
  scrub(position: number): void {
    this.scrubbed = Math.min(this.timeline.length, Math.max(0, position));
    for (const { address, keys } of this.timeline.tracks) {
      const value = valueAt(keys, this.scrubbed);
      if (value !== undefined && address !== '') {
        this.wire.fire(address, value);
      }
    }
    this.changed();
  }

  /** The hand is gone: the values once more, confirmed, and from here it plays on. */
  async scrubEnd(): Promise<void> {
    const position = this.scrubbed;
    if (position === undefined) {
      return;
    }
    const sets = this.timeline.tracks.flatMap(({ address, keys }) => {
      const value = valueAt(keys, position);
      return value === undefined || address === '' ? [] : [setMessage(address, value)];
    });
    this.owed = undefined;
    if (!(await this.attempt(sets)) && this.unanswered) {
      this.owed = { position, at: this.wire.time() };
    }
    await this.tell({ playing: 'paused', start: 0, position });
    this.scrubbed = undefined;
    this.changed();
  }

  /** There is a connection again: what a hand has left without one is made up for, unless it plays or is long ago. */
  private again(): void {
    const { owed } = this;
    this.owed = undefined;
    if (owed && this.scrubbed === undefined && !this.running() && this.wire.time() - owed.at < STALE_MS * 1000) {
      this.scrubbed = owed.position;
      void this.scrubEnd();
    }
  }

  /** Plays nothing any more, whoever began it. */
  private async halt(): Promise<boolean> {
    this.owed = undefined;
    this.timers.clearTimeout(this.timer);
    const addresses = new Set([...this.played, ...this.timeline.tracks.map((track) => track.address)]);
    const refused = await this.attempt([...addresses].filter((address) => address !== '').map(forgetMessage));
    if (refused) {
      this.played = [];
    }
    return refused !== undefined;
  }

  private async ended(start: number): Promise<void> {
    // A hand that is on the playhead meanwhile says where it stands.
    const still = () => this.state.playing === 'playing' && this.state.start === start && this.scrubbed === undefined;
    if (still() && (await this.halt()) && still()) {
      await this.tell({ playing: 'stopped', start: 0, position: this.timeline.length });
    }
  }

  /** What the router refuses is left out, named and returned; the rest is carried out. Undefined if nobody knows what was. */
  private async attempt(messages: Message[]): Promise<Set<string> | undefined> {
    try {
      const refused = await carryOut(this.wire, messages);
      this.problem = [...refused].map(([address, why]) => `${address}: ${why}`).join('; ');
      return new Set(refused.keys());
    } catch (e) {
      const { kind = '' } = e as { kind?: string };
      this.unanswered = kind === 'closed' || kind === 'timeout';
      this.problem = sentence(e);
      return undefined;
    } finally {
      this.changed();
    }
  }

  private async tell(state: PlayState): Promise<void> {
    this.state = state;
    this.changed();
    try {
      await this.wire.set(this.address, valueOfState(state), { ttl: 'never' });
    } catch (e) {
      this.problem = sentence(e);
      this.changed();
    }
  }
}

function valueOfState(state: PlayState): ValueMap {
  return { playing: state.playing, start: int(state.start), position: state.position };
}

/** What is no state is: stopped. */
export function stateOf(value: Value): PlayState {
  if (!isMap(value)) {
    return STOPPED;
  }
  const playing = value['playing'];
  const start = numberOf(value['start']) ?? 0;
  const position = numberOf(value['position']) ?? 0;
  return playing === 'playing' || playing === 'paused'
    ? { playing, start, position: Math.max(0, position) }
    : { ...STOPPED, position: Math.max(0, position) };
}
