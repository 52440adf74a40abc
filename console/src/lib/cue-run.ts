import { tooFast, type Refusal } from '../clasp/client';
import type { Message } from '../clasp/message';
import { equal, int, isMap, numberOf, type Value } from '../clasp/values';
import type { Cue, CueList } from './cues';
import { between, blends, glides } from './easing';
import { pageTimers } from './pageClock';
import { bundles, carryOut, forgetMessage, playMessage, sentence, setMessage, type StageWire, type Timers } from './sending';
import { wireKeyframes } from './timeline';

/** What everybody knows of a list that is run: kept by the router beside the list. Times are µs of the router. */
export interface CueState {
  /** The current cue; empty before the first. */
  cue: string;
  /** When it begins, after its delay, and when it ends. */
  start: number;
  end: number;
  running: boolean;
  /** The session whose console runs it and does what follows, or that has stopped it. */
  by: string;
}

const NOTHING: CueState = { cue: '', start: 0, end: 0, running: false, by: '' };

/** So long before a cue begins the router is told, so that everything begins together. */
const LEAD_MS = 50;
/** So long after the end it is looked whether everything is there. */
const AFTER_MS = 150;
/** Timelines that one session may have, with some to spare; what is more goes in steps. */
const MAX_PLAYED = 80;
/** Steps of what the router does not play. */
const STEP_MS = 40;
/** After so long it is tried again, if the router did not answer or had too much to do. */
const AGAIN_MS = 1_000;
/** The code of an ERROR that says so. */
const TOO_MANY = 429;
/** Addresses whose values are followed: a session may have 1,000 subscriptions. */
const MAX_WATCHED = 800;
/** Who presses GO again and again while the router is silent. */
const MAX_UNANSWERED = 16;

/** What became of a step; unanswered: nobody knows, or it is to be tried again. */
type Claimed = 'made' | 'refused' | 'unanswered';

/** The way of one address. Times are µs of the router. */
interface Fade {
  address: string;
  from: Value;
  to: Value;
  start: number;
  end: number;
  /** When its end is written, if this page moves it: again if that failed, never while nobody has answered. */
  due: number;
}

/** How one cue is carried out. */
interface Run {
  cue: Cue;
  by: string;
  start: number;
  end: number;
  /** Where each fading address begins. */
  from: Map<string, Value>;
  /** So many timelines the router may play for it, and those that it was told to. */
  most: number;
  playing: string[];
  /** Addresses that the router refused: why. */
  refused: Map<string, string>;
  /** The router has been told. */
  sent: boolean;
  /** Everything is where it should be. */
  done: boolean;
  /** And everybody knows. */
  told: boolean;
  /** It is time for the next. */
  due: boolean;
}

/**
 * Runs a list of cues: one state for all consoles, changed only by who has seen the last one, so that two hands on GO
 * make one step.
 *
 * A cue is one bundle for one time: what changes at once is a SET, what fades a timeline that the router plays, all
 * with the same start. So it goes on without this page. What the router cannot play (more addresses than a session may
 * have timelines) goes in bundled steps, to its end, also when another cue has begun meanwhile. At the end everything that is not where it should be is written and confirmed;
 * after a reconnect the same is told again, with the old start, so nothing jumps and nothing is lost. A step whose answer
 * was lost is found again by its start and session.
 */
export class CueRun {
  state: CueState = NOTHING;
  /** The last thing that went wrong; empty if nothing. */
  problem = '';
  /** Somebody else was faster with GO. */
  overtaken = false;
  /** Addresses of the current cue that the router refused, and why. */
  refused: ReadonlyMap<string, string> = new Map();

  private readonly closers: (() => void)[] = [];
  private readonly values = new Map<string, Value>();
  private watched = new Map<string, { close(): void }>();
  private revision = 0;
  private run: Run | undefined;
  private begin: unknown;
  private finish: unknown;
  private step: unknown;
  private next: unknown;
  /** What the router moves for us, as far as it has not been told to forget it. */
  private readonly played = new Map<string, Fade>();
  /** What this page moves, of any cue. */
  private readonly moving = new Map<string, Fade>();
  private list: CueList;
  private live = true;
  private closed = false;
  /** Steps that are asked for, without an answer yet. */
  private asking = 0;
  /** Addresses that have not been heard of since the connection broke. */
  private readonly doubtful = new Set<string>();
  /** Steps that were asked for and perhaps made: there was no answer. */
  private unanswered: { cue: Cue; state: CueState }[] = [];

  /**
   * @param address where the state is kept, such as `/console/cues/show/state`
   */
  constructor(
    private readonly wire: StageWire,
    private readonly address: string,
    list: CueList,
    private readonly changed: () => void,
    private readonly timers: Timers = pageTimers,
  ) {
    this.list = list;
    this.edited(list);
    const state = wire.subscribe(
      address,
      (received) => {
        if (received.kind === 'param' && !received.past) {
          this.told(received.value, received.revision ?? 0);
        }
      },
      { ready: () => this.again() },
    );
    this.closers.push(
      () => state.close(),
      wire.onState(({ kind }) => {
        this.live = kind === 'live';
        if (!this.live) {
          // Another life of the router may begin to count anew, and have forgotten what it had.
          this.revision = 0;
          [...this.values.keys()].forEach((each) => this.doubtful.add(each));
        }
      }),
      wire.onError(({ code, message, address: about }) => {
        if (about !== undefined && !tooFast({ code, message })) {
          this.objected(about, message, code);
        }
      }),
    );
  }

  /** The screen is left: a cue that runs is brought to its end, and nothing follows it. */
  close(): void {
    this.closed = true;
    this.timers.clearTimeout(this.next);
    this.leave();
  }

  /** Once nothing is in hand any more. */
  private leave(): void {
    if (this.closed && this.asking === 0 && (!this.run || this.run.told) && this.moving.size === 0) {
      this.dispose();
    }
  }

  private dispose(): void {
    this.closers.splice(0).forEach((close) => close());
    this.watched.forEach((subscription) => subscription.close());
    this.watched.clear();
    [this.begin, this.finish, this.step, this.next].forEach((timer) => this.timers.clearTimeout(timer));
  }

  /** The list was changed; a cue that runs goes on as it was. */
  edited(list: CueList): void {
    this.list = list;
    const all = new Set(list.cues.flatMap((cue) => cue.values.map((value) => value.address)));
    const wanted = new Set([...all].slice(0, MAX_WATCHED));
    for (const [address, subscription] of this.watched) {
      if (!wanted.has(address)) {
        subscription.close();
        this.watched.delete(address);
        this.values.delete(address);
        this.doubtful.delete(address);
      }
    }
    for (const address of wanted) {
      if (!this.watched.has(address)) {
        this.watched.set(
          address,
          this.wire.subscribe(address, (received) => {
            if (received.kind === 'param' && !received.past) {
              this.values.set(address, received.value);
              this.doubtful.delete(address);
            }
          }),
        );
      }
    }
  }

  /** What the router has at an address of the list; undefined if nothing is known. */
  value(address: string): Value | undefined {
    return this.values.get(address);
  }

  get current(): number {
    return this.list.cues.findIndex((cue) => cue.id === this.state.cue);
  }

  /** The cue that GO runs; undefined at the end of the list. */
  get following(): Cue | undefined {
    return this.list.cues[this.current + 1];
  }

  /** 0 to 1, the delay included; 1 when nothing runs. */
  progress(now = this.wire.time()): number {
    const { start, end, running } = this.state;
    const cue = this.list.cues[this.current];
    const from = start - (cue?.delay ?? 0) * 1e6;
    return !running || end <= from ? 1 : Math.min(1, Math.max(0, (now - from) / (end - from)));
  }

  go(): Promise<boolean> {
    return this.to(this.following);
  }

  back(): Promise<boolean> {
    return this.to(this.list.cues[this.current - 1]);
  }

  goTo(id: string): Promise<boolean> {
    return this.to(this.list.cues.find((cue) => cue.id === id));
  }

  /** Everything stays where it is. */
  async stop(): Promise<void> {
    this.unanswered = [];
    this.callOff();
    this.abandon();
    const cue = this.list.cues[this.current];
    // What this page moves, the router may still be asked to forget.
    const addresses = new Set([...this.played.keys(), ...this.moving.keys(), ...(cue?.values.map((value) => value.address) ?? [])]);
    this.played.clear();
    this.moving.clear();
    await this.attempt([...addresses].map(forgetMessage));
    await this.claim({ ...this.state, running: false, by: this.wire.session });
  }

  /** What the router has taken for the beginning of the cue does not happen any more. */
  private callOff(): void {
    const run = this.run;
    if (run?.sent && run.start > this.wire.time() - LEAD_MS * 1000) {
      // If that fails there is no connection, or it has begun.
      this.wire.bundle([], { at: run.start }).catch(() => {});
    }
  }

  private async to(cue: Cue | undefined): Promise<boolean> {
    if (!cue) {
      return false;
    }
    const start = Math.round(this.wire.time() + cue.delay * 1e6 + LEAD_MS * 1000);
    const end = start + cue.fade * 1e6;
    const state: CueState = { cue: cue.id, start, end, running: true, by: this.wire.session };
    const reachable = this.live;
    this.asking++;
    const claimed = await this.claim(state);
    this.asking--;
    if (claimed === 'unanswered' && reachable) {
      this.unanswered = [...this.unanswered.slice(-MAX_UNANSWERED), { cue, state }];
    }
    // Whoever has seen this step may have made the next already.
    if (claimed === 'made' && same(this.state, state)) {
      this.take(cue, state);
    } else if (!this.takeUnanswered()) {
      this.leave();
      return false;
    }
    return true;
  }

  /** A step is ours to carry out. */
  private take(cue: Cue, { start, end, by }: CueState): void {
    this.unanswered = [];
    this.forgetRun();
    this.run = { cue, by, start, end, from: new Map(), most: MAX_PLAYED, playing: [], refused: new Map(), sent: false, done: false, told: false, due: false };
    this.refused = this.run.refused;
    this.plan(this.run);
  }

  /** The step was made, and its answer was lost. */
  private takeUnanswered(): boolean {
    const step = this.unanswered.find(({ state }) => same(this.state, state));
    if (!step) {
      return false;
    }
    this.problem = '';
    this.take(step.cue, step.state);
    return true;
  }

  /** Takes the list a step further, if nobody else has meanwhile. */
  private async claim(next: CueState): Promise<Claimed> {
    const value = { cue: next.cue, start: int(next.start), end: int(next.end), running: next.running, by: next.by };
    this.overtaken = false;
    try {
      const { revision = 0 } = await this.wire.set(this.address, value, { revision: this.revision, ttl: 'never' });
      if (revision >= this.revision) {
        this.revision = revision;
        this.state = next;
      }
      this.problem = '';
      this.changed();
      return 'made';
    } catch (e) {
      const { kind = '' } = e as { kind?: string };
      this.overtaken = sentence(e).startsWith('RevisionConflict');
      this.problem = this.overtaken ? '' : sentence(e);
      this.changed();
      return kind === 'closed' || kind === 'timeout' || tooFast(e) ? 'unanswered' : 'refused';
    }
  }

  /** The state as the router has it. */
  private told(value: Value, revision: number): void {
    if (revision < this.revision) {
      // The answer to our own step was faster than what was before it.
      return;
    }
    this.revision = revision;
    this.state = stateOf(value);
    const { cue, start, end, running, by } = this.state;
    const run = this.run;
    // Of ours we know; only if the screen was left, another may be there that makes them with the same session.
    const own = run !== undefined && running && cue === run.cue.id && start === run.start;
    if (by !== this.wire.session || (this.closed && !own)) {
      if (!running && this.wire.time() < end) {
        this.moving.clear();
      } else if (running) {
        this.let(this.list.cues.find(({ id }) => id === cue));
      }
    }
    // Another console has gone on, or stopped: what we had in hand is over.
    if (run && (cue !== run.cue.id || start !== run.start || (!running && (!run.done || by !== run.by)))) {
      if (!running) {
        this.callOff();
      }
      this.abandon();
    }
    if (this.asking === 0) {
      this.takeUnanswered();
    }
    this.changed();
  }

  private abandon(): void {
    this.forgetRun();
    this.leave();
  }

  /** What a cue moves is not moved by an earlier one any more. */
  private let(cue: Cue | undefined): void {
    cue?.values.forEach(({ address }) => this.moving.delete(address));
  }

  private forgetRun(): void {
    this.run = undefined;
    [this.begin, this.finish, this.next].forEach((timer) => this.timers.clearTimeout(timer));
  }

  // --- one cue ------------------------------------------------------------------------------------

  private plan(run: Run): void {
    const until = (time: number) => Math.max(0, (time - this.wire.time()) / 1000);
    this.begin = this.timers.setTimeout(() => void this.send(run), until(run.start) - LEAD_MS);
    this.finish = this.timers.setTimeout(() => void this.complete(run), until(run.end) + AFTER_MS);
  }

  private mine(run: Run): boolean {
    return this.run === run;
  }

  /** Everything of the cue, in bundles for the moment at which it begins. May be said again. */
  private async send(run: Run): Promise<void> {
    if (!this.mine(run) || !this.live) {
      return;
    }
    const fades: Fade[] = [];
    const at: Message[] = [];
    const { start, end } = run;
    for (const { address, value } of run.cue.values) {
      if (run.refused.has(address)) {
        continue;
      }
      const from = run.from.get(address) ?? this.values.get(address);
      if (end > start && from !== undefined && !equal(from, value) && (glides(from, value) || blends(from, value))) {
        run.from.set(address, from);
        fades.push({ address, from, to: value, start, end, due: end });
      } else {
        // What an earlier cue still moves there stops.
        at.push(forgetMessage(address), setMessage(address, value));
      }
    }
    const playing = fades.slice(0, run.most);
    const stepped = fades.slice(run.most);
    at.push(...stepped.map(({ address }) => forgetMessage(address)));
    const fading = playing.map(({ address, from, to }) => {
      const keys = [
        { time: 0, value: from, easing: 'linear' as const },
        { time: Math.round((end - start) / 1000), value: to, easing: 'linear' as const },
      ];
      return playMessage(address, wireKeyframes(keys), { start, duration: end - start });
    });
    const leaving = [...this.played.keys()].filter((address) => !run.cue.values.some((value) => value.address === address));
    run.sent = true;
    run.playing = playing.map(({ address }) => address);
    this.let(run.cue);
    const messages = [...(fading.length > 0 ? this.room(leaving, fading.length) : []), ...at, ...fading];
    for (const bundle of bundles(messages)) {
      if (!(await this.offer(run, bundle))) {
        return;
      }
    }
    const current = this.run;
    if (!current) {
      // Stopped, or taken over, before the answer came.
      return;
    }
    playing.forEach((fade) => this.played.set(fade.address, fade));
    // What a cue that has begun meanwhile has too is its own.
    const taken = new Set<string>(current === run ? [] : current.cue.values.map(({ address }) => address));
    stepped.filter(({ address }) => !taken.has(address)).forEach((fade) => this.moving.set(fade.address, fade));
    this.walk();
  }

  /** Timelines of earlier cues make room for those of this one; what they still move goes on in steps. */
  private room(leaving: string[], wanted: number): Message[] {
    const tooMany = Math.max(0, leaving.length + wanted - MAX_PLAYED);
    const gone = leaving.slice(0, tooMany);
    for (const address of gone) {
      const fade = this.played.get(address)!;
      this.played.delete(address);
      if (this.wire.time() < fade.end) {
        this.moving.set(address, fade);
      }
    }
    this.walk();
    return gone.map(forgetMessage);
  }

  /** From this address on the router plays no more: the session has timelines elsewhere. The rest goes in steps. */
  private fewer(run: Run, address: string, code: number): boolean {
    const most = code === TOO_MANY && this.wire.time() < run.end ? run.playing.indexOf(address) : -1;
    if (most >= 0) {
      run.most = most;
    }
    return most >= 0;
  }

  /** One address that may not be written does not keep the others: it is left out, and told. */
  private async offer(run: Run, bundle: Message[]): Promise<boolean> {
    let left = bundle;
    while (left.length > 0 && this.mine(run)) {
      try {
        const early = run.start > this.wire.time();
        await this.wire.bundle(left, early ? { at: run.start } : {});
        return true;
      } catch (e) {
        const { kind = '', address = '', message = '', code = 0 } = e as Partial<Refusal>;
        if (kind === 'refused' && !tooFast(e) && this.mine(run) && this.fewer(run, address, code)) {
          void this.send(run);
          return false;
        }
        const others = left.filter((each) => (each as { address?: string }).address !== address);
        if (kind !== 'refused' || tooFast(e) || others.length === left.length) {
          // Without a connection it is said again when there is one; anything else is for the user.
          this.problem = kind === 'closed' ? '' : message;
          this.changed();
          return false;
        }
        run.refused.set(address, message);
        this.changed();
        left = others;
      }
    }
    return this.mine(run);
  }

  /** What was accepted and then not carried out: a lock that was taken meanwhile. The rest is said again. */
  private objected(address: string, message: string, code: number): void {
    const run = this.run;
    if (run?.sent && !run.done && !run.refused.has(address) && run.cue.values.some((value) => value.address === address)) {
      if (!this.fewer(run, address, code)) {
        run.refused.set(address, message);
      }
      this.changed();
      void this.send(run);
    }
  }

  private walk(): void {
    if (this.step === undefined && this.moving.size > 0) {
      this.turn();
    }
  }

  /** One step of everything that this page moves. */
  private turn(): void {
    this.step = undefined;
    const now = this.wire.time();
    if (this.live) {
      const fades = [...this.moving.values()];
      void this.put(fades.filter(({ end }) => now < end), now);
      const over = fades.filter(({ due }) => due <= now);
      over.forEach((fade) => (fade.due = Infinity));
      void this.put(over, now);
    }
    if (this.moving.size > 0) {
      this.step = this.timers.setTimeout(() => this.turn(), this.live ? STEP_MS : AGAIN_MS);
    } else {
      this.leave();
    }
  }

  /** Writes where they are at that time. What has come to its end, and may not be written, is moved no more. */
  private async put(fades: Fade[], now: number): Promise<void> {
    const over = (address: string) => {
      const fade = fades.find((each) => each.address === address);
      if (fade && this.moving.get(address) === fade) {
        this.moving.delete(address);
      }
    };
    const messages = fades.map(({ address, from, to, start, end }) =>
      setMessage(address, now < end ? between(from, to, Math.max(0, (now - start) / (end - start))) : to),
    );
    const offer = async (bundle: Message[]) => {
      const addresses = bundle.map((message) => (message as { address: string }).address);
      try {
        await this.wire.bundle(bundle);
        if (fades[0]!.end <= now) {
          addresses.forEach(over);
        }
      } catch (e) {
        const { kind = '', address = '', message = '' } = e as Partial<Refusal>;
        if (kind === 'refused' && !tooFast(e)) {
          (addresses.includes(address) ? [address] : addresses).forEach(over);
          if (this.run?.cue.values.some((value) => value.address === address)) {
            this.run.refused.set(address, message);
          }
          this.changed();
        }
      }
    };
    // All of them at once: the rest of one step does not come behind the next, or behind an end.
    await Promise.all(bundles(messages).map(offer));
    // What was not answered, or left out with another one, is written again.
    fades.filter(({ due }) => due === Infinity).forEach((fade) => (fade.due = this.wire.time() + AGAIN_MS * 1000));
  }

  /** The end: what is not where it should be is written and confirmed. */
  private async complete(run: Run): Promise<void> {
    if (!this.mine(run) || run.done) {
      return;
    }
    if (!this.live || !run.sent) {
      // Again when there is a connection.
      return;
    }
    const missing = run.cue.values.filter(
      ({ address, value }) =>
        !run.refused.has(address) && (this.doubtful.has(address) || !equal(this.values.get(address), value)),
    );
    // Nothing is played there any more that could write after us.
    const over = run.cue.values.map((value) => value.address).filter((address) => this.played.has(address));
    const messages = [...over.map(forgetMessage), ...missing.map(({ address, value }) => setMessage(address, value))];
    for (const bundle of bundles(messages)) {
      if (!(await this.offer(run, bundle))) {
        this.later(run, () => void this.complete(run));
        return;
      }
    }
    over.forEach((address) => this.played.delete(address));
    run.done = true;
    await this.ended(run);
  }

  /** The router is there, and did not do it. Without a connection it is done when there is one. */
  private later(run: Run, what: () => void): void {
    if (this.mine(run) && this.live) {
      this.timers.clearTimeout(this.finish);
      this.finish = this.timers.setTimeout(what, AGAIN_MS);
    }
  }

  /** Everybody is told that the cue is over; what follows it waits for its time. */
  private async ended(run: Run): Promise<void> {
    if (!this.mine(run) || run.told) {
      return;
    }
    // If they know already, only the answer to our own word was lost.
    const claimed = this.state.running ? await this.claim({ ...this.state, running: false }) : 'made';
    if (!this.mine(run)) {
      return;
    }
    if (claimed === 'unanswered') {
      this.later(run, () => void this.ended(run));
      return;
    }
    if (claimed === 'refused') {
      // Another console has gone on, or stopped.
      this.overtaken = false;
      this.abandon();
      this.changed();
      return;
    }
    run.told = true;
    const { follow } = run.cue;
    if (this.closed) {
      this.leave();
    } else if (follow !== null) {
      this.next = this.timers.setTimeout(() => void this.follow(run), follow * 1000);
    }
  }

  private async follow(run: Run): Promise<void> {
    if (!this.mine(run)) {
      return;
    }
    run.due = true;
    if (this.live && !(await this.go()) && this.following) {
      this.later(run, () => void this.follow(run));
    }
  }

  /** There is a connection again, and what the router has is known. */
  private again(): void {
    const run = this.run;
    if (!run) {
      return;
    }
    this.timers.clearTimeout(this.begin);
    this.timers.clearTimeout(this.finish);
    if (run.done) {
      void (run.due ? this.follow(run) : this.ended(run));
      return;
    }
    if (this.wire.time() < run.end) {
      this.plan(run);
    } else {
      run.sent = true;
      void this.complete(run);
    }
  }

  private async attempt(messages: Message[]): Promise<void> {
    try {
      await carryOut(this.wire, messages);
      this.problem = '';
    } catch (e) {
      this.problem = sentence(e);
    }
    this.changed();
  }
}

/** The same step of the same console. */
function same(a: CueState, b: CueState): boolean {
  return a.cue === b.cue && a.start === b.start && a.running === b.running && a.by === b.by;
}

/** What is no state is: none. */
export function stateOf(value: Value): CueState {
  if (!isMap(value)) {
    return NOTHING;
  }
  const { cue, start, end, running, by } = value;
  return {
    cue: typeof cue === 'string' ? cue : '',
    start: numberOf(start) ?? 0,
    end: numberOf(end) ?? 0,
    running: running === true,
    by: typeof by === 'string' ? by : '',
  };
}
